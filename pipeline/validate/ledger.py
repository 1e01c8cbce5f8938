"""The ledger: what became of each snapshot's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.readers.lookup import count_lookup_rows
from schemas import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.readers.raw_files import Received
    from pipeline.readers.statements import Statements
    from pipeline.sources import Declaration
    from pipeline.validate.rows import ValidatedRows


def count_rows(
    declaration: Declaration, statements: Statements, validated: ValidatedRows, rejects: pl.DataFrame, holds: str
) -> pl.DataFrame:
    """Return one row of the ledger for each snapshot.

    Rows read, used, rejected and ignored are counted independently, so that their balance is a real check.

    Args:
        declaration: of the source.
        statements: what was read.
        validated: what became of it.
        rejects: the rejected raw rows, as published.
        holds: the sort of statements; only those of `claims` count as claims made.
    """
    ledger = pl.DataFrame(
        [(file.snapshot_id, file.rows.height) for file in statements.raw],
        schema={"snapshot_id": pl.String, "in_columns": pl.UInt32},
        orient="row",
    )
    places = [
        frame.select(pl.col("snapshot_id", "locator").cast(pl.String))
        for frame in (validated.accepted, validated.town_ends)
        if frame.width
    ]
    used = pl.concat(places)
    is_ignored = pl.col("row").is_in(validated.ignored["row"].implode())
    for counts in (
        statements.broken.group_by("snapshot_id").agg(broken=pl.len()),
        statements.rows.filter(is_ignored).group_by("snapshot_id").agg(rows_ignored=pl.col("row").n_unique()),
        rejects.group_by("snapshot_id").agg(rows_rejected=pl.len()),
        used.group_by("snapshot_id").agg(rows_used=pl.col("locator").n_unique()),
        validated.accepted.group_by(pl.col("snapshot_id").cast(pl.String)).agg(accepted=pl.len()),
    ):
        ledger = ledger.join(counts, on="snapshot_id", how="left")
    return Ledger.coerce(
        ledger.with_columns(pl.exclude("snapshot_id").fill_null(0)).with_columns(
            source_id=pl.lit(declaration.id),
            rows_read=pl.col("in_columns") + pl.col("broken"),
            claims_made=pl.col("accepted") if holds == "claims" else pl.lit(0),
        )
    )


def count_rows_of_names(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame:
    """Return one row of the ledger for each file of names; all of their rows are ignored."""
    rows = [
        (declaration.id, item.snapshot.snapshot_id, count_lookup_rows(declaration, item))
        for item in received
        if item.file.holds == "names"
    ]
    frame = pl.DataFrame(rows, schema=["source_id", "snapshot_id", "rows_read"], orient="row")
    zero = pl.lit(0)
    return Ledger.coerce(
        frame.with_columns(rows_used=zero, rows_rejected=zero, rows_ignored="rows_read", claims_made=zero)
    )
