"""Mentions of towns, each distinct one once, and the names that it may be read as.

Lists print more than a name: `Praha (Prag)`, `Sarre, Aosta Valley`, `Altdorf b. Nürnberg`, `Gmina Dobra`. `read_names`
gives what the name may be, the fullest reading first; `read_tails` gives what stands behind it. Whether a tail is
another name, a region, a river or a town near by is for `pipeline.locate.qualifiers` to find out from the candidates.
The words are in `mention_words.toml`.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import bare_region
from pipeline.locate.factorize import factorize
from pipeline.locate.kinds import kind_of
from schemas.vocabularies import TownKind

#: What tells one mention from another.
MENTION_KEY = (
    "text", "country", "country_code", "region", "latitude", "longitude", "wikidata_id", "geonames_id", "kind",
)  # fmt: skip

#: The worth of a reading by its tier: the text as it stands (abbreviations written out), without words of status
#: or small words between, without its tail, and the other name.
TIER_WEIGHTS: Final[tuple[float, ...]] = (1.0, 0.98, 0.95, 0.8)
_WHOLE, _STATUS, _BARE, _OTHER = range(4)
TOML: Final[Path] = Path(__file__).with_name("mention_words.toml")

#: A name and what is set off behind it; the last of several brackets is what they are all about.
_BRACKETS: Final[str] = r"^([^(\[]+?)\s*[(\[]\s*([^)\]]*)"
_COMMA: Final[str] = r"^([^,(\[]+?)\s*,\s*(.+)$"
_SLASH: Final[str] = r"^([^/(\[]+?)\s*/\s*([^/(\[]+)"
_DASH: Final[str] = r"^(.+?)\s+[-–—]\s+(.+)$"
#: What a text needs for any of these; most texts are spared them all.
_SET_OFF: Final[str] = r"[(\[,/]|\s[-–—]\s"
_NEAR: Final[str] = r"(?i)\s(?:bei|b\.|near|nahe)\s*(.+)$"
#: Small words between a name and its river or region in a search key.
_BETWEEN: Final[str] = (
    r"(?:an der|am|an den|an dem|a d|a|ad|bei|b|im|in der|in|i d|i|auf der|auf|ob der|unter der|vor der|nad|n|pod|sur"
    r"|sous|les|lez|upon|on|aan den|aan de|aan|op|del|della|sul|dell)"
)
_RIVERSIDE: Final[tuple[str, ...]] = ("an der", "am", "bei", "im", "in")
_GERMAN: Final[tuple[str, ...]] = ("AT", "CH", "DE")
#: Where 'Johnson City' and 'Johnson' are two.
_PLAIN_ENGLISH: Final[tuple[str, ...]] = ("AU", "CA", "GB", "IE", "NZ", "US")


@functools.cache
def _words() -> dict[str, Any]:
    return tomllib.loads(TOML.read_text(encoding="utf-8"))


def _any_of(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def collect_mentions(stated: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Find the distinct mentions among all that are stated.

    Args:
        stated: `MENTION_KEY` and `population`; a kind that is not stated is told from the name.

    Returns:
        Each distinct mention once (`mention`, `MENTION_KEY`, the largest stated `population`, and `key`: the search key
        of the text, which many ask for), in the order of `MENTION_KEY`, and for each row of `stated` its `mention`.
    """
    said, said_at = factorize(stated.select(MENTION_KEY))
    distinct = stated.select(pl.col(MENTION_KEY).gather(said_at)).with_columns(
        kind=pl.coalesce("kind", kind_of(pl.col("text"), pl.col("country_code")))
    )
    # The same name with its kind stated and told is one mention.
    numbers, places = factorize(distinct)
    distinct = distinct.select(pl.all().gather(places)).with_row_index("number")
    numbers = numbers.gather(said)
    largest = stated.select("population", number=numbers).drop_nulls().group_by("number").max()
    distinct = distinct.join(largest, on="number", how="left", maintain_order="left")
    # A column that nobody fills orders nothing.
    mentions = distinct.sort([key for key in MENTION_KEY if distinct[key].null_count() < distinct.height] or "number")
    mention_of = mentions["number"].arg_sort()
    mentions = mentions.drop("number").with_row_index("mention").with_columns(key=search_key(pl.col("text")))
    return mentions, mention_of.gather(numbers).alias("mention")


