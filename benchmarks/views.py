"""How long each view and macro of a release takes: `make bench-views ARGS=FOLDER`, the folder with `current`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb

#: The limits that a release of all lists is to keep, in milliseconds.
LIMIT, PATH_LIMIT = 200, 1000
REPEATS = 3
CALLS = (
    "find_town('Coventry')", "find_town('Mömpelgard')", "find_town('Xyzzyqwertz')", "find_town('San')",
    "partners_of('Coventry')", "partners_of('Xyzzyqwertz')", "statements_about('Coventry', 'Dresden')",
    "anniversaries(2027)", "path_between('Coventry', 'Osaka')", "path_between('Soest', 'Cobourg')",
    "path_between_countries('Iceland', 'NPL')", "find_town('Cambridge, US')",
)  # fmt: skip


def main(out: Path) -> int:
    """Print the best of three runs of each; return how many are over their limit."""
    slow = 0
    with duckdb.connect(out / "current" / "twintowns.duckdb", read_only=True) as connection:
        views = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name"
        for what in [*(name for (name,) in connection.execute(views).fetchall()), *CALLS]:
            took, rows = min(_ask(connection, what) for _ in range(REPEATS))
            is_slow = took > (PATH_LIMIT if what.startswith("path_between") else LIMIT)
            slow += is_slow
            print(f"{took:6.0f} ms  {rows:7,} rows  {what}{'  SLOW' if is_slow else ''}")
    return slow


def _ask(connection: duckdb.DuckDBPyConnection, what: str) -> tuple[float, int]:
    start = time.perf_counter()
    rows = connection.sql(f"FROM {what}").pl().height
    return (time.perf_counter() - start) * 1000, rows


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1] if len(sys.argv) > 1 else "curated")) else 0)
