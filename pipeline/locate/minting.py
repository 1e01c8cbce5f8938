"""Ids of towns that no gazetteer has: they keep their partnerships, and can be located later."""

from __future__ import annotations

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.gazetteer.names import search_key
from pipeline.locate.evidence import NEAR_KM
from schemas.ids import mint, town_identity
from schemas.vocabularies import LocatedBy, TownKind

#: Size in degrees of the cell that distinguishes minted towns of one name; about 55 km.
_CELL = 0.5
_NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
#: Mentions that agree in these have the same name.
_NAME = ["key", "nation", "kind"]


def mint_towns(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return ids of their own for towns that no gazetteer has.

    A town's name and country make its id, so that lists with and without regions or coordinates mean one town.
    Only where lists print towns of one name far apart, or in several regions, does the id depend on these. A region
    with an ISO 3166-2 code is named by it, whatever the list calls it.

    Args:
        mentions: `mention`, `MENTION_KEY`, `key`, `iso_3166_2`, `city_id`, `part`.

    Returns:
        `mention`, `minted_id`, `minted_by`, `minted_score`.
    """
    has_coordinates = pl.col("latitude").is_not_null()
    has_code = pl.col("iso_3166_2").is_not_null()
    mentions = mentions.with_columns(
        nation=pl.coalesce("country_code", "country"),
        # However a list prints it, a part of a town is one.
        key=pl.coalesce(pl.format("{} {}", "city_id", "part"), "key"),
        # In lists the parts of the United Kingdom are countries: they distinguish no two towns.
        region=pl.when(~pl.col("region").is_in(_NATIONS)).then("region"),
    )
    mentions = mentions.join(
        _compare_namesakes(mentions), on=_NAME, how="left", nulls_equal=True, maintain_order="left"
    )
    cell = [(pl.col(degrees) / _CELL).floor().cast(pl.Int64) for degrees in ("latitude", "longitude")]
    place = pl.coalesce("region", pl.when(has_coordinates).then(pl.format("{},{}", *cell)))
    mentions = mentions.with_columns(hint=pl.when("has_namesakes").then(place))
    # A county is not the town of its name.
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    text = pl.coalesce("iso_3166_2", pl.when(is_town).then("text"), pl.format("{} {}", "kind", "text"))
    raw_ids = mentions.select(town_identity(text, pl.col("nation"), pl.when(~has_code).then("hint"))).to_series()
    # Spellings of one name (case, accents, apostrophes) are one town.
    has_spellings = (pl.col("key") != "") & ~has_code
    is_unique = pl.col("is_somewhere") & ~pl.col("has_namesakes")
    kinds = (
        (has_code, LocatedBy.IDENTIFIER, 0.9),
        (has_coordinates, LocatedBy.SOURCE_COORDINATES, 0.8),
        (is_unique, LocatedBy.UNIQUE_NAME, 0.7),
    )
    return mentions.with_columns(raw_id=mint("x", raw_ids)).select(
        "mention",
        minted_id=pl.when(has_spellings).then(pl.col("raw_id").min().over(*_NAME, "hint")).otherwise("raw_id"),
        minted_by=pl.coalesce(pl.when(condition).then(pl.lit(method.value)) for condition, method, _ in kinds),
        minted_score=pl.coalesce(pl.when(condition).then(pl.lit(score)) for condition, _, score in kinds),
    )


def _compare_namesakes(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `is_somewhere` (has coordinates) and `has_namesakes` (far apart, in several regions) of each name."""
    bounds = mentions.group_by(_NAME).agg(
        south=pl.col("latitude").min(),
        north=pl.col("latitude").max(),
        west=pl.col("longitude").min(),
        east=pl.col("longitude").max(),
        regions=search_key(pl.col("region")).drop_nulls().n_unique(),
        is_somewhere=pl.col("latitude").is_not_null().any(),
    )
    extent = distance_km(pl.col("south"), pl.col("west"), pl.col("north"), pl.col("east"))
    has_namesakes = (extent > NEAR_KM).fill_null(value=False) | (pl.col("regions") > 1)
    return bounds.select(*_NAME, "is_somewhere", has_namesakes=has_namesakes)
