"""`rejects`: raw rows that nothing could be made of."""

from schemas import columns as c
from schemas.table import ForeignKey, Table

REJECTS = Table(
    name="rejects",
    row="A raw row that nothing could be made of.",
    key=("snapshot_id", "locator"),
    columns=(
        c.source_id,
        c.snapshot_id,
        c.locator,
        c.text("rules", "The rules that it breaks, separated by commas."),
        c.text("message", "What is wrong and what to do."),
        c.text("row_json", "The row itself, as JSON."),
    ),
    foreign_keys=(
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
    ),
)
