"""Wikidata items and places with the same partners: they are one town, whatever the item is called."""

from __future__ import annotations

from typing import Final

import polars as pl

#: Of an item's partners, at least so many and this share are the place's; of the place's, this share are the item's;
#: and so many times as many as of any other place. `make weights` counts how often that place is another.
_FEWEST: Final = 3
_SHARE_OF_ITEM: Final = 0.5
_SHARE_OF_PLACE: Final = 0.3
_MARGIN: Final = 2
#: A partner that has more partners than this tells nothing about one of them.
_MOST_OF_PARTNER: Final = 60


def find_same_partners(items: pl.DataFrame, links: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the place that has the partners of an item, by what sources without items state.

    Args:
        items: `mention`, `wikidata_id` of all items.
        links: from `list_links`.
        places: `mention`, `place_id`: what mentions certainly mean.

    Returns:
        `wikidata_id`, `place_id`, each item once.
    """
    partners = links.join(places.rename({"mention": "partner", "place_id": "partner_place"}), on="partner")
    stated_of_items = partners.join(items, on="mention").select("wikidata_id", "partner_place").unique()
    stated_of_places = (
        partners.join(places, on="mention")
        .join(items, on="mention", how="anti")
        .select("place_id", "partner_place")
        .unique()
    )
    shared = _count_shared(stated_of_items, stated_of_places)
    best = (
        shared.sort("wikidata_id", "shared", "place_id", descending=[False, True, False])
        .group_by("wikidata_id", maintain_order=True)
        .agg(
            pl.col("place_id", "shared", "share_of_item", "share_of_place").first(),
            next_shared=pl.col("shared").slice(1, 1).sum(),
        )
    )
    return best.filter(
        pl.col("shared") >= _FEWEST,
        pl.col("share_of_item") >= _SHARE_OF_ITEM,
        pl.col("share_of_place") >= _SHARE_OF_PLACE,
        pl.col("shared") >= _MARGIN * pl.col("next_shared"),
    ).select("wikidata_id", "place_id")


def _count_shared(of_items: pl.DataFrame, of_places: pl.DataFrame) -> pl.DataFrame:
    """Return how many partners items and places have in common, and the shares of each side's partners.

    Args:
        of_items: `wikidata_id`, `partner_place`.
        of_places: `place_id`, `partner_place`.

    Returns:
        `wikidata_id`, `place_id`, `shared`, `share_of_item`, `share_of_place`.
    """
    few = of_places.filter(pl.len().over("partner_place") <= _MOST_OF_PARTNER)
    shared = pl.col("shared")
    return (
        of_items.join(few, on="partner_place")
        .group_by("wikidata_id", "place_id")
        .agg(shared=pl.len())
        # A partner is another town: members of a ring have the same partners, too.
        .join(of_items.rename({"partner_place": "place_id"}), on=["wikidata_id", "place_id"], how="anti")
        .join(of_items.group_by("wikidata_id").len("of_item"), on="wikidata_id")
        .join(of_places.group_by("place_id").len("of_place"), on="place_id")
        .with_columns(share_of_item=shared / pl.col("of_item"), share_of_place=shared / pl.col("of_place"))
        .drop("of_item", "of_place")
    )
