"""What the claims tell beside the record: dated events and motives."""

from __future__ import annotations

import polars as pl

from pipeline.curate.reconcile.ranking import EVENT, best_first
from schemas import PARTNERSHIP_EVENTS, PARTNERSHIP_MOTIVES
from schemas import columns as c
from schemas import vocabularies as v
from schemas.compact import to_texts


def list_events(claims: pl.DataFrame) -> pl.DataFrame:
    """Return everything dated that the claims tell, each from the best claim that tells it."""
    # Few of the many columns are asked for, of few of the rows.
    texts = ("form", "authority", "start_event", "start_precision", "end_precision", "end_cause")
    counted = (
        claims.lazy()
        .filter(pl.col("claim_rank") != v.ClaimRank.DEPRECATED.value)
        .select("partnership_id", "claim_id", "start_date", "end_date", "status", pl.col(texts).cast(pl.String))
    )
    starts = counted.filter(pl.col("start_date").is_not_null()).select(
        "partnership_id", "form", "claim_id", "authority",
        event="start_event", event_date="start_date", event_precision="start_precision",
        cause=pl.when(pl.col("start_event") == v.Event.SUSPENDED.value).then("end_cause"),
    )  # fmt: skip
    # What is dormant has no event of its own: its date stays with the claim.
    halted = pl.when(pl.col("status") == v.Status.SUSPENDED.value).then(pl.lit(v.Event.SUSPENDED.value))
    ends = counted.filter(pl.col("end_date").is_not_null(), pl.col("status") != v.Status.DORMANT.value).select(
        "partnership_id", "form", "claim_id", "authority",
        event=halted.otherwise(pl.lit(v.Event.ENDED.value)), event_date="end_date", event_precision="end_precision",
        cause="end_cause",
    )  # fmt: skip
    told = best_first(pl.concat([starts, ends]).collect(), EVENT)
    first = told.unique(list(PARTNERSHIP_EVENTS.key), keep="first", maintain_order=True)
    return PARTNERSHIP_EVENTS.conform(first)


def list_motives(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the motives that claims state."""
    stated = claims.filter(pl.col("motive").is_not_null()).select(
        "partnership_id", "motive", "claim_id", basis=pl.lit(v.MotiveBasis.STATED.value)
    )
    told = stated.with_columns(evidence=to_texts(c.claim_id.prefix or "", stated["claim_id"]))
    return PARTNERSHIP_MOTIVES.conform(told.unique())
