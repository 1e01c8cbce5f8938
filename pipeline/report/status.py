"""How fresh everything is: each source, the current release, the last runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.publish.checksums import is_whole
from pipeline.publish.folders import CURRENT, current_id
from pipeline.publish.hints import with_out
from pipeline.publish.run_log import Outcome, Run, age, last_runs
from pipeline.report.console import open_console

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

_SHOWN = 5
_WELL = (Outcome.PUBLISHED, Outcome.UNCHANGED, Outcome.ROLLED_BACK)


def status(out: Path, max_age: timedelta | None = None) -> dict[str, Any]:
    """Return what is known, and `stale`: why things are not as they should be, empty if they are.

    Args:
        out: the folder that holds `current`.
        max_age: how long ago the last good refresh may have been.
    """
    runs, current = last_runs(out, 200), current_id(out)
    last = runs[0] if runs else None
    # Those that were on in the last run.
    sources = last.sources if last else {}
    stale = [f"{name} is {one.state}: {one.message}" for name, one in sources.items() if one.state != "fresh"]
    if current is None:
        stale.append("there is no release")
    elif not is_whole((out / CURRENT).resolve()):
        stale.append(f"{current} is damaged; see: twintowns verify {out}")
    if last and last.outcome not in _WELL:
        stale.append(f"the last run ended as {last.outcome}: {last.message}")
    if max_age is not None:
        good = next((run for run in runs if run.outcome in _WELL and run.command.endswith("refresh")), None)
        passed = age(good.started_at) if good else None
        if passed is None or passed > max_age:
            stale.append(f"the last refresh that went well was {_ago(good.started_at) if good else 'never'}")
    return {
        "release_id": current,
        "stale": stale,
        "sources": {
            name: {"state": one.state, "checked_at": one.checked_at, "fetched": one.fetched, "message": one.message}
            for name, one in sorted(sources.items())
        },
        "runs": [_brief(run) for run in runs[:_SHOWN]],
    }


def _brief(run: Run) -> dict[str, Any]:
    names = ("run", "command", "started_at", "outcome", "exit_code", "seconds", "release_id", "left", "message")
    return {name: getattr(run, name) for name in names}


def print_status(found: dict[str, Any], out: Path) -> None:
    """Print what is known of the folder that holds `current`."""
    screen = open_console()
    screen.print(f"current release: [bold]{found['release_id'] or 'none'}[/]")
    for name, one in found["sources"].items():
        asked = f"answered {_ago(one['checked_at'])}" if one["checked_at"] else "nothing to ask for"
        if one["fetched"] == "failed":
            asked = f"did not answer, last {_ago(one['checked_at']) if one['checked_at'] else 'never'}"
        screen.print(f"  {name:28} {one['state']:8} {asked}", markup=False)
    for run in found["runs"]:
        screen.print(
            f"run {run['run']}, {run['started_at']}: {run['outcome']} (exit {run['exit_code']}), "
            f"{run['seconds']:.1f} s, release {run['release_id']}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
        if run["left"]:
            screen.print(f"    before it: {run['left']}", markup=False, soft_wrap=True)
    if not found["runs"]:
        screen.print(f"no refresh has run yet: twintowns refresh{with_out(out)}", markup=False, soft_wrap=True)
    for why in found["stale"]:
        screen.print("[yellow]stale[/] ", end="")
        screen.print(why, markup=False, soft_wrap=True)


def _ago(stamp: str) -> str:
    passed = age(stamp)
    if passed is None:
        return f"at {stamp}, which lies ahead: is the clock right?"
    hours = passed.total_seconds() / 3600
    return f"{hours * 60:.0f} minutes ago" if hours < 1 else f"{hours:.0f} hours ago" if hours < 48 else (
        f"{hours / 24:.0f} days ago"
    )  # fmt: skip
