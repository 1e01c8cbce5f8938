"""Reconciling as a group-by: all claims of a pair come to one partition, and `conclude` does the rest there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.curate.reconcile import Reconciled, conclude, own_entries
from pipeline.spark.frames import Frames, Held, shapes_of

if TYPE_CHECKING:
    import polars as pl

#: Claims of one partition, at most, if pairs have about as many each.
_CLAIMS: Final = 500_000


def by_pair(claims: Held, count: int) -> Held:
    """Bring the claims of each pair together.

    Args:
        claims: located ones.
        count: how many there are.
    """
    cores = claims.frame.sparkSession.sparkContext.defaultParallelism
    return Held(claims.frame.repartition(max(cores, count // _CLAIMS + 1), "partnership_id"), claims.shape)


def conclude_by_pair(claims: Held, sources: pl.DataFrame, example: pl.DataFrame) -> Reconciled:
    """Do what `pipeline.curate.reconcile.conclude` does, pairs here and there.

    Args:
        claims: from `by_pair`.
        sources: `source_id`, `directions`.
        example: some claims, from which to learn the columns of what they come to.
    """

    def list_entries(part: pl.DataFrame) -> Frames:
        return {"entries": own_entries(part, sources)}

    def work(part: pl.DataFrame) -> Frames:
        return conclude(part, sources, entries)._asdict()

    # Whether both towns could have stated a link is seen in their other links, which are anywhere.
    listed = claims.map(list_entries, shapes_of(list_entries(example))).pick("entries")
    entries = Held(listed.frame.distinct(), listed.shape).fetch()
    return Reconciled(**claims.map(work, shapes_of(work(example))).fetch())
