"""What became of each snapshot's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.readers.statements import Received, Statements, count_names
from schemas import LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sources import Declaration


def account(
    declaration: Declaration, statements: Statements, ignored: pl.Series, rejects: pl.DataFrame, good: pl.DataFrame,
    holds: str,
) -> pl.DataFrame:  # fmt: skip
    """Count what became of each snapshot's rows, each from its own side so that the balance is a real check."""
    read = pl.DataFrame(
        [(file.snapshot_id, file.rows.height) for file in statements.raw],
        schema={"snapshot_id": pl.String, "read": pl.UInt32},
        orient="row",
    )
    broken = statements.broken.group_by("snapshot_id").agg(broken=pl.len())
    left_out = (
        statements.rows.filter(pl.col("row").is_in(ignored.implode()))
        .group_by("snapshot_id").agg(rows_ignored=pl.col("row").n_unique())
    )  # fmt: skip
    refused = rejects.group_by("snapshot_id").agg(rows_rejected=pl.len())
    used = good.group_by("snapshot_id").agg(rows_used=pl.col("locator").n_unique(), made=pl.len())
    used = used.with_columns(pl.col("snapshot_id").cast(pl.String))
    ledger = read.join(broken, on="snapshot_id", how="full", coalesce=True)
    for part in (left_out, refused, used):
        ledger = ledger.join(part, on="snapshot_id", how="left")
    return LEDGER.conform(
        ledger.with_columns(pl.exclude("snapshot_id").fill_null(0)).with_columns(
            source_id=pl.lit(declaration.id),
            rows_read=pl.col("read") + pl.col("broken"),
            claims_made=pl.when(pl.lit(holds == "claims")).then("made").otherwise(0),
        )
    )


def account_names(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame:
    """Account for files that only give names: all of their rows are ignored."""
    counts = [
        (declaration.id, one.snapshot.snapshot_id, count_names(declaration, one))
        for one in received
        if one.file.holds == "names"
    ]
    frame = pl.DataFrame(counts, schema=["source_id", "snapshot_id", "rows_read"], orient="row")
    zero = pl.lit(0, pl.Int64)
    return LEDGER.conform(
        frame.with_columns(rows_used=zero, rows_rejected=zero, rows_ignored="rows_read", claims_made=zero)
    )
