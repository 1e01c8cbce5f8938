"""`snapshots`: the raw bytes that were read."""

import polars as pl

from schemas import columns as c
from schemas.table import Column, ForeignKey, Table

SNAPSHOTS = Table(
    name="snapshots",
    row="Raw bytes that were read into this release.",
    key=("snapshot_id",),
    columns=(
        c.snapshot_id,
        c.source_id,
        c.text("file_name", "Name of the file within its source."),
        Column("sha256", pl.String, "Checksum of the bytes.", pattern=r"^[0-9a-f]{64}$"),
        Column("byte_count", pl.Int64, "Size.", "byte", minimum=0),
        Column("as_of_date", pl.Date, "Day whose state the bytes describe."),
        c.text("url", "Where the bytes came from; null for a file that was handed over.", nullable=True),
        c.text("etag", "Entity tag that the server gave.", nullable=True),
        c.text("licence", "Licence under which the bytes were received."),
    ),
    foreign_keys=(ForeignKey("source_id", "sources", "source_id"),),
)
