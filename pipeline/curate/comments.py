"""What each table, view, macro and column means, stored in the database as comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.curate.database import view_names
from pipeline.curate.sql import comment_of, quote, read_sql
from schemas import MODELS
from schemas.model import describe
from schemas.view_columns import describe_view_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

_SEARCH_KEY_COMMENT: Final = (
    "The form of a text under which it is searched: lower case, accents folded, punctuation to spaces."
)


def add_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """Store in the database what each table, view, macro and column means."""
    comments = [*_table_comments(), *_view_comments(connection), *_macro_comments(connection)]
    connection.execute(";\n".join(comments))


def _table_comments() -> Iterator[str]:
    for name, model in MODELS.items():
        yield f"COMMENT ON TABLE {name} IS {quote(model.row_description())}"
        for column in model.fields():
            yield f'COMMENT ON COLUMN {name}."{column.name}" IS {quote(describe(column))}'


def _view_comments(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    columns = """
        SELECT view_name, column_name
        FROM duckdb_views() AS views
        JOIN duckdb_columns() AS columns ON table_oid = view_oid AND columns.database_oid = views.database_oid
        WHERE NOT views.internal AND views.database_name = current_database()
        ORDER BY view_name, column_index
    """
    for name in view_names():
        yield f"COMMENT ON VIEW {name} IS {quote(comment_of(read_sql('views', name)))}"
    for view, column in connection.execute(columns).fetchall():
        if comment := describe_view_column(view, column):
            yield f'COMMENT ON COLUMN {view}."{column}" IS {quote(comment)}'


def _macro_comments(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield a comment for each macro; that of a table macro also describes its columns, which cannot have their own."""
    macros = """
        SELECT function_name, function_type = 'table_macro', len(parameters)
        FROM duckdb_functions()
        WHERE function_type IN ('macro', 'table_macro') AND NOT internal AND database_name = current_database()
    """
    for name, returns_table, parameter_count in connection.execute(macros).fetchall():
        comment = _SEARCH_KEY_COMMENT if name == "search_key" else comment_of(read_sql("macros", name))
        if returns_table:
            arguments = ", ".join(["NULL"] * parameter_count)
            columns = connection.execute(f"DESCRIBE FROM {name}({arguments})").fetchall()
            comment += "".join(f"\n{column}: {describe_view_column(name, column)}" for column, *_ in columns)
        yield f"COMMENT ON MACRO {'TABLE ' if returns_table else ''}{name} IS {quote(comment)}"
