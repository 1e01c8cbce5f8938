"""`ledger`: the account of one snapshot."""

import polars as pl

from schemas import columns as c
from schemas.table import ForeignKey, Rule, Table

LEDGER = Table(
    name="ledger",
    row="The account of one snapshot: what became of its rows.",
    key=("snapshot_id",),
    columns=(
        c.source_id,
        c.snapshot_id,
        c.count("rows_read", "Raw rows read."),
        c.count("rows_used", "Rows that gave at least one claim, award, membership or figure."),
        c.count("rows_rejected", "Rows that nothing could be made of."),
        c.count("rows_ignored", "Rows of a kind that the declaration names as not being statements."),
        c.count("claims_made", "Claims that the used rows gave."),
    ),
    foreign_keys=(
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
    ),
    rules=(
        Rule(
            "balanced",
            pl.col("rows_read") == pl.col("rows_used") + pl.col("rows_rejected") + pl.col("rows_ignored"),
            "Every row read is used, rejected or ignored.",
        ),
    ),
)
