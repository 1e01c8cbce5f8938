"""How polars frames travel: as Arrow batches with real columns, several tables in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyspark.sql import DataFrame, SparkSession

#: Which of several tables a row is of, beside one struct column a table.
_TABLE: Final = "__table"
#: Rows of one Arrow batch.
_BATCH: Final = 50_000
_TYPES: Final[dict[pl.DataType, tuple[str, pa.DataType]]] = {
    pl.String(): ("string", pa.string()),
    pl.Boolean(): ("boolean", pa.bool_()),
    pl.Int8(): ("tinyint", pa.int8()),
    pl.Int32(): ("int", pa.int32()),
    pl.UInt32(): ("bigint", pa.int64()),
    pl.Int64(): ("bigint", pa.int64()),
    pl.Float64(): ("double", pa.float64()),
    pl.Date(): ("date", pa.date32()),
    # A column of nothing but nulls.
    pl.Null(): ("string", pa.string()),
}

Frames = dict[str, pl.DataFrame]
Shapes = dict[str, pl.Schema]


@dataclass(frozen=True)
class Held:
    """A table that Spark holds, and its columns as polars has them."""

    frame: DataFrame
    shape: pl.Schema

    def fetch(self) -> pl.DataFrame:
        """Bring the table here; the order of its rows is that of its partitions."""
        return _from_arrow(self.frame.toArrow(), self.shape)

    def persist(self) -> Held:
        """Keep the table, in memory as far as it goes; what a dead worker kept is made again."""
        return Held(self.frame.persist(), self.shape)

    def select(self, columns: Mapping[str, str]) -> Held:
        """Return some of the columns under new names: each name with the column that it is now."""
        selected = self.frame.selectExpr([f"`{column}` AS `{name}`" for name, column in columns.items()])
        return Held(selected, pl.Schema({name: self.shape[column] for name, column in columns.items()}))

    def map(self, work: Callable[[pl.DataFrame], Frames], shapes: Shapes) -> Several:
        """Let each partition, whole and as one polars frame, become rows of several tables.

        Args:
            work: makes the tables of one partition; not called for an empty one.
            shapes: the columns of the tables that it makes.
        """
        shape = self.shape

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            found = list(batches)
            part = _from_arrow(pa.Table.from_batches(found), shape) if found else pl.DataFrame()
            if not part.is_empty():
                yield from _pack(work(part), shapes)

        return Several(self.frame.mapInArrow(run, _ddl(shapes)), shapes)


@dataclass(frozen=True)
class Several:
    """Several tables that Spark holds in one: which a row is of, and one struct column a table."""

    frame: DataFrame
    shapes: Shapes

    def persist(self) -> Several:
        """Keep what was made, in memory as far as it goes; what a dead worker kept is made again."""
        return Several(self.frame.persist(), self.shapes)

    def pick(self, name: str) -> Held:
        """Return one of the tables, its columns as columns."""
        own = self.frame.where(f"{_TABLE} = '{name}'").select(f"`{name}`.*")
        return Held(own, self.shapes[name])

    def fetch(self, *without: str) -> Frames:
        """Bring the tables here in one pass, but for those named."""
        wanted = self.frame
        for name in without:
            wanted = wanted.where(f"{_TABLE} <> '{name}'").drop(name)
        table = wanted.toArrow()
        return {
            name: _from_arrow(_unpack(table.filter(pc.equal(table[_TABLE], name))[name]), shape)
            for name, shape in self.shapes.items() if name not in without
        }  # fmt: skip


def with_text(shape: pl.Schema, name: str) -> pl.Schema:
    """Return the columns with one of texts behind them."""
    return pl.Schema([*shape.items(), (name, pl.String())])


def shapes_of(frames: Mapping[str, pl.DataFrame]) -> Shapes:
    """Return the columns of each frame."""
    return {name: frame.schema for name, frame in frames.items()}


def send(spark: SparkSession, frame: pl.DataFrame) -> Held:
    """Give a frame to Spark."""
    return Held(spark.createDataFrame(_to_arrow(frame)), frame.schema)


def _ddl(shapes: Shapes) -> str:
    """Return the columns of several tables in one, as Spark declares them."""
    tables = (
        f"`{name}` struct<{', '.join(f'`{column}`: {_TYPES[dtype][0]}' for column, dtype in shape.items())}>"
        for name, shape in shapes.items()
    )
    return ", ".join([f"{_TABLE} string", *tables])


def _pack(frames: Frames, shapes: Shapes) -> Iterator[pa.RecordBatch]:
    """Yield batches with `_TABLE` and a struct column a table."""
    kinds = {name: pa.struct(_schema(shape)) for name, shape in shapes.items()}
    for name, frame in frames.items():
        for batch in _to_arrow(frame.select(list(shapes[name])).cast(shapes[name])).to_batches(max_chunksize=_BATCH):
            own = pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema))
            columns = [own if other == name else pa.nulls(len(own), kind) for other, kind in kinds.items()]
            yield pa.RecordBatch.from_arrays([pa.repeat(name, len(own)), *columns], names=[_TABLE, *shapes])


def _unpack(structs: pa.ChunkedArray) -> pa.Table:
    batches = [pa.RecordBatch.from_struct_array(chunk) for chunk in structs.chunks]
    return pa.Table.from_batches(batches, schema=pa.schema(list(structs.type)))


def _schema(shape: pl.Schema) -> pa.Schema:
    return pa.schema([(name, _TYPES[dtype][1]) for name, dtype in shape.items()])


def _to_arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow().cast(_schema(frame.schema))


def _from_arrow(table: pa.Table, shape: pl.Schema) -> pl.DataFrame:
    frame = pl.from_arrow(table.cast(_schema(shape)))
    assert isinstance(frame, pl.DataFrame)
    return frame.cast(shape)
