"""`town_network`: each town's place in the network of partnerships."""

import polars as pl

from schemas import columns as c
from schemas.table import Column, ForeignKey, Table

TOWN_NETWORK = Table(
    name="town_network",
    row="A town that has a partnership, and its place in the network of all of them.",
    key=("town_id",),
    columns=(
        c.town_id,
        c.count("partner_count", "Partners of the town, whatever became of the partnership (degree)."),
        c.count("triangle_count", "Pairs of its partners that are partners too."),
        Column(
            "clustering",
            pl.Float64,
            "Share of the pairs of its partners that are partners too; null for a town of one partner.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        c.count("component", "Number of its component, in which a path leads to every town; 1 is the largest."),
        c.count("component_town_count", "Towns of that component."),
    ),
    foreign_keys=(ForeignKey("town_id", "towns", "town_id"),),
)
