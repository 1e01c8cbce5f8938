"""`partnership_motives`: why two towns may have found each other."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Table

PARTNERSHIP_MOTIVES = Table(
    name="partnership_motives",
    row="A reason why two towns may have found each other.",
    key=("partnership_id", "motive", "basis", "evidence"),
    columns=(
        c.partnership_id,
        Column("motive", pl.String, "The reason.", vocabulary=v.Motive),
        Column("basis", pl.String, "Stated by a source or derived from the data.", vocabulary=v.MotiveBasis),
        c.text("evidence", "The claim that states it, or the figures that it is derived from."),
    ),
    foreign_keys=(ForeignKey("partnership_id", "partnerships", "partnership_id"),),
)
