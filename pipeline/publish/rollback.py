"""Rollback to an older release: a switch of the link, and a line in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import TwintownsError, UsageError
from pipeline.publish.checksums import verify_checksums
from pipeline.publish.folders import current_id, current_release, release_ids, release_path, switch_current
from pipeline.publish.lock import locked
from pipeline.publish.run_log import Outcome, Run, append_run, last_runs, now

if TYPE_CHECKING:
    from pathlib import Path


def roll_back(out: Path, release_id: str | None = None) -> Run:
    """Make an older release current. The newer one is not published again until its input changes.

    Args:
        out: the folder that holds `current`.
        release_id: the release; None for the predecessor of the current one.

    Raises:
        UsageError: there is no such release, or it was refused.
        GateError: it is damaged.
        LockedError: a build is running.
        TwintownsError: the folder cannot be written.
    """
    with locked(out, "twintowns rollback"):
        last, current = next(iter(last_runs(out)), None), current_id(out)
        release_id = release_id or _previous_id(out)
        if release_id is None:
            raise UsageError(f"{out}: there is no release before {current or 'the first'}; nothing was changed")
        path = release_path(out, release_id)
        if path.name not in release_ids(out):
            raise UsageError(f"{release_id} was refused; to publish it: twintowns refresh --accept GATE --reason ...")
        verify_checksums(path)
        run = Run(
            run=last.run + 1 if last else 1,
            command="twintowns rollback",
            started_at=now().isoformat(timespec="seconds"),
            outcome=Outcome.ROLLED_BACK,
            exit_code=0,
            release_id=release_id,
            previous_release_id=current,
            sources=last.sources if last else {},
            decided=last.decided if last else None,
        )
        if run.decided:
            # So the next refresh does not build the same input again.
            run.decided.release_id = release_id
        try:
            append_run(out, run)
            switch_current(out, release_id)
        except OSError as error:
            raise TwintownsError(f"{out}: cannot be written ({error.strerror}); {current} stays current") from error
        return run


def _previous_id(out: Path) -> str | None:
    """Return the predecessor of the current release."""
    path = current_release(out)
    if path is None:
        return None
    previous = pl.read_parquet(path / "release.parquet")["previous_release_id"].item()
    return None if previous is None else str(previous)
