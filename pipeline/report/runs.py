"""What a refresh did, and the list of releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.publish.folders import REFUSED, RELEASES, current_id, release_ids, release_number
from pipeline.report.console import open_console

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.publish.run_log import Run

_COUNTED = ("partnerships", "towns", "claims")


def print_run(run: Run) -> None:
    """Print what a refresh did, what changed, and which sources are not fresh."""
    console = open_console()
    if run.left:
        console.out(f"before: {run.left}")
    console.print(f"[bold]{run.outcome}[/]: release {run.release_id}, {run.seconds:.1f} s")
    for entity, counts in run.changes.items():
        changes = ", ".join(f"{count:,} {change}" for change, count in counts.items())
        console.print(f"  {entity}: {changes}")
    for gate in run.gates:
        console.out(f"  accepted {gate['gate']} ({gate['share']:.1%}): {gate['accepted']}")
    for name, source in run.not_fresh.items():
        console.print(f"[yellow]{source.state}[/] {name}: ", end="")
        console.out(source.message)
    for name in run.pruned:
        console.print(f"removed release {name}")
    if run.message:
        console.out(run.message)


def list_releases(out: Path) -> list[dict[str, Any]]:
    """Return the releases, newest first, with those that were refused."""
    current = current_id(out)
    releases = [
        {"release_id": name, "state": "refused" if folder == REFUSED else "current" if name == current else ""}
        | _describe(out / folder / name)
        for folder in (RELEASES, REFUSED)
        for name in release_ids(out, folder)
    ]
    return sorted(releases, key=lambda release: (-release_number(release["release_id"]), release["release_id"]))


def _describe(folder: Path) -> dict[str, Any]:
    """Return the previous release, numbers of rows (None if a file cannot be read), and the accepted gates."""
    from pipeline.publish.gates import read_results

    counts: dict[str, Any] = dict.fromkeys(("previous_release_id", *_COUNTED))
    try:
        previous = pl.read_parquet(folder / "release.parquet")["previous_release_id"].item()
        rows = [pl.scan_parquet(folder / f"{name}.parquet").select(pl.len()).collect().item() for name in _COUNTED]
        counts = {"previous_release_id": previous, **dict(zip(_COUNTED, rows, strict=True))}
    except (OSError, pl.exceptions.PolarsError):
        pass
    return counts | {"accepted": {result.gate: result.accepted for result in read_results(folder) if result.accepted}}


def print_releases(releases: list[dict[str, Any]]) -> None:
    """Print releases, one a line."""
    console = open_console()
    if not releases:
        console.print("no releases yet; make one with: twintowns build")
    for release in releases:
        counts = "not readable"
        if release["partnerships"] is not None:
            counts = (
                f"{release['partnerships']:>8,} partnerships {release['towns']:>8,} towns "
                f"{release['claims']:>9,} claims"
            )
        console.out(f"{release['release_id']}  {release['state']:8} {counts}")
        for gate, reason in release["accepted"].items():
            console.out(f"    accepted {gate}: {reason}")
