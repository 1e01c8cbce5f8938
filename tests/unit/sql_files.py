"""One SQL file of curation, run over small frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.sql import read_sql

if TYPE_CHECKING:
    import polars as pl

    from pipeline.curate.sql import Folder


def select(folder: Folder, name: str, **tables: pl.DataFrame) -> pl.DataFrame:
    """Return what a file makes of these tables."""
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        for table, frame in tables.items():
            connection.register(table, frame)
        rows: pl.DataFrame = connection.sql(read_sql(folder, name)).pl()
    return rows
