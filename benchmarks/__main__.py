"""Measure the pipeline beside its floor, in one sitting: `make bench`.

The floor reads the same raw files and writes the same tables and database, with nothing between. Each runs in a process
of its own, several times in turn; medians, spread, ratio and peak memory are printed and kept in benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5, help="times each is run (5)")
    options = parser.parse_args()
    samples = os.environ.get("TWINTOWNS_SAMPLES")
    if not samples:
        print("TWINTOWNS_SAMPLES is not set: measuring the starter alone, not all lists.")
    with tempfile.TemporaryDirectory() as folder:
        raw, enable = Path("raw"), "none"
        if samples:
            raw, enable = Path(folder) / "raw", "all"
            shutil.copytree("raw", raw)
            fetch = [sys.executable, "-m", "pipeline", "fetch", "--all", "--raw", str(raw), "--mirror", samples]
            subprocess.run(fetch, check=True, stdout=subprocess.DEVNULL)
        release = Path(folder) / "reference"
        _child("pipeline", raw, release, enable, None)  # fills the gazetteer's cache and makes the tables for the floor
        taken: dict[str, list[dict[str, Any]]] = {"floor": [], "pipeline": []}
        for run in range(options.runs):
            for name, results in taken.items():
                out = Path(folder) / f"{name}-{run}"
                results.append(_child(name, raw, out, enable, release / "current"))
                shutil.rmtree(out, ignore_errors=True)
    _report(taken)
    return 0


def _child(name: str, raw: Path, out: Path, enable: str, tables: Path | None) -> dict[str, Any]:
    """Run one measurement in a process of its own and return what it prints."""
    command = [sys.executable, "-m", "benchmarks.measure", name, str(raw), str(out), enable, str(tables or "-")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _report(taken: dict[str, list[dict[str, Any]]]) -> None:
    floor = statistics.median(one["seconds"] for one in taken["floor"])
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, {len(taken['floor'])} runs each")
    print(f"{'':10} {'median':>9} {'spread':>17} {'× floor':>8} {'peak memory':>12} {'claims/s':>10}")
    for name, results in taken.items():
        seconds = sorted(one["seconds"] for one in results)
        median = statistics.median(seconds)
        peak = max(one["peak_mib"] for one in results)
        rate = f"{results[0]['claims'] / median:>10,.0f}" if results[0].get("claims") else ""
        print(
            f"{name:10} {median:>7.2f} s {seconds[0]:>7.2f}–{seconds[-1]:.2f} s {median / floor:>8.1f} "
            f"{peak:>8,.0f} MiB {rate}"
        )
    steps = taken["pipeline"][0].get("steps", {})
    for step, seconds in sorted(steps.items(), key=lambda item: -item[1]):
        print(f"  {step:36} {seconds:>6.2f} s")
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "floor.json").write_text(json.dumps(taken, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
