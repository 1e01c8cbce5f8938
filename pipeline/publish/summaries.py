"""The views of a release as Parquet files, for those who do not use DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.curate.database import view_names
from pipeline.curate.table_writer import write_parquet

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

#: The folder in a release.
SUMMARIES: Final = "summaries"


def write_summaries(connection: duckdb.DuckDBPyConnection, release: Path) -> None:
    """Write every view of a release, in its own order."""
    (release / SUMMARIES).mkdir()
    for name in view_names():
        write_parquet(connection, name, release / SUMMARIES / f"{name}.parquet")
