"""Whether both towns state the link."""

from __future__ import annotations

import polars as pl

from pipeline.curate.reconcile.numbers import PAIR, Numbered, counting
from schemas import vocabularies as v


def tell_both_sides(
    numbered: Numbered, towns: pl.DataFrame, sources: pl.DataFrame, entries: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Tell where both towns have an entry of their own for the link, and where they might have.

    Args:
        numbered: the claims.
        towns: `partnership_id`, `town_a_id`, `town_b_id`: numbers.
        sources: `source_id`, `directions`.
        entries: from `own_entries`, where the claims are only some of all.

    Returns:
        `partnership_id`, `stated_by_both`: of the partnerships whose towns both have entries, of whatever link, in one
        source that keeps both directions.
    """
    both = _keeping_both(sources)
    numbers = numbered.source_ids.cast(pl.String).is_in(both.implode()).arg_true()
    is_a = pl.col("town_id") < pl.col("partner_id")
    kept = numbered.claims.filter(pl.col("source_id").is_in(numbers.implode())).select(
        PAIR, "source_id", "town_id", is_a=is_a
    )
    sides = kept.group_by(PAIR).agg(by_both=pl.col("is_a").min() < pl.col("is_a").max())
    covered = pl.repeat(value=False, n=towns.height, eager=True)
    for own in _listed(numbered, kept if entries is None else entries):
        lists = pl.repeat(value=False, n=numbered.town_ids.len(), eager=True).scatter(own, values=True)
        covered |= lists.gather(towns["town_a_id"]) & lists.gather(towns["town_b_id"])
    told = towns.filter(covered).select(PAIR).join(sides, on=PAIR, how="left")
    return told.select(PAIR, stated_by_both=pl.col("by_both").fill_null(value=False))


def _listed(numbered: Numbered, entries: pl.DataFrame) -> list[pl.Series]:
    """Return the numbers of the towns that have entries of their own in each source."""
    known = entries.select("source_id", "town_id")
    if not known["town_id"].dtype.is_integer():
        towns = numbered.town_ids.cast(pl.String).to_frame("town_id").with_row_index("number")
        known = known.cast(pl.String).join(towns, on="town_id").select("source_id", town_id="number")
    return [own["town_id"] for own in known.unique().partition_by("source_id")]


def own_entries(claims: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return which towns have entries of their own in the sources that keep both directions.

    Args:
        claims: located claims, all that there are of some pairs.
        sources: `source_id`, `directions`.

    Returns:
        `source_id`, `town_id`, each two once, in no order.
    """
    of_both = pl.col("source_id").cast(pl.String).is_in(_keeping_both(sources).implode())
    return counting(claims).filter(of_both).select("source_id", "town_id").unique()


def _keeping_both(sources: pl.DataFrame) -> pl.Series:
    return sources.filter(pl.col("directions") == v.Directions.BOTH.value)["source_id"].cast(pl.String)
