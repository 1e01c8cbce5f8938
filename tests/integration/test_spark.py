"""Spark and one process make the same release, also when a worker dies; errors say what to install or start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sites import starter_raw
from spark_cluster import Cluster, cluster

from pipeline.build import build
from pipeline.cli import main
from pipeline.commands import engines
from pipeline.sources.settings import Settings
from schemas import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.spark.engine import SparkEngine

ROOT = Path(__file__).parents[2]
USAGE, SPARK_FAILED = 2, 1
#: Nobody listens there: it is the discard service's.
DEAD_MASTER = "spark://127.0.0.1:9"

DECLARATION = """\
title = "NAME"
publisher = "NAME"
url = "https://example.org"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "both"
as_of = 2020-12-31
files = [{ name = "NAME.csv" }]
columns = { town = "t", town_country = "tc", partner = "p", partner_country = "pc", partner_region = "pr", start = "s" }
expect = { rows = { min = 2 } }
"""
#: Two names of one town, one name twice with what looks like a difference, a link from both sides, one from one side.
LISTS = {
    "eins": """\
t,tc,p,pc,pr,s
Köln,DE,Cologne,DE,,1990
Coburg,DE,Coburg,DE,Bayern,1991
Köln,DE,Lille,FR,,1958
Lille,FR,Köln,DE,,1959
Köln,DE,Turin,IT,,1958
Turin,IT,Lille,FR,,1958
Gera,DE,Pskow,RU,,37546
""",
    "zwei": "t,tc,p,pc,pr,s\nNirgendheim,DE,Lille,FR,,1999\nLille,FR,Köln,DE,,1958\n",
}

pyspark_is_here = pytest.mark.skipif(engines.missing_for_spark() is not None, reason=str(engines.missing_for_spark()))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a master and two workers on loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        # Short runs gain nothing from what a JVM and Spark do for long ones.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        folder = tmp_path_factory.mktemp("cluster")
        (folder / "spark-defaults.conf").write_text(
            "spark.sql.codegen.wholeStage false\nspark.sql.codegen.factoryMode NO_CODEGEN\n"
        )
        patch.setenv("SPARK_CONF_DIR", str(folder))
        with cluster(folder) as started:
            yield started


@pytest.fixture(scope="module")
def engine(running: Cluster) -> Iterator[SparkEngine]:
    """Return an engine on that cluster."""
    from pipeline.spark.engine import spark_engine

    with spark_engine(running.master) as opened:
        yield opened


def tables(release: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(release / f"{name}.parquet") for name in MODELS}


def assert_same_release(release: Path, expected: Path) -> None:
    """Assert that two first releases are the same, row for row, and by their hashes."""
    expected_tables = tables(expected)
    for name, frame in tables(release).items():
        assert frame.equals(expected_tables[name]), name


def write_lists(folder: Path) -> Path:
    for name, content in LISTS.items():
        (folder / f"{name}.toml").write_text(DECLARATION.replace("NAME", name))
        (folder / f"{name}.csv").write_text(content)
    return folder


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with lists of our own."""
    return write_lists(tmp_path_factory.mktemp("lists"))


def settings(lists: Path, out: Path, only: frozenset[str] = frozenset()) -> Settings:
    return Settings(starter_raw(out.parent), out, sources=(lists,), only=only | frozenset(LISTS))


