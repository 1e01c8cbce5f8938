"""CSV: the published tables, safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import schemas
from pipeline.curate.database import view_names
from pipeline.errors import UsageError
from pipeline.publish.package import describe_csv
from pipeline.report.current import read_release_id
from pipeline.report.spreadsheet import flatten, neutralise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

#: Excel reads a CSV as UTF-8 only if it begins with a byte order mark.
BYTE_ORDER_MARK: Final = "\ufeff"
_OF_PARTNERSHIPS: Final = "WHERE partnership_id IN (FROM selected_partnerships)"
_OF_TOWNS: Final = """WHERE town_id IN (
    SELECT unnest([town_a_id, town_b_id]) FROM partnerships SEMI JOIN selected_partnerships USING (partnership_id)
)"""


def table_names(names: Iterable[str]) -> list[str]:
    """Return the given names of tables in published order; without a name, all.

    Raises:
        UsageError: there is no such table.
    """
    tables = list(schemas.MODELS)
    names = set(names)
    if unknown := names - set(tables):
        views = sorted(unknown & {*view_names()})
        advice = f'; a view is written with: twintowns query "FROM {views[0]}" --output {views[0]}.csv' if views else ""
        raise UsageError(f"no table is called {', '.join(sorted(unknown))}; there are {', '.join(tables)}{advice}")
    return [name for name in tables if name in names] if names else tables


def write_table(
    connection: DuckDBPyConnection, name: str, where: str | None, *, mark: bool = False, exact: bool = False
) -> tuple[Iterator[str], str]:
    """Return one table as CSV in published order, and a summary in one sentence.

    Null is an empty cell, an empty text is `""`, and `NA` is Namibia.

    Args:
        connection: the open release.
        name: a published table.
        where: the condition that the release was opened with. With a condition, a table that has a column of
            partnerships has only rows of the selected ones, a table that has one of towns only rows of their towns.
        mark: begin with a byte order mark.
        exact: leave texts that a spreadsheet would take for a formula as they are.
    """
    columns = set() if where is None else set(schemas.MODELS[name].dtypes())
    condition = _OF_PARTNERSHIPS if "partnership_id" in columns else _OF_TOWNS if "town_id" in columns else ""
    frame = connection.sql(f"SELECT * FROM {name} {condition} ORDER BY rowid").pl()
    flat = flatten(frame)
    text = (flat if exact else neutralise(flat)).write_csv()
    return iter((BYTE_ORDER_MARK if mark else "", text)), f"{name}: {frame.height:,} rows"


def write_description(
    connection: DuckDBPyConnection, tables: list[str], where: str | None
) -> tuple[Iterator[str], str]:
    """Return the descriptor of exported tables as a data package, and a summary in one sentence.

    Foreign keys are declared only if all tables are complete.
    """
    is_complete = where is None and len(tables) == len(schemas.MODELS)
    text = describe_csv(connection, read_release_id(connection), tables, keys=is_complete)
    return iter((text,)), "describes these tables as a data package"
