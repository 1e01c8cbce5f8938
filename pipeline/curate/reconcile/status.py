"""Whether it is alive, and when and why it ended."""

from __future__ import annotations

import polars as pl

from pipeline.curate.reconcile.numbers import PAIR
from pipeline.curate.reconcile.ranking import END, END_CAUSE, STATUS, winners
from schemas import vocabularies as v

IS_ENDED = pl.col("status") == v.Status.ENDED.value


def win_status(claims: pl.DataFrame) -> pl.DataFrame:
    """Take the status that is stated in words before one that merely being listed asserts: lists outlive links.

    Then the best authority that knows one; where it says several, what was said last, then the farthest change.

    Returns:
        `partnership_id`, `status`, `status_claim_id`, `end_date`, `end_precision`, `end_claim_id`, `end_cause`,
        `end_cause_claim_id`; those of the end are null unless the status is `ended`.
    """
    best = winners(claims, STATUS)
    best = best.with_columns(status=claims["status"].gather(best["claim_id"])).rename({"claim_id": "status_claim_id"})
    ends = claims.filter(IS_ENDED)
    dated = winners(ends.filter(pl.col("end_date").is_not_null()), END)
    dated = dated.select(
        PAIR,
        claims["end_date"].gather(dated["claim_id"]),
        claims["end_precision"].gather(dated["claim_id"]),
        end_claim_id="claim_id",
    )
    causes = winners(ends.filter(pl.col("end_cause").is_not_null()), END_CAUSE)
    causes = causes.select(PAIR, claims["end_cause"].gather(causes["claim_id"]), end_cause_claim_id="claim_id")
    is_over = best.filter(IS_ENDED).select(PAIR)
    ended = is_over.join(dated, on=PAIR, how="left").join(causes, on=PAIR, how="left")
    return best.join(ended, on=PAIR, how="left")
