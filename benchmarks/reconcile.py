"""Measure reconciling beside one GROUP BY in DuckDB, in one sitting: `make bench-reconcile`.

Synthetic claims are reconciled by `pipeline.curate.reconcile`, which runs the SQL of every build (records, and why each
value won), and by one plain GROUP BY in DuckDB: the floor. Each runs in turn in one process, so that both meet the same
load; peak memory is taken in a process of its own.
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
from pipeline.curate.database import create_types_and_macros
from pipeline.curate.reconcile import reconcile_claims

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
RESULTS = HERE / "results"
_SIZES = (100_000, 1_000_000)


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
    """Reconcile so many claims in both ways and print how long each takes."""
    claims, sources = synthetic_claims(count), synthetic_sources()
    ways: dict[str, Callable[[pl.DataFrame, pl.DataFrame], Any]] = {
        "one GROUP BY": _group_by,
        "reconcile": reconcile_claims,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            began = time.perf_counter()
            way(claims, sources)
            seconds[name].append(time.perf_counter() - began)
    floor = statistics.median(seconds["one GROUP BY"])
    print(f"{count:,} claims, {runs} runs each in turn")
    print(f"{'':14} {'median':>8} {'spread':>16} {'× GROUP BY':>11}")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{name:14} {median:>6.2f} s {min(taken):>7.2f}–{max(taken):.2f} s {median / floor:>11.2f}")
    peak = _peak(claims, sources)
    print(
        f"peak memory of reconcile: {peak['peak_mib']:,} MiB, of these {peak['before_mib']:,} with the claims alone\n"
    )
    return {"claims": count, "seconds": seconds, **peak}


def _group_by(claims: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return what one GROUP BY makes of the very frames that reconciling is given."""
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        connection.register("claims", claims)
        connection.register("sources", sources.select("source_id", "directions"))
        statement = (HERE / "reconcile_group_by.sql").read_text(encoding="utf-8")
        records: pl.DataFrame = connection.sql(statement).pl()
    return records


def _peak(claims: pl.DataFrame, sources: pl.DataFrame) -> dict[str, int]:
    """Return the peak memory of a process that reads these claims and reconciles them once."""
    with tempfile.TemporaryDirectory() as folder:
        claims.write_parquet(Path(folder) / "claims.parquet")
        sources.write_parquet(Path(folder) / "sources.parquet")
        command = [sys.executable, "-m", "benchmarks.reconcile", "--once", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return peak


def _once(folder: Path) -> int:
    claims, sources = (pl.read_parquet(folder / f"{name}.parquet") for name in ("claims", "sources"))
    before = peak_mib()
    reconcile_claims(claims, sources)
    print(json.dumps({"before_mib": before, "peak_mib": peak_mib()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
