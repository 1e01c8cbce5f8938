"""Ids for towns that no gazetteer knows: they keep their partnerships, and can be identified later."""

from __future__ import annotations

import polars as pl

from pipeline.ids import mint, town_ids
from pipeline.locate.gazetteer import distance_km
from pipeline.locate.matching import NEAR_KM
from pipeline.locate.names import search_key
from schemas.vocabularies import LocatedBy

#: Size in degrees of the cell that tells minted towns of one name apart; about 55 km.
_CELL = 0.5


def mint_towns(unplaced: pl.DataFrame) -> pl.DataFrame:
    """Give towns that no gazetteer knows ids of their own.

    A source's coordinates make a town of the name within `NEAR_KM` one town; a mention without coordinates joins the
    only such town of its name and country.

    Returns:
        `mention`, `minted_id`, `minted_by`, `minted_score`.
    """
    has_place = pl.col("latitude").is_not_null()
    country = pl.coalesce("country_code", "country")
    cell = pl.format(
        "{},{}",
        (pl.col("latitude") / _CELL).floor().cast(pl.Int64),
        (pl.col("longitude") / _CELL).floor().cast(pl.Int64),
    )
    hint = pl.coalesce("region", pl.when(has_place).then(cell))
    frame = unplaced.with_columns(
        key=search_key(pl.col("text")), nation=country,
        own_id=mint("x", unplaced.select(town_ids(pl.col("text"), country, hint)).to_series()),
    )  # fmt: skip
    group = ["key", "nation", "kind"]
    placed = frame.filter(has_place).sort(*group, "latitude", "longitude", "mention")
    first = placed.group_by(group, maintain_order=True).agg(
        first_id=pl.col("own_id").first(), lat=pl.col("latitude").first(), lon=pl.col("longitude").first()
    )
    placed = placed.join(first, on=group, nulls_equal=True).with_columns(
        minted_id=pl.when(
            distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("lat"), pl.col("lon")) <= NEAR_KM
        ).then("first_id").otherwise("own_id"),
        minted_by=pl.lit(LocatedBy.SOURCE_COORDINATES.value),
        minted_score=pl.lit(0.8),
    )  # fmt: skip
    only = placed.group_by(group).agg(towns=pl.col("minted_id").n_unique(), only_id=pl.col("minted_id").first())
    rest = frame.filter(~has_place).join(
        only.filter((pl.col("towns") == 1) & pl.col("nation").is_not_null() & (pl.col("key") != "")),
        on=group, how="left",
    ).with_columns(
        minted_id=pl.coalesce("only_id", "own_id"),
        minted_by=pl.when(pl.col("only_id").is_not_null()).then(pl.lit(LocatedBy.UNIQUE_NAME.value)),
        minted_score=pl.when(pl.col("only_id").is_not_null()).then(0.7),
    )  # fmt: skip
    return pl.concat(part.select("mention", "minted_id", "minted_by", "minted_score") for part in (placed, rest))
