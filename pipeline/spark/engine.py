"""`SparkEngine`: what `build` asks of an engine, done by Spark."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.curate.tables import CLAIM_SIDES, RECORD_SIDE
from pipeline.locate import index_mentions, locate
from pipeline.locate.coordinates import report_misplaced
from pipeline.locate.corrections import unused_corrections
from pipeline.spark.frames import Held, send
from pipeline.spark.locate import (
    STATED,
    assign,
    distinct_mentions,
    links,
    mentioning,
    spread,
    with_mentions,
    with_pairs,
)
from pipeline.spark.read import PLACE, read_sources, rows_later
from pipeline.spark.reconcile import by_pair, conclude_by_pair
from pipeline.spark.session import session
from pipeline.validate.self_links import refuse_self_located
from schemas import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyspark.sql import SparkSession

    from pipeline.curate.reconcile import Reconciled
    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate.located import Located
    from pipeline.report.progress import Progress
    from pipeline.sources import Declaration
    from pipeline.validate import Checked
    from pipeline.validate.source_reader import Read, Reader

_PLACE: Final = ["snapshot_id", "locator"]
_RECORDS: Final = ("awards", "group_members")


@contextmanager
def spark_engine(master: str) -> Iterator[SparkEngine]:
    """Open an engine on a Spark master, for one build.

    Raises:
        UsageError: that is no master's address.
        SparkError: Spark is not there, does not answer, or gave up.
    """
    with session(master) as spark:
        yield SparkEngine(spark)


class SparkEngine:
    """Claims stay with Spark from the moment they are read; they come here once, located, to be published."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark

    def read(
        self, declarations: Sequence[Declaration], reader: Reader, countries: pl.DataFrame, progress: Progress
    ) -> dict[str, Read]:
        """Read and check every source, each on some worker; the claims stay with Spark."""
        self._sources, self._raw = declarations, reader.raw
        with progress.step(f"read {len(declarations)} sources"):
            read, self._claims = read_sources(self.spark, declarations, reader.raw, countries)
        return read

    def find_towns(
        self, checked: Checked, gazetteer: Gazetteer, corrections: pl.DataFrame, read: Iterable[str]
    ) -> Located:
        """Locate the mentions on the workers and bring the claims, with their towns, here."""
        stated = distinct_mentions(self._claims, CLAIM_SIDES)
        present = {name: frame for name in _RECORDS if not (frame := getattr(checked, name)).is_empty()}
        statements = [(frame, {"town": RECORD_SIDE}) for frame in present.values()]
        mentions, indexed = index_mentions([(stated, {STATED: {name: name for name in stated.columns}}), *statements])
        # A row that only states a group names nobody.
        mentions = mentions.filter(pl.col("text").is_not_null())
        claims = with_mentions(self._claims, indexed[0], CLAIM_SIDES).persist()
        records = dict(zip(present, indexed[1:], strict=True))
        located = locate(mentions, links(claims), gazetteer, corrections, spread(self.spark))
        doubted = {"claims": mentioning(claims, located.misplaced), **records}
        noted = (
            unused_corrections(corrections, located.corrected, read),
            report_misplaced(doubted, CLAIM_SIDES, located.misplaced),
        )
        checked.findings = pl.concat([checked.findings, *noted])
        for name, frame in records.items():
            setattr(checked, name, located.assign(frame, "town"))
        claims = with_pairs(self._without_self_located(assign(claims, located, CLAIM_SIDES), checked))
        self._located = by_pair(claims, int(checked.ledger["claims_made"].sum())).persist()
        fetched = self._in_order(self._located.fetch()).drop(PLACE)
        self._example, checked.claims = fetched.head(1), CLAIMS.compact(fetched)
        return located.with_parted(checked.claims)

    def conclude(self, claims: pl.DataFrame, sources: pl.DataFrame) -> Reconciled:  # noqa: ARG002
        """Reconcile the claims that `find_towns` located, each pair on some worker."""
        return conclude_by_pair(self._located, sources, self._example)

    def _without_self_located(self, claims: Held, checked: Checked) -> Held:
        """Do what `refuse_self_located` does; the rows that it is about, and others of the same place, come here."""
        claims = claims.persist()
        columns = {name: name for name in (*_PLACE, "source_id")}
        same = Held(claims.frame.where("town_id = partner_id"), claims.shape).select(columns).fetch().unique()
        if same.is_empty():
            return claims
        places = send(self.spark, same.select(_PLACE)).frame
        # A join puts its keys in front.
        beside = Held(claims.frame.join(places, _PLACE, "left_semi").select(list(claims.shape)), claims.shape)
        concerned = [one for one in self._sources if one.id in same["source_id"]]
        checked.raw = [rows_later(self.spark, concerned, self._raw, same.select(_PLACE))]
        left = send(self.spark, refuse_self_located(checked, self._in_order(beside.fetch())))
        others = claims.frame.join(places, _PLACE, "left_anti")
        return Held(others.select(list(claims.shape)).unionByName(left.frame), claims.shape)

    def _in_order(self, claims: pl.DataFrame) -> pl.DataFrame:
        """Return claims in the order in which they are read and stated, whatever partitions they come from."""
        places = {one.id: place for place, one in enumerate(self._sources)}
        return claims.sort(pl.col("source_id").replace_strict(places, return_dtype=pl.Int32), PLACE)
