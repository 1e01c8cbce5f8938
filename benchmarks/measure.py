"""One measurement in a process of its own: `python -m benchmarks.measure CONTENDER INPUT OUT`; prints a line of JSON.

INPUT is the JSON of `Input`. Whoever starts the process takes the time of the whole of it; it tells what it knows
itself: its peak memory, the seconds of all processors together, and for the pipeline those of each stage.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Input:
    """What a measurement reads.

    Attributes:
        raw: a raw store.
        sources: a folder of synthetic lists, or "" for the pipeline's own declarations.
        tables: what the floor writes, kept by `floor.prepare`.
    """

    raw: str
    sources: str
    tables: str

    @classmethod
    def of(cls, text: str) -> Input:
        """Return what `text` made."""
        return cls(**json.loads(text))

    @property
    def text(self) -> str:
        """Itself as JSON."""
        return json.dumps(asdict(self))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders of declarations besides the pipeline's own."""
        return (Path(self.sources),) if self.sources else ()


class Stages:
    """Adds up how long each stage of the pipeline took; all sources that are read count as one stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        began = time.perf_counter()
        yield
        stage = "read" if name.startswith("read ") else name
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began


def peak_mib() -> int:
    """Return this process's peak memory in MiB; what `getrusage` tells can be that of the process before."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) // 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def _pipeline(given: Input, out: Path) -> dict[str, Any]:
    """Build a release, as the command does."""
    from pipeline.build import build
    from pipeline.sources.settings import Settings

    stages, began = Stages(), time.perf_counter()
    only = frozenset(path.stem for path in Path(given.sources).glob("*.toml")) if given.sources else frozenset[str]()
    enable = frozenset[str]() if given.sources else frozenset({"all"})
    settings = Settings(raw=Path(given.raw), out=out, sources=given.folders, enable=enable, only=only)
    built = build(settings, stages)
    inside = time.perf_counter() - began
    return {"inside": round(inside, 3), "claims": built.published.counts["claims"], "stages": stages.seconds}


def _floor(given: Input, out: Path) -> dict[str, Any]:
    from benchmarks.floor import run

    run(Path(given.raw), given.folders, Path(given.tables), out)
    return {}


def _prepare(given: Input, out: Path) -> dict[str, Any]:
    """Keep the tables of the release in `out` for the floor."""
    from benchmarks.floor import prepare

    prepare(out / "current", Path(given.tables))
    return {}


def _by_hand(given: Input, out: Path) -> dict[str, Any]:
    from benchmarks.by_hand_pandas import run

    run(Path(given.sources), out)
    return {}


def _by_splink(given: Input, out: Path) -> dict[str, Any]:
    from benchmarks.by_splink import run

    run(Path(given.sources), out)
    return {}


def _quality(given: Input, out: Path) -> dict[str, Any]:
    from benchmarks.quality import judge

    return judge(Path(given.sources) / "truth", out)


_WAYS = {
    "floor": _floor, "cold": _pipeline, "warm": _pipeline, "pandas": _by_hand, "splink": _by_splink,
    "prepare": _prepare, "quality": _quality,
}  # fmt: skip


def main() -> None:
    """Run what the arguments say and print the result as one line of JSON."""
    name, given, out = sys.argv[1:4]
    result = _WAYS[name](Input.of(given), Path(out))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(result | {"peak_mib": peak_mib(), "cpu_seconds": round(used.ru_utime + used.ru_stime, 3)}))


if __name__ == "__main__":
    main()
