"""The DuckDB database: the published tables with comments, views and macros."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipeline.locate.names import SEARCH_KEY_SQL
from schemas import TABLES
from schemas.view_columns import describe_view_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SQL = Path(__file__).parent / "sql"
#: The oldest storage format that DuckDB 2 writes: clients from 1.0 on and the browser build read it.
STORAGE_VERSION = "v1.0.0"
_OBJECT = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(VIEW|MACRO)\s+(\w+)\s*(\(.*?\)\s*AS\s+TABLE)?", re.IGNORECASE | re.DOTALL
)


def write_database(path: Path, parquet: Path) -> None:
    """Write the database of a release.

    Args:
        path: the file to write; it must not exist.
        parquet: folder with one `<table>.parquet` for each published table.
    """
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {_text(str(path))} AS release (STORAGE_VERSION {_text(STORAGE_VERSION)})")
        connection.execute("USE release")
        for table in TABLES:
            file = _text(str(parquet / f"{table.name}.parquet"))
            connection.execute(f"CREATE TABLE {table.name} AS FROM read_parquet({file})")
            connection.execute(f"COMMENT ON TABLE {table.name} IS {_text(table.row)}")
            for column in table.columns:
                comment = column.description + (f" Unit: {column.unit}." if column.unit else "")
                connection.execute(f'COMMENT ON COLUMN {table.name}."{column.name}" IS {_text(comment)}')
        for statement in view_statements():
            connection.execute(statement)
        _describe_views(connection)
        _describe_macros(connection)
        connection.execute("USE memory")
        connection.execute("DETACH release")


def _describe_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the columns of the views their comments."""
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
            connection.execute(f'COMMENT ON COLUMN {view}."{column}" IS {_text(comment)}')


def _describe_macros(connection: duckdb.DuckDBPyConnection) -> None:
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
        connection.execute(f"COMMENT ON MACRO TABLE {macro} IS {_text(comment + told)}")


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
