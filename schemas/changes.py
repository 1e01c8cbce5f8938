"""`changes`: what differs from the release before."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, Table

CHANGES = Table(
    name="changes",
    row="A difference from the release before; a release without a predecessor has none.",
    sort=("entity", "entity_id", "change", "column_name"),
    columns=(
        Column("entity", pl.String, "What changed.", vocabulary=v.Entity),
        c.text("entity_id", "Its id."),
        Column("change", pl.String, "Added, removed or changed.", vocabulary=v.Change),
        c.text("column_name", "The column that changed; null for a whole row.", nullable=True),
        c.text("old_value", "Value in the release before.", nullable=True),
        c.text("new_value", "Value in this release.", nullable=True),
    ),
)
