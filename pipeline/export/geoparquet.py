"""GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/): partnerships as lines, or towns as points.

The library makes the geometry and its boxes. The member `geo` of the file is put together here, because
`geoarrow.pyarrow.io.write_geoparquet_table` of version 0.3 writes 1.0 for WKB, and no covering.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import geoarrow.pyarrow as ga
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.export.great_circles import great_circles
from pipeline.export.release import ENDS, read_credits, read_partnerships, read_towns
from pipeline.report.current import read_release_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VERSION: Final = "1.1.0"
_CORNERS: Final = ("xmin", "ymin", "xmax", "ymax")
#: The library's codes of geometry types, and the words of the specification.
_GEOMETRY_TYPES: Final = {
    ga.GeometryType.POINT.value: "Point",
    ga.GeometryType.LINESTRING.value: "LineString",
    ga.GeometryType.MULTILINESTRING.value: "MultiLineString",
}
#: Points of a line as the library takes them: longitude and latitude beside each other.
_POINTS: Final = pl.List(pl.Array(pl.Float64, 2))


def write_geoparquet(connection: DuckDBPyConnection, what: str, where: str | None) -> tuple[bytes, str]:
    """Return the bytes of a GeoParquet file in the order of ids, and a summary in one sentence.

    All columns of the table, names, countries and coordinates of the towns, and `geometry` as WKB: longitude before
    latitude, WGS 84 (OGC:CRS84, which is what a file without `crs` has). The covering `bbox` has the box of each row.
    Rows without coordinates are left out. The metadata of the file names the release and the sources.

    Args:
        connection: the open release.
        what: `partnerships` or `towns`.
        where: the condition that the release was opened with.
    """
    if what == "partnerships":
        rows, reason = read_partnerships(connection), "one of the two towns is not located"
        located = rows.drop_nulls(list(ENDS.values()))
        located = located.join(_lines(located), on="partnership_id").sort("partnership_id")
    else:
        rows, reason = read_towns(connection, where), "they are not located"
        located = rows.drop_nulls(["latitude", "longitude"])
        located = located.with_columns(geometry=_wkb(_points(located))).sort("town_id")
    about = {
        "release_id": read_release_id(connection),
        "credits": json.dumps(read_credits(connection), ensure_ascii=False),
    }
    summary = f"{located.height:,} {what}; {rows.height - located.height:,} left out, because {reason}"
    return _file(located, about), summary


def _points(towns: pl.DataFrame) -> Any:  # noqa: ANN401
    x, y = (towns[name].to_numpy() for name in ("longitude", "latitude"))
    return ga.point().from_geobuffers(None, x, y)


def _lines(partnerships: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id` and `geometry`: a LineString, or a MultiLineString where it is cut."""
    circles = great_circles(partnerships.select(id="partnership_id", **ENDS))
    is_single = pl.col("lines").list.len() == 1
    singles, cut = circles.filter(is_single), circles.filter(~is_single)
    lines = _encoded(singles["lines"].list.first(), ga.linestring(), _POINTS)
    cut_lines = _encoded(cut["lines"], ga.multilinestring(), pl.List(_POINTS))
    geometry = pl.concat([singles.select("id", geometry=lines), cut.select("id", geometry=cut_lines)])
    return geometry.rename({"id": "partnership_id"})


def _encoded(lines: pl.Series, kind: Any, dtype: pl.DataType) -> pl.Series:  # noqa: ANN401
    """Return lines as WKB."""
    interleaved = kind.with_coord_type(ga.CoordType.INTERLEAVED)
    return _wkb(interleaved.wrap_array(lines.cast(dtype).to_arrow().cast(interleaved.storage_type)))


def _wkb(geometry: Any) -> pl.Series:  # noqa: ANN401
    return pl.Series(pl.from_arrow(ga.as_wkb(geometry).storage), dtype=pl.Binary)


def _file(rows: pl.DataFrame, about: dict[str, str]) -> bytes:
    table = rows.to_arrow()
    geometry = ga.wkb().wrap_array(table["geometry"].combine_chunks().cast(pa.binary()))
    geo = {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": _described(geometry)}}
    table = table.append_column("bbox", ga.box(geometry).storage)
    stream = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(about | {"geo": json.dumps(geo)}), stream, compression="zstd")
    content: bytes = stream.getvalue().to_pybytes()
    return content


def _described(geometry: Any) -> dict[str, object]:  # noqa: ANN401
    """Return what the member `geo` says of the column."""
    types = [_GEOMETRY_TYPES[each["geometry_type"]] for each in ga.unique_geometry_types(geometry).to_pylist()]
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": sorted(types),
        "covering": {"bbox": {corner: ["bbox", corner] for corner in _CORNERS}},
    }
    if not len(geometry):
        return column  # nothing has no box
    box = ga.box_agg(geometry).as_py()
    return column | {"bbox": [box[corner] for corner in _CORNERS]}
