"""Facts about statements and towns, however they were received, to one row each.

A fact is one property with one value: of a statement (`town`, `statement`, `property`, `value`, `rank`, `precision`,
`calendar`, `reference`) or of an item (`town`, `property`, `value`, `language`, `time`). Items and properties are ids
(`Q64`, `P580`); "some value" is the value `somevalue`, "no value" none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.extract.wikidata import terms as t
from pipeline.readers.wikidata.times import time_text

if TYPE_CHECKING:
    from collections.abc import Mapping

SOME = "somevalue"
LABEL, ALIAS, SAME = "label", "alias", "same"
STATEMENT_FACTS = pl.Schema(
    dict.fromkeys(("town", "statement", "property", "value", "rank", "precision", "calendar", "reference"), pl.String())
)
TOWN_FACTS = pl.Schema(dict.fromkeys(("town", "property", "value", "language", "time"), pl.String()))

STATEMENT_COLUMNS = (
    "statement", "town", "partner", "rank", "start", "point_in_time", "end", "end_cause", "since", "status",
    "evidence_url", "retrieved", "stated_in", "note",
)  # fmt: skip
TOWN_COLUMNS = (
    "item", "name", "country", "region", "latitude", "longitude", "population", "geonames_id", "kind", "same_as",
    "names",
)  # fmt: skip
#: What a row of a statement says of its two sides, where the file has it.
SIDE_COLUMNS = ("label", "country", "region", "latitude", "longitude", "population", "geonames_id", "kind")


def statements(facts: pl.DataFrame) -> pl.DataFrame:
    """Return one row a statement of twinning, in the order of their ids.

    Args:
        facts: as `STATEMENT_FACTS`; the fact `P190` of a statement names the partner and makes the row.

    Returns:
        `STATEMENT_COLUMNS`, null where nothing is stated. `since` is the start, or the point in time where neither a
        start nor an end is stated. `status` is `ended` where an end is stated without a time.
    """
    facts = facts.with_columns(is_time=pl.col("precision").is_not_null()).with_columns(
        text=pl.when("is_time").then(time_text()).otherwise("value")
    )
    rows = facts.filter(pl.col("property") == t.TWINNED).sort("statement", "town", "value")
    rows = rows.unique("statement", keep="first", maintain_order=True).select(
        "statement", "town", "rank", partner=pl.when(pl.col("value").str.contains(r"^Q[1-9]\d*$")).then("value")
    )
    qualifiers = {t.START: "start", t.END: "end", t.POINT_IN_TIME: "point_in_time", t.END_CAUSE: "end_cause"}
    for number, column in qualifiers.items():
        stated = facts.filter((pl.col("property") == number) & pl.col("reference").is_null())
        told = stated.filter(pl.col("is_time") if column != "end_cause" else pl.col("text") != SOME)
        texts = told.sort("statement", "text").group_by("statement").agg(pl.col("text").unique().sort())
        rows = rows.join(
            texts.select("statement", pl.col("text").list.join("; ").alias(column)), on="statement", how="left"
        ).with_columns(pl.col("statement").is_in(stated["statement"].unique().implode()).alias(f"has_{column}"))
    rows = rows.join(_evidence(facts), on="statement", how="left").sort("statement")
    undated = pl.col("start").is_null() & ~pl.col("has_end") & pl.col("point_in_time").is_not_null()
    cause = pl.col("end_cause").replace(t.end_causes())
    over = (pl.col("has_end") | pl.col("has_end_cause")) & pl.col("end").is_null()
    notes = (
        pl.when(undated).then(pl.lit("dated by its point in time")),
        pl.format("stated in {}", "stated_in"),
        pl.format("retrieved {}", "retrieved"),
    )
    return rows.with_columns(
        since=pl.when(undated).then("point_in_time").otherwise("start"),
        end_cause=pl.when(pl.col("has_end_cause")).then(cause.fill_null("unknown")),
        status=pl.when(over).then(pl.lit("ended")),
        note=pl.concat_str(notes, separator="; ", ignore_nulls=True),
    ).select(STATEMENT_COLUMNS)


def _evidence(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `statement`, `evidence_url`, `retrieved`, `stated_in` of one reference each: one with an address first."""
    names = {t.REFERENCE_URL: "evidence_url", t.RETRIEVED: "retrieved", t.STATED_IN: "stated_in"}
    referred = facts.filter(pl.col("reference").is_not_null() & pl.col("text").is_not_null() & (pl.col("text") != SOME))
    parts = [
        pl.col("text").filter(pl.col("property") == number).min().alias(column) for number, column in names.items()
    ]
    each = referred.group_by("statement", "reference").agg(parts)
    return (
        each.sort("statement", *names.values(), "reference", nulls_last=True)
        .unique("statement", keep="first", maintain_order=True)
        .drop("reference")
    )


