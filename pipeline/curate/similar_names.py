"""Whether two towns have the same name or a similar one, in any language.

Names are compared without the words that many towns share, such as a saint's title, `Bad`, `New`, `am Main`, and
without endings such as `-burg` or `-ville` (`similar_names.toml`). So Coburg and Cobourg are similar, and so are
Eppingen and Epping. Hamburg and Homburg are not: they have little in common besides their ending.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final

import duckdb
import jellyfish
import polars as pl

from pipeline.gazetteer.names import search_key

WORDS: Final = Path(__file__).with_suffix(".toml")

#: Names less similar than this are not compared further. From here on, names that sound the same are similar; names
#: that do not need `_SIMILAR_SPELLING`. Both were set by reading the 143 pairs of all lists that sound the same or have
#: a similarity of at least 0.7: from 0.8 on they are namesakes, below it only those that sound the same.
MIN_SIMILARITY: Final = 0.6
_SIMILAR_SPELLING: Final = 0.8
#: The similarity that names with an ending need without it: Homburg and Hamburg (0.67) are not similar.
_MIN_STEM_SIMILARITY: Final = 0.75
#: Shorter names are similar by chance: Bar and Bor.
_MIN_LETTERS: Final = 5
#: So are names of fewer consonants: Porano and Piran are both PRN.
_MIN_SOUNDS: Final = 4
#: A shared name that is not the usual one needs so many letters: initials and transliterations are shorter.
_MIN_OTHER_LETTERS: Final = 4

#: Pairs that are joined with all names at once; this bounds the memory.
_SLICE_ROWS: Final = 2**19
_SIDES: Final = ("a", "b")


@dataclass(frozen=True)
class Names:
    """The names of partners.

    Attributes:
        partnerships: `partnership_id`, and `a` and `b`: the rows of its two towns in `towns`.
        towns: `town_id`, `name` (the usual one).
        town_names: `town_id`, `search_key`: every name of every town.
    """

    partnerships: pl.DataFrame
    towns: pl.DataFrame
    town_names: pl.DataFrame


def read_names(connection: duckdb.DuckDBPyConnection) -> Names:
    """Return the names of partners.

    Args:
        connection: with `partnerships`, `towns` and `town_names`.
    """
    partnerships = """
        WITH numbered AS (
            SELECT town_id, (row_number() OVER (ORDER BY town_id) - 1)::UINTEGER AS number FROM towns
        )
        SELECT partnership_id, town_a.number AS a, town_b.number AS b
        FROM partnerships
        JOIN numbered AS town_a ON town_a.town_id = town_a_id
        JOIN numbered AS town_b ON town_b.town_id = town_b_id
        ORDER BY partnership_id
    """
    return Names(
        connection.sql(partnerships).pl(),
        connection.sql("SELECT town_id, name FROM towns ORDER BY town_id").pl(),
        connection.sql("SELECT town_id, search_key FROM town_names").pl(),
    )


def find_similar_names(names: Names) -> pl.DataFrame:
    """Return the partnerships whose towns have the same name or a similar one, each with the best evidence.

    Returns:
        `partnership_id`, `evidence`: the names, and in what way they are similar: `same: soest`,
        `same but for an addition: melle (Melle / New Melle)`, `sounds alike: coburg / cobourg (0.86)`, `similar: …`,
        `same by another name: friedland (Friedland / Frýdlant)`.
    """
    # There are many more pairs than towns. So pairs are compared by numbers, and only the remaining ones get texts.
    towns = _usual_names(names.towns["name"])
    pairs = names.partnerships.select(*_SIDES).with_row_index("row")
    is_same = _have_equal(towns["key"], pairs) | _have_equal(towns["core"], pairs)
    same = _add_texts(pairs.filter(is_same), towns)
    close = _add_texts(pairs.filter(~is_same & may_be_similar(towns, pairs)), towns)
    sharing = _add_texts(_shared_names(pairs, _names_of_several_towns(towns, names)), towns)
    both = pl.format("({} / {})", "name_a", "name_b")
    same_evidence = (
        pl.when(pl.col("key_a") == pl.col("key_b"))
        .then(pl.format("same: {}", "key_a"))
        .otherwise(pl.format("same but for an addition: {} {}", "core_a", both))
    )
    evidence = pl.concat(
        [
            same.select("row", evidence=same_evidence),
            _similar_usual_names(close),
            sharing.select("row", evidence=pl.format("same by another name: {} {}", "shared", both)),
        ]
    ).unique("row", keep="first", maintain_order=True)
    return evidence.select(names.partnerships["partnership_id"].gather(evidence["row"]), "evidence")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _any_of(words: list[str]) -> str:
    return f"(?:{'|'.join(words)})"


def core_name(name: pl.Expr) -> pl.Expr:
    """Return a name without additions, as a `search_key`: `Bad Frankenhausen am X (Y)` becomes `frankenhausen`.

    Null where nothing but an addition would remain, and where there is no Latin vowel: a name in another script is also
    listed in Latin letters, and transliterations without vowels are similar by chance.
    """
    words = _words()
    key = (
        search_key(name.str.replace(r"[(\[/,].*$", ""))
        .str.replace(f"^{_any_of(words['before'])} ", "")
        .str.replace(f"^{_any_of(words['saint'])} ", "saint ")
        .str.replace(f" {_any_of(words['after'])} .*$", "")
    )
    return _null_unless_name(key)


def _null_unless_name(key: pl.Expr) -> pl.Expr:
    return key.str.extract(r"^([a-z0-9 ]*[aeiouy][a-z0-9 ]*)$").replace(dict.fromkeys(_words()["generic"]))


def _usual_names(names: pl.Series) -> pl.DataFrame:
    """Return one row per town: `name`, `key` and `core` (categories, or null), `letters` and `length` of the core."""
    distinct = names.unique().alias("name").to_frame()
    distinct = distinct.with_columns(key=search_key(pl.col("name")), core=core_name(pl.col("name"))).select(
        "name",
        key=pl.when(pl.col("key") != "").then("key").cast(pl.Categorical),
        core=pl.col("core").cast(pl.Categorical),
        letters=letter_bits(pl.col("core")),
        length=pl.col("core").str.len_chars().cast(pl.Int16),
    )
    return names.alias("name").to_frame().join(distinct, on="name", how="left", maintain_order="left")


def letter_bits(core: pl.Expr) -> pl.Expr:
    """Return the Latin letters of a name as bits of a number: 1 for `a`, 2 for `b`, 4 for `c`."""
    bits = (core.str.contains(letter, literal=True).cast(pl.UInt32) * 2**i for i, letter in enumerate(ascii_lowercase))
    return pl.when(core.is_not_null()).then(pl.sum_horizontal(bits))


def _have_equal(values: pl.Series, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair whether both towns have the same category; a null equals nothing."""
    codes = values.to_physical()
    return (codes.gather(pairs["a"]) == codes.gather(pairs["b"])).fill_null(value=False)


