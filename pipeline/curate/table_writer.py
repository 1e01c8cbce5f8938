"""Creates the published tables: each in the database, validated, and as a Parquet file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, Self

from pipeline.curate.database import ROW_GROUP_SIZE, read_slices
from pipeline.curate.sql import quote, read_sql
from schemas import MODELS, check_slices

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    import duckdb

#: Higher levels of zstd take up to 25% longer and save at most 3% of the size.
_PARQUET: Final = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP_SIZE}"


def write_parquet(connection: duckdb.DuckDBPyConnection, relation: str, path: Path) -> None:
    """Write a table or view as a Parquet file.

    DuckDB keeps the order of rows (`preserve_insertion_order`) with any number of threads.
    """
    connection.execute(f"COPY (FROM {relation}) TO {quote(str(path))} ({_PARQUET})")


class TableWriter:
    """Creates tables. A second thread writes and validates each table while DuckDB creates the next one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path | None = None) -> None:
        """Write tables into the current database of a connection.

        Args:
            connection: with the types, macros, tables and views that the SQL of the tables reads.
            folder: where Parquet files are written; None to write none.
        """
        self._connection = connection
        self._folder = folder
        self._cursor = connection.cursor()
        [(database,)] = connection.execute("SELECT current_database()").fetchall()
        self._cursor.execute(f"USE {database}")
        self._pool = ThreadPoolExecutor(1, "tables")
        self._tasks: list[Future[None]] = []

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, whether all tables are written or not."""
        self._pool.shutdown(cancel_futures=True)
        self._cursor.close()

    def create(self, *names: str) -> None:
        """Create tables, each from its SQL file and sorted as its model says."""
        for name in names:
            order = ", ".join(MODELS[name].order())
            self._connection.execute(f"CREATE TABLE {name} AS FROM ({read_sql('tables', name)}\n) ORDER BY {order}")
            self._tasks.append(self._pool.submit(self._write, name))

    def finish(self) -> None:
        """Wait until all tables are written and validated.

        Raises:
            ContractError: a table breaks its contract.
        """
        tasks, self._tasks = self._tasks, []
        wait(tasks)
        for task in tasks:
            task.result()

    def _write(self, name: str) -> None:
        # Written first, so that a table that breaks its contract can be inspected.
        if self._folder:
            write_parquet(self._cursor, name, self._folder / f"{name}.parquet")
        check_slices(MODELS[name], read_slices(self._cursor, name))
