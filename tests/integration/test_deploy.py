"""What a scheduler is given is right, and the command that it runs does what it should."""

from __future__ import annotations

import grp
import gzip
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]
from sites import ROOT, SMALL, new_site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

HOME = "/opt/twintowns"
DEPLOY = ROOT / "deploy"
SERVICE, ALERT = "twintowns-refresh.service", "twintowns-alert.service"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
#: What implies NoNewPrivileges in a unit of a user without rights (systemd.exec(5)).
NO_NEW_PRIVILEGES = {
    *("NoNewPrivileges", "SystemCallFilter", "SystemCallArchitectures", "SystemCallLog", "RestrictAddressFamilies"),
    *("RestrictNamespaces", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs"),
    *("ProtectClock", "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "DynamicUser"),
    *("LockPersonality", "ProtectHostname"),
}


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
        f'exec {sys.executable} {SMALL} "$@" $more\n'
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


def settings_of(name: str) -> dict[str, str]:
    """Return the settings of a unit file; of one that is set twice, the last."""
    return dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / name).read_text(), re.MULTILINE))


@needs_systemd
def test_systemd_takes_the_unit_files(installed: Path) -> None:
    units = sorted((installed / "deploy").glob("twintowns-*.*"))
    assert [unit.name for unit in units] == [ALERT, SERVICE, "twintowns-refresh.timer"]
    for unit in units:
        unit.write_text(unit.read_text().replace(HOME, str(installed)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "twintowns" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    calendar = unit_value("twintowns-refresh.timer", "OnCalendar")
    subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, check=True)


@needs_systemd
def test_the_service_is_exposed_little() -> None:
    # The threshold is ten times the figure.
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=40", str(DEPLOY / SERVICE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    [exposure] = re.findall(r"exposure level for \S+: (\S+)", done.stdout)
    assert 0 < float(exposure) <= 4.0


def calls_of(group: str) -> set[str]:
    """Return the system calls of a group of systemd's, such as `@process`."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    names = {line.strip() for line in listed.stdout.splitlines()[1:]} - {""}
    names = {name for name in names if not name.startswith("#")}
    return {call for name in names for call in (calls_of(name) if name.startswith("@") else {name})}


@needs_systemd
@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
def test_a_refresh_makes_no_system_call_that_the_service_refuses(installed: Path) -> None:
    allowed, refused = re.findall(r"^SystemCallFilter=(.*)$", (DEPLOY / SERVICE).read_text(), re.MULTILINE)
    permitted = calls_of("@default") | (calls_of(allowed) - calls_of(refused.removeprefix("~")))
    start = unit_value(SERVICE, "ExecStart").replace(HOME, str(installed))
    command = installed / ".venv" / "bin" / "twintowns"
    # With all that it does, such as to read the whole gazetteer.
    command.write_text(command.read_text().replace(str(SMALL), "-m pipeline"))
    done = sh(f"strace -f -qq -o {installed}/trace {start}", installed)
    assert done.returncode == 0, done.stderr
    traced = (installed / "trace").read_text(errors="replace")
    made = set(re.findall(r"^\d+ +(\w+)\(", traced, re.MULTILINE))
    assert {"openat", "mmap", "fsync"} <= made
    assert made - permitted == set()
    families = set(re.findall(r" socket\((AF_\w+)", traced))
    assert families <= set(unit_value(SERVICE, "RestrictAddressFamilies").split())


def test_the_service_and_its_alert_run_as_they_are_written(installed: Path) -> None:
    start = unit_value(SERVICE, "ExecStart").replace(HOME, str(installed))
    done = sh(start, installed)
    assert done.returncode == 0, done.stderr
    assert (installed / "curated" / "current" / "twintowns.duckdb").exists()
    # Every exit code but these starts the alert.
    assert (unit_value(SERVICE, "OnFailure"), unit_value(SERVICE, "SuccessExitStatus")) == (ALERT, "5")
    alert = unit_value(ALERT, "ExecStart").replace(HOME, str(installed))
    told = sh(alert, installed, MONITOR_EXIT_STATUS="4", MONITOR_SERVICE_RESULT="exit-code", TWINTOWNS_ALERT="cat")
    first, *rest = told.stdout.splitlines()
    assert "REFUSED" in first
    assert any(line.startswith("current release: 000001-") for line in rest)


def test_the_alert_may_do_what_a_mail_program_does() -> None:
    refresh, alert = settings_of(SERVICE), settings_of(ALERT)
    assert "NoNewPrivileges" in refresh
    assert not NO_NEW_PRIVILEGES & alert.keys()
    # "strict" would keep it from the queue in /var/spool.
    assert alert["ProtectSystem"] == "full"
    for same in ("User", "WorkingDirectory", "Environment"):
        assert alert[same] == refresh[same]


@pytest.mark.parametrize(("result", "word"), [("timeout", "TimeoutStartSec"), ("oom-kill", "MemoryMax")])
def test_an_end_by_a_limit_is_told_by_its_name(installed: Path, result: str, word: str) -> None:
    told = sh("deploy/alert.sh", installed, MONITOR_SERVICE_RESULT=result, MONITOR_EXIT_STATUS="TERM")
    assert word in told.stderr.splitlines()[0]


@pytest.mark.parametrize(("status", "word"), [("3", "no source"), ("226", "could not start"), ("5", ""), ("0", "")])
def test_an_older_systemd_is_asked_for_the_exit_code(installed: Path, status: str, word: str) -> None:
    tools = installed / "tools"
    tools.mkdir()
    (tools / "systemctl").write_text(f"#!/bin/sh\n[ $1 = show ] && echo {status}\n")
    (tools / "systemctl").chmod(0o755)
    told = sh("deploy/alert.sh", installed, PATH=f"{tools}:/usr/bin:/bin")
    assert word in told.stderr.partition("\n")[0] if word else told.stderr == ""


@pytest.mark.skipif(shutil.which("logrotate", path="/usr/sbin:/usr/bin") is None, reason="no logrotate")
def test_the_log_of_cron_is_rotated_and_the_runs_are_kept(installed: Path) -> None:
    text = (DEPLOY / "twintowns.logrotate").read_text().replace(HOME, str(installed))
    assert f"{installed}/curated/refresh.log {{" in text
    user = f"{pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name}"
    rules = installed / "rules"
    rules.write_text(text.replace("twintowns twintowns", user))
    rules.chmod(0o644)
    curated = installed / "curated"
    curated.chmod(0o755)
    (curated / "runs.jsonl").write_text("{}\n")
    for number in range(12):
        (curated / "refresh.log").write_text(f"night {number}\n")
        done = sh(f"/usr/sbin/logrotate --force --state {installed}/state {rules}", installed)
        assert done.returncode == 0, done.stderr
    # The last eight of twelve, and the new one, which is empty.
    assert (curated / "refresh.log").read_text() == ""
    assert (curated / "refresh.log.1").read_text() == "night 11\n"
    assert gzip.decompress((curated / "refresh.log.8.gz").read_bytes()) == b"night 4\n"
    assert len(list(curated.glob("refresh.log*"))) == 9
    assert (curated / "runs.jsonl").read_text() == "{}\n"


def test_actions_are_pinned_and_nothing_lives_in_a_cache() -> None:
    text = (DEPLOY / "refresh.yml").read_text()
    used = re.findall(r"uses: *(\S+)(.*)", text)
    assert {action.partition("@")[0] for action, _ in used} == {
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
    }
    for action, comment in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["refresh"]["permissions"] == {"contents": "write"}
    steps = workflow["jobs"]["refresh"]["steps"]
    assert steps[0]["with"] == {"persist-credentials": False}
    order = [step.get("id") or step.get("name") for step in steps if "run" in step]
    assert order == ["Install", "restore", "refresh", "Verify", "Save"]
    [save] = [step for step in steps if step.get("name") == "Save"]
    assert save["if"] == "always() && steps.restore.outcome == 'success'"


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
