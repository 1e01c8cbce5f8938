"""Readings of mentions: the names that the text of a mention may mean.

Lists print more than a name: `Praha (Prag)`, `Sarre, Aosta Valley`, `Altdorf b. Nürnberg`, `Gmina Dobra`. `read_names`
returns what the name may be, the fullest reading first; `read_qualifiers` returns what is printed with it. Whether a
qualifier is another name, a region, a river or a town near by is found from the candidates
(`pipeline.locate.qualifiers`). The words are in `mention_words.toml`.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import bare_region
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Readings by their tier: the text as it stands (abbreviations written out), without words of status or small words
#: between, without its qualifier, and the other name.
WHOLE, STATUS, BARE, OTHER = range(4)
TOML: Final[Path] = Path(__file__).with_name("mention_words.toml")

#: A name and its qualifier; the last of several brackets qualifies all of the text.
_BRACKETS: Final[str] = r"^([^(\[]+?)\s*[(\[]\s*([^)\]]*)"
_COMMA: Final[str] = r"^([^,(\[]+?)\s*,\s*(.+)$"
_SLASH: Final[str] = r"^([^/(\[]+?)\s*/\s*([^/(\[]+)"
_DASH: Final[str] = r"^(.+?)\s+[-–—]\s+(.+)$"
#: A state by its code: Rochester NY; Santa Maria - RS; Lengnau BE.
_CODE: Final[str] = r"^([^,(\[/]{2,}?\p{Ll})(?:\s+|\s*[-–—]\s*)([A-Z]{2,3})$"
#: A part of a town behind the town: Wien-Donaustadt.
HYPHENED: Final[str] = r"^([^-–(\[,/ ]{3,})[-–]([^-–(\[,/ ]{3,})$"
#: Brackets, commas and slashes of East Asia.
_WIDE: Final[dict[str, str]] = {"（": "(", "）": ")", "［": "[", "］": "]", "，": ",", "、": ",", "／": "/"}
#: Matches every text that any of these matches; most texts have none.
_QUALIFIED: Final[str] = r"[(\[,/]|\s[-–—]\s"
_NEAR: Final[str] = r"(?i)\s(?:bei|b\.|near|nahe)\s*(.+)$"
_RIVERSIDE: Final[tuple[str, ...]] = ("an der", "am", "bei", "im", "in")
_GERMAN: Final[tuple[str, ...]] = ("AT", "CH", "DE")
#: Where 'Johnson City' and 'Johnson' are two towns.
_ENGLISH: Final[tuple[str, ...]] = ("AU", "CA", "GB", "IE", "NZ", "US")


@functools.cache
def words() -> dict[str, Any]:
    """Return the words of `mention_words.toml`."""
    return tomllib.loads(TOML.read_text(encoding="utf-8"))


def plain_punctuation(text: pl.Expr) -> pl.Expr:
    """Return texts with the brackets, commas and slashes that the patterns of readings have."""
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    return pl.when(is_ascii).then(text).otherwise(text.str.replace_many(list(_WIDE), list(_WIDE.values())))


def any_of(texts: Iterable[str]) -> str:
    """Return a pattern that matches any of the texts, the longest first."""
    return "|".join(sorted(texts, key=len, reverse=True))


def read_names(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the names that each mention may mean; a county, region or district only by the text as it stands.

    Args:
        mentions: `mention`, `text`, `key`, `kind`, `country_code`.

    Returns:
        `mention`, `key` (search key, never empty), `tier` (0: the text as it stands), `needs_proof` (the reading leaves
        out what may distinguish namesakes, so that a candidate by this reading counts only where other evidence speaks
        for it). Each `mention` and `key` once, by its best tier.
    """
    mentions = mentions.select(
        "mention", plain_punctuation(pl.col("text")), "key", "kind", pl.col("country_code").fill_null("")
    )
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    towns, text = mentions.filter(is_town), pl.col("text")
    qualified = towns.filter(text.str.contains(_QUALIFIED))
    parts = pl.concat(
        [
            _reading(qualified, text.str.extract(_BRACKETS, 1), BARE),
            _reading(qualified, text.str.extract(_COMMA, 1), BARE),
            _reading(qualified, text.str.extract(_SLASH, 1), BARE),
            _reading(qualified, text.str.extract(_DASH, 2), BARE, needs_proof=True),
            _reading(qualified, _without_year(text.str.extract(_BRACKETS, 2)), OTHER, needs_proof=True),
            _reading(qualified, _without_year(text.str.extract(_COMMA, 2)), OTHER, needs_proof=True),
            _reading(towns, text.str.extract(_CODE, 1), BARE),
        ]
    ).with_columns(search_key(pl.col("key")))
    names = pl.concat([_reading(towns, pl.col("key"), WHOLE), parts]).filter(pl.col("key") != "")
    names = pl.concat([names, _without_status(names)])
    names = pl.concat([names, *_written_out(names), _by_the_river(qualified)])
    between = words()["between"]
    shortened = (
        rf"^(.{{3,}}?) (?:{any_of(between)}) .",
        rf"^(?:{any_of(words()['articles'])}) (.{{3,}})$",
    )
    names = pl.concat([names, _without_between(names), *(_shortened(names, pattern) for pattern in shortened)])
    others = _reading(mentions.filter(~is_town), pl.col("key"), WHOLE)
    is_district = pl.col("kind") == TownKind.DISTRICT.value
    names = pl.concat([names, others, *_districts(mentions.filter(is_district))]).filter(pl.col("key") != "")
    return _best_readings(names.drop("country_code"))


