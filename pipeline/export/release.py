"""The current release, opened read-only, and the partnerships that are exported."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from pipeline.curate.sql import read_sql
from pipeline.publish.read_only import LIMITS
from pipeline.report.current import open_current
from pipeline.report.query import QueryError
from pipeline.report.towns import resolve_town
from pipeline.report.wording import town_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

SQL: Final = Path(__file__).parent / "sql"
#: Coordinates of the ends as `great_circles` takes them, and the columns of `read_partnerships` that have them.
ENDS: Final = {f"{column}_{side}": f"town_{side}_{column}" for side in "ab" for column in ("latitude", "longitude")}


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


def release_date(connection: duckdb.DuckDBPyConnection) -> date:
    """Return the day of the newest snapshot: what a release has instead of the time when it was built."""
    newest = connection.sql("SELECT max(as_of_date) FROM snapshots").pl().item()
    return date(1970, 1, 1) if newest is None else newest


def find_town(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[str, str]:
    """Return the id of the town that a name or an id means best, and a sentence that says which was taken.

    Raises:
        UnknownTownError: no town is called so; the message names those that are called like it.
    """
    best, others, _ = resolve_town(connection, text)
    if not others:
        return best["town_id"], town_text(best)
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return best["town_id"], f"{town_text(best)}, not {town_text(others[0])}{more} (an id says which)"


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
