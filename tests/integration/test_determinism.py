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

from pipeline.cli import main
from pipeline.sources import BUILT_IN
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]

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


def parquet(release: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(release.glob("*.parquet"))}


def arguments(out: Path, sources: Iterable[str], option: str = "--only") -> list[str]:
    return ["build", "--raw", str(ROOT / "raw"), "--out", str(out), option, *sources]


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory: pytest.TempPathFactory, starter_sources: frozenset[str]) -> tuple[Path, Path]:
    """Return the folders of two builds, at one time, by processes whose hashes, threads, places and zones differ."""
    folder = tmp_path_factory.mktemp("determinism")
    outs, running = (folder / "one", folder / "another" / "deeper"), []
    surroundings = (
        {"PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "4711", "POLARS_MAX_THREADS": "8", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )
    for out, surrounding, backwards in zip(outs, surroundings, (False, True), strict=True):
        command = [
            sys.executable, "-m", "pipeline", *arguments(out, sorted(starter_sources, reverse=backwards)),
        ]  # fmt: skip
        running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=os.environ | surrounding, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        )
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()
    return outs


def test_two_processes_make_the_same_parquet(two_builds: tuple[Path, Path]) -> None:
    one, another = (parquet(out / "current") for out in two_builds)
    assert set(one) == {f"{table.name}.parquet" for table in TABLES}
    assert [name for name in one if one[name] != another[name]] == []


def test_a_build_within_this_process_makes_them_too(two_builds: tuple[Path, Path], starter: Path) -> None:
    one, here = parquet(two_builds[0] / "current"), parquet(starter)
    assert [name for name in one if one[name] != here[name]] == []
    assert (two_builds[0] / "current").resolve().name == starter.name


def test_the_databases_hold_the_same(two_builds: tuple[Path, Path]) -> None:
    one, another = two_builds
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{one / 'current' / 'twintowns.duckdb'}' AS one (READ_ONLY)")
        connection.execute(f"ATTACH '{another / 'current' / 'twintowns.duckdb'}' AS another (READ_ONLY)")
        for table in TABLES:
            differing = f"(FROM one.{table.name} EXCEPT ALL FROM another.{table.name})"
            assert connection.execute(f"SELECT count(*) FROM {differing}").fetchall() == [(0,)], table.name


def test_a_rebuild_makes_no_new_release(
    two_builds: tuple[Path, Path], starter_sources: frozenset[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = two_builds[0]
    before = {path: path.stat().st_mtime_ns for path in sorted(out.rglob("*")) if path.name != ".lock"}
    assert main([*arguments(out, sorted(starter_sources)), "--json"]) == 0
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
    assert parquet(releases[0]) == parquet(releases[1])
    stated = pl.read_parquet(releases[0] / "claims.parquet")
    assert set(stated["source_id"]) == {"a_list", "b_list", "starter_towns"}
    assert stated["source_id"].is_sorted()
    # Each as the file has it, not in the order of ids.
    assert stated.filter(source_id="a_list")["town_text"].to_list() == ["Aachen", "Hof", "Bonn", "Celle"]
