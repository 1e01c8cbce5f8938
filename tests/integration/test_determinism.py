"""The same raw bytes and the same code make the same bytes, whatever else differs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest
from sites import starter_raw
from small import with_small_gazetteer

from pipeline.cli import main
from pipeline.curate.database import view_names
from pipeline.sources import BUILT_IN
from schemas import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sites import Site

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
WITH_THREADS = Path(__file__).with_name("threads.py")
#: Differ from build to build: the pages of a database file are filled as they come, and this is its checksum.
NOT_THE_SAME = {"twintowns.duckdb", "SHA256SUMS"}

LISTED = "t,p,s\nAachen,Reims,1966\nHof,Ogden,1954\nBonn,Oxford,1947\nCelle,Meudon,1951\n"
LIST_THAT_IS_OFF = """\
title = "NAME"
publisher = "NAME"
url = "https://example.org"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "one"
enabled = false
as_of = 2020-12-31
files = [{ name = "NAME.csv" }]
columns = { town = "t", partner = "p", start = "s" }
constants = { form = "partnership" }
"""


def files(release: Path) -> dict[str, bytes]:
    """Return the files of a release that are the same in every build."""
    paths = {path.relative_to(release).as_posix(): path for path in sorted(release.rglob("*")) if path.is_file()}
    assert paths.keys() > NOT_THE_SAME
    return {name: path.read_bytes() for name, path in paths.items() if name not in NOT_THE_SAME}


def arguments(out: Path, sources: Iterable[str], option: str = "--only") -> list[str]:
    return ["build", "--raw", str(starter_raw(out.parent)), "--out", str(out), option, *sources]


def start(arguments: Iterable[str], surroundings: dict[str, str], threads: int) -> subprocess.Popen[bytes]:
    """Start `twintowns` in a process of its own, with as many threads."""
    own = {"PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": str(threads)}
    return subprocess.Popen(
        [sys.executable, str(WITH_THREADS), str(threads), *arguments],
        cwd=ROOT,
        env=os.environ | own | surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(running: Iterable[subprocess.Popen[bytes]]) -> None:
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory: pytest.TempPathFactory, starter_sources: frozenset[str]) -> tuple[Path, Path]:
    """Return the folders of two builds, at one time, by processes whose hashes, threads, places and zones differ."""
    folder = tmp_path_factory.mktemp("determinism")
    first, second = folder / "first", folder / "second" / "deeper"
    finish(
        [
            start(
                arguments(first, sorted(starter_sources)),
                {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
                threads=1,
            ),
            start(
                arguments(second, sorted(starter_sources, reverse=True)),
                {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
                threads=8,
            ),
        ]
    )
    return first, second


def test_two_processes_make_the_same_files(two_builds: tuple[Path, Path]) -> None:
    first, second = (files(out / "current") for out in two_builds)
    assert (
        first.keys()
        == second.keys()
        == {
            *(f"{name}.parquet" for name in MODELS),
            *(f"summaries/{name}.parquet" for name in view_names()),
            "croissant.json",
            "datapackage.json",
            "report/index.html",
        }
    )
    assert [name for name in first if first[name] != second[name]] == []


def test_a_build_within_this_process_makes_them_too(two_builds: tuple[Path, Path], starter: Path) -> None:
    there, here = files(two_builds[0] / "current"), files(starter)
    assert [name for name in there if there[name] != here[name]] == []
    assert (two_builds[0] / "current").resolve().name == starter.name


def test_the_databases_hold_the_same(two_builds: tuple[Path, Path]) -> None:
    with duckdb.connect() as connection:
        for name, out in zip(("first", "second"), two_builds, strict=True):
            connection.execute(f"ATTACH '{out / 'current' / 'twintowns.duckdb'}' AS {name} (READ_ONLY)")
        for table in MODELS:
            # In one order too.
            first, second = (connection.sql(f"FROM {name}.{table}").pl() for name in ("first", "second"))
            assert first.equals(second), table


def test_a_rebuild_makes_no_new_release(once: Site, capsys: pytest.CaptureFixture[str]) -> None:
    out = once.out
    before = {path: path.stat().st_mtime_ns for path in sorted(out.rglob("*")) if path.name != ".lock"}
    where = ("--sources", once.folder / "sources", "--raw", once.raw, "--out", out)
    with with_small_gazetteer():
        assert main(["build", "--only", *once.names, *map(str, where), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["is_new"] is False
    assert said["release_id"] == (out / "current").resolve().name
    after = {path: path.stat().st_mtime_ns for path in sorted(out.rglob("*")) if path.name != ".lock"}
    # The release is staged aside and thrown away again, so only its folder may look touched.
    assert {path for path in after if after[path] != before.get(path)} <= {out, out / "releases"}
    assert set(after) == set(before)


def test_the_order_in_which_sources_are_turned_on_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for name in ("starter_towns", "geonames"):
        shutil.copy(BUILT_IN / f"{name}.toml", shipped)
    monkeypatch.setattr("pipeline.sources.load.BUILT_IN", shipped)  # so that little else is on
    for name in ("a_list", "b_list"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.csv").write_text(LISTED, "utf-8")
        (tmp_path / name / f"{name}.toml").write_text(LIST_THAT_IS_OFF.replace("NAME", name), "utf-8")
    releases = []
    for names in (["a_list", "b_list"], ["b_list", "a_list"]):
        folders = [part for name in names for part in ("--sources", str(tmp_path / name))]
        out = tmp_path / f"{names[0]}_first"
        assert main([*arguments(out, [",".join(names)], "--enable"), *folders]) == 0
        releases.append(out / "current")
    assert files(releases[0]) == files(releases[1])
    stated = pl.read_parquet(releases[0] / "claims.parquet")
    assert set(stated["source_id"]) == {"a_list", "b_list", "starter_towns"}
    places = stated.select("source_id", "town_id", "partner_id", "claim_id")
    assert places.equals(places.sort(pl.all()))
