"""What a release holds: its tables, views and macros, and their columns, as their comments describe them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import polars as pl
from rich.text import Text

from pipeline.curate.sql import read_sql
from pipeline.errors import UsageError
from pipeline.publish.hints import of_release
from pipeline.report.console import open_console, plain_table
from pipeline.report.current import SQL, fetch_rows, open_current

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def list_relations(out: Path) -> pl.DataFrame:
    """Return the tables, views and macros of the current release: `name`, `kind`, `rows` (of tables), `description`.

    Raises:
        TwintownsError: there is no release.
    """
    with open_current(out) as connection:
        relations: pl.DataFrame = connection.sql(read_sql(SQL, "relations")).pl()
    return relations


def describe_relation(out: Path, name: str) -> pl.DataFrame:
    """Return the columns of a table, view or macro: `column`, `type`, `description`.

    Args:
        out: the folder of the releases.
        name: of a table, a view or a macro; its arguments do not matter.

    Raises:
        UsageError: there is none of that name; the message names the nearest ones.
        TwintownsError: there is no release.
    """
    with open_current(out) as connection:
        relations = {_bare(row["name"]): row for row in fetch_rows(connection, read_sql(SQL, "relations"))}
        relation = relations.get(_bare(name))
        if relation is None:
            having = connection.execute(read_sql(SQL, "relations_with_column"), {"name": _bare(name)}).fetchall()
            if having:
                raise UsageError(f"{name} is a column of {', '.join(relation for (relation,) in having)}")
            near = difflib.get_close_matches(_bare(name), relations, cutoff=0.5)
            advice = f"did you mean {' or '.join(near)}?" if near else f"twintowns tables{of_release(out)} lists them"
            raise UsageError(f"no table, view or macro is called {name}; {advice}")
        columns = _columns(connection, relation["name"], relation["kind"])
    return pl.DataFrame(columns, schema=["column", "type", "description"], orient="row")


def _bare(name: str) -> str:
    return name.partition("(")[0].strip().lower()


def _columns(connection: duckdb.DuckDBPyConnection, name: str, kind: str) -> list[tuple[str, str, str]]:
    if kind != "macro":
        statement = read_sql(SQL, "relation_columns")
        return connection.execute(statement, {"name": name}).fetchall()
    statement = "SELECT function_type, comment, len(parameters) FROM duckdb_functions() WHERE function_name = ?"
    [(function_type, comment, arguments)] = connection.execute(statement, [_bare(name)]).fetchall()
    first, *lines = comment.split("\n")
    if function_type == "macro":
        return [(name, "", first)]
    described = dict(line.split(": ", 1) for line in lines)
    call = f"{_bare(name)}({', '.join(['NULL'] * arguments)})"
    rows = connection.execute(f"DESCRIBE FROM {call}").fetchall()
    return [(column, dtype, described.get(column, "")) for column, dtype, *_ in rows]


def print_catalog(frame: pl.DataFrame, limit: int | None = None) -> None:
    """Print what `list_relations` or `describe_relation` returns; long descriptions go on in the next line."""
    table = plain_table()
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_integer() else "left", overflow="fold")
    for row in frame.head(limit).iter_rows() if limit else frame.iter_rows():
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else cell or "") for cell in row))
    open_console().print(table)