@pytest.fixture(scope="module")
def local(lists: Path, starter_sources: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the release of the starter collection and our own lists that this process makes."""
    return build(settings(lists, tmp_path_factory.mktemp("local"), starter_sources)).published.path


# The same release


@pyspark_is_here
def test_two_workers_make_the_release_that_this_process_makes(
    engine: SparkEngine, lists: Path, local: Path, starter_sources: frozenset[str], tmp_path: Path
) -> None:
    built = build(settings(lists, tmp_path, starter_sources), engine=engine)
    assert_same_release(built.published.path, local)
    release = tables(built.published.path)
    rejected = release["rejects"].filter(pl.col("source_id") == "eins")
    assert rejected.select("locator", "rules").rows() == [("line 3", "self_twinned")]
    assert "located_on_own_partner" in release["findings"]["rule"]
    assert set(release["partnerships"]["stated_by_both"]) == {True, False, None}


@pyspark_is_here
@pytest.mark.parametrize("content", ["t,tc,p,pc,pr,s\nA,DE,B,FR,,\n", "t,tc,p,pc,pr\nA,DE,B,FR,\n"])
def test_a_broken_source_is_left_out_with_the_same_reason(engine: SparkEngine, tmp_path: Path, content: str) -> None:
    (write_lists(tmp_path) / "zwei.csv").write_text(content)
    local = build(settings(tmp_path, tmp_path / "local"))
    spread = build(settings(tmp_path, tmp_path / "spread"), engine=engine)
    assert spread.missing == local.missing
    assert set(local.missing) == {"zwei"}
    assert_same_release(spread.published.path, local.published.path)


@pyspark_is_here
def test_a_worker_of_another_version_stops_the_build(
    engine: SparkEngine, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.spark.session import SparkError

    monkeypatch.setattr("pipeline.spark.engine.code_hash", lambda: "another")
    with pytest.raises(SparkError, match="on a worker is of another version; install the same on each"):
        build(settings(lists, tmp_path), engine=engine)


@pyspark_is_here
def test_every_view_has_the_rows_that_duckdb_gives(engine: SparkEngine, local: Path) -> None:
    from pipeline.spark.views import LEFT_OUT, register, translated_views

    register(engine.spark, local)
    views = translated_views()
    with duckdb.connect(local / "twintowns.duckdb", read_only=True) as connection:
        there = """
            SELECT view_name FROM duckdb_views() WHERE NOT internal
            UNION
            SELECT function_name FROM duckdb_functions() WHERE NOT internal AND function_name <> 'search_key'
        """
        assert set(views) | set(LEFT_OUT) == {name for (name,) in connection.execute(there).fetchall()}
        # Each takes Spark a second: all of them with the long test, every third otherwise.
        for name in views if os.environ.get("TWINTOWNS_SPARK") else sorted(views)[::3]:
            expected = connection.sql(f"FROM {name}").pl()
            rows = pl.from_arrow(engine.spark.table(name).toArrow())
            assert isinstance(rows, pl.DataFrame)
            assert rows.columns == expected.columns, name
            rows = rows.cast(dict(expected.schema))
            # The last digit of a mean of floats is a matter of the order in which they are added, in both.
            means = [mean for mean in rows.columns if mean.startswith("mean_")]
            assert rows.drop(means).equals(expected.drop(means)), name
            assert_frame_equal(rows.select(means), expected.select(means), abs_tol=0.11, rel_tol=0)


@pyspark_is_here
@pytest.mark.skipif(not os.environ.get("TWINTOWNS_SPARK"), reason="takes minutes: make test-spark")
def test_all_lists(engine: SparkEngine, real_lists: Path, full_build: Path, tmp_path: Path) -> None:
    built = build(Settings(real_lists / "raw", tmp_path, enable=frozenset({"all"})), engine=engine)
    assert_same_release(built.published.path, full_build)


@pytest.mark.skipif(not os.environ.get("TWINTOWNS_SPARK"), reason="takes minutes: make test-spark")
@pyspark_is_here
def test_a_worker_killed_midway_changes_nothing(
    engine: SparkEngine, running: Cluster, lists: Path, local: Path, starter_sources: frozenset[str], tmp_path: Path
) -> None:
    killing: list[threading.Thread] = []

    def kill_at_work() -> None:
        tracker = engine.spark.sparkContext.statusTracker()
        while not any(
            info.numActiveTasks for stage in tracker.getActiveStageIds() if (info := tracker.getStageInfo(stage))
        ):
            time.sleep(0.01)
        running.kill_worker(0)

    class AtLocate:
        """Kills a worker when the first tasks of locating run: its tasks must be done again."""

        @contextmanager
        def step(self, name: str) -> Iterator[None]:
            if name == "locate":
                killing.append(threading.Thread(target=kill_at_work))
                killing[0].start()
            yield

    built = build(settings(lists, tmp_path, starter_sources), AtLocate(), engine)
    killing[0].join()
    assert running.workers[0].returncode is not None
    assert running.workers[1].poll() is None
    assert_same_release(built.published.path, local)


# What can be wrong


@pyspark_is_here
@pytest.mark.parametrize(
    ("master", "code", "message"),
    [
        (DEAD_MASTER, SPARK_FAILED, f"the Spark master {DEAD_MASTER} does not answer"),
        ("http://127.0.0.1:8080", USAGE, "'http://127.0.0.1:8080' is no Spark master: give spark://host:7077"),
    ],
)
def test_a_master_that_does_not_answer_leaves_the_release(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], master: str, code: int, message: str
) -> None:
    shutil.copytree(starter.parents[1], tmp_path / "out", symlinks=True)
    before = (tmp_path / "out" / "current").resolve()
    assert main(["build", "--out", str(tmp_path / "out"), "--engine", "spark", "--master", master]) == code
    assert message in capsys.readouterr().err
    assert (tmp_path / "out" / "current").resolve() == before


@pytest.mark.parametrize("given", [["--engine", "spark"], ["--master", "local[2]"]])
def test_engine_and_master_go_together(capsys: pytest.CaptureFixture[str], given: list[str]) -> None:
    assert main(["build", *given]) == USAGE
    assert "--engine spark --master spark://host:7077" in capsys.readouterr().err


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert main(["query", "FROM towns", "--engine", "spark", "--master", "local[2]"]) == SPARK_FAILED
    assert "in a clone: make spark" in capsys.readouterr().err


def test_without_java(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    assert main(["query", "FROM towns", "--engine", "spark", "--master", "local[2]"]) == SPARK_FAILED
    assert "openjdk-17-jre-headless" in capsys.readouterr().err


@pyspark_is_here
def test_the_error_of_a_macro_says_why(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["query", "FROM partners_of('Berlin')", "--out", str(starter.parents[1])]
    assert main([*command, "--engine", "spark", "--master", "local[1]"]) == USAGE
    assert "partners_of is not there on Spark: a macro" in capsys.readouterr().err


def test_a_local_build_loads_nothing_of_spark(tmp_path: Path) -> None:
    write_lists(tmp_path)
    code = (
        "import sys; from pipeline.cli import main; "
        f"assert main(['build', '--raw', {str(tmp_path / 'raw')!r}, '--out', {str(tmp_path / 'out')!r}, "
        f"'--sources', {str(tmp_path)!r}, '--only', 'eins', 'zwei']) == 0; "
        "print([name for name in sys.modules if name.startswith(('pipeline.spark', 'sqlglot'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
