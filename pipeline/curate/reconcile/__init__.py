"""Claims to partnerships: one record a pair, which value wins and from which claim, and whether sources disagree.

`ranking` says which statement wins; `form`, `start`, `status` and `both_sides` each decide one thing; `events` lists
what stays beside the record. Every order is total, so the order of claims and sources never matters.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import polars.selectors as cs

from pipeline.curate.reconcile.both_sides import own_entries, tell_both_sides
from pipeline.curate.reconcile.events import list_events, list_motives
from pipeline.curate.reconcile.form import win_form
from pipeline.curate.reconcile.numbers import PAIR, counting, number
from pipeline.curate.reconcile.start import last_day, win_start
from pipeline.curate.reconcile.status import win_status
from schemas import PARTNERSHIPS
from schemas import vocabularies as v

__all__ = [
    "Reconciled", "conclude", "counting", "last_day", "list_events", "list_motives", "own_entries", "reconcile",
]  # fmt: skip


class Reconciled(NamedTuple):
    """What claims come to: the record of each pair, its dated events and its stated motives."""

    partnerships: pl.DataFrame
    events: pl.DataFrame
    motives: pl.DataFrame


def conclude(claims: pl.DataFrame, sources: pl.DataFrame, entries: pl.DataFrame | None = None) -> Reconciled:
    """Return all that claims come to, of all pairs or of some.

    Args:
        claims: located claims (`CLAIMS` columns), all that there are of their pairs.
        sources: `source_id`, `directions`.
        entries: from `own_entries` of all claims, where these are only some of them.
    """
    return Reconciled(reconcile(claims, sources, entries), list_events(claims), list_motives(claims))


def reconcile(claims: pl.DataFrame, sources: pl.DataFrame, entries: pl.DataFrame | None = None) -> pl.DataFrame:
    """Make one row a pair of towns.

    Args:
        claims: located claims (`CLAIMS` columns), all that there are of their pairs.
        sources: `source_id`, `directions`.
        entries: from `own_entries` of all claims, where these are only some of them.

    Returns:
        The columns of `PARTNERSHIPS` but those that need the towns; compact if the claims are.
    """
    is_compact = claims.schema["claim_id"] == pl.UInt64
    numbered = number(claims)
    claims = numbered.claims
    forms = win_form(claims)
    result = claims.group_by(PAIR, maintain_order=True).agg(
        pl.col("town_id", "partner_id").first(),
        claim_count=pl.len(),
        source_count=pl.col("source_id").n_unique(),
        family_count=pl.col("family").n_unique(),
    )
    result = result.select(
        PAIR,
        pl.col("claim_count", "source_count", "family_count"),
        town_a_id=pl.min_horizontal("town_id", "partner_id"),
        town_b_id=pl.max_horizontal("town_id", "partner_id"),
    )
    for part in (
        forms,
        win_start(claims, forms),
        win_status(claims),
        tell_both_sides(numbered, result, sources, entries),
    ):
        result = result.join(part, on=PAIR, how="left", maintain_order="left")
    named = (f"{one}_claim_id" for one in ("form", "start", "status", "end", "end_cause"))
    result = result.with_columns(
        *(numbered.town_ids.gather(result[town]).alias(town) for town in ("town_a_id", "town_b_id")),
        numbered.partnership_ids.gather(result[PAIR]),
        *(numbered.claim_ids.gather(result[name]).alias(name) for name in named),
    )
    result = _with_years(_without_backward_ends(result))
    return PARTNERSHIPS.compact(result) if is_compact else result.cast({cs.enum(): pl.String})


def _without_backward_ends(result: pl.DataFrame) -> pl.DataFrame:
    """Two sources can be right about a start and an end of different things; the end then stays a claim."""
    backwards = pl.col("end_date") < pl.col("start_date").dt.truncate("1y")
    kept = ~backwards.fill_null(value=False)
    unknown = pl.lit(v.Precision.UNKNOWN.value)
    return result.with_columns(
        pl.col("start_precision").fill_null(unknown),
        end_date=pl.when(kept).then("end_date"),
        end_precision=pl.when(kept).then(pl.col("end_precision")).fill_null(unknown),
        end_cause=pl.when(kept).then("end_cause"),
        end_claim_id=pl.when(kept).then("end_claim_id"),
        end_cause_claim_id=pl.when(kept).then("end_cause_claim_id"),
        start_agreement=pl.col("start_agreement").fill_null(v.StartAgreement.NONE.value),
    )


def _with_years(result: pl.DataFrame) -> pl.DataFrame:
    coarse = [v.Precision.DECADE.value, v.Precision.CENTURY.value]
    return result.with_columns(
        pl.when(~pl.col(f"{side}_precision").is_in(coarse)).then(pl.col(f"{side}_date").dt.year()).alias(f"{side}_year")
        for side in ("start", "end")
    )