def may_be_similar(towns: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair whether its names can reach `MIN_SIMILARITY`. Few can, and edits are slow to count.

    An edit replaces at most one letter. So the number of edits is at least the number of letters that only one of the
    two names has, and at least the difference of their lengths.
    """
    sides = pl.DataFrame(
        {f"{column}_{side}": towns[column].gather(pairs[side]) for column in ("letters", "length") for side in _SIDES}
    )
    common = (pl.col("letters_a") & pl.col("letters_b")).bitwise_count_ones()
    missing = (pl.col(f"letters_{side}").bitwise_count_ones() - common for side in _SIDES)
    min_edits = pl.max_horizontal(*missing, (pl.col("length_a") - pl.col("length_b")).abs())
    max_similarity = 1 - min_edits / pl.max_horizontal("length_a", "length_b")
    # `max_horizontal` passes over nulls.
    have_core = pl.col("length_a").is_not_null() & pl.col("length_b").is_not_null()
    return sides.select(have_core & (max_similarity >= MIN_SIMILARITY)).to_series()


def _add_texts(pairs: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Add `name_…`, `key_…` and `core_…` of both towns as texts."""
    texts = towns.select(pl.col("name", "key", "core").cast(pl.String))
    return pairs.with_columns(
        texts[column].gather(pairs[side]).alias(f"{column}_{side}") for column in texts.columns for side in _SIDES
    )


def _names_of_several_towns(towns: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return the names that more than one town has.

    Additions are taken only from usual names: `Santiago de León de Caracas` is no `Santiago`.

    Returns:
        `town` (its row), `shared` (the name), `rank` (0 is the longest name, of equal length the first in the
        alphabet), `is_usual` (true or null).
    """
    numbers = names.towns.select("town_id").with_row_index("town")
    usual = pl.concat(towns.select(shared=column).with_row_index("town") for column in ("key", "core"))
    usual = usual.unique().drop_nulls("shared")
    others = names.town_names.select("town_id", shared=pl.col("search_key").cast(pl.Categorical))
    every = pl.concat([usual, others.join(numbers, on="town_id").select("town", "shared")]).drop_nulls("shared")
    # Most names belong to one town. The first filter removes these, so that `unique` has little left to do.
    is_repeated = pl.col("shared").to_physical().is_duplicated()
    every = every.filter(is_repeated).unique().filter(is_repeated)
    texts = every.select(pl.col("shared").unique()).with_columns(text=pl.col("shared").cast(pl.String))
    length = pl.col("text").str.len_chars()
    ranks = (
        texts.filter(length >= _MIN_OTHER_LETTERS, _null_unless_name(pl.col("text")).is_not_null())
        .sort(length, "text", descending=[True, False])
        .select("shared", rank=pl.int_range(pl.len()))
    )
    usual = usual.with_columns(is_usual=pl.lit(value=True))
    return every.join(ranks, on="shared").join(usual, on=["town", "shared"], how="left")


def _shared_names(pairs: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose towns share a name, with the best one: `row`, `a`, `b`, `shared`.

    The best one is a usual name of either town if possible, and then the longest.

    Args:
        pairs: `row`, `a`, `b`.
        names: from `_names_of_several_towns`.
    """
    names_a = names.select("rank", a="town", is_usual_a="is_usual")
    names_b = names.select("rank", b="town", is_usual_b="is_usual")
    is_unusual = pl.coalesce("is_usual_a", "is_usual_b").is_null().cast(pl.Int64)
    order = is_unusual * names.height + pl.col("rank")
    slices = (pairs.slice(start, _SLICE_ROWS) for start in range(0, max(pairs.height, 1), _SLICE_ROWS))
    best = pl.concat(
        part.join(names_a, on="a").join(names_b, on=["b", "rank"]).group_by("row", *_SIDES).agg(order=order.min())
        for part in slices
    )
    texts = names.select("rank", pl.col("shared").cast(pl.String)).unique("rank").sort("rank")["shared"]
    return best.with_columns(texts.gather(best["order"] % max(names.height, 1)))


def _similar_usual_names(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose usual names sound alike or are spelt alike: `row`, `evidence`."""
    cores = pairs.select("core_a", "core_b").unique()
    cores = cores.with_columns(similarity=edit_similarity(cores["core_a"], cores["core_b"]))
    cores = cores.filter(pl.col("similarity") >= MIN_SIMILARITY)
    parts = _parts_of_names(pl.concat([cores["core_a"], cores["core_b"]]).unique())
    for side in _SIDES:
        cores = cores.join(parts.select(pl.all().name.suffix(f"_{side}")), on=f"core_{side}")
    cores = cores.with_columns(stem_similarity=edit_similarity(cores["stem_a"], cores["stem_b"]))

    has_ending = pl.col("ending_a") != ""
    comparable = [
        pl.col("ending_a") == pl.col("ending_b"),
        pl.col("is_saint_a") == pl.col("is_saint_b"),
        pl.min_horizontal("length_a", "length_b") >= _MIN_LETTERS,
        pl.col("stem_similarity") >= pl.when(has_ending).then(_MIN_STEM_SIMILARITY).otherwise(MIN_SIMILARITY),
    ]
    is_close = pl.col("similarity") >= _SIMILAR_SPELLING
    has_many_sounds = pl.col("sound_a").str.len_chars() >= _MIN_SOUNDS
    sounds_alike = (pl.col("sound_a") == pl.col("sound_b")) & (has_many_sounds | is_close)
    # The same stem with two endings of one meaning: Eppingen and Epping.
    differs_in_ending = has_ending & (pl.col("stem_similarity") == 1)
    similar = cores.filter(*comparable, sounds_alike | is_close | differs_in_ending).select(
        "core_a",
        "core_b",
        evidence=pl.format(
            "{}: {} / {} ({})",
            pl.when(sounds_alike).then(pl.lit("sounds alike")).otherwise(pl.lit("similar")),
            "core_a",
            "core_b",
            pl.col("similarity").round(2).cast(pl.String),
        ),
    )
    return pairs.join(similar, on=["core_a", "core_b"]).select("row", "evidence").sort("row")


def _parts_of_names(cores: pl.Series) -> pl.DataFrame:
    """Return the parts by which names are compared.

    Returns:
        `core`; `is_saint`; and of the rest: its `length`, its kind of `ending` ("" for none), the `stem` before that,
        and its `sound` (Metaphone, Philips 1990).
    """
    endings = _words()["endings"]
    kinds = "|".join(f"(?P<{kind}>{'|'.join(forms)})" for kind, forms in endings.items())
    names = cores.alias("core").to_frame().with_columns(rest=pl.col("core").str.replace("^saint ", ""))
    groups = pl.col("rest").str.extract_groups(f"([a-z ]{{2,}}?)(?:{kinds})$").struct
    ending = pl.coalesce(pl.when(groups.field(kind).is_not_null()).then(pl.lit(kind)) for kind in endings)
    return names.select(
        "core",
        is_saint=pl.col("core").str.starts_with("saint "),
        length=pl.col("rest").str.len_chars(),
        ending=ending.fill_null(""),
        stem=pl.coalesce(groups.field("1"), "rest"),
        sound=pl.Series([jellyfish.metaphone(rest) for rest in names["rest"]], dtype=pl.String),
    )


def edit_similarity(a: pl.Series, b: pl.Series) -> pl.Series:
    """Return 1 less the Damerau–Levenshtein edits per letter of the longer text: 1 is the same, 0 nothing in common."""
    texts = pl.DataFrame({"number": pl.int_range(len(a), eager=True), "a": a, "b": b})
    with duckdb.connect() as connection:
        connection.register("texts", texts.to_arrow())
        similarity: pl.DataFrame = connection.sql(
            "SELECT (1 - damerau_levenshtein(a, b) / greatest(length(a), length(b), 1))::DOUBLE AS similarity "
            "FROM texts ORDER BY number"
        ).pl()
    return similarity["similarity"]
