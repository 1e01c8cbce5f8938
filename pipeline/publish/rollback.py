"""Back to an older release: a switch of the link, and a line in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import TwintownsError, UsageError
from pipeline.publish.checksums import check_files
from pipeline.publish.folders import current_id, current_release, release_ids, release_path, switch
from pipeline.publish.lock import locked
from pipeline.publish.run_log import Outcome, Run, append_run, last_runs, now

if TYPE_CHECKING:
    from pathlib import Path


def roll_back(out: Path, release_id: str | None = None) -> Run:
    """Make an older release current; what was newer is not published again until something changes.

    Args:
        out: the folder that holds `current`.
        release_id: the release; None for the one that the current one followed.

    Raises:
        UsageError: there is no such release, or it was refused.
        GateError: it is not whole.
        LockedError: a build is running.
        TwintownsError: the folder cannot be written.
    """
    with locked(out, "twintowns rollback"):
        last, was = next(iter(last_runs(out)), None), current_id(out)
        release_id = release_id or _previous_of(out)
        if release_id is None:
            raise UsageError(f"{out}: there is no release before {was or 'the first'}; nothing was changed")
        path = release_path(out, release_id)
        if path.name not in release_ids(out):
            raise UsageError(f"{release_id} was refused; to publish it: twintowns refresh --accept GATE --reason ...")
        check_files(path)
        run = Run(
            run=last.run + 1 if last else 1,
            command="twintowns rollback",
            started_at=now().isoformat(timespec="seconds"),
            outcome=Outcome.ROLLED_BACK,
            exit_code=0,
            release_id=release_id,
            previous_release_id=was,
            sources=last.sources if last else {},
            decided=last.decided if last else None,
        )
        if run.decided:
            # The same input is not built again: what came of it was taken back.
            run.decided.release_id = release_id
        try:
            append_run(out, run)
            switch(out, release_id)
        except OSError as error:
            raise TwintownsError(f"{out}: cannot be written ({error.strerror}); {was} stays current") from error
        return run


def _previous_of(out: Path) -> str | None:
    path = current_release(out)
    if path is None:
        return None
    previous = pl.read_parquet(path / "release.parquet")["previous_release_id"].item()
    return None if previous is None else str(previous)