def _best_readings(names: pl.DataFrame) -> pl.DataFrame:
    """Return each `mention` and `key` once, by its best tier."""
    is_only = names["mention"].is_unique()
    best = names.filter(~is_only).group_by("mention", "key").agg(pl.col("tier", "needs_proof").min())
    return pl.concat([names.filter(is_only).select(best.columns), best])


def _reading(
    names: pl.DataFrame, name: pl.Expr, tier: int | pl.Expr, *, needs_proof: bool | pl.Expr = False
) -> pl.DataFrame:
    """Return `mention`, `country_code`, `key` (the name), `tier`, `needs_proof` of the mentions that can be read so."""
    return names.select(
        "mention",
        "country_code",
        key=name,
        tier=pl.lit(tier) if isinstance(tier, int) else tier,
        needs_proof=pl.lit(needs_proof) if isinstance(needs_proof, bool) else needs_proof,
    ).drop_nulls("key")


def _without_year(qualifier: pl.Expr) -> pl.Expr:
    """Return a qualifier without `seit 2001` before it."""
    return qualifier.str.replace(r"(?i)^(?:seit|ab|since|depuis|dal|od)\s+\d{4}:?\s+", "")


def _without_status(names: pl.DataFrame) -> pl.DataFrame:
    """Return `leeds` for `city of leeds`."""
    first, last = any_of(words()["status_first"]), any_of(words()["status_last"])
    key, country = pl.col("key"), pl.col("country_code")
    bare = key.str.replace(rf"^(?:{first}) ", "").str.replace(rf" (?:{last})$", "")
    bare = bare.str.replace(rf"^(.{{2,}})[{words()['status_endings']}]$", "$1")
    # The City of Casey is an area of Melbourne, not the place Casey.
    is_ambiguous = (key.str.contains(rf" (?:{last})$") & country.is_in(_ENGLISH)) | (country == "AU")
    return _reading(
        names.filter(key != bare),
        bare,
        pl.col("tier").clip(STATUS),
        needs_proof=pl.col("needs_proof") | is_ambiguous,
    )


