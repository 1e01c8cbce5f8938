"""`network_figures`: the network of partnerships in figures."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, Table

NETWORK_FIGURES = Table(
    name="network_figures",
    row="A figure about the network that all partnerships make, as network science measures it.",
    key=("figure",),
    columns=(
        Column("figure", pl.String, "What is measured.", vocabulary=v.NetworkFigure),
        Column("value", pl.Float64, "The figure, in its unit."),
        c.text("unit", "Unit of the figure; null for a share or a coefficient.", nullable=True),
        c.text("note", "How the figure is meant."),
    ),
)
