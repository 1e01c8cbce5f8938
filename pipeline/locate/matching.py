"""Candidates: the places that the readings of a mention lead to, with the evidence for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.countries import STATE_OF
from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate.districts import district_readings, within_city
from pipeline.locate.evidence import compare
from pipeline.locate.factorize import factorize
from pipeline.locate.readings import OTHER, read_names, read_qualifiers, read_rivers
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: A qualifier alone, read as the name, leads to a place by its other names, and up to this size; or to one this near to
#: the source's coordinates.
_OTHER_NAME_LIMIT, _PROOF_KM = 50_000, 15.0
#: Places as candidates.
_PLACE_COLUMNS = ("place_id", "country_code", "admin1_code", "population", "is_populated", "feature_code")


def find_candidates(
    mentions: pl.DataFrame, gazetteer: Gazetteer, regions: pl.DataFrame, districts: pl.DataFrame
) -> pl.DataFrame:
    """Return the places that each mention's names lead to, with the level of each comparison.

    Args:
        mentions: as `collect_mentions` gives them. Without a country, places of the whole world are candidates.
        gazetteer: places and names.
        regions: from `regions`: names of divisions.
        districts: from `read_districts`.

    Returns:
        `mention`, `place_id`, `country_code`, `km` (to the source's coordinates, null without), `population`,
        `latitude`, `longitude`, and the comparisons of `pipeline.locate.evidence`.
    """
    # Many mentions have one name and differ in what else they say: each name is looked up once.
    numbers, first_rows = factorize(mentions.select("text", "country_code", "kind"))
    first = mentions.select(pl.col("mention", "text", "key", "country_code", "kind").gather(first_rows))
    names = first.drop("mention").with_row_index("mention")
    districts = districts.join(names.select(first["mention"], name="mention"), on="mention")
    districts = districts.drop("mention").rename({"name": "mention"})
    readings = pl.concat([read_names(names), district_readings(districts)]).unique(
        ["mention", "key"], maintain_order=True
    )
    places = within_city(_places_with_names(names, readings, gazetteer), districts)
    rivers = read_rivers(readings.join(places, on="mention", how="semi"))
    mentions_of_name = mentions.select("mention", "latitude", "longitude", name=numbers)
    rivers, candidates = (
        mentions_of_name.join(frame.rename({"mention": "name"}), on="name").drop("name") for frame in (rivers, places)
    )
    candidates = candidates.with_columns(
        km=distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    ).drop("latitude", "longitude")
    # The town that a qualifier names is hardly the one that is meant: `Donaustadt (Wien)` is not Vienna.
    is_other_name = ~pl.col("is_main") & (pl.col("population").fill_null(0) <= _OTHER_NAME_LIMIT)
    is_near = (pl.col("km") <= _PROOF_KM).fill_null(value=False)
    candidates = candidates.filter((pl.col("tier") != OTHER) | is_other_name | is_near)
    with_candidates = mentions.join(candidates, on="mention", how="semi")
    qualifiers = read_qualifiers(with_candidates, rivers.select("mention", "hint", "is_printed"))
    return compare(candidates, qualifiers, mentions, gazetteer, regions)


def _places_with_names(names: pl.DataFrame, readings: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places that have each mention's name, each by the best reading.

    Args:
        names: `mention`, `country_code`, `kind`.
        readings: from `read_names`.
        gazetteer: places and names.
    """
    named = gazetteer.names_by(readings["key"]).select("key", "country_code", "place_id", "is_main")
    readings = readings.join(names.select("mention", "country_code"), on="mention")
    has_country = pl.col("country_code").is_not_null()
    columns = ["mention", "place_id", "tier", "needs_proof", "is_main"]
    in_country = readings.filter(has_country).join(_with_overseas(named), on=["key", "country_code"]).select(columns)
    anywhere = readings.filter(~has_country).drop("country_code").join(named, on="key").select(columns)
    # The world has a town of almost every part of a name: a part counts where nothing has the whole.
    is_whole = ~pl.col("needs_proof")
    anywhere = anywhere.filter(is_whole | (~is_whole.any().over("mention") & (pl.col("tier") != OTHER)))
    matches = pl.concat([in_country, anywhere])
    order = {"mention": False, "place_id": False, "tier": False, "needs_proof": False, "is_main": True}
    is_only = matches["mention"].is_unique()
    best = (
        matches.filter(~is_only)
        .sort(list(order), descending=list(order.values()))
        .unique(["mention", "place_id"], keep="first", maintain_order=True)
    )
    places = gazetteer.places.select(
        *_PLACE_COLUMNS, place_kind="kind", place_latitude="latitude", place_longitude="longitude"
    )
    return _of_same_kind(pl.concat([matches.filter(is_only), best]).join(places, on="place_id"), names)


def _with_overseas(names: pl.DataFrame) -> pl.DataFrame:
    """Return the names, those of a place overseas also under its state.

    Lists print France behind Saint-Denis de la Réunion too, and there are two.
    """
    overseas = names.filter(pl.col("country_code").is_in(list(STATE_OF))).with_columns(
        pl.col("country_code").replace_strict(STATE_OF, return_dtype=pl.String)
    )
    return pl.concat([names, overseas])


def _of_same_kind(candidates: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates of the mention's kind; a populated place goes before a division of its name."""
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    place_is_town = pl.col("place_kind").is_in([TownKind.MUNICIPALITY.value, TownKind.OTHER.value])
    # The embedded places have no feature: any of them may be a part of a town.
    is_district = (pl.col("kind") == TownKind.DISTRICT.value) & pl.col("feature_code").is_null()
    return (
        candidates.join(mentions.select("mention", "kind"), on="mention")
        .filter((is_town == place_is_town) | is_district)
        .filter(pl.col("is_populated") | ~pl.col("is_populated").any().over("mention"))
        .drop("kind", "place_kind", "is_populated", "feature_code")
    )
