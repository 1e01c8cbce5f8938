"""What the current release was made of, and what it changed: read without what makes a release."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import TwintownsError
from pipeline.publish.checksums import is_intact
from pipeline.publish.folders import CURRENT, RELEASES, current_release, release_ids, switch_current

if TYPE_CHECKING:
    from pathlib import Path


def snapshots_read(out: Path) -> dict[str, frozenset[str]]:
    """Return the ids of the snapshots that the current release was built from, by source; none without a release."""
    try:
        path = current_release(out)
        snapshots = pl.read_parquet(path / "snapshots.parquet") if path else None
    except (OSError, TwintownsError, pl.exceptions.PolarsError):
        return {}
    if snapshots is None:
        return {}
    by_source = snapshots.group_by("source_id").agg("snapshot_id")
    return {source_id: frozenset(ids) for source_id, ids in by_source.iter_rows()}


def count_changes(release: Path) -> dict[str, dict[str, int]]:
    """Return how many partnerships and towns of a release were added, removed and changed."""
    changes = pl.read_parquet(release / "changes.parquet").unique(["entity", "entity_id", "change"])
    counts: dict[str, dict[str, int]] = {}
    for entity, change, count in changes.group_by("entity", "change").len().sort("entity", "change").iter_rows():
        counts.setdefault(entity, {})[change] = count
    return counts


def recover(out: Path) -> str | None:
    """Make the newest intact release current, if the current one is damaged or missing. The caller holds the lock.

    Returns:
        What was done; None if the current release is intact, or none was published yet.

    Raises:
        TwintownsError: the current release is damaged, and no other is intact.
    """
    link = out / CURRENT
    if not link.is_symlink() and not link.exists():
        return None
    # A link that leads nowhere, or to itself, is damaged too.
    release = None
    with suppress(TwintownsError):
        release = current_release(out)
    if release and is_intact(release):
        return None
    damaged = release.name if release else link.readlink().name
    for name in reversed(release_ids(out)):
        if name != damaged and is_intact(out / RELEASES / name):
            switch_current(out, name)
            return f"{damaged} is damaged or gone; {name} was made current again"
    raise TwintownsError(
        f"{link}: leads to {damaged}, which is damaged or gone, and no other release in {out / RELEASES} is intact; "
        "restore one from a backup, or remove the link to start again"
    )
