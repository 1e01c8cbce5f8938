"""What a scheduler is given is right, and the command that it runs does what it should."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]
from sites import ROOT, new_site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

HOME = "/opt/twintowns"
DEPLOY = ROOT / "deploy"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder as the unit files expect it, whose `twintowns` refreshes a small source into `curated/`."""
    site, home = new_site(tmp_path / "site"), tmp_path / "opt"
    shutil.copytree(DEPLOY, home / "deploy")
    command = home / ".venv" / "bin" / "twintowns"
    command.parent.mkdir(parents=True)
    (home / "curated").mkdir()
    more = f"--only club --sources {site.folder / 'sources'} --raw {site.raw} --mirror {site.mirror}"
    command.write_text(
        f"#!/bin/sh\nexport PYTHONPATH={ROOT}\ncase $1 in refresh) more='{more}' ;; esac\n"
        f'exec {sys.executable} -m pipeline "$@" $more\n'
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return home


def sh(script: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script with as little around it as a scheduler gives."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"} | more
    return subprocess.run(
        ["/bin/bash", "-e", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def unit_value(name: str, key: str) -> str:
    [value] = re.findall(rf"^{key}=(.*)$", (DEPLOY / name).read_text(), re.MULTILINE)
    return str(value)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_takes_the_unit_files(installed: Path) -> None:
    for name in ("twintowns-refresh.service", "twintowns-refresh.timer"):
        path = installed / "deploy" / name
        path.write_text(path.read_text().replace(HOME, str(installed)))
    units = [str(path) for path in sorted((installed / "deploy").glob("twintowns-refresh.*"))]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "twintowns" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    calendar = unit_value("twintowns-refresh.timer", "OnCalendar")
    subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, check=True)


def test_the_service_and_its_alert_run_as_they_are_written(installed: Path) -> None:
    start, after = (unit_value("twintowns-refresh.service", key) for key in ("ExecStart", "ExecStopPost"))
    done = sh(start.replace(HOME, str(installed)), installed)
    assert done.returncode == 0, done.stderr
    assert (installed / "curated" / "current" / "twintowns.duckdb").exists()
    told = sh(after.replace(HOME, str(installed)), installed, EXIT_STATUS="0")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    told = sh(after.replace(HOME, str(installed)), installed, EXIT_STATUS="4", TWINTOWNS_ALERT="cat")
    first, *rest = told.stdout.splitlines()
    assert "REFUSED" in first
    assert any(line.startswith("current release: 000001-") for line in rest)


def test_the_cron_line_runs_as_it_is_written(installed: Path) -> None:
    [line] = [one for one in (DEPLOY / "twintowns.cron").read_text().splitlines() if not one.startswith("#")]
    *when, user, command = line.split(" ", 6)
    assert (len(when), user) == (5, "twintowns")
    command = command.replace(HOME, str(installed))
    done = sh(command, installed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"outcome": "published"' in (installed / "curated" / "refresh.log").read_text()
    # A list that cannot be had is told of.
    (installed.parent / "site" / "mirror" / "club.csv").unlink()
    (installed / "curated" / "runs.jsonl").unlink()
    done = sh(command, installed)
    assert done.stderr.startswith("twintowns refresh on ")
    assert "PARTIAL" in done.stderr.splitlines()[0]
    assert "stale club is stale: " in done.stderr


def test_the_workflow_runs_as_it_is_written(installed: Path) -> None:
    workflow = yaml.safe_load((DEPLOY / "refresh.yml").read_text())
    steps = {step.get("name"): step for step in workflow["jobs"]["refresh"]["steps"]}
    assert steps["Install"]["run"] == "make .venv/.runtime"
    assert "RUNTIME := $(VENV)/.runtime" in (ROOT / "Makefile").read_text()
    output = installed / "output"
    done = sh(steps["Refresh"]["run"], installed, GITHUB_OUTPUT=str(output))
    assert (done.returncode, output.read_text()) == (0, "code=0\n"), done.stderr
    assert '"outcome": "published"' in (installed / "run.json").read_text()
    assert sh(steps["Verify"]["run"], installed).returncode == 0
    (installed.parent / "site" / "mirror" / "club.csv").unlink()
    done = sh(steps["Refresh"]["run"], installed, GITHUB_OUTPUT=str(output))
    assert done.returncode == 0
    assert done.stdout.startswith("::warning::some sources are stale or missing: stale club is stale")
    (installed.parent / "site" / "sources" / "club.toml").write_text("title = 1\n")
    done = sh(steps["Refresh"]["run"], installed, GITHUB_OUTPUT=str(output))
    assert done.returncode == 2
    assert "::error::twintowns refresh ended with 2" in done.stdout


@pytest.mark.parametrize(
    ("code", "word"),
    [("1", "disk"), ("2", "declaration"), ("3", "no source"), ("4", "REFUSED"), ("6", "PARTIAL"), ("KILL", "KILLED")],
)
def test_every_end_that_is_no_success_is_told_in_words(installed: Path, code: str, word: str) -> None:
    (installed / ".venv" / "bin" / "twintowns").write_text("#!/bin/sh\necho status\n")
    told = sh(f"deploy/alert.sh {code}", installed, TWINTOWNS_ALERT="cat")
    assert word in told.stdout.splitlines()[0]
    assert told.stdout.splitlines()[1:] == ["status"]
