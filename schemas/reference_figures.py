"""`reference_figures`: stated figures about twinning as a whole."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Table

REFERENCE_FIGURES = Table(
    name="reference_figures",
    row="A stated figure about twinning as a whole.",
    key=("snapshot_id", "locator"),
    sort=("subject", "year", "snapshot_id", "locator"),
    columns=(
        c.text("subject", "What the figure counts."),
        Column("value", pl.Float64, "The figure, in its unit."),
        c.text("unit", "Unit of the figure."),
        c.year("year", "Year to which it applies."),
        c.source_id,
        c.snapshot_id,
        c.locator,
        Column("confirmation", pl.String, "How it fares against references.", vocabulary=v.Confirmation),
        c.publisher,
        c.note,
    ),
    foreign_keys=(
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
    ),
)
