"""Facts to rows: one row a statement of twinning, or one row an item.

A fact is one property with one value, of a statement or of an item. Items and properties are ids (`Q64`, `P580`);
"some value" is the value `somevalue`, "no value" is null.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.extract.wikidata import terms as t
from pipeline.readers.wikidata.times import format_time

SOME_VALUE: Final = "somevalue"
#: Properties that are not Wikidata's own: names of an item, and the item that it redirects to.
LABEL, ALIAS, SAME_AS = "label", "alias", "same"
_STATEMENT_FACT: Final = ("town", "statement", "property", "value", "rank", "precision", "calendar", "reference")
STATEMENT_FACTS: Final = pl.Schema(dict.fromkeys(_STATEMENT_FACT, pl.String()))
TOWN_FACTS: Final = pl.Schema(dict.fromkeys(("town", "property", "value", "language", "time"), pl.String()))

_TOWN_DETAILS: Final = ("country", "region", "latitude", "longitude", "population", "geonames_id", "kind")
#: `names` is a JSON list of `language` and `name`; `same_as` is the item that a redirect leads to.
TOWN_ROWS: Final = pl.Schema(dict.fromkeys(("item", "name", *_TOWN_DETAILS, "same_as", "names"), pl.String()))
_QUALIFIERS: Final = {t.START: "start", t.POINT_IN_TIME: "point_in_time", t.END: "end", t.END_CAUSE: "end_cause"}
_REFERENCES: Final = {t.REFERENCE_URL: "evidence_url", t.RETRIEVED: "retrieved", t.STATED_IN: "stated_in"}
_IDENTITY: Final = ("statement", "town", "partner", "rank")
STATEMENT_COLUMNS: Final = (*_IDENTITY, *_QUALIFIERS.values(), "since", "status", *_REFERENCES.values(), "note")


def statement_rows(facts: pl.DataFrame) -> pl.DataFrame:
    """Return one row a statement of twinning, in the order of their ids.

    Args:
        facts: as `STATEMENT_FACTS`; the fact `P190` of a statement names the partner and makes the row.

    Returns:
        `STATEMENT_COLUMNS`, null where nothing is stated. `since` is the start, or the point in time where neither a
        start nor an end is stated. `status` is `ended` where an end is stated without a time.
    """
    is_time = pl.col("precision").is_not_null()
    facts = facts.with_columns(is_time=is_time, text=pl.when(is_time).then(format_time()).otherwise("value"))
    rows = facts.filter(pl.col("property") == t.TWINNED).sort("statement", "town", "value")
    rows = rows.unique("statement", keep="first", maintain_order=True).select(
        "statement", "town", "rank", partner=pl.when(pl.col("value").str.contains(r"^Q[1-9]\d*$")).then("value")
    )
    for number, column in _QUALIFIERS.items():
        rows = rows.join(_qualifier(facts, number, column), on="statement", how="left")
    rows = rows.join(_evidence(facts), on="statement", how="left").sort("statement")
    has_end, has_end_cause = pl.col("has_end").is_not_null(), pl.col("has_end_cause").is_not_null()
    is_dated_by_point = pl.col("start").is_null() & ~has_end & pl.col("point_in_time").is_not_null()
    end_cause = pl.col("end_cause").replace(t.end_causes())
    notes = (
        pl.when(is_dated_by_point).then(pl.lit("dated by its point in time")),
        pl.format("stated in {}", "stated_in"),
        pl.format("retrieved {}", "retrieved"),
    )
    return rows.with_columns(
        since=pl.when(is_dated_by_point).then("point_in_time").otherwise("start"),
        end_cause=pl.when(has_end_cause).then(end_cause.fill_null("unknown")),
        status=pl.when((has_end | has_end_cause) & pl.col("end").is_null()).then(pl.lit("ended")),
        note=pl.concat_str(notes, separator="; ", ignore_nulls=True),
    ).select(STATEMENT_COLUMNS)


def _qualifier(facts: pl.DataFrame, number: str, column: str) -> pl.DataFrame:
    """Return `statement`, the qualifier's values as one text, and `has_<column>`: true, also for "some value"."""
    qualifiers = facts.filter(pl.col("property") == number, pl.col("reference").is_null())
    has_value = pl.col("text") != SOME_VALUE if number == t.END_CAUSE else pl.col("is_time")
    texts = pl.col("text").filter(has_value).unique().sort()
    joined = pl.when(texts.len() > 0).then(texts.str.join("; "))
    return qualifiers.group_by("statement").agg(joined.alias(column), pl.lit(value=True).alias(f"has_{column}"))


