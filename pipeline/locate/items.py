"""Wikidata items: one town each, linked to the places and towns that other sources name."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.locate.decision import choose, decision
from pipeline.locate.evidence import ITEM, NAME, NOT_PRINTED, OF_ANOTHER, STATUS_OF_ANOTHER, WITHOUT_STATUS
from pipeline.locate.relational_evidence import decide_by_partners, find_confirmed, without_weak_items
from pipeline.locate.weights import THRESHOLD, weigh
from schemas.vocabularies import LocatedBy, TownKind

_CERTAIN = (LocatedBy.CORRECTION.value, LocatedBy.IDENTIFIER.value, LocatedBy.NAME_AND_COORDINATES.value)
#: How often items and places are compared anew, once others have their places.
_ROUNDS = 3
_IS_TAKEN = pl.col(ITEM) != NOT_PRINTED
_IS_REGION = pl.col("kind").is_in([TownKind.COUNTY.value, TownKind.REGION.value])


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


@dataclass(frozen=True)
class AssignedItems:
    """Items and places, one to one.

    Attributes:
        candidates: all candidates, those of items weighed anew.
        decided: all decisions; those of items are made anew.
        described: what is known of items that have no place: `mention`, `item_country`; and, where the place is that of
            another item, `item_latitude`, `item_longitude`, `item_located_by`, `item_score`, and `item_place` if both
            items are one town.
    """

    candidates: pl.DataFrame
    decided: pl.DataFrame
    described: pl.DataFrame


def assign_items(
    candidates: pl.DataFrame, mentions: pl.DataFrame, decided: pl.DataFrame, links: pl.DataFrame
) -> AssignedItems:
    """Return the decisions, with one item for a place and one place for an item: the likeliest.

    That a place is another item's speaks against it, so that an item can have the second likeliest. An item with
    coordinates, an id or a correction stays where it is.

    Args:
        candidates: from `weigh`.
        mentions: `mention`, `wikidata_id`, `kind`.
        decided: all decisions.
        links: from `list_links`.
    """
    items = mentions.select("mention", "wikidata_id").drop_nulls()
    certain = decided.filter(pl.col("located_by").is_in(_CERTAIN))
    is_open = pl.col("mention").is_in(items.join(certain, on="mention", how="anti")["mention"].implode())
    of_items, others = candidates.filter(is_open), candidates.filter(~is_open)
    kept = decided.filter(~is_open)
    owners = _find_owners(decided, items, links, of_items)
    for _ in range(_ROUNDS):
        of_items = weigh(_compare_items(of_items, items, owners))
        chosen = choose(of_items).join(of_items.filter(_IS_TAKEN), on=["mention", "place_id"], how="anti")
        decided = pl.concat([kept, chosen])
        owners = _find_owners(decided, items, links, of_items)
    lost = decided.join(items, on="mention").join(owners, on=["place_id", "wikidata_id"], how="anti")
    decided = decided.join(lost.filter(is_open), on="mention", how="anti")
    left = of_items.join(decided, on="mention", how="anti")
    described = _describe_items(left, _list_towns(mentions), decided, _without_regions(links, mentions))
    return AssignedItems(pl.concat([others, of_items], how="diagonal"), decided, described)


def _find_owners(
    decided: pl.DataFrame, items: pl.DataFrame, links: pl.DataFrame, candidates: pl.DataFrame
) -> pl.DataFrame:
    """Return `place_id`, `wikidata_id` of the item for which most speaks at each place; all items that are certain."""
    partners = links.group_by("mention").agg(partners=pl.len())
    # The probability of each compares places and not items: that of all who have the name is almost 1.
    weights = candidates.select("mention", "place_id", "weight")
    pairs = (
        decided.join(items, on="mention")
        .join(partners, on="mention", how="left")
        .join(weights, on=["mention", "place_id"], how="left")
        .group_by("wikidata_id", "place_id")
        .agg(
            is_certain=pl.col("located_by").is_in(_CERTAIN).any(),
            score=pl.col("weight").max().round(6).fill_null(0),
            partners=pl.col("partners").sum(),
        )
        .sort(
            *("is_certain", "score", "partners", pl.col("wikidata_id").str.len_chars(), "wikidata_id", "place_id"),
            descending=[True, True, True, False, False, False],
        )
    )
    is_best = pl.col("wikidata_id").is_first_distinct() & pl.col("place_id").is_first_distinct()
    return pairs.filter(is_best | pl.col("is_certain")).select("place_id", "wikidata_id")


def _compare_items(candidates: pl.DataFrame, items: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates of items with the level of `ITEM`."""
    owned = owners.join(items, on="wikidata_id").select("mention", "place_id", is_own=pl.lit(value=True))
    is_taken = pl.col("place_id").is_in(owners["place_id"].unique().implode()) & pl.col("is_own").is_null()
    has_status = pl.col(NAME).str.starts_with(WITHOUT_STATUS)
    level = pl.coalesce(
        pl.when(is_taken & has_status).then(pl.lit(STATUS_OF_ANOTHER)),
        pl.when(is_taken).then(pl.lit(OF_ANOTHER)),
        pl.lit(NOT_PRINTED),
    )
    return (
        candidates.join(owned, on=["mention", "place_id"], how="left", maintain_order="left")
        .with_columns(level.alias(ITEM))
        .drop("is_own")
    )


