"""`awards`: the Council of Europe's honours."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Table

AWARDS = Table(
    name="awards",
    row="A Council of Europe award to a town.",
    key=("snapshot_id", "locator"),
    sort=("award", "award_year", "town_id", "snapshot_id", "locator"),
    columns=(
        c.town_id,
        c.town_text,
        Column("award", pl.String, "The award.", vocabulary=v.Award),
        c.year("award_year", "Year in which it was given."),
        c.source_id,
        c.snapshot_id,
        c.locator,
        c.publisher,
        c.note,
    ),
    foreign_keys=(
        ForeignKey("town_id", "towns", "town_id"),
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
    ),
)
