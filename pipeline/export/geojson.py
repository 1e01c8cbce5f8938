"""GeoJSON (RFC 7946): partnerships as lines along the great circle, or towns as points."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.export.great_circles import great_circles
from pipeline.export.release import ENDS, read_credits, read_partnerships, read_towns
from pipeline.report.current import read_release_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_PARTNERSHIP: Final = (
    *("town_a_id", "town_a_name", "town_a_country_code", "town_b_id", "town_b_name", "town_b_country_code", "form"),
    *("status", "start_date", "start_precision", "start_year", "end_date", "end_precision", "end_year", "end_cause"),
    *("start_agreement", "stated_by_both", "distance_km", "sources"),
)
_TOWN: Final = (
    *("name", "country_code", "admin1_code", "kind", "population", "geonames_id", "wikidata_id", "located_by"),
    *("location_score", "partnerships"),
)


def write_geojson(connection: DuckDBPyConnection, what: str, where: str | None) -> tuple[Iterator[str], str]:
    """Return the text of a FeatureCollection in pieces, and a summary in one sentence.

    Rows without coordinates are left out, and counted in the member `not_located`.

    Args:
        connection: the open release.
        what: `partnerships` or `towns`.
        where: the condition that the release was opened with.
    """
    if what == "partnerships":
        rows, reason = read_partnerships(connection), "one of the two towns is not located"
        features = _lines(rows)
    else:
        rows, reason = read_towns(connection, where), "they are not located"
        features = _points(rows)
    left_out = rows.height - features.len()
    head = {"type": "FeatureCollection", "release_id": read_release_id(connection), "not_located": left_out}
    summary = f"{features.len():,} {what}; {left_out:,} left out, because {reason}"
    return _pieces(head | {"credits": read_credits(connection)}, features), summary


def _pieces(head: dict[str, object], features: pl.Series) -> Iterator[str]:
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
    yield ",\n".join(features)
    yield "\n]}\n"


def _lines(partnerships: pl.DataFrame) -> pl.Series:
    """Return one feature for each partnership of two located towns, in the order of their ids."""
    located = partnerships.drop_nulls(list(ENDS.values())).rename({"partnership_id": "id"})
    circles = great_circles(located.select("id", **ENDS))
    is_single = pl.col("lines").list.len() == 1
    geometry = pl.concat(
        [
            circles.filter(is_single).select("id", geometry=_geometry("LineString", pl.col("lines").list.first())),
            circles.filter(~is_single).select("id", geometry=_geometry("MultiLineString", pl.col("lines"))),
        ]
    )
    return _features(located.join(geometry, on="id"), _PARTNERSHIP)


def _points(towns: pl.DataFrame) -> pl.Series:
    """Return one feature for each located town, in the order of their ids."""
    point = _geometry("Point", pl.concat_list("longitude", "latitude"))
    located = towns.drop_nulls(["latitude", "longitude"]).with_columns(geometry=point)
    return _features(located.rename({"town_id": "id"}), _TOWN)


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
