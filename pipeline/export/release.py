"""What every format draws on: the current release, opened for reading alone, and the partnerships asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from pipeline.errors import TwintownsError
from pipeline.report.current import current_database
from pipeline.report.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

_ASKED = "partnerships_asked_for"
_CHOSEN = """
SELECT p.*, a.name AS town_a_name, a.country_code AS town_a_country_code, a.latitude AS town_a_latitude,
    a.longitude AS town_a_longitude, b.name AS town_b_name, b.country_code AS town_b_country_code,
    b.latitude AS town_b_latitude, b.longitude AS town_b_longitude, s.sources
FROM partnerships AS p
JOIN towns AS a ON a.town_id = p.town_a_id
JOIN towns AS b ON b.town_id = p.town_b_id
JOIN (
    SELECT partnership_id, list(DISTINCT source_id ORDER BY source_id) AS sources FROM claims GROUP BY partnership_id
) AS s USING (partnership_id)
SEMI JOIN partnerships_asked_for USING (partnership_id)
ORDER BY partnership_id
"""


@contextmanager
def open_release(out: Path, where: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the current release for reading alone; the temporary table `partnerships_asked_for` says which to take.

    Args:
        out: the folder that holds `current`.
        where: a condition in SQL over `town_partners` joined with `partnerships`. A partnership is taken if the
            condition holds seen from either of its towns. None takes all.

    Raises:
        TwintownsError: there is no release.
        QueryError: the database does not understand the condition; its own words.
    """
    path = current_database(out)
    try:
        with duckdb.connect(path, read_only=True) as connection:
            _ask_for(connection, where)
            yield connection
    except duckdb.Error as error:
        raise TwintownsError(f"{path}: cannot be read ({error}); is it of another version? Build anew") from error


def chosen_partnerships(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the partnerships asked for with their towns' names, countries and places, and the ids of their sources."""
    chosen: pl.DataFrame = connection.sql(_CHOSEN).pl()
    return chosen


def chosen_towns(connection: duckdb.DuckDBPyConnection, where: str | None) -> pl.DataFrame:
    """Return the towns of the partnerships asked for, or every town; `partnerships` counts those asked for."""
    towns: pl.DataFrame = connection.sql(
        f"""
        SELECT towns.*, coalesce(ends.partnerships, 0) AS partnerships
        FROM towns
        {"LEFT " if where is None else ""}JOIN (
            SELECT town_id, count(*) AS partnerships
            FROM (
                SELECT unnest([town_a_id, town_b_id]) AS town_id
                FROM partnerships SEMI JOIN {_ASKED} USING (partnership_id)
            )
            GROUP BY town_id
        ) AS ends USING (town_id)
        ORDER BY town_id
        """
    ).pl()
    return towns


def credits_due(connection: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    """Return the sources that this release was made from, with licence and attribution."""
    frame: pl.DataFrame = connection.sql(
        "SELECT source_id, title, licence, attribution FROM sources WHERE is_used ORDER BY ALL"
    ).pl()
    return frame.to_dicts()


def release_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the name of the release."""
    return str(connection.sql("SELECT release_id FROM release").pl().item())


def _ask_for(connection: duckdb.DuckDBPyConnection, where: str | None) -> None:
    if where is None:
        connection.execute(f"CREATE TEMP TABLE {_ASKED} AS SELECT partnership_id FROM partnerships")
        return
    seen = connection.sql("FROM town_partners").columns
    more = [column for column in connection.sql("FROM partnerships").columns if column not in seen]
    # The line break ends a comment in the condition.
    question = f"""
        CREATE TEMP TABLE {_ASKED} AS
        SELECT DISTINCT partnership_id
        FROM (
            FROM town_partners
            JOIN (SELECT partnership_id, {", ".join(more)} FROM partnerships) USING (partnership_id)
        )
        WHERE ({where}
        )
    """  # fmt: skip
    try:
        if len(connection.extract_statements(question)) > 1:
            raise QueryError(
                "--where takes one condition, such as \"country_code = 'FR'\"; this is more than one statement"
            )
        connection.execute(question)
    except duckdb.Error as error:
        raise QueryError(
            f"--where: the database says: {error}\n"
            f"It takes a condition in SQL over the columns {', '.join(seen + more)}; "
            "such as \"country_code = 'FR' AND partner_country_code = 'DE'\""
        ) from error
