"""Who is twinned with whom in synthetic lists, and which source says so, in which direction and with which date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.dice import bits, chance, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Pairs drawn beyond those wanted: some turn out to be drawn twice.
_SPARE = 1.06
_MONTHS = {
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"],
}  # fmt: skip
#: What the register prints where it knows no year.
PLACEHOLDER = "2000"


def make_pairs(count: int, towns: pl.DataFrame, facts: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Return about `count` distinct pairs in which each town has as many partners as its degree says.

    Where there are too few towns for so many pairs, all degrees rise in proportion.

    Returns:
        `pair` (a number from 0), `town_a`, `town_b` (numbers of towns), `start_date` (the true beginning), `form`.
    """
    most = max(towns.height // 4, 1)
    factor = 2 * _SPARE * count / int(towns["degree"].clip(upper_bound=most).sum())
    luck = chance(pl.col("town"), "rounded", seed)
    wanted = (pl.col("degree").clip(upper_bound=most) * factor + luck).floor().cast(pl.Int64)
    towns = towns.select("town", wanted=pl.max_horizontal(wanted, 1)).pipe(_with_rings, facts["rings"], seed)
    ringed = towns.filter(pl.col("size") > 0).select("town", "ring")
    rings = ringed.join(ringed, on="ring", suffix="_b").filter(pl.col("town") < pl.col("town_b"))
    stubs = (
        towns.select(pl.col("town").repeat_by(pl.col("wanted") - pl.col("met"))).explode("town").drop_nulls()
        .with_row_index("stub").sort(bits(pl.col("stub"), "stub", seed), "stub").get_column("town")
    )  # fmt: skip
    half = stubs.len() // 2
    drawn = pl.concat(
        [
            rings.select(a="town", b="town_b"),
            pl.DataFrame({"a": stubs.head(half), "b": stubs.slice(half, half)}),
        ]
    )
    distinct = (
        drawn.filter(pl.col("a") != pl.col("b"))
        .select(town_a=pl.min_horizontal("a", "b"), town_b=pl.max_horizontal("a", "b"))
        .unique()
        .sort("town_a", "town_b")
        .with_row_index("drawn")
        .sort(bits(pl.col("drawn"), "order", seed))
        .drop("drawn")
    )
    return distinct.with_row_index("pair").with_columns(_beginning(facts["years"], seed), _form(facts["forms"], seed))


def _with_rings(towns: pl.DataFrame, rings: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Add `ring` (a number), `size` (its members; 0 for none) and `met` (partners that the ring gives)."""
    room = pl.col("wanted").clip(upper_bound=rings["largest"] - 1) - 1
    size = 3 + (bits(pl.col("town"), "ring size", seed) % pl.max_horizontal(room, 1).cast(pl.UInt64)).cast(pl.Int64)
    chosen = (pl.col("wanted") >= 2) & (chance(pl.col("town"), "ringed", seed) < rings["share"])
    towns = towns.with_columns(size=pl.when(chosen).then(size).otherwise(0))
    # Neighbours in a random order make a ring; those that are left over are in none.
    order = bits(pl.col("town"), "ring order", seed).rank("ordinal").over("size").cast(pl.Int64) - 1
    whole = pl.len().over("size") // pl.max_horizontal("size", 1) * pl.col("size")
    ordered = towns.with_columns(order=order, whole=whole).with_columns(
        size=pl.when(pl.col("order") < pl.col("whole")).then("size").otherwise(0)
    )
    return ordered.with_columns(
        ring=pl.col("order") // pl.max_horizontal("size", 1) * (rings["largest"] + 1) + pl.col("size"),
        met=pl.max_horizontal(pl.col("size") - 1, 0),
    )


def _beginning(years: Mapping[str, int], seed: int) -> pl.Expr:
    first = pick(chance(pl.col("pair"), "years", seed), years).cast(pl.Int32)
    year = first + (bits(pl.col("pair"), "year", seed) % 5).cast(pl.Int32)
    day = (bits(pl.col("pair"), "day", seed) % 365).cast(pl.Int64)
    return (pl.date(year, 1, 1) + pl.duration(days=day)).alias("start_date")


def _form(forms: Mapping[str, int], seed: int) -> pl.Expr:
    return pick(chance(pl.col("pair"), "form", seed), forms).alias("form")


def make_claims(pairs: pl.DataFrame, facts: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Return what the sources say of these pairs.

    Returns:
        In random order: `source` (its place in the facts), `pair`, `form`, `town`, `partner`, `start_text` (null
        where undated), `broken` (null, or how the row is broken).
    """
    sources = facts["sources"]
    drawn = pairs.with_columns(
        left=pick(chance(pl.col("pair"), "claims", seed), facts["claims_of_a_pair"]).cast(pl.Int64)
    ).join(pl.DataFrame({"source": range(len(sources))}, schema={"source": pl.UInt32}), how="cross")
    said = drawn.with_columns(cell=pl.col("pair").cast(pl.UInt64) * len(sources) + pl.col("source")).with_columns(
        by=_by_source(sources, "weight"), often=_by_source(sources, "both")
    )
    turn = -(1 - chance(pl.col("cell"), "turn", seed)).log() / pl.col("by")
    rows = 1 + (chance(pl.col("cell"), "both", seed) < pl.col("often")).cast(pl.Int64)
    said = said.with_columns(rows=rows, turn=turn).sort("pair", "turn", "source")
    before = pl.col("rows").cum_sum().over("pair") - pl.col("rows")
    # What is left when every source has spoken is printed twice by the last one.
    given = pl.when(pl.col("pair") != pl.col("pair").shift(-1, fill_value=2**32 - 1)).then(
        pl.col("left") - before
    ).otherwise(pl.min_horizontal("rows", pl.col("left") - before))  # fmt: skip
    twice = (chance(pl.col("cell"), "twice", seed) < facts["errors"]["duplicate"]).cast(pl.Int64)
    said = said.with_columns(given=given).filter(pl.col("given") > 0).with_columns(given=pl.col("given") + twice)
    said = said.with_columns(start_text=_start_text(facts, seed))
    claims = said.select(
        "source", "pair", "form", "town_a", "town_b", "cell", "start_text", "rows",
        nth=pl.int_ranges(pl.col("given"), dtype=pl.Int64),
    ).explode("nth")  # fmt: skip
    turned = ((bits(pl.col("cell"), "turned", seed) % 2).cast(pl.Int64) + pl.col("nth") * (pl.col("rows") - 1)) % 2 == 1
    row = pl.col("cell") * 32 + pl.col("nth").cast(pl.UInt64)
    return (
        claims.with_columns(
            town=pl.when(turned).then("town_b").otherwise("town_a"),
            partner=pl.when(turned).then("town_a").otherwise("town_b"),
            broken=_broken(row, facts["errors"]["broken"], seed),
            order=bits(row, "row", seed),
        )
        .sort("order")
        .select("source", "pair", "form", "town", "partner", "start_text", "broken")
    )


def _by_source(sources: Mapping[str, Any], key: str) -> pl.Expr:
    return pl.col("source").replace_strict(
        list(range(len(sources))), [float(source[key]) for source in sources.values()], return_dtype=pl.Float64
    )


def _broken(row: pl.Expr, share: float, seed: int) -> pl.Expr:
    how = pick(chance(row, "how broken", seed), {"self": 2, "empty": 1, "moved": 1})
    return pl.when(chance(row, "broken", seed) < share).then(how)


def _start_text(facts: Mapping[str, Any], seed: int) -> pl.Expr:
    """Give the beginning as the source prints it."""
    cell, errors = pl.col("cell"), facts["errors"]
    off = (bits(cell, "years off", seed) % 19).cast(pl.Int64) - 9
    wrong = chance(cell, "other year", seed) < errors["other_year"]
    year = pl.col("start_date").dt.year() + pl.when(wrong).then(off).otherwise(0)
    day, month = pl.col("start_date").dt.day(), pl.col("start_date").dt.month()
    text: pl.Expr = pl.lit(None, pl.String)
    for place, source in enumerate(facts["sources"].values()):
        if not source["dated"]:
            continue
        shape = pick(chance(cell, "shape", seed), source["dates"])
        language = source["language"]
        words = month.replace_strict(list(range(1, 13)), _MONTHS[language], return_dtype=pl.String)
        day_in_words = pl.format("{}. {} {}" if language == "de" else "{} {} {}", day, words, year)
        printed = (
            pl.when(shape == "iso").then(pl.format("{}-{}-{}", year, _two(month), _two(day)))
            .when(shape == "dmy").then(pl.format("{}.{}.{}", day, month, year))
            .when((shape == "words") & (day % 2 == 0)).then(pl.format("{} {}", words, year))
            .when(shape == "words").then(day_in_words)
            .when(shape == "placeholder").then(pl.lit(PLACEHOLDER))
            .otherwise(year.cast(pl.String))
        )  # fmt: skip
        dated = chance(cell, "dated", seed) < source["dated"]
        text = pl.when((pl.col("source") == place) & dated).then(printed).otherwise(text)
    return text


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)
