"""`SparkEngine`: sources, mentions and pairs of towns in batches, each the task of some worker.

Frames travel pickled, as polars does it. The machine that runs the command has all claims, as it publishes them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Final, TypeVar

import polars as pl
import polars.selectors as cs

from pipeline.curate.reconcile import list_own_entries, reconcile_claims
from pipeline.errors import SourceError
from pipeline.locate import MatchCandidates, match_mentions
from pipeline.raw_store.fingerprints import code_hash
from pipeline.spark.session import SparkError, session
from pipeline.validate.source_reader import SourceResult, read_source
from schemas import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb
    from pyspark.sql import SparkSession

    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.report.progress import Progress
    from pipeline.sources import Declaration
    from pipeline.validate.source_reader import SourceReader

#: Mentions or claims of one task, at most: Spark sends no task of more than 128 MB.
_BATCH_SIZE: Final = 50_000

Batch = TypeVar("Batch")
Result = TypeVar("Result")


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
    """Does what `LocalEngine` does, on the workers of a cluster."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark

    def read(
        self, declarations: Sequence[Declaration], reader: SourceReader, countries: pl.DataFrame, progress: Progress
    ) -> dict[str, SourceResult]:
        """Read and validate every source, each as one task: its checks are about the whole of it.

        Raises:
            SourceError: a source is broken; of several, that of the source declared first.
            SparkError: a worker has another version of the code.
        """
        shared = self.spark.sparkContext.broadcast((reader.raw.resolve(), countries, code_hash()))
        sources = [declaration.model_copy(update={"path": declaration.path.resolve()}) for declaration in declarations]
        with progress.step(f"read {len(sources)} sources"):
            results = self._map(sources, lambda declaration: _read_source(declaration, *shared.value))
        read = {}
        for declaration, result in zip(declarations, results, strict=True):
            if isinstance(result, SourceError):
                read[declaration.id] = reader.fall_back(declaration, result, countries)
            elif isinstance(result, SparkError):
                raise result
            else:
                read[declaration.id] = result
        return read

    def match(self, mentions: pl.DataFrame, gazetteer: Gazetteer, corrections: pl.DataFrame) -> MatchCandidates:
        """Match mentions, in batches; the gazetteer is sent to each worker once."""
        shared = self.spark.sparkContext.broadcast((gazetteer, corrections))
        size = max(1, -(-mentions.height // self._count_batches(mentions)))
        batches = list(mentions.iter_slices(size)) or [mentions]
        results = self._map(batches, lambda batch: match_mentions(batch, *shared.value))
        return MatchCandidates(
            **{
                field.name: pl.concat(getattr(result, field.name) for result in results)
                for field in fields(MatchCandidates)
            }
        )

    def reconcile(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Reconcile the claims of a database; all claims of a pair are in one batch.

        Args:
            connection: with the tables `claims` and `sources`; gets `reconciled` and `decided_values`.
        """
        claims = connection.sql("FROM claims").pl().cast({cs.categorical() | cs.enum(): pl.String})
        sources = connection.sql("SELECT source_id, directions FROM sources").pl()
        # Whether both towns could state a link is seen in their other links, which may be in any batch.
        shared = self.spark.sparkContext.broadcast((sources, list_own_entries(claims, sources)))
        batch_of_pair = pl.col("partnership_id").hash() % self._count_batches(claims)
        batches = claims.with_columns(__batch=batch_of_pair).partition_by("__batch", include_key=False) or [claims]
        results = self._map(batches, lambda batch: reconcile_claims(batch, *shared.value))
        connection.register("reconciled", pl.concat(result.partnerships for result in results))
        connection.register("decided_values", pl.concat(result.decided_values for result in results))

    def _count_batches(self, frame: pl.DataFrame) -> int:
        cores: int = self.spark.sparkContext.defaultParallelism
        return max(cores, frame.height // _BATCH_SIZE + 1)

    def _map(self, batches: Sequence[Batch], work: Callable[[Batch], Result]) -> list[Result]:
        """Return the results of batches, each the task of some worker, in their order."""
        results: list[Result] = self.spark.sparkContext.parallelize(batches, len(batches)).map(work).collect()
        return results


def _read_source(
    declaration: Declaration, raw: Path, countries: pl.DataFrame, code: str
) -> SourceResult | SourceError | SparkError:
    """Return what a worker read of a source, or what is wrong with it.

    Args:
        declaration: of the source, with an absolute path.
        raw: the raw store, under the same path on every worker.
        countries: names of countries.
        code: hash of the code on the machine that runs the command.
    """
    if code_hash() != code:
        return SparkError("twintowns or a library on a worker is of another version; install the same on each")
    try:
        return read_source(declaration, raw, countries)
    except SourceError as error:
        return error
    except ContractError as error:
        return SourceError(f"{declaration.id}: {error}")
