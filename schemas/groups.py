"""`partnership_groups`, `group_members` and `town_cliques`: rings, networks, and sets of towns that look like one."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel


class PartnershipGroups(TableModel):
    """A partnership of several towns, or a network."""

    group_id: pl.String = c.group_id()
    name: pl.String = c.name(description="Name of the group.")
    kind: pl.String = c.category(v.GroupKind, "What kind of group it is.")()
    stated_member_count: pl.Int64 = c.count(nullable=True, description="Number of members, as stated.")
    since_year: pl.Int32 = c.year(description="Year in which it was founded.")
    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    locator: pl.String = c.locator()
    publisher: pl.String = c.publisher()
    evidence_url: pl.String = c.evidence_url()
    note: pl.String = c.note()

    class Config:
        name = "partnership_groups"
        unique = ["group_id"]
        metadata = {"references": {"source_id": "sources.source_id", "snapshot_id": "snapshots.snapshot_id"}}


class GroupMembers(TableModel):
    """A town's membership of a group; it does not make a partnership with the other members."""

    group_id: pl.String = c.group_id()
    town_id: pl.String = c.town_id()
    town_text: pl.String = c.town_text()
    since_year: pl.Int32 = c.year(description="Year since which the town is a member.")
    until_year: pl.Int32 = c.year(description="Year until which the town was a member.")
    source_id: pl.String = c.source_id()
    locator: pl.String = c.locator()
    publisher: pl.String = c.publisher()
    evidence_url: pl.String = c.evidence_url()
    note: pl.String = c.note()

    class Config:
        name = "group_members"
        unique = ["group_id", "town_id", "source_id", "locator"]
        metadata = {
            "references": {
                "group_id": "partnership_groups.group_id",
                "town_id": "towns.town_id",
                "source_id": "sources.source_id",
            }
        }


class TownCliques(TableModel):
    """A town in a set of towns that are nearly all partners of each other; the set is derived from partnerships."""

    clique_id: pl.String = c.minted_id("k", "Id of the set, made from the towns of its core.")()
    town_id: pl.String = c.town_id()
    is_core: pl.Boolean = c.flag(
        description="Whether it is in the core, where all are partners of each other; else in an overlapping clique."
    )
    group_id: pl.String = c.group_id(
        nullable=True, description="A published group that contains all or all but one of the set's towns."
    )

    class Config:
        name = "town_cliques"
        unique = ["clique_id", "town_id"]
        metadata = {"references": {"town_id": "towns.town_id", "group_id": "partnership_groups.group_id"}}
