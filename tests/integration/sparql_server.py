"""The SPARQL server of the package `oxigraph` on this machine, filled by the test that asks for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@contextmanager
def oxigraph(triples: Iterable[str], folder: Path, *options: str) -> Iterator[str]:
    """Run a server with these triples as long as the context lasts; yield its SPARQL endpoint."""
    beside = Path(sys.executable).parent / "oxigraph"
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if program is None:
        pytest.skip("no SPARQL server: the package oxigraph is not installed (pip install oxigraph)")
    data = folder / "world.nt"
    data.write_text("\n".join(triples) + "\n", encoding="utf-8")
    store = folder / "store"
    load = [program, "load", "--location", str(store), "--file", str(data)]
    subprocess.run(load, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    serve = [program, "serve-read-only", "--location", str(store), "--bind", address, *options]
    with (folder / "server.log").open("w") as log, subprocess.Popen(serve, stdout=log, stderr=log) as running:
        try:
            _wait(f"http://{address}/query", running, folder / "server.log")
            yield f"http://{address}/query"
        finally:
            running.terminate()


def _wait(endpoint: str, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if running.poll() is not None:
            break
        try:
            requests.post(endpoint, data={"query": "ASK {}"}, timeout=5).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the SPARQL server did not start: {log.read_text()}")
