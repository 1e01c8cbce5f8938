"""Wikidata items: one town each, linked to the places and towns that other sources know."""

from __future__ import annotations

import polars as pl

from pipeline.locate.relational_evidence import decide_by_partners, find_witnesses, without_outdone
from schemas.vocabularies import LocatedBy

_SURE = (LocatedBy.CORRECTION.value, LocatedBy.IDENTIFIER.value, LocatedBy.NAME_AND_COORDINATES.value)


def linked_items(mentions: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return mentions of an item that another mention of it links to one place.

    Returns:
        `mention`, `place_id`, `located_by`, `location_score`.
    """
    items = (
        decided.filter(pl.col("located_by").is_in(_SURE))
        .join(mentions.select("mention", "wikidata_id"), on="mention")
        .drop_nulls("wikidata_id")
        .select("wikidata_id", "place_id")
        .unique()
        .filter(pl.len().over("wikidata_id") == 1)
    )
    return (
        mentions.join(decided, on="mention", how="anti")
        .join(items, on="wikidata_id")
        .select(
            "mention", "place_id",
            located_by=pl.lit(LocatedBy.IDENTIFIER.value), location_score=pl.lit(1.0),
        )
    )  # fmt: skip


def name_unplaced(found: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Give towns that no gazetteer knows the id of the Wikidata item that has their name and their partners.

    An item comes with a label alone; a list names the same village with its country. Where both name the same
    partners they are one town, and the item's id is the better one.

    Args:
        found: `mention`, `key`, `town_id`, `wikidata_id`, `located_by`, `location_score`.
        links: `mention`, `other`: who is stated to be whose partner, from `both_ways`.

    Returns:
        `town_id` (minted), `item_id`: the towns that turn out to be items, each item once.
    """
    is_item = (pl.col("town_id") == pl.col("wikidata_id")).fill_null(value=False)
    items, others = found.filter(is_item), found.filter(~is_item)
    minted = others.filter(pl.col("town_id").str.starts_with("x")).select("town_id", "key").unique()
    candidates = (
        items.select("mention", "key")
        .join(minted, on="key")
        .filter(pl.col("key") != "")
        .select("mention", place_id="town_id", name_score=pl.lit(1.0))
    )
    decided = others.select("mention", place_id="town_id")
    chosen = without_outdone(decide_by_partners(find_witnesses(candidates, links, decided)), items)
    return (
        chosen.join(items.select("mention", item_id="wikidata_id"), on="mention")
        .select("item_id", town_id="place_id")
        .unique()
        .filter((pl.len().over("item_id") == 1) & (pl.len().over("town_id") == 1))
    )
