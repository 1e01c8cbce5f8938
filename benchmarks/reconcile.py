"""Measure reconciling beside DuckDB, in one sitting: `make bench-reconcile`.

Synthetic claims are reconciled by `pipeline.curate.reconcile` (records, events, motives), by one plain GROUP BY in
DuckDB, and by a DuckDB statement that makes the same records, which are compared value for value. Each runs in turn in
one process, so that all of them meet the same load; peak memory is taken in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from benchmarks.measure import peak_mib
from benchmarks.reconcile_claims import synthetic_claims, synthetic_sources
from pipeline.curate.reconcile import list_events, list_motives, reconcile
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).parent
RESULTS = HERE / "results"
_SIZES = (100_000, 1_000_000)
#: Orders as DuckDB knows them: an enumeration compares by the place of its values.
_ENUMS: dict[str, Sequence[str]] = {
    "form": list(v.Form), "authority": list(v.Authority), "precision": list(v.Precision),
    "change": ["ended", "suspended", "dormant", "active", "unknown"],
}  # fmt: skip
_MACROS = """
    CREATE MACRO last_day(first, precision) AS CAST(first + CASE precision
        WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'year' THEN INTERVAL 1 YEAR WHEN 'decade' THEN INTERVAL 10 YEAR
        WHEN 'century' THEN INTERVAL 100 YEAR ELSE INTERVAL 1 DAY END - INTERVAL 1 DAY AS DATE);
    CREATE MACRO agree(a, b, c, d) AS (a <= c AND d <= b) OR (c <= a AND b <= d);
"""


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="make bench-reconcile", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="times each is run (5)")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="numbers of claims")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        return _once(options.once)
    results = [measure(size, options.runs) for size in options.sizes]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "reconcile.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(count: int, runs: int) -> dict[str, Any]:
    """Reconcile so many claims in each way, compare and print."""
    claims, sources = synthetic_claims(count), synthetic_sources()
    with _database(claims, sources) as connection:
        ways: dict[str, Callable[[], pl.DataFrame]] = {
            "one GROUP BY": lambda: _run(connection, "reconcile_group_by.sql"),
            "the same in SQL": lambda: _run(connection, "reconcile_same.sql"),
            "reconcile": lambda: _reconcile(claims, sources),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(runs):
            for name, way in ways.items():
                began = time.perf_counter()
                way()
                taken[name].append(time.perf_counter() - began)
        are_equal = _same(ways["reconcile"](), ways["the same in SQL"]())
    floor = statistics.median(taken["one GROUP BY"])
    print(
        f"{count:,} claims, {runs} runs each in turn; the records of both are {'equal' if are_equal else 'NOT EQUAL'}"
    )
    print(f"{'':18} {'median':>8} {'spread':>16} {'× GROUP BY':>11}")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name:18} {median:>6.2f} s {min(seconds):>7.2f}–{max(seconds):.2f} s {median / floor:>11.2f}")
    peak = _peak(claims, sources)
    print(
        f"peak memory of reconcile: {peak['peak_mib']:,} MiB, of these {peak['before_mib']:,} with the claims alone\n"
    )
    return {"claims": count, "seconds": taken, "equal": are_equal, **peak}


def _reconcile(claims: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return the records; events and motives are listed too, as they are in a build."""
    records = reconcile(claims, sources)
    list_events(claims)
    list_motives(claims)
    return records


def _database(claims: pl.DataFrame, sources: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """Return a database that scans the very frames that `reconcile` is given."""
    connection = duckdb.connect()
    for name, values in _ENUMS.items():
        listed = ", ".join(f"'{value}'" for value in values)
        connection.execute(f"CREATE TYPE {name}_rank AS ENUM ({listed})")
    connection.execute(_MACROS)
    connection.register("claims", claims.to_arrow())
    connection.register("sources", sources.select("source_id", "directions").to_arrow())
    return connection


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    frame: pl.DataFrame = connection.sql((HERE / name).read_text(encoding="utf-8")).pl()
    return frame


def _same(ours: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Compare every value, whatever the order of rows and the width of integers."""
    other = other.sort("partnership_id").select(ours.columns).cast(ours.schema)
    for column in ours.columns:
        differ = ours[column].ne_missing(other[column])
        if differ.any():
            print(f"{column}: {differ.sum()} differ", ours.filter(differ).head(3), other.filter(differ).head(3))
    return ours.equals(other)


def _peak(claims: pl.DataFrame, sources: pl.DataFrame) -> dict[str, int]:
    """Return the peak memory of a process that reads these claims and reconciles them once."""
    with tempfile.TemporaryDirectory() as folder:
        claims.write_parquet(Path(folder) / "claims.parquet")
        sources.write_parquet(Path(folder) / "sources.parquet")
        command = [sys.executable, "-m", "benchmarks.reconcile", "--once", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def _once(folder: Path) -> int:
    claims, sources = (pl.read_parquet(folder / f"{name}.parquet") for name in ("claims", "sources"))
    before = peak_mib()
    _reconcile(claims, sources)
    print(json.dumps({"before_mib": before, "peak_mib": peak_mib()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
