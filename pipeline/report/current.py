"""The current release: its database, its tables, its page."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from pipeline.errors import TwintownsError
from pipeline.page import PAGE
from pipeline.publish.folders import current_release
from pipeline.publish.hints import of_release, with_out
from pipeline.publish.read_only import open_read_only

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The folder of the statements of this stage.
SQL: Final = Path(__file__).parent / "sql"


def current_database(out: Path) -> Path:
    """Return the path of the current release's database.

    Args:
        out: the folder of the releases.

    Raises:
        TwintownsError: there is no release, or the link to it is broken.
    """
    return _current_file(out, "twintowns.duckdb")


@contextmanager
def open_current(out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the current release's database with `open_read_only`.

    Raises:
        TwintownsError: there is no release, it cannot be read, or a limit was reached.
    """
    path = current_database(out)
    try:
        with open_read_only(path) as connection:
            yield connection
    except duckdb.Error as error:
        raise TwintownsError(
            f"{path}: cannot be read by this version; see: twintowns verify{of_release(out)}, "
            f"or build it anew with: twintowns build{with_out(out)}\n"
            f"The database says: {error}"
        ) from error


def fetch_rows(connection: duckdb.DuckDBPyConnection, statement: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    cursor = connection.execute(statement, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_release_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the id of the release that a connection reads."""
    [row] = fetch_rows(connection, "SELECT release_id FROM release")
    return str(row["release_id"])


def read_table(out: Path, name: str) -> pl.DataFrame:
    """Return a table of the current release.

    Raises:
        TwintownsError: there is no release, or the table cannot be read.
    """
    path = _current_file(out, f"{name}.parquet")
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise TwintownsError(f"{path}: cannot be read ({error}); see: twintowns verify{of_release(out)}") from error


def current_page(out: Path) -> Path:
    """Return the path of the current release's page.

    Raises:
        TwintownsError: there is no release, or it has no page; a release is never changed after it was published.
    """
    path = (current_database(out).parent / PAGE).resolve()
    if not path.exists():
        # The same data is not published twice, so a build into the same folder may publish nothing.
        raise TwintownsError(
            f"{path}: is not there. Release {path.parents[1].name} was published without a page, or it was removed "
            "(twintowns verify tells); a release is never changed afterwards. "
            "Build into another folder, which gives one with a page: twintowns build --out DIR"
        )
    return path


def _current_file(out: Path, name: str) -> Path:
    path = out / "current" / name
    # A broken link is an error of its own; and a pipe under this name would let the reader wait for ever.
    if current_release(out) is None or not path.is_file():
        raise TwintownsError(
            f"{path}: no release there yet; make one with: twintowns build{with_out(out)}"
            + (
                ""
                if with_out(out)
                else f"\nThis is {Path.cwd()}; is it the folder of the clone? Else say --release DIR"
            )
        )
    return path
