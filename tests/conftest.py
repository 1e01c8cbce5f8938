"""What several tests build upon, made once a session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from docs.generate.outputs import build_starter
from pipeline.sources import BUILT_IN, load_declarations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from browsing import Browser
    from sites import Site

    MadeOnce = Callable[[str, Callable[[Path], object]], Path]
    ReaderScript = Callable[..., Any]

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

#: Of these one worker runs all, because they share what takes long to start or to make: a browser, servers, builds.
TOGETHER = {
    "test_benchmark_lists.py",
    "test_determinism.py",
    "test_mediawiki.py",
    "test_page.py",
    "test_page_access.py",
    "test_page_figures.py",
    "test_page_towns.py",
    "test_spark.py",
    "test_wikidata.py",
}

# How long an example takes says more about the machine than about the code: speed is for `make bench`.
settings.register_profile("twintowns", deadline=None)
settings.load_profile("twintowns")


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker of pytest-xdist one thread of polars: together they keep all processors busy."""
    if config.getoption("numprocesses", None):
        os.environ.setdefault("POLARS_MAX_THREADS", "1")


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc]
    """Gives workers one test after the other, and all of some files to one.

    `--dist loadgroup` with its marks does nothing in pytest 9.2: pytest-xdist 3.8 cannot rename tests there any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path.rpartition("/")[2] in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether:
    """Say which worker gets which tests."""
    scheduler = FilesTogether(config, log)
    config.option.loadscopereorder = False  # they come in the order below
    return scheduler


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as long what uses a long fixture: `make test` leaves these out, `make test-all` runs them, and first.

    The first of those that need all lists comes before everything, and builds them. The others come after the rest of
    the long ones, so that no worker waits for that build.
    """
    for item in items:
        if LONG_FIXTURES.intersection(_fixtures(item)):
            item.add_marker("long")
    of_all_lists = [item for item in items if "real_lists" in _fixtures(item)]
    after = set(of_all_lists[1:])
    items.sort(key=lambda item: (item.get_closest_marker("long") is None, item not in of_all_lists[:1], item in after))


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))


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
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Return what makes a folder once for all workers of pytest-xdist: whoever comes first makes it, the others wait.

    Nobody may write into such a folder; a test that must takes a copy.
    """

    def find_or_make(name: str, make: Callable[[Path], object]) -> Path:
        base = tmp_path_factory.getbasetemp()
        folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
        whole = folder.with_suffix(".whole")
        with FileLock(folder.with_suffix(".lock")):
            if not whole.exists():
                # What is left of an attempt that failed.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                whole.touch()
        return folder

    return find_or_make


@pytest.fixture(scope="session")
def starter(made_once: MadeOnce) -> Path:
    """Return the release that a fresh clone builds."""
    out = made_once("starter", _build_starter)
    return (out / "current").resolve()


@pytest.fixture
def out(starter: Path) -> Path:
    """Return the folder of the releases of the starter collection."""
    return starter.parents[1]


@pytest.fixture(scope="session")
def own(made_once: MadeOnce) -> Path:
    """Return a folder with sources of our own, `sources/`, built into `out/`."""
    from own_release import make_own

    return made_once("own", make_own)


@pytest.fixture(scope="session")
def run_reader() -> ReaderScript:
    """Return what runs a script where geopandas and pandas are installed, and returns the JSON that it prints."""
    python = ROOT / ".venv-readers" / "bin" / "python"
    if not python.exists():
        pytest.skip("no geopandas here: make readers")

    def run(script: str, *arguments: str | Path) -> Any:
        done = subprocess.run([python, "-c", script, *arguments], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def starter_printed(starter: Path) -> str:
    """Return what the build of the starter collection has printed."""
    return _printed(starter.parents[1]).read_text("utf-8")


def _build_starter(out: Path) -> None:
    _printed(out).write_text(build_starter(out), "utf-8")


def _printed(out: Path) -> Path:
    return out.with_suffix(".printed")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return Chromium without a window; what a test leaves in it, the next one's page does not see."""
    from browsing import open_browser

    opened = open_browser(tmp_path_factory.mktemp("profile"))
    if opened is None:
        pytest.skip("no chromium with chromedriver here; on Debian: apt-get install chromium chromium-driver")
    try:
        yield opened
    finally:
        opened.quit()


@pytest.fixture(scope="session")
def refreshed(made_once: MadeOnce) -> Site:
    """Return a site of one small list that was refreshed once, to be copied."""
    from sites import Site, new_site

    return Site(made_once("refreshed", lambda folder: new_site(folder).refresh()))


@pytest.fixture
def once(refreshed: Site, tmp_path: Path) -> Site:
    """Return a site of a test's own that was refreshed once."""
    return refreshed.copy(tmp_path / "site")


@pytest.fixture(scope="session")
def real_lists(samples: Path, made_once: MadeOnce) -> Path:
    """Return a folder with every real list, fetched into `raw/` and built into `first/`, with the logs of both."""
    return made_once("real_lists", lambda folder: _build_all(folder, samples))


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
