"""The DuckDB database: the published tables with comments, views and macros."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import duckdb

from pipeline.gazetteer.names import SEARCH_KEY_SQL
from schemas import TABLES
from schemas.view_columns import describe_view_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas import Table

SQL = Path(__file__).parent / "sql"
#: Rows that are stored together, here and in the Parquet files. What has one group of rows is compressed by one core:
#: half of DuckDB's own size, which a table of 100,000 rows would not fill. A file with other groups than the database
#: is written twice, once as it was read and once put together anew.
ROW_GROUP_SIZE = 61_440
#: The oldest storage format that DuckDB 2 writes: clients from 1.0 on and the browser build read it.
STORAGE = f"STORAGE_VERSION 'v1.0.0', ROW_GROUP_SIZE {ROW_GROUP_SIZE}"
#: What writing may hold in memory; the rest goes to disk, beside the file.
_MEMORY = "1GB"
#: So many rows tell whether a column repeats its values.
_SAMPLE = 20_000
_MOSTLY_DISTINCT = 0.1
_OBJECT = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(VIEW|MACRO)\s+(\w+)\s*(\(.*?\)\s*AS\s+TABLE)?", re.IGNORECASE | re.DOTALL
)


def write_database(path: Path, parquet: Path) -> None:
    """Write the database of a release.

    Args:
        path: the file to write; it must not exist.
        parquet: folder with one `<table>.parquet` for each published table.
    """
    spill = path.with_name(f".{path.name}.spill")
    with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(spill)}) as connection:
        connection.execute(f"ATTACH {_text(str(path))} AS release ({STORAGE})")
        connection.execute("USE release")
        # Hundreds of statements, each by itself, would wait for the disk as often.
        connection.execute("BEGIN")
        for table in TABLES:
            rows = f"FROM read_parquet({_text(str(parquet / f'{table.name}.parquet'))})"
            connection.execute(f"CREATE TABLE {table.name} ({', '.join(_columns(connection, table, rows))})")
            connection.execute(f"INSERT INTO {table.name} {rows}")
        connection.execute(";\n".join([*_table_comments(), *view_statements()]))
        connection.execute(";\n".join([*_view_comments(connection), *_macro_comments(connection)]))
        connection.execute("COMMIT")
        connection.execute("USE memory")
        connection.execute("DETACH release")
    rmtree(spill, ignore_errors=True)


def open_tables(parquet: Path, spill: Path, views: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """Return a connection to a release's tables that needs no database: the files are asked.

    Args:
        parquet: folder with one `<table>.parquet` for each published table.
        spill: folder for what does not fit into memory.
        views: names of the views that it has, after those that they ask.
    """
    connection = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(spill)})
    files = ((table.name, _text(str(parquet / f"{table.name}.parquet"))) for table in TABLES)
    tables = [f"CREATE VIEW {name} AS FROM read_parquet({file})" for name, file in files]
    # To make them all takes as long as to ask for what a small release's page shows.
    asked = [(SQL / f"{view}.sql").read_text(encoding="utf-8") for view in views]
    connection.execute(";\n".join([*tables, *asked]))
    return connection


def _table_comments() -> Iterator[str]:
    for table in TABLES:
        yield f"COMMENT ON TABLE {table.name} IS {_text(table.row)}"
        for column in table.columns:
            comment = column.description + (f" Unit: {column.unit}." if column.unit else "")
            yield f'COMMENT ON COLUMN {table.name}."{column.name}" IS {_text(comment)}'


def _columns(connection: duckdb.DuckDBPyConnection, table: Table, rows: str) -> list[str]:
    """Return how each column is stored.

    DuckDB compresses a text in every way that it knows to find the best one, which is most of the work of writing it.
    It is told where that is clear: a vocabulary repeats its words, and a column whose rows nearly all differ does not.
    """
    types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {rows}").fetchall()}
    height, *_ = connection.execute(f"SELECT count(*) {rows}").fetchone() or (0,)
    if height < _SAMPLE:
        # However a small table is stored, it is stored at once.
        return [f'"{column.name}" {types[column.name]}' for column in table.columns]
    counts = ", ".join(f'approx_count_distinct("{column.name}")' for column in table.columns)
    distinct = connection.execute(f"SELECT {counts} FROM ({rows} LIMIT {_SAMPLE})").fetchone() or ()
    stored = []
    for column, values in zip(table.columns, distinct, strict=True):
        method = ""
        if types[column.name] == "VARCHAR" and column.vocabulary is not None:
            method = " USING COMPRESSION dictionary"
        elif types[column.name] == "VARCHAR" and values > _SAMPLE * _MOSTLY_DISTINCT:
            method = " USING COMPRESSION fsst"
        stored.append(f'"{column.name}" {types[column.name]}{method}')
    return stored


def _view_comments(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    columns = """
        SELECT view_name, column_name
        FROM duckdb_views() AS views
        JOIN duckdb_columns() AS columns ON table_oid = view_oid AND columns.database_oid = views.database_oid
        WHERE NOT views.internal AND views.database_name = current_database()
        ORDER BY view_name, column_index
    """
    for view, column in connection.execute(columns).fetchall():
        comment = describe_view_column(view, column)
        if comment:
            yield f'COMMENT ON COLUMN {view}."{column}" IS {_text(comment)}'


def _macro_comments(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Tell the columns of what a macro answers in its comment: they can have none of their own."""
    macros = """
        SELECT function_name, comment, len(parameters)
        FROM duckdb_functions()
        WHERE function_type = 'table_macro' AND NOT internal AND database_name = current_database()
        ORDER BY function_name
    """
    for macro, comment, count in connection.execute(macros).fetchall():
        answer = connection.execute(f"DESCRIBE FROM {macro}({', '.join(['NULL'] * count)})").fetchall()
        told = "".join(f"\n{column}: {describe_view_column(macro, column)}" for column, *_ in answer)
        yield f"COMMENT ON MACRO TABLE {macro} IS {_text(comment + told)}"


def view_statements() -> Iterator[str]:
    """Yield what creates the views and macros, each followed by its comment: a file's first line."""
    yield f"CREATE MACRO search_key(text) AS {SEARCH_KEY_SQL}"
    yield "COMMENT ON MACRO search_key IS 'The form of a text under which it is searched: lower case, accents folded.'"
    for path in view_files():
        text = path.read_text(encoding="utf-8")
        yield text
        comment = _text(text.splitlines()[0].removeprefix("--").strip())
        for kind, name, is_table in _OBJECT.findall(text):
            what = "VIEW" if kind.upper() == "VIEW" else "MACRO TABLE" if is_table else "MACRO"
            yield f"COMMENT ON {what} {name} IS {comment}"


def view_files() -> Iterable[Path]:
    """Return the SQL files in the order in which they are run."""
    return sorted(SQL.glob("*.sql"))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
