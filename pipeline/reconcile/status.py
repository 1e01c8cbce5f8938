"""Whether it is alive, and when and why it ended."""

from __future__ import annotations

import polars as pl

from pipeline.reconcile.ranking import END, STATUS, best_first
from schemas import vocabularies as v


def win_status(claims: pl.DataFrame) -> pl.DataFrame:
    """Take the status that is stated in words before one that merely being listed asserts: lists outlive links.

    Then the best authority that knows one; where it says several, what was said last, then the farthest change.

    Returns:
        `partnership_id`, `status`, `status_claim_id`, `end_date`, `end_precision`, `end_cause`; the last three are
        null unless the status is `ended`.
    """
    best = (
        best_first(claims, STATUS)
        .group_by("partnership_id", maintain_order=True)
        .agg(pl.col("status").first(), status_claim_id=pl.col("claim_id").first())
    )
    ended = (
        best_first(claims.filter(pl.col("status") == v.Status.ENDED.value), END)
        .group_by("partnership_id", maintain_order=True)
        .agg(
            pl.col("end_date").first(), pl.col("end_precision").first(), pl.col("end_cause").drop_nulls().first(),
        )
    )  # fmt: skip
    is_ended = pl.col("status") == v.Status.ENDED.value
    return best.join(ended, on="partnership_id", how="left").with_columns(
        pl.when(is_ended).then(column).alias(column) for column in ("end_date", "end_precision", "end_cause")
    )
