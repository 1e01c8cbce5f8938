"""What is declared, what is there, and what the current release made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import TwintownsError
from pipeline.raw_store.snapshots import RawStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.sources import Declaration


def inventory(declarations: Iterable[Declaration], raw: Path, out: Path) -> list[dict[str, Any]]:
    """Return one row a declared source: whether it is on, its licence, newest snapshot and rows read."""
    store = RawStore(raw)
    ledger = out / "current" / "ledger.parquet"
    rows = dict(
        pl.read_parquet(ledger).group_by("source_id").agg(pl.col("rows_read").sum()).iter_rows()
        if ledger.exists()
        else ()
    )
    found = []
    for one in sorted(declarations, key=lambda one: one.id):
        names = {entry.file_name for entry in store.manifest(one.id)}
        there = sum(
            file.name in names or (file.url is None and (one.path.parent / file.name).exists()) for file in one.files
        )
        snapshot = one.package or (
            "never fetched"
            if not there
            else "in raw/"
            if there == len(one.files)
            else f"{there} of {len(one.files)} files"
        )
        found.append(
            {
                "source_id": one.id, "enabled": one.enabled, "licence": one.licence, "language": one.language,
                "as_of": one.as_of.isoformat(), "snapshot": snapshot, "rows": rows.get(one.id),
            }
        )  # fmt: skip
    return found


def read_table(out: Path, name: str) -> pl.DataFrame:
    """Return a table of the current release.

    Raises:
        TwintownsError: there is no release yet.
    """
    path = out / "current" / f"{name}.parquet"
    if not path.exists():
        raise TwintownsError(f"{out / 'current'}: no release there yet; make one with: twintowns build")
    return pl.read_parquet(path)
