"""Whether both towns state the link."""

from __future__ import annotations

import polars as pl

from pipeline.reconcile.numbers import PAIR, Numbered
from schemas import vocabularies as v


def tell_both_sides(numbered: Numbered, sources: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id`, `stated_by_both` where a source that keeps both directions covers both towns."""
    both = sources.filter(pl.col("directions") == v.Directions.BOTH.value)["source_id"]
    numbers = numbered.source_ids.is_in(both.implode()).arg_true()
    kept = numbered.claims.filter(pl.col("source_id").is_in(numbers.implode())).select(
        PAIR, "source_id", "town_id", "partner_id", is_a=pl.col("town_id") < pl.col("partner_id")
    )
    sides = kept.group_by(PAIR, "source_id").agg(
        pl.col("partner_id").first(), by_both=pl.col("is_a").min() < pl.col("is_a").max()
    )
    # Who states it has an entry of its own; where only one does, the question is whether the other has one at all.
    covered = sides.filter(~pl.col("by_both")).join(
        kept.select("source_id", partner_id="town_id"), on=["source_id", "partner_id"], how="semi"
    )
    told = pl.concat([sides.filter("by_both"), covered])
    return told.group_by(PAIR).agg(stated_by_both=pl.col("by_both").max())
