"""What several tests build upon, made once a session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.build import Settings, build
from pipeline.sources import BUILT_IN, load_declarations

ROOT = Path(__file__).parent.parent

# How long an example takes says more about the machine than about the code: speed is for `make bench`.
settings.register_profile("twintowns", deadline=None)
settings.load_profile("twintowns")


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of real lists, which is no part of the project."""
    named = os.environ.get("TWINTOWNS_SAMPLES")
    if not named:
        pytest.skip("TWINTOWNS_SAMPLES is not set: it names a folder of real lists with an index.csv")
    folder = Path(named).resolve()
    if not (folder / "index.csv").is_file():
        pytest.skip(f"TWINTOWNS_SAMPLES={named}: no index.csv there")
    return folder


@pytest.fixture(scope="session")
def starter_sources() -> frozenset[str]:
    """Return the sources of the starter collection: a developer's raw/ may hold others too."""
    return frozenset(path.stem for path in BUILT_IN.glob("starter_*.toml"))


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory, starter_sources: frozenset[str]) -> Path:
    """Return the release that a fresh clone builds."""
    out = tmp_path_factory.mktemp("starter")
    return build(Settings(raw=ROOT / "raw", out=out, only=starter_sources)).published.path


@pytest.fixture(scope="session")
def real_lists(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every real list, fetched into `raw/` and built twice at the same time.

    The builds are in `first/` and `second/`, what they printed in `first.log` and `second.log`.
    """
    folder = tmp_path_factory.mktemp("real_lists")
    raw, command = folder / "raw", (sys.executable, "-m", "pipeline")
    fetch: tuple[str | Path, ...] = (*command, "fetch", "--all", "--mirror", samples, "--raw", raw)
    with (folder / "fetch.log").open("w") as log:
        subprocess.run(fetch, cwd=ROOT, check=True, stdout=log, stderr=log)
    for source in load_declarations():
        if source.startswith("starter_"):
            (raw / source).symlink_to(ROOT / "raw" / source)
    running = []
    for number, name in enumerate(("first", "second")):
        with (folder / f"{name}.log").open("w") as log:
            build_all: tuple[str | Path, ...] = (
                *command,
                "build",
                "--raw",
                raw,
                "--out",
                folder / name,
                "--enable",
                "all",
            )
            other = {"PYTHONHASHSEED": str(number), "POLARS_MAX_THREADS": str(number + 1)}
            running.append(subprocess.Popen(build_all, cwd=ROOT, env=os.environ | other, stdout=log, stderr=log))
    for name, process in zip(("first", "second"), running, strict=True):
        assert process.wait() == 0, (folder / f"{name}.log").read_text()
    return folder


@pytest.fixture(scope="session")
def full_build(real_lists: Path) -> Path:
    """Return the release of every list, those that are off by default too."""
    return (real_lists / "first" / "current").resolve()
