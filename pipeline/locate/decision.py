"""Decisions: which place a mention means, and the evidence that showed it.

A frame of decisions has the columns `mention`, `place_id`, `located_by` (a `LocatedBy`) and `location_score` (0 to 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from schemas.vocabularies import LocatedBy


def decision(located_by: LocatedBy, score: float | pl.Expr) -> dict[str, pl.Expr]:
    """Return the columns `located_by` and `location_score`."""
    return {
        "located_by": pl.lit(located_by.value),
        "location_score": score if isinstance(score, pl.Expr) else pl.lit(score),
    }


def add_decisions(decided: pl.DataFrame, further: pl.DataFrame) -> pl.DataFrame:
    """Return all decisions; of a mention with several, the one that was first."""
    return pl.concat([decided, further.join(decided, on="mention", how="anti")])
