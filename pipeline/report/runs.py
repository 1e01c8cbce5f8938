"""What a refresh did, and which releases there are, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.publish.folders import REFUSED, RELEASES, current_id, release_ids
from pipeline.publish.gates import read_record
from pipeline.report.console import open_console

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.publish.run_log import Run


def print_run(run: Run) -> None:
    """Print what was done, what changed, and what is not as it should be."""
    screen = open_console()
    if run.left:
        screen.print(f"before: {run.left}", markup=False, soft_wrap=True)
    screen.print(f"[bold]{run.outcome}[/]: release {run.release_id}, {run.seconds:.1f} s", soft_wrap=True)
    for entity, counts in run.changes.items():
        words = ", ".join(f"{count:,} {change}" for change, count in counts.items())
        screen.print(f"  {entity}: {words}")
    for gate in run.gates:
        screen.print(f"  accepted {gate['gate']} ({gate['share']:.1%}): {gate['accepted']}", markup=False)
    for name, one in run.not_fresh.items():
        screen.print(f"[yellow]{one.state}[/] {name}: ", end="")
        screen.print(one.message, markup=False, soft_wrap=True)
    for name in run.pruned:
        screen.print(f"removed release {name}")
    if run.message:
        screen.print(run.message, markup=False, soft_wrap=True)


def list_releases(out: Path) -> list[dict[str, Any]]:
    """Return the releases that are there, newest first, with those that were refused."""
    current = current_id(out)
    found = []
    for where in (RELEASES, REFUSED):
        for name in release_ids(out, where):
            folder = out / where / name
            state = "current" if name == current and where == RELEASES else "" if where == RELEASES else "refused"
            found.append({"release_id": name, "state": state} | _about(folder))
    return sorted(found, key=lambda one: (-int(one["release_id"].partition("-")[0]), one["release_id"]))


def _about(folder: Path) -> dict[str, Any]:
    accepted = {one.gate: one.accepted for one in read_record(folder) if one.accepted}
    try:
        release = pl.read_parquet(folder / "release.parquet").row(0, named=True)
        counts = {
            name: pl.scan_parquet(folder / f"{name}.parquet").select(pl.len()).collect().item()
            for name in ("partnerships", "towns", "claims")
        }
    except (OSError, pl.exceptions.PolarsError):
        return {"previous_release_id": None, "partnerships": None, "towns": None, "claims": None, "accepted": accepted}
    return {"previous_release_id": release["previous_release_id"], **counts, "accepted": accepted}


def print_releases(found: list[dict[str, Any]]) -> None:
    """Print them, one a line."""
    screen = open_console()
    if not found:
        screen.print("no releases yet; make one with: twintowns build")
    for one in found:
        counts = (
            f"{one['partnerships']:>8,} partnerships {one['towns']:>8,} towns {one['claims']:>9,} claims"
            if one["partnerships"] is not None
            else "not readable"
        )
        screen.print(f"{one['release_id']}  {one['state']:8} {counts}", markup=False)
        for gate, reason in one["accepted"].items():
            screen.print(f"    accepted {gate}: {reason}", markup=False, soft_wrap=True)
