"""`findings`: values that were noted, nulled or corrected."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Table

FINDINGS = Table(
    name="findings",
    row="A value that was noted, nulled or corrected.",
    sort=("source_id", "snapshot_id", "locator", "column_name", "rule", "raw_value"),
    columns=(
        c.source_id,
        c.snapshot_id.optional(),
        c.locator.optional(),
        c.text("column_name", "The column of the row, in the source's own words where it has one."),
        c.text("rule", "The rule that was applied."),
        Column("severity", pl.String, "How much it matters.", vocabulary=v.Severity),
        c.text("raw_value", "The value as the source prints it.", nullable=True),
        Column("action", pl.String, "What was done about it.", vocabulary=v.Action),
    ),
    foreign_keys=(
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
    ),
)
