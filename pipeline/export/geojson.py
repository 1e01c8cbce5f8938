"""GeoJSON (RFC 7946): partnerships as lines along the great circle, or towns as points."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from pipeline.export.great_circles import great_circles
from pipeline.export.release import chosen_partnerships, chosen_towns, credits_due, release_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

#: What a feature can be.
WHAT = ("partnerships", "towns")
_PARTNERSHIP = (
    "town_a_id", "town_a_name", "town_a_country_code", "town_b_id", "town_b_name", "town_b_country_code", "form",
    "status", "start_date", "start_precision", "start_year", "end_date", "end_precision", "end_year", "end_cause",
    "start_agreement", "stated_by_both", "distance_km", "sources",
)  # fmt: skip
_TOWN = (
    "name", "country_code", "admin1_code", "kind", "population", "geonames_id", "wikidata_id", "located_by",
    "location_score", "partnerships",
)  # fmt: skip


def write_geojson(connection: DuckDBPyConnection, what: str, where: str | None) -> tuple[Iterator[str], str]:
    """Return the text of a FeatureCollection in pieces, and one sentence on what is in it.

    What has no place on the map is left out, and counted in the member `unplaced`.
    """
    rows = chosen_partnerships(connection) if what == "partnerships" else chosen_towns(connection, where)
    features = _lines(rows) if what == "partnerships" else _points(rows)
    unplaced = rows.height - features.len()
    head = {"type": "FeatureCollection", "release_id": release_id(connection), "unplaced": unplaced}
    about = f"{features.len():,} {what}; {unplaced:,} left out, because " + (
        "one of the two towns is not placed" if what == "partnerships" else "they are not placed"
    )
    return _pieces(head | {"credits": credits_due(connection)}, features), about


def _pieces(head: dict[str, object], features: pl.Series) -> Iterator[str]:
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
    yield ",\n".join(features)
    yield "\n]}\n"


def _lines(partnerships: pl.DataFrame) -> pl.Series:
    """Return one feature for each partnership of two placed towns, in the order of their ids."""
    placed = partnerships.drop_nulls(["town_a_latitude", "town_a_longitude", "town_b_latitude", "town_b_longitude"])
    ends = placed.select(
        id="partnership_id", latitude_a="town_a_latitude", longitude_a="town_a_longitude",
        latitude_b="town_b_latitude", longitude_b="town_b_longitude",
    )  # fmt: skip
    circles = great_circles(ends)
    single = pl.col("lines").list.len() == 1
    geometry = pl.concat(
        [
            circles.filter(single).select("id", geometry=_geometry("LineString", pl.col("lines").list.first())),
            circles.filter(~single).select("id", geometry=_geometry("MultiLineString", pl.col("lines"))),
        ]
    )
    return _features(placed.rename({"partnership_id": "id"}).join(geometry, on="id"), _PARTNERSHIP)


def _points(towns: pl.DataFrame) -> pl.Series:
    """Return one feature for each placed town, in the order of their ids."""
    place = pl.concat_list("longitude", "latitude")
    placed = towns.drop_nulls(["latitude", "longitude"]).with_columns(geometry=_geometry("Point", place))
    return _features(placed.rename({"town_id": "id"}), _TOWN)


def _geometry(kind: str, coordinates: pl.Expr) -> pl.Expr:
    return pl.struct(type=pl.lit(kind), coordinates=coordinates).struct.json_encode()


def _features(rows: pl.DataFrame, properties: tuple[str, ...]) -> pl.Series:
    dates = [name for name, dtype in rows.schema.items() if dtype == pl.Date]
    feature = pl.concat_str(
        pl.lit('{"type":"Feature","id":"'),
        pl.col("id"),
        pl.lit('","geometry":'),
        pl.col("geometry"),
        pl.lit(',"properties":'),
        pl.struct(properties).struct.json_encode(),
        pl.lit("}"),
    )
    return rows.sort("id").with_columns(pl.col(dates).cast(pl.String)).select(feature).to_series()
