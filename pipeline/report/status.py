"""How fresh everything is: each source, the current release, the last runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape

from pipeline.errors import TwintownsError
from pipeline.publish.checksums import is_intact
from pipeline.publish.folders import current_release
from pipeline.publish.hints import with_out
from pipeline.publish.run_log import Outcome, age, read_log
from pipeline.report.console import open_console

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

#: Runs that are shown, and runs in which the last successful refresh is searched.
_SHOWN, _SEARCHED = 5, 200
_SUCCESS: Final = (Outcome.PUBLISHED, Outcome.UNCHANGED, Outcome.ROLLED_BACK)
_SOURCE_FIELDS: Final = ("state", "checked_at", "fetched", "message")
_RUN_FIELDS: Final = (
    *("run", "command", "started_at", "outcome", "exit_code"),
    *("seconds", "release_id", "left", "message"),
)


def status(out: Path, max_age: timedelta | None = None) -> dict[str, Any]:
    """Return the state of the sources that were on in the last run, of the current release and of the last runs.

    Args:
        out: the folder of the releases.
        max_age: the allowed age of the last successful refresh.

    Returns:
        `release_id`, `sources`, `runs`, `stale`: the reasons why something is not fresh, empty if all is; and `notes`:
        what of the log could not be read.
    """
    runs, note = read_log(out, _SEARCHED)
    last = runs[0] if runs else None
    sources = last.sources if last else {}
    stale = [
        f"{name} is {source.state}: {source.message}" for name, source in sources.items() if source.state != "fresh"
    ]
    current = None
    try:
        path = current_release(out)
        current = path.name if path else None
        if path is None:
            stale.append("there is no release")
        elif not is_intact(path):
            stale.append(f"{current} is damaged; see: twintowns verify {out}")
    except TwintownsError as error:
        stale.append(str(error))
    if last and last.outcome not in _SUCCESS:
        stale.append(f"the last run ended as {last.outcome}: {last.message}")
    if max_age is not None:
        refresh = next((run for run in runs if run.outcome in _SUCCESS and run.command.endswith("refresh")), None)
        passed = age(refresh.started_at) if refresh else None
        if passed is None or passed > max_age:
            stale.append(f"the last refresh that went well was {_ago(refresh.started_at) if refresh else 'never'}")
    return {
        "release_id": current,
        "stale": stale,
        "sources": {
            name: {field: getattr(source, field) for field in _SOURCE_FIELDS}
            for name, source in sorted(sources.items())
        },
        "runs": [{field: getattr(run, field) for field in _RUN_FIELDS} for run in runs[:_SHOWN]],
        "notes": [note] if note else [],
    }


def print_status(state: dict[str, Any], out: Path) -> None:
    """Print what `status` returns."""
    console = open_console()
    console.print(f"current release: [bold]{escape(state['release_id'] or 'none')}[/]")
    for name, source in state["sources"].items():
        console.out(f"  {name:28} {source['state']:8} {_last_answer(source)}")
    for run in state["runs"]:
        console.out(
            f"run {run['run']}, {run['started_at']}: {run['outcome']} (exit {run['exit_code']}), "
            f"{run['seconds']:.1f} s, release {run['release_id']}"
        )
        if run["left"]:
            console.out(f"    before it: {run['left']}")
    if not state["runs"]:
        console.out(f"no refresh has run yet: twintowns refresh{with_out(out)}")
    for note in state["notes"]:
        console.out(note)
    for reason in state["stale"]:
        console.print("[yellow]stale[/] ", end="")
        console.out(reason)


def _last_answer(source: dict[str, Any]) -> str:
    checked_at = source["checked_at"]
    if source["fetched"] == "failed":
        return f"did not answer, last {_ago(checked_at) if checked_at else 'never'}"
    return f"answered {_ago(checked_at)}" if checked_at else "nothing to ask for"


def _ago(timestamp: str) -> str:
    passed = age(timestamp)
    if passed is None:
        return f"at {timestamp}, which lies ahead: is the clock right?"
    hours = passed.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} minutes ago"
    return f"{hours:.0f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"
