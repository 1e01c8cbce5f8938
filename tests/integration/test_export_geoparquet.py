"""GeoParquet is read by DuckDB and by geopandas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest
from own_release import ask, export

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MadeOnce, ReaderScript

#: Prints what geopandas reads of each file, and the coordinates of all parts of the rows with some ids.
READ = """
import geopandas, json, sys

def read(path, ids):
    frame = geopandas.read_parquet(path)
    near = geopandas.read_parquet(path, bbox=(-1.6, 52.3, -1.4, 52.5))
    shapes = frame.set_index(frame.columns[0]).loc[ids].geometry
    return {
        "count": len(frame), "crs": frame.crs.to_string(), "bounds": list(frame.total_bounds), "near": len(near),
        "types": sorted(frame.geometry.geom_type.unique()), "valid": bool(frame.geometry.is_valid.all()),
        "coordinates": [[list(part.coords) for part in getattr(shape, "geoms", [shape])] for shape in shapes],
    }

print(json.dumps({path: read(path, ids) for path, ids in json.loads(sys.argv[1]).items()}))
"""


@pytest.fixture(scope="module")
def files(starter: Path, made_once: MadeOnce) -> Path:
    """Return a folder with `partnerships.parquet` and `towns.parquet`."""

    def write(folder: Path) -> None:
        for what in ("partnerships", "towns"):
            path = folder / f"{what}.parquet"
            assert export(starter.parents[1], "geoparquet", "--what", what, "--output", str(path)) == 0

    return made_once("geoparquet", write)


def geo(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(pq.read_schema(path).metadata[b"geo"])
    return content


def test_the_metadata_is_that_of_version_1_1(files: Path, out: Path) -> None:
    for what, types in (("partnerships", ["LineString", "MultiLineString"]), ("towns", ["Point"])):
        path = files / f"{what}.parquet"
        metadata = geo(path)
        assert (metadata["version"], metadata["primary_column"]) == ("1.1.0", "geometry")
        column = metadata["columns"]["geometry"]
        assert (column["encoding"], column["geometry_types"]) == ("WKB", types)
        assert "crs" not in column, "without it, it is OGC:CRS84"
        for corner, place in column["covering"]["bbox"].items():
            assert place == ["bbox", corner]
        about = pq.read_schema(path).metadata
        assert about[b"release_id"].decode() == ask(out, "SELECT release_id FROM release")[0][0]
        used = {name for (name,) in ask(out, "SELECT source_id FROM sources WHERE is_used")}
        assert {credit["source_id"] for credit in json.loads(about[b"credits"])} == used
        assert {chunk.compression for chunk in row_group_columns(path)} == {"ZSTD"}


def row_group_columns(path: Path) -> list[Any]:
    group = pq.read_metadata(path).row_group(0)
    return [group.column(place) for place in range(group.num_columns)]


def test_duckdb_reads_it_without_an_extension(files: Path, out: Path) -> None:
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        towns = connection.read_parquet(str(files / "towns.parquet"))
        assert str(dict(zip(towns.columns, towns.types, strict=True))["geometry"]) == "GEOMETRY('OGC:CRS84')"
        points = connection.sql("SELECT town_id, ST_AsText(geometry), latitude, longitude, bbox FROM towns").fetchall()
        lines = connection.read_parquet(str(files / "partnerships.parquet"))
        ids = [row[0] for row in lines.select("partnership_id").fetchall()]
        columns = lines.columns
    assert len(points) == ask(out, "SELECT count(latitude) FROM towns")[0][0]
    for _, text, latitude, longitude, box in points[::100]:
        assert tuple(map(float, text[7:-1].split())) == (longitude, latitude)
        assert box == {"xmin": longitude, "ymin": latitude, "xmax": longitude, "ymax": latitude}
    assert [(one,) for one in ids] == ask(
        out, "SELECT partnership_id FROM partnerships WHERE distance_km IS NOT NULL ORDER BY ALL"
    )
    assert {"start_date", "start_precision", "town_a_name", "sources"} <= set(columns)


def test_geopandas_reads_points_and_lines_from_town_to_town(files: Path, out: Path, run_reader: ReaderScript) -> None:
    ends = """
        SELECT partnership_id, a.longitude, a.latitude, b.longitude, b.latitude
        FROM partnerships JOIN towns a ON a.town_id = town_a_id JOIN towns b ON b.town_id = town_b_id
        WHERE distance_km > 0 AND {} ORDER BY ALL LIMIT 20
    """
    straight = ask(out, ends.format("abs(a.longitude - b.longitude) < 100"))
    cut = ask(out, ends.format("abs(a.longitude - b.longitude) > 250"))
    assert len(straight) == len(cut) == 20
    paths = [str(files / f"{what}.parquet") for what in ("towns", "partnerships")]
    ids = (["gn2652221", "gn3352136"], [row[0] for row in straight + cut])
    towns, partnerships = run_reader(READ, json.dumps(dict(zip(paths, ids, strict=True)))).values()

    limits = "min(longitude), min(latitude), max(longitude), max(latitude)"
    [(count, *bounds)] = ask(out, f"SELECT count(latitude), {limits} FROM towns")
    assert (towns["count"], towns["crs"], towns["types"], towns["bounds"]) == (count, "OGC:CRS84", ["Point"], bounds)
    coventry, windhoek = [[[-1.51217, 52.40656]]], [[[17.08323, -22.55941]]]
    assert towns["coordinates"] == [coventry, windhoek]
    is_near = "longitude BETWEEN -1.6 AND -1.4 AND latitude BETWEEN 52.3 AND 52.5"
    assert towns["near"] == ask(out, f"SELECT count(*) FROM towns WHERE {is_near}")[0][0] > 0, "found by the covering"

    assert (partnerships["crs"], partnerships["valid"]) == ("OGC:CRS84", True)
    assert partnerships["types"] == ["LineString", "MultiLineString"]
    for (_, *expected), parts in zip(straight + cut, partnerships["coordinates"], strict=True):
        assert [*parts[0][0], *parts[-1][-1]] == pytest.approx(expected, abs=1e-5)
    assert {len(parts) for parts in partnerships["coordinates"][:20]} == {1}
    for one, other in partnerships["coordinates"][20:]:
        assert {abs(one[-1][0]), abs(other[0][0])} == {180}
        assert one[-1][1] == other[0][1]


def test_a_condition_selects_partnerships_or_none(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.parquet"
    for where, count in (("town_name = 'Coventry'", 1), ("false", 0)):
        assert export(own / "out", "geoparquet", "--where", where, "--output", str(path)) == 0
        assert f"{count} partnerships; 0 left out" in capsys.readouterr().out
        assert len(pq.read_table(path)) == count
        assert ("bbox" in geo(path)["columns"]["geometry"]) == bool(count)
        assert duckdb.read_parquet(str(path)).aggregate("count(ST_AsText(geometry))").fetchall() == [(count,)]
    assert export(own / "out", "geoparquet") == 2
    assert "say where to write it with: --output FILE" in capsys.readouterr().err
