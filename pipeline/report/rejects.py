"""The rejected rows of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import UsageError
from pipeline.report.console import open_console, print_more
from pipeline.report.current import read_table
from pipeline.sources import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path


def read_rejects(out: Path, source_id: str | None) -> pl.DataFrame:
    """Return the rejects of the current release, or those of one source.

    Raises:
        TwintownsError: there is no release.
        UsageError: the release has no such source.
    """
    rejects = read_table(out, "rejects")
    if source_id is None:
        return rejects
    source_ids = read_table(out, "sources")["source_id"].to_list()
    if source_id not in source_ids:
        raise UsageError(f"no source {source_id!r}{did_you_mean(source_id, source_ids)}")
    return rejects.filter(pl.col("source_id") == source_id)


def print_rejects(rejects: pl.DataFrame, limit: int) -> None:
    """Print rejected rows with their reasons, at most `limit` for each source and rule."""
    console = open_console()
    if rejects.is_empty():
        console.print("No rows were rejected.")
        return
    counts = rejects.group_by("source_id", "rules").len().sort("source_id", "len", descending=[False, True])
    for source_id, rules, count in counts.iter_rows():
        console.print(f"[bold]{source_id}[/]: {count:,} × {rules}")
        rows = rejects.filter((pl.col("source_id") == source_id) & (pl.col("rules") == rules)).head(limit)
        for row in rows.iter_rows(named=True):
            console.out(f"  {row['snapshot_id']}, {row['locator']}: {row['message']}")
            console.out(f"    {row['row_json']}", style="dim")
        print_more(console, count, limit)