def _districts(districts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the readings of parts of towns: `paris 13` for `13e arrondissement de paris`, `camden` for its borough."""
    first, last, of = (any_of(words()[name]) for name in ("district_first", "district_last", "of"))
    key = pl.col("key")
    numbered = key.str.extract(rf"^(\d+) ?(?:st|nd|rd|th|er|e|eme|a|o)? (?:{last})")
    town = key.str.extract(rf"^\d+ ?(?:st|nd|rd|th|er|e|eme|a|o)? (?:{last})(?: (?:{of}))? (.+)$")
    for number in (numbered, numbered.str.zfill(2)):
        yield _reading(districts, pl.concat_str(town, pl.lit(" "), number), STATUS)
    yield _reading(districts, search_key(pl.col("text").str.extract(HYPHENED, 2)), STATUS)
    yield _reading(districts, key.str.extract(rf"^(?:{first}) (.+)$"), STATUS)
    yield _reading(districts, key.str.extract(rf"^(.+) (?:{last})$"), STATUS)


def _written_out(names: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the readings with one abbreviation written out, for each that occurs."""
    abbreviations = words()["abbreviation"]
    shorts = any_of({abbreviation["short"] for abbreviation in abbreviations})
    # Boundaries of ASCII are faster to match, and match more.
    shortened = names.filter(pl.col("key").str.contains(rf"(?-u:\b)(?:{shorts})(?-u:\b)"))
    occurring = set(shortened["key"].str.split(" ").explode().unique())
    for abbreviation in abbreviations:
        short, countries = abbreviation["short"], abbreviation["countries"]
        if not occurring.issuperset(short.split()):
            continue
        matches = shortened.filter(pl.col("key").str.contains(rf"\b{short}\b"))
        if countries:
            matches = matches.filter(pl.col("country_code").is_in(countries))
        for long in abbreviation["long"] if matches.height else ():
            longer = matches.with_columns(pl.col("key").str.replace(rf"\b{short}\b", long))
            yield longer
            occurring.update(long.split())
            # What is written out may have another abbreviation; `a d` has readings of its own.
            shortened = pl.concat([shortened, longer]) if short != "a d" else shortened


def _by_the_river(towns: pl.DataFrame) -> pl.DataFrame:
    """Return `frankfurt an der oder` for `Frankfurt (Oder)` and `Frankfurt/Oder`."""
    text = pl.col("text")
    german = towns.filter(pl.col("country_code").is_in(_GERMAN))
    parts = pl.concat(
        german.select(
            "mention",
            "country_code",
            name=search_key(text.str.extract(pattern, 1)),
            river=search_key(text.str.extract(pattern, 2)),
        )
        for pattern in (_BRACKETS, _SLASH)
    ).filter((pl.col("name") != "") & (pl.col("river") != ""))
    return pl.concat(
        _reading(parts, pl.format("{} {} {}", "name", pl.lit(word), "river"), STATUS) for word in _RIVERSIDE
    )


def _without_between(names: pl.DataFrame) -> pl.DataFrame:
    """Return `frankenberg eder`, as gazetteers have it for Frankenberg (Eder), for `frankenberg an der eder`."""
    between = any_of(words()["between"])
    german = names.filter(pl.col("country_code").is_in(_GERMAN) & pl.col("key").str.contains(rf" (?:{between}) "))
    name = pl.col("key").str.replace(rf"^(.+) (?:{between}) (.+?)$", "$1 $2")
    return _reading(german, name, pl.col("tier").clip(STATUS), needs_proof=pl.col("needs_proof"))


def _shortened(names: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Return the part of names that a pattern has as its group, which needs proof."""
    return _reading(names.filter(pl.col("tier") < OTHER), pl.col("key").str.extract(pattern), BARE, needs_proof=True)


def read_rivers(names: pl.DataFrame) -> pl.DataFrame:
    """Return what names say behind a small word, as `read_qualifiers` does: the river of `frankfurt an der oder`.

    Args:
        names: from `read_names`.
    """
    river = pl.col("key").str.extract(rf"^.{{3,}}? (?:{any_of(words()['between'])}) (.+)$")
    whole = names.filter(pl.col("tier") <= STATUS)
    return whole.select("mention", hint=river, is_printed=pl.lit(value=True)).drop_nulls("hint")


def read_qualifiers(mentions: pl.DataFrame, rivers: pl.DataFrame) -> pl.DataFrame:
    """Return what a mention says besides the name: a region, another name, a river, a town near by; unknown which.

    Args:
        mentions: as `collect_mentions` gives them.
        rivers: what their names say so, from `read_rivers`.

    Returns:
        `mention`, `hint` (search key, never empty), `is_printed` (in the text; false for what the source states as the
        region).
    """
    text = pl.col("text")
    mentions = mentions.with_columns(plain_punctuation(text))
    patterns = (
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
        pl.when(~text.str.contains(_CODE)).then(text.str.extract(_DASH, 1)),
        text.str.extract(_CODE, 2),
        pl.when(pl.col("kind") == TownKind.DISTRICT.value).then(text.str.extract(HYPHENED, 1)),
        text.str.extract(_NEAR),
    )
    is_qualified = (text.str.contains(pattern) for pattern in (_QUALIFIED, HYPHENED, _NEAR, _CODE))
    qualified = mentions.filter(pl.any_horizontal(*is_qualified))
    printed = [qualified.select("mention", hint=hint, is_printed=pl.lit(value=True)) for hint in patterns]
    stated = mentions.select("mention", hint="region", is_printed=pl.lit(value=False))
    hint = search_key(pl.col("hint"))
    # 'Victoria, B.C.'
    initials = pl.when(hint.str.contains(r"^\w(?: \w)+$")).then(hint.str.replace_all(" ", "", literal=True))
    hints = pl.concat([stated, *printed]).drop_nulls("hint").with_columns(pl.coalesce(initials, hint).alias("hint"))
    bare = pl.col("hint").str.replace(rf"^(?:{any_of(words()['qualifier_words'])}) ", "")
    hints = hints.filter(pl.col("hint") != "")
    shorter = [hints.with_columns(hint=bare), hints.with_columns(hint=bare_region(bare))]
    # 'Corning (city), New York': a word of status says nothing.
    without_meaning = ["", *words()["status_first"], *words()["status_last"]]
    return (
        pl.concat([hints, *shorter, rivers])
        .filter(~pl.col("hint").is_in(without_meaning))
        .group_by("mention", "hint")
        .agg(pl.col("is_printed").max())
    )
