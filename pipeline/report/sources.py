"""The declared sources: what is on, what was fetched, and how many rows the current release has read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.raw_store.snapshots import RawStore
from pipeline.report.console import open_console, plain_table
from pipeline.report.current import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.sources import Declaration


def list_sources(declarations: Iterable[Declaration], raw: Path, out: Path) -> list[dict[str, Any]]:
    """Return for each declared source whether it is on, its licence, newest snapshot and rows read."""
    store = RawStore(raw)
    rows = {}
    if (out / "current" / "ledger.parquet").is_file():
        rows = dict(read_table(out, "ledger").group_by("source_id").agg(pl.col("rows_read").sum()).iter_rows())
    return [
        {
            "source_id": source.id,
            "enabled": source.enabled,
            "licence": source.licence,
            "language": source.language,
            "as_of": source.as_of.isoformat(),
            "snapshot": source.package or _files_present(source, store),
            "rows": rows.get(source.id),
        }
        for source in sorted(declarations, key=lambda source: source.id)
    ]


def _files_present(source: Declaration, store: RawStore) -> str:
    fetched = {snapshot.file_name for snapshot in store.manifest(source.id)}
    count = sum(
        file.name in fetched or (file.url is None and (source.path.parent / file.name).exists())
        for file in source.files
    )
    if not count:
        return "never fetched"
    return "in raw/" if count == len(source.files) else f"{count} of {len(source.files)} files"


def print_sources(sources: list[dict[str, Any]]) -> None:
    """Print declared sources as a table."""
    headings = ("source", "on", "lang", "as of", "snapshot", "rows")
    rows = [
        (
            source["source_id"],
            "on" if source["enabled"] else "off",
            source["language"],
            source["as_of"],
            source["snapshot"],
            "" if source["rows"] is None else f"{source['rows']:,}",
        )
        for source in sources
    ]
    table = plain_table()
    for column in zip(headings, *rows, strict=True):
        # In a narrow window only the licence is cut.
        is_number = column[0] == "rows"
        table.add_column(column[0], justify="right" if is_number else "left", min_width=max(map(len, column)))
    table.add_column("licence", no_wrap=True, overflow="ellipsis")
    for row, source in zip(rows, sources, strict=True):
        table.add_row(*row, source["licence"])
    open_console().print(table)
