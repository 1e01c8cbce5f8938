"""Placeholder values: starts that occur far more often than the values next to them.

The German register has the year 2000 in 922 rows and the next year in 312; the Czech list has the year 0 in 80 rows;
an export that knows only years prints 1 January. A placeholder is only reported: whether its dates are dropped is
decided by [[suspect]] in the declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.validate.findings import NO_FINDINGS
from schemas import vocabularies as v

if TYPE_CHECKING:
    from pipeline.sources import Declaration

#: A value is reported if it occurs this often, and this many times as often as any value within WINDOW years or days.
#: The register's 2000 occurs 2.95 times as often as its neighbours; true years reach 1.3.
MIN_COUNT, MIN_RATIO, WINDOW = 50, 2.5, 5
_NULLED, _KEPT = pl.lit(v.Action.NULLED.value), pl.lit(v.Action.KEPT.value)
_FINDING: Final = {
    "snapshot_id": pl.lit(None, pl.String),
    "locator": pl.lit(None, pl.String),
    "column_name": pl.lit("start"),
    "rule": pl.lit("placeholder_heap"),
    "severity": pl.lit(v.Severity.WARNING.value),
    "raw_value": pl.col("raw_value"),
    "action": pl.when("is_suspect").then(_NULLED).otherwise(_KEPT),
}


def find_placeholders(claims: pl.DataFrame, dates: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Return a finding for each start that occurs far more often than its neighbours.

    Four kinds of values are counted: years; dates; days of the year in any year (1 January); and texts that are no
    dates, which have no neighbours.

    Args:
        claims: all claims of the source, with `start_text`.
        dates: what each text says, from `pipeline.dates.parse_dates`.
        declaration: of the source; its suspects are `nulled`, other placeholders `kept`.
    """
    suspects = [
        value
        for suspect in declaration.suspect
        if suspect.column == "start" and suspect.action == "null"
        for value in suspect.values
    ]
    counts = claims.lazy().select(start="start_text").drop_nulls().group_by("start").agg(count=pl.len()).collect()
    if (counts["count"].sum() or 0) < MIN_COUNT:
        return NO_FINDINGS
    texts = (
        counts.lazy()
        .with_columns(pl.col("start").cast(pl.String))
        .join(dates.lazy(), left_on="start", right_on="text", how="left")
        .with_columns(is_suspect=pl.col("start").is_in(suspects))
    )
    date = pl.col("date")
    years = texts.filter(pl.col("precision") == v.Precision.YEAR.value)
    days = texts.filter(pl.col("precision") == v.Precision.DAY.value)
    day_of_year = pl.date(2000, date.dt.month(), date.dt.day())  # a leap year has all days
    no_dates = texts.filter(date.is_null(), pl.col("date_note").is_null(), pl.col("count") >= MIN_COUNT)
    values = (
        _outliers(years, "year", date.dt.year(), date.dt.year().cast(pl.String)),
        _outliers(days, "date", date.to_physical(), date.cast(pl.String)),
        _outliers(days, "day of the year", day_of_year.to_physical(), day_of_year.dt.strftime("%d %B")),
        no_dates.select("is_suspect", raw_value=pl.format("{} stands {} times and is no date", "start", "count")),
    )
    return pl.concat(values).sort("raw_value").select(**_FINDING).collect()


def _outliers(texts: pl.LazyFrame, kind: str, position: pl.Expr, label: pl.Expr) -> pl.LazyFrame:
    """Return `is_suspect` and `raw_value` of each year or day that occurs far more often than those near it.

    Args:
        texts: `date`, `count`, `is_suspect`.
        kind: what a value is called in the finding.
        position: of the value on a line of years or days.
        label: the value as it is shown in the finding.
    """
    # Several texts can have one position: the most frequent one says whether the value is a suspect.
    counts = (
        texts.select("count", "is_suspect", position=position.cast(pl.Int32), label=label)
        .group_by("position")
        .agg(
            pl.col("label").first(),
            pl.col("count").sum(),
            is_suspect=pl.col("is_suspect").sort_by("count", "is_suspect").last(),
        )
    )
    distance = (pl.col("position") - pl.col("position_other")).abs()
    message = pl.format(f"{{}} stands {{}} times, no {kind} near it more than {{}}", "label", "count", "next")
    return (
        counts.filter(pl.col("count") >= MIN_COUNT)
        .join(counts, how="cross", suffix="_other")
        .group_by("position", "label", "count", "is_suspect")
        .agg(next=pl.col("count_other").filter(distance.is_between(1, WINDOW)).max().fill_null(0))
        .filter(pl.col("count") >= MIN_RATIO * pl.col("next"))
        .select("is_suspect", raw_value=message)
    )