def towns(facts: pl.DataFrame) -> pl.DataFrame:
    """Return one row an item, in the order of their ids.

    Args:
        facts: as `TOWN_FACTS`, of the best rank and not ended; the labels of regions may be among them.

    Returns:
        `TOWN_COLUMNS`, null where nothing is stated or where it is not clear what: two countries, two GeoNames ids.
        `names` is a JSON list of `language` and `name`. An item that is a redirect has what its target has.
    """
    facts = facts.unique().sort(list(TOWN_FACTS), nulls_last=True)
    of, value = pl.col("property"), pl.col("value")
    labels = facts.filter(of == LABEL).with_columns(
        place=pl.col("language").replace_strict(
            {language: place for place, language in enumerate(t.LABEL_ORDER)}, default=len(t.LABEL_ORDER)
        )
    )
    labels = labels.sort("town", "place", "language", "value").unique("town", keep="first", maintain_order=True)
    labels = labels.select("town", name="value")
    named = facts.filter(of.is_in([LABEL, ALIAS])).select("town", "language", name="value").unique()
    names = (
        named.sort("town", "language", "name")
        .group_by("town", maintain_order=True)
        .agg(names=pl.struct("language", "name"))
        .with_columns(pl.struct("names").struct.json_encode().str.extract(r'^\{"names":(.*)\}$').alias("names"))
    )
    rows = facts.select("town").unique()
    for part in (labels, names, _only(facts, t.GEONAMES, "geonames_id"), _places(facts), _people(facts)):
        rows = rows.join(part, on="town", how="left")
    country = _only(facts.with_columns(value.replace(t.countries())), t.COUNTRY, "country")
    regions = _only(facts, t.REGION, "region").join(labels, left_on="region", right_on="town")
    kinds = facts.filter(of == t.INSTANCE_OF).select("town", kind=value.replace_strict(t.kinds(), default=None))
    rank = {kind: place for place, kind in enumerate(dict.fromkeys(t.kinds().values()))}
    kinds = (
        kinds.drop_nulls().sort("town", pl.col("kind").replace_strict(rank, default=None)).unique("town", keep="first")
    )
    same = facts.filter(of == SAME).select("town", same_as="value").unique("town", keep="first", maintain_order=True)
    for part in (country, regions.select("town", region="name"), kinds, same):
        rows = rows.join(part, on="town", how="left")
    return _through_redirects(rows).rename({"town": "item"}).sort("item").select(TOWN_COLUMNS)


def _only(facts: pl.DataFrame, number: str, column: str) -> pl.DataFrame:
    """Return the value of a property where there is one alone; of two nobody says which is meant."""
    found = facts.filter(pl.col("property") == number, pl.col("value") != SOME).select("town", "value").unique()
    return found.filter(pl.len().over("town") == 1).rename({"value": column})


def _places(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `latitude`, `longitude` from `Point(8.4 49)`; a point on another globe names it first."""
    number = r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    point = pl.col("value").str.extract_groups(rf"^Point\({number} {number}\)$").struct
    degrees = [
        point.field(str(place)).cast(pl.Float64).round(6).alias(name)
        for place, name in enumerate(("longitude", "latitude"), start=1)
    ]
    found = facts.filter(pl.col("property") == t.COORDINATES).select("town", *degrees).drop_nulls()
    found = found.sort("town", "latitude", "longitude").unique("town", keep="first", maintain_order=True)
    return found.with_columns(pl.col("latitude", "longitude").cast(pl.String))


def _people(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `population`: the latest that is dated, and of several the largest."""
    count = pl.col("value").str.strip_prefix("+").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    found = (
        facts.filter(pl.col("property") == t.POPULATION)
        .select("town", "time", population=count)
        .drop_nulls("population")
    )
    found = found.sort("town", "time", "population", descending=[False, True, True], nulls_last=True)
    return found.unique("town", keep="first", maintain_order=True).select("town", pl.col("population").cast(pl.String))


def _through_redirects(rows: pl.DataFrame) -> pl.DataFrame:
    """Give an item that is only a redirect what its target has."""
    facts = [column for column in rows.columns if column not in ("town", "same_as")]
    target = rows.select(pl.col("town").alias("same_as"), *(pl.col(name).alias(f"to_{name}") for name in facts))
    joined = rows.join(target, on="same_as", how="left")
    moved = pl.col("same_as").is_not_null()
    return joined.select(
        "town", pl.coalesce("same_as", "town").alias("same_as"),
        *(pl.when(moved).then(pl.coalesce(f"to_{name}", name)).otherwise(name).alias(name) for name in facts),
    )  # fmt: skip


def with_sides(rows: pl.DataFrame, known: pl.DataFrame, columns: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Add to each statement what is known of its two towns.

    Args:
        rows: as `statements` gives them.
        known: as `towns` gives them; null where nothing is known.
        columns: for each of `SIDE_COLUMNS` the column of `known`; by default the same, and `name` for the label.
    """
    source = columns or {column: "name" if column == "label" else column for column in SIDE_COLUMNS}
    for side in ("town", "partner"):
        of_side = known.select(
            pl.col("item").alias(side), pl.col("same_as").alias(f"{side}_same"),
            *(pl.col(theirs).alias(f"{side}_{ours}") for ours, theirs in source.items()),
        )  # fmt: skip
        rows = rows.join(of_side, on=side, how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce(f"{side}_same", side).alias(side)).drop(f"{side}_same")
    return rows
