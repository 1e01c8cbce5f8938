"""The previous release as views, from which the SQL of `redirects` and `changes` and the gates read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb

from pipeline.curate.sql import quote
from pipeline.errors import TwintownsError
from schemas import MODELS

if TYPE_CHECKING:
    from pathlib import Path

#: Tables that `changes` compares value by value.
_COMPARED: Final = ("towns", "partnerships")
#: Tables of the previous release that are read.
_TABLES: Final = ("release", "redirects", "claims", "partnerships", "towns", "ledger")


def attach_previous(connection: duckdb.DuckDBPyConnection, release: Path | None) -> None:
    """Create the views `previous_…` of the tables of a release. Without a release they have no rows.

    Args:
        connection: of the new release.
        release: folder of the previous release; None if there is none.

    Raises:
        TwintownsError: a file of the previous release is missing or damaged.
    """
    for name in _TABLES:
        connection.execute(f"CREATE TEMP VIEW previous_{name} AS {_query(connection, name, release)}")


def _query(connection: duckdb.DuckDBPyConnection, table: str, release: Path | None) -> str:
    if release is None:
        connection.register(f"no_{table}", MODELS[table].empty())
        return f"FROM no_{table}"
    rows = f"FROM read_parquet({quote(str(release / f'{table}.parquet'))})"
    try:
        connection.execute(f"DESCRIBE {rows}").fetchall()
    except duckdb.Error as error:
        raise TwintownsError(
            f"{release}: the current release cannot be read ({str(error).splitlines()[0]}); "
            f"point {release.parents[1] / 'current'} at a good one"
        ) from error
    return rows


def create_shared_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create views of the columns that both releases have: `shared_towns`, `previous_shared_towns`, and so on.

    Args:
        connection: with `towns` and `partnerships`, after `attach_previous`.
    """
    for name in _COMPARED:
        columns = set(_columns(connection, f"previous_{name}"))
        shared = ", ".join(f'"{column}"' for column in _columns(connection, name) if column in columns)
        connection.execute(f"CREATE TEMP VIEW shared_{name} AS SELECT {shared} FROM {name}")
        connection.execute(f"CREATE TEMP VIEW previous_shared_{name} AS SELECT {shared} FROM previous_{name}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [str(name) for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
