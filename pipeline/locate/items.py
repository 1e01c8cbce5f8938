"""Wikidata items: one town each, linked to the places and towns that other sources name."""

from __future__ import annotations

import polars as pl

from pipeline.locate.decision import decision
from pipeline.locate.relational_evidence import decide_by_partners, find_confirmed, without_weak_items
from schemas.vocabularies import LocatedBy

_CERTAIN = (LocatedBy.CORRECTION.value, LocatedBy.IDENTIFIER.value, LocatedBy.NAME_AND_COORDINATES.value)


def decide_by_item(mentions: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return decisions for mentions of an item that another mention of it links to one place."""
    items = (
        decided.filter(pl.col("located_by").is_in(_CERTAIN))
        .join(mentions.select("mention", "wikidata_id"), on="mention")
        .drop_nulls("wikidata_id")
        .select("wikidata_id", "place_id")
        .unique()
        .filter(pl.len().over("wikidata_id") == 1)
    )
    undecided = mentions.join(decided, on="mention", how="anti")
    return undecided.join(items, on="wikidata_id").select("mention", "place_id", **decision(LocatedBy.IDENTIFIER, 1.0))


def assign_items(mentions: pl.DataFrame, decided: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions without those of items for a place that another item is more likely to be.

    A place is one item and an item one place. An item with coordinates, an id or a correction stays where it is.

    Args:
        mentions: `mention`, `wikidata_id`.
        decided: all decisions.
        links: from `list_links`.
    """
    partners = links.group_by("mention").agg(partners=pl.len())
    items = (
        decided.join(mentions.select("mention", "wikidata_id").drop_nulls(), on="mention")
        .join(partners, on="mention", how="left")
        .group_by("wikidata_id", "place_id")
        .agg(
            is_certain=pl.col("located_by").is_in(_CERTAIN).any(),
            score=pl.col("location_score").max(),
            partners=pl.col("partners").sum(),
        )
        .sort(
            *("is_certain", "score", "partners", pl.col("wikidata_id").str.len_chars(), "wikidata_id", "place_id"),
            descending=[True, True, True, False, False, False],
        )
    )
    is_best = pl.col("wikidata_id").is_first_distinct() & pl.col("place_id").is_first_distinct()
    lost = mentions.join(items.filter(~is_best & ~pl.col("is_certain")), on="wikidata_id").select("mention", "place_id")
    return decided.join(lost, on=["mention", "place_id"], how="anti")


def match_items(towns: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the minted towns that have the name and the partners of a Wikidata item.

    An item comes with a label alone; a list names the same village with its country. Where both name the same
    partners they are one town, and the item's id is the better one.

    Args:
        towns: `mention`, `key`, `town_id`, `wikidata_id`, `located_by`, `location_score`.
        links: from `list_links`.

    Returns:
        `town_id` (minted), `item_id`; each town and each item once.
    """
    is_item = (pl.col("town_id") == pl.col("wikidata_id")).fill_null(value=False)
    items, others = towns.filter(is_item), towns.filter(~is_item)
    minted = (
        others.filter(pl.col("town_id").str.starts_with("x"), pl.col("key") != "").select("town_id", "key").unique()
    )
    candidates = items.join(minted.rename({"town_id": "place_id"}), on="key").select(
        "mention", "place_id", name_score=pl.lit(1.0)
    )
    decided = others.select("mention", place_id="town_id")
    matches = without_weak_items(decide_by_partners(find_confirmed(candidates, links, decided)), items)
    return (
        matches.join(items.select("mention", item_id="wikidata_id"), on="mention")
        .select("item_id", town_id="place_id")
        .unique()
        .filter((pl.len().over("item_id") == 1) & (pl.len().over("town_id") == 1))
    )
