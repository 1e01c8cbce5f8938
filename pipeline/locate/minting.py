"""Ids for towns that no gazetteer knows: they keep their partnerships, and can be identified later."""

from __future__ import annotations

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.gazetteer.names import search_key
from pipeline.locate.matching import NEAR_KM
from schemas.ids import mint, town_ids
from schemas.vocabularies import LocatedBy, TownKind

#: Size in degrees of the cell that tells minted towns of one name apart; about 55 km.
_CELL = 0.5
_NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")


def mint_towns(unplaced: pl.DataFrame) -> pl.DataFrame:
    """Give towns that no gazetteer knows ids of their own.

    A town's name and country make its id, so that lists with and without regions or coordinates speak of one town.
    Only where lists put towns of one name far apart, or into several regions, do these tell them apart. A region with
    an ISO 3166-2 code is named by it, whatever the list calls it.

    Args:
        unplaced: `mention`, `MENTION_KEY`, `key`, `iso_3166_2`.

    Returns:
        `mention`, `minted_id`, `minted_by`, `minted_score`.
    """
    has_place = pl.col("latitude").is_not_null()
    is_coded = pl.col("iso_3166_2").is_not_null()
    frame = unplaced.with_columns(
        nation=pl.coalesce("country_code", "country"),
        # The parts of the United Kingdom stand for the country in lists: they tell no two towns apart.
        region=pl.when(~pl.col("region").is_in(_NATIONS)).then("region"),
    )
    group = ["key", "nation", "kind"]
    spread = frame.group_by(group).agg(
        pl.col("latitude").min().alias("south"), pl.col("latitude").max().alias("north"),
        pl.col("longitude").min().alias("west"), pl.col("longitude").max().alias("east"),
        regions=search_key(pl.col("region")).drop_nulls().n_unique(), is_somewhere=has_place.any(),
    )  # fmt: skip
    extent = distance_km(pl.col("south"), pl.col("west"), pl.col("north"), pl.col("east"))
    namesakes = (extent > NEAR_KM).fill_null(value=False) | (pl.col("regions") > 1)
    frame = frame.join(
        spread.select(*group, "is_somewhere", namesakes=namesakes),
        on=group, how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    cell = pl.format(
        "{},{}",
        (pl.col("latitude") / _CELL).floor().cast(pl.Int64),
        (pl.col("longitude") / _CELL).floor().cast(pl.Int64),
    )
    # A county is not the town of its name.
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    text = pl.coalesce("iso_3166_2", pl.when(is_town).then("text"), pl.format("{} {}", "kind", "text"))
    hint = pl.when("namesakes").then(pl.coalesce("region", pl.when(has_place).then(cell)))
    frame = frame.with_columns(
        own_id=mint("x", frame.select(town_ids(text, pl.col("nation"), pl.when(~is_coded).then(hint))).to_series()),
        hint=hint,
    )
    # Spellings of one name (case, accents, apostrophes) are one town.
    told_apart = ["key", "nation", "hint", "kind"]
    is_one = (pl.col("key") != "") & ~is_coded
    is_known = pl.col("is_somewhere") & ~pl.col("namesakes")
    return frame.select(
        "mention",
        minted_id=pl.when(is_one).then(pl.col("own_id").min().over(told_apart)).otherwise("own_id"),
        minted_by=pl.when(is_coded).then(pl.lit(LocatedBy.IDENTIFIER.value))
        .when(has_place).then(pl.lit(LocatedBy.SOURCE_COORDINATES.value))
        .when(is_known).then(pl.lit(LocatedBy.UNIQUE_NAME.value)),
        minted_score=pl.when(is_coded).then(0.9).when(has_place).then(0.8).when(is_known).then(0.7),
    )  # fmt: skip
