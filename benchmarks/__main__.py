"""Measure the pipeline beside its floor and beside what one would otherwise write, in one sitting: `make bench`.

Synthetic lists of growing size are made; for each size, everyone runs several times in turn, each time in a process
of its own. What they found is compared with the truth. Real lists come last, if `TWINTOWNS_SAMPLES` names a folder.
The table and the chart are in benchmarks/RESULTS.md; benchmarks/README.md says how to read them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS, Contender, run_once
from benchmarks.machine import describe_machine
from benchmarks.measure import Input
from benchmarks.report import RESULTS, write_report

_SMALLEST = 1_000


def main() -> int:
    """Run the benchmark, print its table and write it."""
    options = _options()
    # Told to end, it ends what it started and removes what it made.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results: dict[str, Any] = {"machine": describe_machine(), "inputs": []}
    with tempfile.TemporaryDirectory(prefix="twintowns-bench-", dir=options.work) as folder:
        work, claims = Path(folder), max(options.smallest, _SMALLEST)
        while claims <= options.largest:
            results["inputs"].append(_measure_synthetic(claims, work, options))
            _save(results)
            claims *= 10
        samples = os.environ.get("TWINTOWNS_SAMPLES")
        if samples and not options.no_lists:
            results["inputs"].append(_measure_lists(samples, work, options))
        else:
            print("TWINTOWNS_SAMPLES is not set (a folder of real lists): synthetic lists alone.\n")
    if not options.no_wikitext:
        results["wikitext"] = _read_wikitext()
    _save(results)
    write_report(results)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--smallest", type=int, default=_SMALLEST, help="claims to begin with (1000), then ten times …")
    parser.add_argument("--largest", type=int, default=1_000_000, help="… as many, up to so many (1000000)")
    parser.add_argument("--runs", type=int, default=3, help="times each is run (3)")
    parser.add_argument(
        "--patience", type=float, default=600, help="seconds after which one is not run once more (600)"
    )
    parser.add_argument("--limit", type=float, default=3600, help="seconds after which a run is stopped (3600)")
    parser.add_argument(
        "--only", action="append", choices=[contender.name for contender in CONTENDERS], help="leave out the others"
    )
    parser.add_argument("--work", type=Path, help="folder for what is made and deleted again (the system's)")
    parser.add_argument("--no-lists", action="store_true", help="leave out the real lists")
    parser.add_argument("--no-wikitext", action="store_true", help="leave out the reading of wikitext")
    return parser.parse_args()


def _measure_synthetic(claims: int, work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Make lists of so many claims, and measure everyone who takes so many."""
    folder = work / str(claims)
    make = [sys.executable, "-m", "benchmarks.generate", "--claims", str(claims), "--out", str(folder / "lists")]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    given = Input(raw=str(folder / "raw"), sources=str(folder / "lists"), tables=str(folder / "tables"))
    chosen = [contender for contender in CONTENDERS if contender.largest is None or claims <= contender.largest]
    print(f"{claims:,} claims")
    measured = _measure(given, chosen, folder, options)
    made = json.loads((folder / "lists" / "truth" / "made.json").read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in (folder / "lists").glob("*.?sv"))
    shutil.rmtree(folder)
    return {"name": f"{claims:,} claims", "claims": claims, "bytes": size, "made": made} | measured


def _measure_lists(samples: str, work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure the real lists; only the pipeline can read all of them."""
    folder = work / "lists"
    raw = folder / "raw"
    shutil.copytree("raw", raw)
    fetch = [sys.executable, "-m", "pipeline", "fetch", "--all", "--raw", str(raw), "--mirror", samples]
    subprocess.run(fetch, check=True, stdout=subprocess.DEVNULL)
    given = Input(raw=str(raw), sources="", tables=str(folder / "tables"))
    print("all real lists")
    measured = _measure(given, [contender for contender in CONTENDERS if not contender.needs], folder, options)
    claims = next((run["claims"] for runs in measured["runs"].values() for run in runs if "claims" in run), None)
    shutil.rmtree(folder)
    return {"name": "all real lists", "claims": claims, "is_real": True} | measured


def _measure(given: Input, chosen: list[Contender], folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run everyone in turn, as often as is asked for, and compare what they found with the truth."""
    chosen = [contender for contender in chosen if not options.only or contender.name in options.only]
    cache, outs = folder / "cache", {contender.name: folder / contender.name for contender in CONTENDERS}
    # What the floor writes is what the pipeline made; this run is not measured.
    first = run_once("warm", given, outs["warm"], cache, options.limit)
    if "error" not in first:
        first = run_once("prepare", given, outs["warm"], cache, options.limit)
    quality: dict[str, Any] = {}
    runs: dict[str, list[dict[str, Any]]] = {contender.name: [] for contender in chosen}
    for turn in range(options.runs):
        for contender in chosen:
            taken = runs[contender.name]
            if _is_done(taken, options.patience):
                continue
            if contender.missing:
                taken.append({"error": contender.missing})
            elif contender.name in ("floor", "cold", "warm") and "error" in first:
                # The floor has nothing to write, and a build would fail once more.
                taken.append({"error": f"the pipeline failed before: {first['error']}"})
            else:
                taken.append(run_once(contender.name, given, outs[contender.name], cache, options.limit))
            print(
                f"  {contender.title:18} {taken[-1].get('error') or format(taken[-1]['seconds'], '8.2f') + ' s'}",
                flush=True,
            )
            if turn == 0 and given.sources and contender.is_judged and "error" not in taken[-1]:
                quality[contender.name] = run_once("quality", given, outs[contender.name], cache, options.limit)
            shutil.rmtree(outs[contender.name], ignore_errors=True)
    return {"runs": runs, "quality": quality}


def _is_done(taken: list[dict[str, Any]], patience: float) -> bool:
    """Tell whether to leave it at these runs: one failed, or one more would take more time than there is patience."""
    if any("error" in run for run in taken):
        return True
    seconds = [run["seconds"] for run in taken]
    return bool(seconds) and sum(seconds) + statistics.median(seconds) > patience


def _read_wikitext() -> dict[str, Any]:
    """Return how long the wikitext reader takes, and mwparserfromhell alone."""
    command = [sys.executable, "-m", "benchmarks.wikitext", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    return {"rows": json.loads(done.stdout.splitlines()[-1])}


def _save(results: dict[str, Any]) -> None:
    """Keep what was measured so far."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "bench.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
