"""`redirects`: ids that are now others."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, Rule, Table

REDIRECTS = Table(
    name="redirects",
    row="An id that is now another, carried from release to release.",
    key=("entity", "old_id"),
    columns=(
        Column("entity", pl.String, "What the id names.", vocabulary=v.Entity),
        c.text("old_id", "The id that was."),
        c.text("new_id", "The id that is."),
        c.text("reason", "Why it changed."),
    ),
    rules=(Rule("moves", pl.col("old_id") != pl.col("new_id"), "An id does not redirect to itself."),),
)
