"""`town_cliques`: sets of towns of which each two are partners."""

import polars as pl

from schemas import columns as c
from schemas.table import Column, ForeignKey, Table

TOWN_CLIQUES = Table(
    name="town_cliques",
    row="A town in an unusually complete set of towns; the partnerships show the set, no source need call it a group.",
    key=("clique_id", "town_id"),
    columns=(
        Column("clique_id", pl.String, "Id of the set, made from the towns of its core.", pattern=r"^k[0-9a-f]{16}$"),
        c.town_id,
        c.flag(
            "is_core",
            "Whether it is in the core, of which each two are partners; any other is in a clique that overlaps it.",
        ),
        c.group_id.named("group_id", "A published group that holds all or all but one of its towns.").optional(),
    ),
    foreign_keys=(
        ForeignKey("town_id", "towns", "town_id"),
        ForeignKey("group_id", "partnership_groups", "group_id"),
    ),
)
