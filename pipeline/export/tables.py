"""CSV: the published tables, safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import schemas
from pipeline.errors import UsageError
from pipeline.export.release import release_id
from pipeline.publish.package import describe_csv
from pipeline.report.spreadsheet import flatten, neutralise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

#: Excel takes a CSV for UTF-8 only where it begins with a byte order mark.
BYTE_ORDER_MARK = "\ufeff"


def table_names(asked: Iterable[str]) -> list[str]:
    """Return the tables asked for in published order, or all.

    Raises:
        UsageError: there is no such table.
    """
    known = [table.name for table in schemas.TABLES]
    asked = set(asked)
    if unknown := sorted(asked - set(known)):
        raise UsageError(f"no table is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [name for name in known if name in asked] if asked else known


def write_table(
    connection: DuckDBPyConnection, name: str, where: str | None, *, mark: bool = False, exact: bool = False
) -> tuple[Iterator[str], str]:
    """Return one table as CSV in published order, and one sentence on what is in it.

    Args:
        connection: the open release.
        name: a published table.
        where: None takes every row. Otherwise a table with a partnership in it is cut to those asked for, a table with
            a town in it to their towns; any other is whole.
        mark: begin with a byte order mark.
        exact: leave texts that a spreadsheet would take for a formula as they are.
    """
    [table] = [table for table in schemas.TABLES if table.name == name]
    frame = connection.sql(f"SELECT * FROM {name} {_cut(table) if where is not None else ''} ORDER BY rowid").pl()
    flat = flatten(frame)
    text = (flat if exact else neutralise(flat)).write_csv()
    return iter((BYTE_ORDER_MARK if mark else "", text)), f"{name}: {frame.height:,} rows"


def write_description(
    connection: DuckDBPyConnection, tables: list[str], where: str | None
) -> tuple[Iterator[str], str]:
    """Return the data package's descriptor of exported tables, and one sentence on what is in it.

    Foreign keys are named where every table is there, whole.
    """
    whole = where is None and len(tables) == len(schemas.TABLES)
    sources = connection.sql("FROM sources").pl().sort("source_id")
    text = describe_csv(sources, release_id(connection), tables, keys=whole)
    return iter((text,)), "describes these tables as a data package"


def _cut(table: schemas.Table) -> str:
    columns = set(table.polars_schema)
    if "partnership_id" in columns:
        return "WHERE partnership_id IN (FROM partnerships_asked_for)"
    if "town_id" in columns:
        return """WHERE town_id IN (
            SELECT unnest([town_a_id, town_b_id])
            FROM partnerships SEMI JOIN partnerships_asked_for USING (partnership_id)
        )"""
    return ""
