"""`partnership_groups`: links of more than two."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Table

PARTNERSHIP_GROUPS = Table(
    name="partnership_groups",
    row="A multi-party partnership or network.",
    key=("group_id",),
    columns=(
        c.group_id,
        c.name.named("name", "Name of the group."),
        Column("kind", pl.String, "What sort of group it is.", vocabulary=v.GroupKind),
        Column("stated_member_count", pl.Int64, "Members as stated.", nullable=True, minimum=0),
        c.year("since_year", "Year in which it was founded."),
        c.source_id,
        c.snapshot_id,
        c.locator,
        c.publisher,
        c.note,
    ),
    foreign_keys=(
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
    ),
)
