"""`awards` and `reference_figures`: awards to towns, and figures about twinning as a whole."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel


class Awards(TableModel):
    """A Council of Europe award to a town."""

    town_id: pl.String = c.town_id()
    town_text: pl.String = c.town_text()
    award: pl.String = c.category(v.Award, "The award.")()
    award_year: pl.Int32 = c.year(description="Year in which the award was given.")
    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    locator: pl.String = c.locator()
    publisher: pl.String = c.publisher()
    evidence_url: pl.String = c.evidence_url()
    note: pl.String = c.note()

    class Config:
        name = "awards"
        unique = ["snapshot_id", "locator"]
        metadata = {
            "order": ["award", "award_year", "town_id", "snapshot_id", "locator"],
            "references": {
                "town_id": "towns.town_id",
                "source_id": "sources.source_id",
                "snapshot_id": "snapshots.snapshot_id",
            },
        }


class ReferenceFigures(TableModel):
    """A figure about twinning as a whole, as a source states it."""

    subject: pl.String = c.text(description="What the figure counts.")
    value: pl.Float64 = pa.Field(description="The figure, in its unit.")
    unit: pl.String = c.text(description="Unit of the figure.")
    year: pl.Int32 = c.year(description="Year to which it applies.")
    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    locator: pl.String = c.locator()
    confirmation: pl.String = c.category(v.Confirmation, "How the figure compares with independent references.")()
    publisher: pl.String = c.publisher()
    note: pl.String = c.note()

    class Config:
        name = "reference_figures"
        unique = ["snapshot_id", "locator"]
        metadata = {
            "order": ["subject", "year", "snapshot_id", "locator"],
            "references": {"source_id": "sources.source_id", "snapshot_id": "snapshots.snapshot_id"},
        }
