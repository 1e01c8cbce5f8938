"""`town_network` and `network_figures`: the network that all partnerships form."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel


class TownNetwork(TableModel):
    """A town with partnerships, and its position in the network that all partnerships form."""

    town_id: pl.String = c.town_id()
    partner_count: pl.Int64 = c.count(description="Number of partners, in partnerships of every status (degree).")
    triangle_count: pl.Int64 = c.count(description="Pairs of its partners that are partners of each other.")
    clustering: pl.Float64 = pa.Field(
        nullable=True,
        ge=0,
        le=1,
        description="Share of the pairs of its partners that are partners of each other; null with only one partner.",
    )
    component: pl.Int64 = c.count(
        description="Number of its component: the towns that a path leads to; 1 is the largest."
    )
    component_town_count: pl.Int64 = c.count(description="Number of towns in that component.")

    class Config:
        name = "town_network"
        unique = ["town_id"]
        metadata = {"references": {"town_id": "towns.town_id"}}


class NetworkFigures(TableModel):
    """A figure of network science about the network that all partnerships form."""

    figure: pl.String = c.category(v.NetworkFigure, "What is measured.")()
    value: pl.Float64 = pa.Field(description="The figure, in its unit.")
    unit: pl.String = c.text(nullable=True, description="Unit of the figure; null for a share or a coefficient.")
    standard_error: pl.Float64 = pa.Field(
        nullable=True, ge=0, description="Standard error of a figure that was sampled; null for one that is exact."
    )
    note: pl.String = c.text(description="How the figure is meant.")

    class Config:
        name = "network_figures"
        unique = ["figure"]
