"""Who is measured, and how one of them is run: each time in a process of its own, with a limit of time."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measure import Input


@dataclass(frozen=True)
class Contender:
    """One way to do the job.

    Attributes:
        name: as `benchmarks.measure` knows it.
        title: what the table calls it.
        needs: modules that are not among the pipeline's own.
        largest: the most claims that it is given; None for any number.
        is_judged: whether it writes claims of its own that can be compared with the truth.
    """

    name: str
    title: str
    needs: tuple[str, ...] = ()
    largest: int | None = None
    is_judged: bool = False

    @property
    def missing(self) -> str | None:
        """What to do before it can run; None if nothing."""
        absent = [name for name in self.needs if importlib.util.find_spec(name) is None]
        return f"not installed: {', '.join(absent)}; make bench installs it" if absent else None


CONTENDERS = (
    Contender("floor", "floor"),
    Contender("cold", "pipeline, cold"),
    Contender("warm", "pipeline, warm", is_judged=True),
    Contender("pandas", "pandas, by hand", ("pandas", "rapidfuzz"), 100_000, is_judged=True),
    Contender("splink", "Splink", ("splink",), 100_000, is_judged=True),
)


def run_once(name: str, given: Input, out: Path, cache: Path, limit: float) -> dict[str, Any]:
    """Run one measurement; `seconds` are those of its whole process, from its start to its end.

    Args:
        name: what `benchmarks.measure` is to do.
        given: what it reads.
        out: where it writes; whatever was there is removed, but for what is only looked at.
        cache: the gazetteer's cache; emptied for a cold run.
        limit: seconds after which it is stopped.

    Returns:
        What it printed and `seconds`, or `error`.
    """
    if name == "cold":
        shutil.rmtree(cache, ignore_errors=True)
    if name not in ("prepare", "quality"):
        shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.measure", name, given.text, str(out)]
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    began = time.perf_counter()
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit, env=environment)
    except subprocess.TimeoutExpired:
        return {"error": f"stopped after {limit:,.0f} s"}
    seconds = time.perf_counter() - began
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["killed: out of memory?"]
        return {"error": f"exit code {done.returncode}: {lines[-1][:300]}"}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result | {"seconds": round(seconds, 3)}
