"""`towns`, `town_names` and `location_candidates`."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel, rows_where


class Towns(TableModel):
    """A municipality or other body with a partnership, award or membership."""

    town_id: pl.String = c.town_id()
    name: pl.String = c.name(description="Usual name of the town.")
    country_code: pl.String = c.country_code()
    admin1_code: pl.String = c.text(nullable=True, description="First-level division as GeoNames codes it.")
    latitude: pl.Float64 = c.latitude(nullable=True)
    longitude: pl.Float64 = c.longitude(nullable=True)
    population: pl.Int64 = c.population(nullable=True)
    kind: pl.String = c.category(v.TownKind, "What kind of body it is.")()
    geonames_id: pl.Int64 = c.geonames_id()
    wikidata_id: pl.String = c.wikidata_id()
    iso_3166_2_code: pl.String = c.text(
        nullable=True, description="ISO 3166-2 code, for a region or county that has one."
    )
    located_by: pl.String = c.located_by()
    location_score: pl.Float64 = c.location_score()

    class Config:
        name = "towns"
        unique = ["town_id"]
        metadata = {"references": {"country_code": "countries.country_code"}}

    @pa.dataframe_check(description="Latitude and longitude are both given or both null.")
    def both_coordinates_or_none(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("latitude").is_null() == pl.col("longitude").is_null())


class TownNames(TableModel):
    """A name of a town."""

    town_id: pl.String = c.town_id()
    name: pl.String = c.name(description="A name of the town in some language, or as some source prints it.")
    search_key: pl.String = c.text(description="The name in lower case, accents folded, punctuation to spaces.")
    language: pl.String = c.text(
        nullable=True, description="Language of the name; null if the provider does not state it."
    )
    is_preferred: pl.Boolean = c.flag(description="Whether it is the usual name.")

    class Config:
        name = "town_names"
        unique = ["town_id", "name"]
        metadata = {"references": {"town_id": "towns.town_id"}}


class LocationCandidates(TableModel):
    """A place that a mention might mean, where none was chosen or the choice was close."""

    town_id: pl.String = c.town_id()
    candidate_id: pl.String = c.town_id(description="Id of the place.")
    rank: pl.Int64 = c.count(description="Rank among the candidates; 1 is the best.")
    score: pl.Float64 = c.location_score(description="How well the candidate fits: 0 to 1.")
    evidence: pl.String = c.text(
        description="Evidence for the candidate: name, country, region, coordinates, population."
    )
    candidate_name: pl.String = c.name(description="Usual name of the candidate.")

    class Config:
        name = "location_candidates"
        unique = ["town_id", "candidate_id"]
        metadata = {"order": ["town_id", "rank"], "references": {"town_id": "towns.town_id"}}
