"""The history of releases goes from one machine of a continuous integration to the next."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from sites import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DEPLOY = ROOT / "deploy"
#: What history.sh calls on GitHub, with a folder in the place of a release.
GH = """\
#!/bin/sh
set -eu
[ -z "${GH_DOWN:-}" ] || { echo "no network" >&2; exit 1; }
verb="$1 $2"; shift 2
case $verb in
  "release list") ls "$STORE" ;;
  "release view") ls "$STORE/$1" ;;
  "release create") mkdir "$STORE/$1" ;;
  "release upload") cp "$2" "$STORE/$1/" ;;
  "release delete-asset") rm "$STORE/$1/$2" ;;
  "release download") cp "$STORE/$1/$3" "$5" ;;
  *) exit 9 ;;
esac
"""
DEPLOY = ROOT / "deploy"


def run(script: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a clone, with nothing around it but this environment."""
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def github(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a runner, where `gh` keeps files in a folder."""
    tools, store = tmp_path / "tools", tmp_path / "store"
    for folder in (tools, store):
        folder.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    return {"PATH": f"{tools}:/usr/bin:/bin", "STORE": str(store), "GH_TOKEN": "t", "GH_REPO": "o/r"}


def new_machine(folder: Path) -> Path:
    """Return a fresh clone: the code and the starter collection."""
    (folder / "raw" / "starter_towns").mkdir(parents=True)
    (folder / "raw" / "starter_towns" / "list.csv").write_text("of this clone\n")
    (folder / "curated").mkdir()
    shutil.copytree(DEPLOY, folder / "deploy")
    return folder


def test_the_history_goes_from_machine_to_machine(tmp_path: Path, github: dict[str, str]) -> None:
    first = new_machine(tmp_path / "first")
    done = run("deploy/history.sh restore", first, **github)
    assert (done.returncode, done.stdout) == (0, "no release twintowns-history: the history begins with this run\n")
    (first / "raw" / "club").mkdir()
    (first / "raw" / "club" / "manifest.jsonl").write_text("{}\n")
    release = first / "curated" / "releases" / "000001-00000000"
    release.mkdir(parents=True)
    (release / "claims.parquet").write_text("claims")
    (first / "curated" / "current").symlink_to("releases/000001-00000000")
    (first / "curated" / "runs.jsonl").write_text("{}\n")
    (first / "curated" / ".work").mkdir()
    (first / "curated" / ".lock").write_text("")
    for number in (8, 9, 10, 11):
        done = run(f"deploy/history.sh save {number}", first, **github)
        assert done.returncode == 0, done.stderr
    kept = names(tmp_path / "store" / "twintowns-history")
    assert kept == [f"state-{number:08d}.tar.gz" for number in (9, 10, 11)]

    second = new_machine(tmp_path / "second")
    (second / "raw" / "starter_towns" / "list.csv").write_text("of a newer clone\n")
    done = run("deploy/history.sh restore", second, **github)
    assert (done.returncode, done.stdout) == (0, "continued from state-00000011.tar.gz\n"), done.stderr
    assert (second / "curated" / "current").readlink().name == "000001-00000000"
    assert (second / "curated" / "current" / "claims.parquet").read_text() == "claims"
    assert (second / "raw" / "club" / "manifest.jsonl").exists()
    assert (second / "raw" / "starter_towns" / "list.csv").read_text() == "of a newer clone\n"
    assert names(second / "curated") == ["current", "releases", "runs.jsonl"]


def test_a_network_that_is_down_does_not_begin_a_new_history(tmp_path: Path, github: dict[str, str]) -> None:
    clone = new_machine(tmp_path / "clone")
    assert run("deploy/history.sh save 1", clone, **github).returncode == 0
    for action in ("restore", "save 2"):
        done = run(f"deploy/history.sh {action}", clone, **github, GH_DOWN="1")
        assert done.returncode != 0
    store = tmp_path / "store" / "twintowns-history"
    assert names(store) == ["state-00000001.tar.gz"]
    # A release that lost its files is not taken for a first run.
    (store / "state-00000001.tar.gz").unlink()
    done = run("deploy/history.sh restore", clone, **github)
    assert done.returncode == 1
    assert "holds no state" in done.stderr
