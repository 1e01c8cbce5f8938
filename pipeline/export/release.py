"""The current release, opened read-only, and the partnerships that are exported."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from pipeline.curate.sql import read_sql
from pipeline.publish.read_only import LIMITS
from pipeline.report.current import open_current
from pipeline.report.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

SQL: Final = Path(__file__).parent / "sql"


@contextmanager
def open_release(out: Path, where: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the current release read-only, with the ids of the partnerships to export in `selected_partnerships`.

    Args:
        out: the folder of the releases.
        where: a condition in SQL over `town_partners` joined with `partnerships`. A partnership is selected if the
            condition is true from either of its towns. None selects all.

    Raises:
        TwintownsError: there is no release, or a limit of time or memory was reached.
        ForbiddenError: the condition reads another file.
        QueryError: the condition is wrong; with the database's message.
    """
    with open_current(out) as connection:
        _select(connection, where)
        yield connection


def read_partnerships(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the selected partnerships with names, countries and coordinates of their towns, and ids of sources."""
    partnerships: pl.DataFrame = connection.sql(read_sql(SQL, "partnerships")).pl()
    return partnerships


def read_towns(connection: duckdb.DuckDBPyConnection, where: str | None) -> pl.DataFrame:
    """Return the towns of the selected partnerships, or all towns without a condition, with their `partnerships`."""
    towns: pl.DataFrame = connection.sql(read_sql(SQL, "towns")).pl()
    return towns.with_columns(towns["partnerships"].fill_null(0)) if where is None else towns.drop_nulls("partnerships")


def read_credits(connection: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    """Return the sources of the release, with licence and attribution."""
    frame: pl.DataFrame = connection.sql(
        "SELECT source_id, title, licence, attribution FROM sources WHERE is_used ORDER BY ALL"
    ).pl()
    return frame.to_dicts()


def release_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the id of the release."""
    return str(connection.sql("SELECT release_id FROM release").pl().item())


def _select(connection: duckdb.DuckDBPyConnection, where: str | None) -> None:
    """Create the temporary table `selected_partnerships`."""
    if where is None:
        connection.execute("CREATE TEMP TABLE selected_partnerships AS SELECT partnership_id FROM partnerships")
        return
    columns = connection.sql("FROM town_partners").columns
    more = [column for column in connection.sql("FROM partnerships").columns if column not in columns]
    # The line break ends a comment in the condition.
    statement = f"""
        CREATE TEMP TABLE selected_partnerships AS
        SELECT DISTINCT partnership_id
        FROM (
            FROM town_partners
            JOIN (SELECT partnership_id, {", ".join(more)} FROM partnerships) USING (partnership_id)
        )
        WHERE ({where}
        )
    """
    try:
        if len(connection.extract_statements(statement)) > 1:
            raise QueryError(
                "--where takes one condition, such as \"country_code = 'FR'\"; this is more than one statement"
            )
        connection.execute(statement)
    except LIMITS:
        raise
    except duckdb.Error as error:
        raise QueryError(
            f"--where: the database says: {error}\n"
            f"It takes a condition in SQL over the columns {', '.join(columns + more)}; "
            "such as \"country_code = 'FR' AND partner_country_code = 'DE'\""
        ) from error