def _evidence(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `statement`, `evidence_url`, `retrieved`, `stated_in` of one reference; those with a URL come first."""
    references = facts.filter(pl.col("reference").is_not_null(), pl.col("text") != SOME_VALUE)
    values = [
        pl.col("text").filter(pl.col("property") == number).min().alias(column)
        for number, column in _REFERENCES.items()
    ]
    references = references.group_by("statement", "reference").agg(values)
    return (
        references.sort("statement", *_REFERENCES.values(), "reference", nulls_last=True)
        .unique("statement", keep="first", maintain_order=True)
        .drop("reference")
    )


def join_towns(rows: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Add to each statement the facts about its two towns.

    Args:
        rows: from `statement_rows`.
        towns: as `TOWN_ROWS`.
    """
    for side in ("town", "partner"):
        details = {f"{side}_{name}": name for name in _TOWN_DETAILS}
        of_side = towns.select(pl.col("item").alias(side), "same_as", **{f"{side}_label": "name"}, **details)
        rows = rows.join(of_side, on=side, how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce("same_as", side).alias(side)).drop("same_as")
    return rows


def town_rows(facts: pl.DataFrame) -> pl.DataFrame:
    """Return one row an item, in the order of their ids.

    Args:
        facts: as `TOWN_FACTS`, of the best rank and not ended; the labels of regions may be among them.

    Returns:
        `TOWN_ROWS`, null where nothing is stated or where it is not clear what: two countries, two GeoNames ids.
        An item that is a redirect has what its target has.
    """
    facts = facts.unique().sort(list(TOWN_FACTS), nulls_last=True)
    labels = _labels(facts)
    countries = facts.with_columns(pl.col("value").replace(t.countries()))
    regions = _only_value(facts, t.REGION, "region").join(labels, left_on="region", right_on="town")
    same_as = facts.filter(pl.col("property") == SAME_AS).unique("town", keep="first", maintain_order=True)
    rows = facts.select("town").unique()
    for details in (
        labels,
        _names(facts),
        _only_value(countries, t.COUNTRY, "country"),
        regions.select("town", region="name"),
        _coordinates(facts),
        _population(facts),
        _only_value(facts, t.GEONAMES, "geonames_id"),
        _kinds(facts),
        same_as.select("town", same_as="value"),
    ):
        rows = rows.join(details, on="town", how="left")
    return _resolve_redirects(rows).rename({"town": "item"}).sort("item").select(list(TOWN_ROWS))


def _labels(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `name`: the label in the first of the languages that has one."""
    ranks = {language: rank for rank, language in enumerate(t.LABEL_ORDER)}
    rank = pl.col("language").replace_strict(ranks, default=len(ranks))
    labels = facts.filter(pl.col("property") == LABEL).sort("town", rank, "language", "value")
    return labels.unique("town", keep="first", maintain_order=True).select("town", name="value")


def _names(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `names`: labels and aliases in all languages, as a JSON list."""
    names = facts.filter(pl.col("property").is_in([LABEL, ALIAS])).select("town", "language", name="value").unique()
    lists = names.sort("town", "language", "name").group_by("town").agg(names=pl.struct("language", "name"))
    return lists.select("town", names=pl.struct("names").struct.json_encode().str.extract(r'^\{"names":(.*)\}$'))


def _only_value(facts: pl.DataFrame, number: str, column: str) -> pl.DataFrame:
    """Return the value of a property of items that have only one: of two, it is not clear which is meant."""
    values = facts.filter(pl.col("property") == number, pl.col("value") != SOME_VALUE).select("town", "value").unique()
    return values.filter(pl.len().over("town") == 1).rename({"value": column})


def _coordinates(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `latitude`, `longitude` from `Point(8.4 49)`; a point that is not on Earth names its globe."""
    number = r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    point = pl.col("value").str.extract_groups(rf"^Point\({number} {number}\)$").struct
    degrees = {
        name: point.field(group).cast(pl.Float64).round(6) for group, name in (("2", "latitude"), ("1", "longitude"))
    }
    points = facts.filter(pl.col("property") == t.COORDINATES).select("town", **degrees).drop_nulls()
    points = points.sort("town", *degrees).unique("town", keep="first", maintain_order=True)
    return points.with_columns(pl.col(*degrees).cast(pl.String))


def _population(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `population`: the latest that is dated, and of several the largest."""
    count = pl.col("value").str.strip_prefix("+").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    counts = facts.filter(pl.col("property") == t.POPULATION).select("town", "time", population=count)
    counts = counts.drop_nulls("population").sort(
        "town", "time", "population", descending=[False, True, True], nulls_last=True
    )
    latest = counts.unique("town", keep="first", maintain_order=True)
    return latest.select("town", pl.col("population").cast(pl.String))


def _kinds(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `town`, `kind`: the strongest kind of its classes."""
    ranks = {kind: rank for rank, kind in enumerate(dict.fromkeys(t.kinds().values()))}
    kind = pl.col("value").replace_strict(t.kinds(), default=None)
    kinds = facts.filter(pl.col("property") == t.INSTANCE_OF).select("town", kind=kind).drop_nulls()
    return kinds.sort("town", pl.col("kind").replace_strict(ranks)).unique("town", keep="first", maintain_order=True)


def _resolve_redirects(rows: pl.DataFrame) -> pl.DataFrame:
    """Give an item that is a redirect what its target has."""
    details = [column for column in rows.columns if column not in ("town", "same_as")]
    targets = rows.select(pl.col("town").alias("same_as"), pl.col(details).name.prefix("target_"))
    rows = rows.join(targets, on="same_as", how="left")
    # Only a redirect has a target.
    return rows.select(
        "town",
        pl.coalesce("same_as", "town").alias("same_as"),
        *(pl.coalesce(f"target_{name}", name).alias(name) for name in details),
    )
