"""Whether both towns state the link."""

from __future__ import annotations

import polars as pl

from schemas import vocabularies as v


def tell_both_sides(claims: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id`, `stated_by_both` where a source that keeps both directions covers both towns."""
    both = sources.filter(pl.col("directions") == v.Directions.BOTH.value).select("source_id")
    kept = claims.join(both, on="source_id", how="semi")
    covered = kept.select("source_id", "town_id").unique()
    return (
        kept.group_by("partnership_id", "source_id")
        .agg(
            sides=pl.col("town_id").n_unique(),
            a=pl.min_horizontal("town_id", "partner_id").first(),
            b=pl.max_horizontal("town_id", "partner_id").first(),
        )
        .join(covered.rename({"town_id": "a"}), on=["source_id", "a"], how="semi")
        .join(covered.rename({"town_id": "b"}), on=["source_id", "b"], how="semi")
        .group_by("partnership_id")
        .agg(stated_by_both=(pl.col("sides") > 1).any())
    )