def _describe_items(
    candidates: pl.DataFrame, towns: pl.DataFrame, decided: pl.DataFrame, links: pl.DataFrame
) -> pl.DataFrame:
    """Return what is known of items that have no place, as `AssignedItems.described`."""
    by_country = candidates.group_by("mention", item_country="country_code").agg(pl.col("probability").sum())
    countries = by_country.filter(pl.col("probability") >= THRESHOLD).select("mention", "item_country")
    # A town and its municipality are two items, and lie at one place.
    places = candidates.select("mention", "place_id", item_latitude="latitude", item_longitude="longitude")
    decided = decided.select("mention", "place_id")
    shared = _without_namesakes(choose(candidates).join(places, on=["mention", "place_id"]), towns, decided, links)
    one_town = _find_one_town(shared.select("mention", "place_id"), towns, decided, links)
    return countries.join(
        shared.rename({"located_by": "item_located_by", "location_score": "item_score"}).drop("place_id"),
        on="mention",
        how="left",
    ).join(one_town, on="mention", how="left")


def _list_towns(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `wikidata_id` of the items that nobody calls a county or region."""
    items = mentions.drop_nulls("wikidata_id")
    return items.filter(~_IS_REGION.any().over("wikidata_id")).select("mention", "wikidata_id")


def _without_regions(links: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    return links.join(mentions.filter(_IS_REGION).select(partner="mention"), on="partner", how="anti")


def _without_namesakes(
    shared: pl.DataFrame, towns: pl.DataFrame, decided: pl.DataFrame, links: pl.DataFrame
) -> pl.DataFrame:
    """Return the items at another item's place, without those that have a partner there: they lie elsewhere."""
    partners = pl.concat([decided, shared.select("mention", "place_id")]).rename({"mention": "partner"})
    namesakes = shared.join(towns, on="mention").join(links, on="mention").join(partners, on=["partner", "place_id"])
    mentions = towns.join(namesakes.select("wikidata_id").unique(), on="wikidata_id")
    return shared.join(mentions, on="mention", how="anti")


def _find_one_town(
    shared: pl.DataFrame, towns: pl.DataFrame, decided: pl.DataFrame, links: pl.DataFrame
) -> pl.DataFrame:
    """Return `mention`, `item_place` of items at another item's place that are the same town: both state a partner.

    An agreement of a municipality is stated of the municipality by some and of its town by others. Regions have
    regions for partners, also where they have the name of a town.

    Args:
        shared: `mention`, `place_id` of the items.
        towns: from `_list_towns`.
        decided: `mention`, `place_id` of what has a place.
        links: those with towns.
    """
    places = pl.concat([decided, shared]).select(partner="mention", partner_place="place_id")
    # A partner that lies nowhere is known by its item alone.
    named = (
        links.join(places, on="partner", how="left")
        .join(towns.select(partner="mention", partner_item="wikidata_id"), on="partner", how="left")
        .select("mention", partner_place=pl.coalesce("partner_place", "partner_item"))
        .drop_nulls()
    )
    of_places = decided.join(named, on="mention").select("place_id", "partner_place").unique()
    pairs = shared.join(towns, on="mention").join(named, on="mention")
    same = pairs.join(of_places, on=["place_id", "partner_place"], how="semi")
    return (
        shared.join(towns, on="mention")
        .join(same, on=["wikidata_id", "place_id"], how="semi")
        .select("mention", item_place="place_id")
    )


def match_items(towns: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the minted towns that have the name and the partners of a Wikidata item without a place of its own.

    An item comes with a label alone; a list names the same village with its country. Where both name the same
    partners they are one town, and the item's id is the better one.

    Args:
        towns: `mention`, `key`, `city_id`, `part`, `town_id`, `wikidata_id`, `is_second_item`, `located_by`,
            `location_score`.
        links: from `list_links`.

    Returns:
        `town_id` (minted), `item_id` (the town of the item); each once.
    """
    is_item = (pl.col("town_id") == pl.col("wikidata_id")).fill_null(value=False) | pl.col("is_second_item")
    items, others = towns.filter(is_item), towns.filter(~is_item)
    minted = others.filter(pl.col("town_id").str.starts_with("x"), pl.col("key") != "")
    candidates = items.join(minted.select("key", place_id="town_id").unique(), on="key").select(
        "mention", "place_id", name_score=pl.lit(1.0)
    )
    decided = others.select("mention", place_id="town_id")
    matches = without_weak_items(decide_by_partners(find_confirmed(candidates, links, decided)), items)
    # The same part of the same town needs no partners.
    part = ["city_id", "part"]
    same_parts = items.join(minted.select(*part, place_id="town_id").unique(), on=part).select("mention", "place_id")
    return (
        pl.concat([matches.select("mention", "place_id"), same_parts])
        .join(items.select("mention", item_id="town_id"), on="mention")
        .select("item_id", town_id="place_id")
        .unique()
        .filter((pl.len().over("item_id") == 1) & (pl.len().over("town_id") == 1))
    )
