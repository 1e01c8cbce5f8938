"""Which partnerships and towns the map and the search have: all, unless the page becomes too large for a browser.

Of a larger release they have the first partnerships in the order: most sources, most claims, `partnership_id`.
Headline figures, charts, country pairs and sources always count the whole release.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.curate.sql import read_sql

if TYPE_CHECKING:
    import duckdb

SQL: Final = Path(__file__).parent / "sql"
#: Bytes that each adds to the page, compressed and in base64; measured on real and on generated lists.
_BYTES: Final = {"partnership_bytes": 13, "claim_bytes": 9, "town_bytes": 25, "name_bytes": 10}
#: Bytes of everything else on the page (program, base map, charts, credits), with a margin.
_REST: Final = 700_000


@dataclass(frozen=True)
class Limits:
    """Limits of the page.

    Attributes:
        partnerships: partnerships at most; also towns without a partner, which have an award or belong to a group.
        size: bytes at most.
    """

    partnerships: int = 80_000
    size: int = 10_000_000


def select(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Create the temporary tables `page_towns` (numbered by `town`) and `page_links` (numbered by `link`).

    Args:
        connection: the database of a release.
        limits: their size.
    """
    parameters = _BYTES | {"partnerships": limits.partnerships, "bytes": limits.size - _REST}
    if connection.execute(read_sql(SQL, "fits"), parameters).fetchone() == (True,):
        connection.execute("CREATE TEMP VIEW selected_partnerships AS FROM partnerships")
        connection.execute("CREATE TEMP VIEW selected_towns AS FROM towns")
    else:
        _create(connection, "selected_partnerships", parameters)
        _create(connection, "selected_towns", {"partnerships": limits.partnerships})
    _create(connection, "page_towns")
    _create(connection, "page_links")


def _create(connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, int] | None = None) -> None:
    connection.execute(f"CREATE TEMP TABLE {name} AS\n{read_sql(SQL, name)}", parameters)
