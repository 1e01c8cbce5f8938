"""Reconciliation: which claim gives each value of a partnership. It runs the SQL files of `decisions/` in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import duckdb

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.sql import read_sql

if TYPE_CHECKING:
    import polars as pl

#: Each file creates a temporary table of its name, from `claims`, `sources`, `counted_claims`, `own_entries` and the
#: tables before it.
_DECISIONS: Final = (
    "form_decisions",
    "conflicting_forms",
    "dated_claims",
    "conflicting_starts",
    "start_decisions",
    "status_decisions",
    "end_decisions",
    "end_cause_decisions",
    "stated_by_both",
    "reconciled",
    "decided_values",
)


class Reconciled(NamedTuple):
    """The result of reconciliation: the tables `reconciled` (one row per partnership) and `decided_values`."""

    partnerships: pl.DataFrame
    decided_values: pl.DataFrame


def reconcile(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary tables `reconciled` (one row per partnership) and `decided_values` from all claims.

    Args:
        connection: with `claims`, `sources`, and what `create_types_and_macros` creates.
    """
    for name in ("counted_claims", "own_entries", *_DECISIONS):
        create_decision(connection, name)


def create_decision(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Create the temporary table of one file of `decisions/`."""
    connection.execute(f"CREATE TEMP TABLE {name} AS {read_sql('decisions', name)}")


def list_own_entries(claims: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return the towns that have their own entries in sources that keep both directions: `source_id`, `town_id`.

    Args:
        claims: all claims about some pairs of towns (columns of `Claims`).
        sources: `source_id`, `directions`.
    """
    with _open(claims, sources) as connection:
        for name in ("counted_claims", "own_entries"):
            create_decision(connection, name)
        entries: pl.DataFrame = connection.sql("FROM own_entries ORDER BY ALL").pl()
    return entries


def reconcile_claims(
    claims: pl.DataFrame, sources: pl.DataFrame, own_entries: pl.DataFrame | None = None
) -> Reconciled:
    """Reconcile claims that are given as a frame, about all pairs of towns or some of them.

    Args:
        claims: all claims about these pairs (columns of `Claims`).
        sources: `source_id`, `directions`.
        own_entries: from `list_own_entries` for all claims; needed only if `claims` are about some of the pairs.
    """
    with _open(claims, sources) as connection:
        create_decision(connection, "counted_claims")
        if own_entries is None:
            create_decision(connection, "own_entries")
        else:
            connection.register("own_entries", own_entries)
        for name in _DECISIONS:
            create_decision(connection, name)
        return Reconciled(
            connection.sql("FROM reconciled ORDER BY partnership_id").pl(),
            connection.sql("FROM decided_values ORDER BY partnership_id, decided").pl(),
        )


def _open(claims: pl.DataFrame, sources: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_types_and_macros(connection)
    connection.register("claims", claims)
    connection.register("sources", sources)
    return connection