def read_names(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return what each mention may be called; a county, region or district only by the text as it stands.

    Args:
        mentions: `mention`, `text`, `key`, `kind`, `country_code`.

    Returns:
        `mention`, `key` (search key, never empty), `tier` (0: the text as it stands), `weight` (`TIER_WEIGHTS`),
        `needs_proof` (the reading leaves out what may tell namesakes apart, so that a candidate by this reading counts
        only where something else speaks for it). Each `mention` and `key` once, by its best tier.
    """
    named = mentions.select("mention", "text", "key", "kind", pl.col("country_code").fill_null(""))
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    towns, bodies = (named.filter(kind).drop("kind") for kind in (is_town, ~is_town))
    text = pl.col("text")
    parted = towns.filter(text.str.contains(_SET_OFF))
    parts = pl.concat(
        [
            _reading(parted, text.str.extract(_BRACKETS, 1), _BARE),
            _reading(parted, text.str.extract(_COMMA, 1), _BARE),
            _reading(parted, text.str.extract(_SLASH, 1), _BARE),
            _reading(parted, text.str.extract(_DASH, 2), _BARE, needs_proof=True),
            _reading(parted, _without_year(text.str.extract(_BRACKETS, 2)), _OTHER, needs_proof=True),
            _reading(parted, _without_year(text.str.extract(_COMMA, 2)), _OTHER, needs_proof=True),
        ]
    ).with_columns(search_key(pl.col("key")))
    names = pl.concat([_reading(towns, pl.col("key"), _WHOLE), parts]).filter(pl.col("key") != "")
    names = pl.concat([names, _without_status(names)])
    names = pl.concat([names, *_written_out(names), _by_the_river(parted)])
    names = pl.concat([names, _without_between(names), _without_suffix(names), _without_article(names)])
    names = pl.concat([names, _reading(bodies, pl.col("key"), _WHOLE)]).filter(pl.col("key") != "")
    columns = ["mention", "key", "tier", "needs_proof"]
    is_only = names["mention"].is_unique()
    best = names.filter(~is_only).group_by("mention", "key").agg(pl.col("tier").min(), pl.col("needs_proof").min())
    weight = pl.col("tier").replace_strict(dict(enumerate(TIER_WEIGHTS)), return_dtype=pl.Float64)
    return (
        pl.concat([names.filter(is_only).select(columns), best.select(columns)])
        .select("mention", "key", "tier", weight.alias("weight"), "needs_proof")
    )  # fmt: skip


def _reading(towns: pl.DataFrame, name: pl.Expr, tier: int, *, needs_proof: bool = False) -> pl.DataFrame:
    """Return `mention`, `country_code`, `key` (the name), `tier`, `needs_proof` of the mentions that can be read so."""
    return towns.select(
        "mention", "country_code", key=name, tier=pl.lit(tier), needs_proof=pl.lit(needs_proof)
    ).drop_nulls("key")  # fmt: skip


def _without_year(tail: pl.Expr) -> pl.Expr:
    """Return a tail without `seit 2001` before it."""
    return tail.str.replace(r"(?i)^(?:seit|ab|since|depuis|dal|od)\s+\d{4}:?\s+", "")


def _without_status(names: pl.DataFrame) -> pl.DataFrame:
    first, last = _any_of(_words()["status_first"]), _any_of(_words()["status_last"])
    key = pl.col("key")
    bare = names.with_columns(
        bare=key.str.replace(rf"^(?:{first}) ", "").str.replace(rf" (?:{last})$", ""),
        # The City of Casey is an area of Melbourne, not the place Casey.
        cut=(key.str.contains(rf" (?:{last})$") & pl.col("country_code").is_in(_PLAIN_ENGLISH))
        | (pl.col("country_code") == "AU"),
    ).filter(key != pl.col("bare"))
    return bare.select(
        "mention", "country_code", key="bare", tier=pl.col("tier").clip(_STATUS),
        needs_proof=pl.col("needs_proof") | pl.col("cut"),
    )  # fmt: skip


def _written_out(names: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the readings with one sort of abbreviation written out, for each that occurs."""
    written = []
    # One by one only where there is any; by the word ends of ASCII, which are found faster and are more.
    shorts = _any_of(sorted({one["short"] for one in _words()["abbreviation"]}))
    shortened = names.filter(pl.col("key").str.contains(rf"(?-u:\b)(?:{shorts})(?-u:\b)"))
    words = set(shortened["key"].str.split(" ").explode().unique())
    for one in _words()["abbreviation"]:
        if not words.issuperset(one["short"].split()):
            continue
        found = shortened.filter(pl.col("key").str.contains(rf"\b{one['short']}\b"))
        if one["countries"]:
            found = found.filter(pl.col("country_code").is_in(one["countries"]))
        for long in one["long"] if found.height else ():
            longer = found.with_columns(pl.col("key").str.replace(rf"\b{one['short']}\b", long))
            written.append(longer)
            words.update(long.split())
            shortened = pl.concat([shortened, longer]) if one["short"] != "a d" else shortened
    return written


def _by_the_river(towns: pl.DataFrame) -> pl.DataFrame:
    """Return `Frankfurt an der Oder` for `Frankfurt (Oder)` and `Frankfurt/Oder`."""
    text = pl.col("text")
    german = towns.filter(pl.col("country_code").is_in(_GERMAN))
    parts = pl.concat(
        german.select(
            "mention", "country_code", first=text.str.extract(pattern, 1), second=text.str.extract(pattern, 2)
        )
        for pattern in (_BRACKETS, _SLASH)
    )
    parts = parts.with_columns(first=search_key(pl.col("first")), second=search_key(pl.col("second")))
    parts = parts.filter((pl.col("first") != "") & (pl.col("second") != ""))
    return pl.concat(
        parts.select(
            "mention", "country_code", key=pl.format("{} {} {}", "first", pl.lit(word), "second"),
            tier=pl.lit(_STATUS), needs_proof=pl.lit(value=False),
        )
        for word in _RIVERSIDE
    )  # fmt: skip


def _without_between(names: pl.DataFrame) -> pl.DataFrame:
    """Return `frankenberg eder`, as gazetteers have it for Frankenberg (Eder), for `frankenberg an der eder`."""
    return names.filter(pl.col("country_code").is_in(_GERMAN) & pl.col("key").str.contains(rf" {_BETWEEN} ")).select(
        "mention", "country_code", key=pl.col("key").str.replace(rf"^(.+) {_BETWEEN} (.+?)$", "$1 $2"),
        tier=pl.col("tier").clip(_STATUS), needs_proof="needs_proof",
    )  # fmt: skip


def _without_suffix(names: pl.DataFrame) -> pl.DataFrame:
    return names.filter(pl.col("tier") < _OTHER).select(
        "mention", "country_code", key=pl.col("key").str.extract(rf"^(.{{3,}}?) {_BETWEEN} ."),
        tier=pl.lit(_BARE), needs_proof=pl.lit(value=True),
    ).drop_nulls("key")  # fmt: skip


def _without_article(names: pl.DataFrame) -> pl.DataFrame:
    return names.filter(pl.col("tier") < _OTHER).select(
        "mention", "country_code", key=pl.col("key").str.extract(rf"^(?:{_any_of(_words()['articles'])}) (.{{3,}})$"),
        tier=pl.lit(_BARE), needs_proof=pl.lit(value=True),
    ).drop_nulls("key")  # fmt: skip


def read_rivers(names: pl.DataFrame) -> pl.DataFrame:
    """Return what names say behind a small word, as `read_tails` does: the river of `frankfurt an der oder`.

    Args:
        names: from `read_names`.
    """
    return names.filter(pl.col("tier") <= _STATUS).select(
        "mention", hint=pl.col("key").str.extract(rf"^.{{3,}}? {_BETWEEN} (.+)$"), of_text=pl.lit(value=True)
    ).drop_nulls("hint")  # fmt: skip


def read_tails(mentions: pl.DataFrame, rivers: pl.DataFrame) -> pl.DataFrame:
    """Return what a mention says beyond the name: regions, other names, rivers, towns near by, undecided which.

    Args:
        mentions: as `collect_mentions` gives them.
        rivers: what their names say so, from `read_rivers`.

    Returns:
        `mention`, `hint` (search key, never empty), `of_text` (false for what the source states as the region).
    """
    text = pl.col("text")
    tails = (
        _without_year(text.str.extract(_BRACKETS, 2)),
        text.str.extract(r"[)\]]\s*[(\[]\s*([^)\]]+)"),
        _without_year(text.str.extract(_COMMA, 2)),
        text.str.extract(r",\s*([^,(\[]+?)\s*,"),
        text.str.extract(r"[)\]]\s*,\s*([^,]+)$"),
        text.str.extract(r"[(\[]\s*([^)\]/,]+?)\s*,"),
        text.str.extract(r"[(\[][^)\]]*,\s*([^)\]/,]+)[)\]]"),
        # Gorzów (Landsberg/Warthe) is Landsberg an der Warthe.
        text.str.extract(r"[(\[]([^)\]]*/[^)\]]*)").str.replace("/", " an der ", literal=True),
        text.str.extract(_SLASH, 2),
        text.str.extract(_DASH, 1),
        text.str.extract(_NEAR),
    )
    stated = mentions.filter(pl.col("region").is_not_null())
    parted = mentions.filter(text.str.contains(_SET_OFF) | text.str.contains(_NEAR))
    found = (
        pl.concat(
            [
                stated.select("mention", hint="region", of_text=pl.lit(value=False)),
                *(parted.select("mention", hint=tail, of_text=pl.lit(value=True)).drop_nulls("hint") for tail in tails),
            ]
        )
        .with_columns(search_key(pl.col("hint")))
        .filter(pl.col("hint") != "")
    )
    bare = pl.col("hint").str.replace(rf"^(?:{_any_of(_words()['tail_words'])}) ", "")
    shorter = pl.concat([found.with_columns(hint=bare), found.with_columns(hint=bare_region(bare))])
    return (
        pl.concat([found, shorter, rivers])
        # 'Corning (city), New York': a word of status tells nothing.
        .filter((pl.col("hint") != "") & ~pl.col("hint").is_in([*_words()["status_first"], *_words()["status_last"]]))
        .group_by("mention", "hint")
        .agg(pl.col("of_text").max())
    )
