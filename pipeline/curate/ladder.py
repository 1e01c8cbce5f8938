"""The Council of Europe's awards are steps: a town is given one after the other, in the order of `Award`."""

from __future__ import annotations

import polars as pl

from schemas import FINDINGS
from schemas import vocabularies as v


def check_ladder(awards: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each award that is dated before a lower one of the same town.

    It is noted, not rejected: one of the two years may be wrong, but both awards were given. Nothing is said where a
    year or a step is missing, as the lists are not complete, nor of two awards in one year.

    Args:
        awards: `AWARDS` rows.

    Returns:
        `FINDINGS` rows, each at the place of the higher award, which names the lower award that it comes before.
    """
    steps = pl.col("award").replace_strict(v.rank_of(v.Award), return_dtype=pl.Int8)
    dated = awards.filter(pl.col("award_year").is_not_null()).with_columns(step=steps)
    # Given more than once, a step is climbed with the first.
    first = dated.group_by("town_id", "step", "award").agg(pl.col("award_year").min())
    too_early = (
        dated.join(first, on="town_id", suffix="_lower")
        .filter(pl.col("step_lower") < pl.col("step"), pl.col("award_year") < pl.col("award_year_lower"))
        .with_columns(
            raw_value=pl.format("{} {}, before {} {}", "award", "award_year", "award_lower", "award_year_lower"),
            column_name=pl.lit("award_year"),
            rule=pl.lit("award_order"),
            severity=pl.lit(v.Severity.WARNING.value),
            action=pl.lit(v.Action.KEPT.value),
        )
    )
    return FINDINGS.conform(too_early)
