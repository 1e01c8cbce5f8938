"""The DuckDB database of a release: opened, filled table by table, described."""

from __future__ import annotations

from contextlib import contextmanager
from shutil import rmtree
from typing import TYPE_CHECKING, Final

import duckdb
import polars as pl

from pipeline.curate.sql import quote, read_sql, sql_names
from pipeline.gazetteer.names import SEARCH_KEY_SQL
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum
    from pathlib import Path

#: Rows per row group, in the database and in the Parquet files. One core compresses one row group, so tables of 100,000
#: rows need smaller groups than DuckDB's default of 122,880.
ROW_GROUP_SIZE: Final = 61_440
#: The oldest storage format that DuckDB 2 writes: clients from 1.0 on and the browser build read it.
_STORAGE: Final = f"STORAGE_VERSION 'v1.0.0', ROW_GROUP_SIZE {ROW_GROUP_SIZE}, RECOVERY_MODE NO_WAL_WRITES"
#: DuckDB spills to disk, next to the database file, when it needs more memory than this.
_MEMORY_LIMIT: Final = "2GB"
#: Larger tables are validated in slices of this many rows.
_SLICE_ROWS: Final = 500_000
#: The ENUM types by which SQL sorts categories, with their values from first to last.
_ORDERS: Final[dict[str, list[StrEnum]]] = {
    "form_order": list(v.Form),
    "authority_order": list(v.Authority),
    "precision_order": list(v.Precision),
    "award_order": list(v.Award),
    "located_by_order": list(v.LocatedBy),
    # Of several statuses, the latest stage wins: an ended link was active before.
    "status_order": list(reversed(v.Status)),
}
#: Macros that decisions and tables call. The other macros read tables, so they are created last.
_BASIC_MACROS: Final = (
    "mint",
    "pair_id",
    "interval_end",
    "intervals_agree",
    "formal_event",
    "decided_by",
    "distance_between",
)


@contextmanager
def open_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection that writes the database of a release.

    A crash leaves a broken file, so no write-ahead log is needed: the file is complete after `close_database`, and a
    release has it only then.

    Args:
        path: the file to write; it must not exist.
    """
    spill = path.with_name(f".{path.name}.spill")
    try:
        with duckdb.connect(config={"memory_limit": _MEMORY_LIMIT, "temp_directory": str(spill)}) as connection:
            connection.execute(f"ATTACH {quote(str(path))} AS release ({_STORAGE})")
            connection.execute("USE release")
            create_types_and_macros(connection)
            yield connection
    finally:
        rmtree(spill, ignore_errors=True)


def close_database(connection: duckdb.DuckDBPyConnection) -> None:
    """Detach the file of a release, so that it is complete and can be moved."""
    connection.execute("USE memory")
    connection.execute("DETACH release")


def create_types_and_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the types and macros that the SQL of decisions and tables uses."""
    for name, words in _ORDERS.items():
        connection.execute(f"CREATE TEMP TYPE {name} AS ENUM ({', '.join(quote(word.value) for word in words)})")
    connection.execute(f"CREATE MACRO search_key(text) AS {SEARCH_KEY_SQL}")
    for name in _BASIC_MACROS:
        connection.execute(read_sql("macros", name))


def read_slices(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[pl.DataFrame]:
    """Yield a table as polars frames of a bounded size; at least one."""
    is_empty = True
    for batch in connection.sql(f"FROM {table}").to_arrow_reader(_SLICE_ROWS):
        is_empty = False
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame
    if is_empty:
        yield connection.sql(f"FROM {table}").pl()


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the published views and the macros that read tables."""
    for name in sql_names("macros"):
        if name not in _BASIC_MACROS:
            connection.execute(read_sql("macros", name))
    for name in view_names():
        connection.execute(read_sql("views", name))


def view_names() -> list[str]:
    """Return the names of the published views."""
    return sql_names("views")
