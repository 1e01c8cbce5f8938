"""Memory and time of a live fetch of Wikidata: python -m benchmarks.wikidata [STATEMENTS].

A SPARQL server (the package `oxigraph`) holds that many statements of the tests' small Wikidata; a process of its own
fetches them, and another one reads the snapshot.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOWNS = 3000


def main() -> None:
    """Serve, fetch and read, and print what each took."""
    sys.path.insert(0, str(ROOT / "tests" / "integration"))
    from sparql_server import oxigraph
    from wikidata_world import triples, world

    statements = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        with oxigraph(triples(world(TOWNS, statements // TOWNS)), Path(folder)) as endpoint:
            _print("fetch", _child("fetch", folder, endpoint))
        _print("read", _child("read", folder, "-"))


def _print(name: str, took: dict[str, float]) -> None:
    figures = ", ".join(f"{key} {value:,.1f}" for key, value in took.items())
    print(f"{name}: {figures}")


def _child(what: str, folder: str, endpoint: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.wikidata", what, folder, endpoint]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(what: str, raw: Path, endpoint: str) -> dict[str, float]:
    """Fetch, or read what was fetched; return seconds, peak memory and counts."""
    from pipeline.sources import load_declarations

    declaration, began = load_declarations()["wikidata"], time.perf_counter()
    if what == "fetch":
        from pipeline.extract.http.client import HttpClient
        from pipeline.extract.wikidata.fetch import fetch_wikidata

        results = fetch_wikidata(declaration, raw, HttpClient(), endpoint=endpoint)
        counts = {"MiB of snapshot": sum(snapshot.byte_count for snapshot in results) / 2**20}
    else:
        from pipeline.gazetteer.countries import country_names
        from pipeline.validate import check_source
        from pipeline.validate.source_reader import load_files

        checked = check_source(declaration, load_files(declaration, raw), country_names())
        counts = {"claims": float(checked.claims.height)}
    took = {"seconds": time.perf_counter() - began}
    # Not ru_maxrss: that begins with what the process had that started this one.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return took | {"peak MiB": int(peak) / 1024} | counts


if __name__ == "__main__":
    if sys.argv[1:2] in (["fetch"], ["read"]):
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]) / "raw", sys.argv[3])))
    else:
        main()
