"""How a table is written as Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.curate.database import ROW_GROUP_SIZE

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

#: Of zstd: the next levels take up to a quarter longer, for at most three hundredths of the size.
_LEVEL = 1


def write_table(table: pl.LazyFrame, path: Path) -> None:
    """Write a table batch by batch, with row groups as the database takes them over.

    Raises:
        OSError: the file cannot be written.
        PolarsError: the same, or the table cannot be made.
    """
    table.sink_parquet(
        path, compression="zstd", compression_level=_LEVEL, statistics=True, row_group_size=ROW_GROUP_SIZE
    )
