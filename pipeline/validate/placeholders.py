"""Placeholders betray themselves: one value stands far above its neighbours. What does is a finding per source.

The German register's year 2000 stands 922 times, the next year 312 times; the Czech list has 80 times the year 0; an
export that knows only years prints them as 1 January. A heap is only pointed out: whether its dates are dropped is
for the declaration's [[suspect]] to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas import FINDINGS
from schemas import vocabularies as v

if TYPE_CHECKING:
    from pipeline.sources import Declaration

#: A value is a suspected placeholder when it stands this often, and this many times as often as any other within so
#: many steps of it (years, or days). The register's 2000 is 2.95 times its next; fair years of it reach 1.3.
HEAP_SIZE, HEAP_RATIO, HEAP_WINDOW = 50, 2.5, 5


def find_heaps(claims: pl.DataFrame, dates: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Return a finding for each start that stands far above its neighbours, as placeholders do.

    Four kinds of values are counted: years; whole dates; days of the year whatever the year (1 January); and texts
    that are no dates at all, which have no neighbours.

    Args:
        claims: all of the source, with `start_text`.
        dates: what each text says, from `pipeline.dates.parse_dates`.
        declaration: of the source; its suspects are `nulled`, other heaps `kept`.
    """
    known = [
        value for one in declaration.suspect if one.column == "start" and one.action == "null" for value in one.values
    ]
    counted = claims.lazy().select(start="start_text").drop_nulls().group_by("start").agg(count=pl.len()).collect()
    if (counted["count"].sum() or 0) < HEAP_SIZE:
        return FINDINGS.empty().drop("source_id")
    texts = (
        counted.lazy().with_columns(pl.col("start").cast(pl.String))
        .join(dates.lazy(), left_on="start", right_on="text", how="left")
        .with_columns(is_known=pl.col("start").is_in(known))
    )  # fmt: skip
    year, day = pl.col("precision") == v.Precision.YEAR.value, pl.col("precision") == v.Precision.DAY.value
    date = pl.col("date")
    day_of_year = pl.date(2000, date.dt.month(), date.dt.day())  # a leap year has them all
    kinds = (
        ("year", texts.filter(year), date.dt.year(), date.dt.year().cast(pl.String)),
        ("date", texts.filter(day), date.to_physical(), date.cast(pl.String)),
        ("day of the year", texts.filter(day), day_of_year.to_physical(), day_of_year.dt.strftime("%d %B")),
    )
    heaps = [_heaps(rows, name, place, label) for name, rows, place, label in kinds]
    unread = texts.filter(date.is_null(), pl.col("date_note").is_null(), pl.col("count") >= HEAP_SIZE)
    said = pl.format("{} stands {} times and is no date", "start", "count")
    return (
        pl.concat([*heaps, unread.select(raw_value=said, is_known="is_known")])
        .sort("raw_value")
        .select(
            snapshot_id=pl.lit(None, pl.String),
            locator=pl.lit(None, pl.String),
            column_name=pl.lit("start"),
            rule=pl.lit("placeholder_heap"),
            severity=pl.lit(v.Severity.WARNING.value),
            raw_value="raw_value",
            action=pl.when("is_known").then(pl.lit(v.Action.NULLED.value)).otherwise(pl.lit(v.Action.KEPT.value)),
        )
        .collect()
    )


def _heaps(rows: pl.LazyFrame, name: str, place: pl.Expr, label: pl.Expr) -> pl.LazyFrame:
    """Return `raw_value` and `is_known` of each place on a line of years or days that stands above those near it."""
    # Of what stands at one place, the text that is most frequent tells whether it is known.
    counted = (
        rows.select(place=place.cast(pl.Int32), label=label, count="count", is_known="is_known")
        .group_by("place").agg(
            pl.col("label").first(), pl.col("count").sum(),
            is_known=pl.col("is_known").sort_by("count", "is_known").last(),
        )
    )  # fmt: skip
    distance = (pl.col("place") - pl.col("place_other")).abs()
    return (
        counted.filter(pl.col("count") >= HEAP_SIZE)
        .join(counted, how="cross", suffix="_other")
        .group_by("place", "label", "count", "is_known")
        .agg(next=pl.col("count_other").filter(distance.is_between(1, HEAP_WINDOW)).max().fill_null(0))
        .filter(pl.col("count") >= HEAP_RATIO * pl.col("next"))
        .select(
            raw_value=pl.format(f"{{}} stands {{}} times, no {name} near it more than {{}}", "label", "count", "next"),
            is_known="is_known",
        )
    )
