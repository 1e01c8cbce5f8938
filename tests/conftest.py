"""What several tests build upon, made once a session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

from pipeline.build import build
from pipeline.sources import BUILT_IN, load_declarations
from pipeline.sources.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
#: What the tests themselves are asked by: where real lists and MediaWiki are, and which long tests to run.
ASKED_BY_TESTS = {
    "TWINTOWNS_KILLS",
    "TWINTOWNS_MEDIAWIKI",
    "TWINTOWNS_PUBLISHES",
    "TWINTOWNS_READERS",
    "TWINTOWNS_SAMPLES",
    "TWINTOWNS_SEED",
    "TWINTOWNS_SPARK",
}
#: What `requests` is told of proxies: the servers of the tests are on this machine.
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}

#: What makes a test a long one: every real list, a real browser, Spark, MediaWiki.
LONG_FIXTURES = {"browser", "engine", "full_build", "real_lists", "wiki"}

# How long an example takes says more about the machine than about the code: speed is for `make bench`.
settings.register_profile("twintowns", deadline=None)
settings.load_profile("twintowns")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as long what uses a long fixture: `make test` leaves these out, `make test-all` runs them, and first."""
    for item in items:
        if LONG_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("long")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def environment_of_our_own() -> Iterator[None]:
    """Take away what the caller set for the program, such as a mirror or a proxy, which no test may depend on."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            is_ours = name.startswith("TWINTOWNS_") and name not in ASKED_BY_TESTS
            if is_ours or name.lower() in PROXIES:
                patch.delenv(name)
        yield


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
    """Return a folder with every real list, fetched into `raw/` and built into `first/`, with the logs of both."""
    # The folder that all workers of pytest-xdist share; whoever comes first builds.
    folder = tmp_path_factory.getbasetemp() / "real_lists"
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parents[1] / folder.name
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            begun = folder.with_suffix(".begun")
            begun.mkdir()
            _build_all(begun, samples)
            begun.rename(folder)
    return folder


def _build_all(folder: Path, samples: Path) -> None:
    raw, command = folder / "raw", (sys.executable, "-m", "pipeline")
    fetch: tuple[str | Path, ...] = (*command, "fetch", "--all", "--mirror", samples, "--raw", raw)
    with (folder / "fetch.log").open("w") as log:
        subprocess.run(fetch, cwd=ROOT, check=True, stdout=log, stderr=log)
    for source in load_declarations():
        if source.startswith("starter_"):
            (raw / source).symlink_to(ROOT / "raw" / source)
    build_all = (*command, "build", "--raw", raw, "--out", folder / "first", "--enable", "all")
    with (folder / "first.log").open("w") as log:
        subprocess.run(build_all, cwd=ROOT, check=True, stdout=log, stderr=log)


@pytest.fixture(scope="session")
def full_build(real_lists: Path) -> Path:
    """Return the release of every list, those that are off by default too."""
    return (real_lists / "first" / "current").resolve()
