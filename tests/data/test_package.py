"""A release describes itself: a data package, Croissant metadata and files that other programs read."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipeline.curate.database import view_names
from schemas import MODELS
from schemas.model import unit_of

if TYPE_CHECKING:
    from pathlib import Path

    import pandera.polars as pa

#: Every Parquet file of a release, by its path in it: those of the tables, then those of the views.
TABLES = [f"{name}.parquet" for name in MODELS]
SUMMARIES = [f"summaries/{name}.parquet" for name in view_names()]


@pytest.fixture(scope="module")
def package(starter: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((starter / "datapackage.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def croissant(starter: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((starter / "croissant.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize(
    ("table", "column"),
    [
        pytest.param(name, column, id=f"{name}.{column.name}")
        for name, model in MODELS.items()
        for column in model.fields()
    ],
)
def test_every_column_is_described(table: str, column: pa.Column) -> None:
    assert str(column.description).endswith("."), f"{table}.{column.name}"
    if column.name.endswith(("_year", "latitude", "longitude", "_km", "byte_count", "population")):
        assert unit_of(column), f"{table}.{column.name}"


#: Columns that are measured in something.
MEASURED = re.compile(r"(^|_)(year|decade|anniversary|latitude|longitude|km|byte_count|population)$")


def test_every_column_of_the_database_says_what_it_is_and_in_which_unit(starter: Path) -> None:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        columns = connection.sql(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        macros = connection.sql(
            "SELECT function_name, comment, len(parameters) FROM duckdb_functions() "
            "WHERE function_type = 'table_macro' AND NOT internal AND schema_name = 'main'"
        ).fetchall()
        assert len(macros) >= 5
        for macro, comment, count in macros:
            told = dict(line.split(": ", 1) for line in comment.splitlines()[1:])
            answer = connection.sql(f"FROM {macro}({', '.join(['NULL'] * count)})")
            assert list(told) == answer.columns, macro
            columns += [
                (macro, name, str(dtype), told[name]) for name, dtype in zip(answer.columns, answer.types, strict=True)
            ]
    for relation, name, dtype, comment in columns:
        assert (comment or "").endswith("."), f"{relation}.{name}"
        if MEASURED.search(name) and dtype not in {"VARCHAR", "DATE"}:
            assert " Unit: " in comment, f"{relation}.{name}"


def test_the_package_describes_every_file(package: dict[str, Any], starter: Path) -> None:
    resources = {resource["path"]: resource for resource in package["resources"]}
    assert list(resources) == [*TABLES, *SUMMARIES, "twintowns.duckdb"]
    assert [resource["name"] for resource in package["resources"]] == [*MODELS, *view_names(), "database"]
    assert {path.relative_to(starter).as_posix() for path in starter.rglob("*.parquet")} == {*TABLES, *SUMMARIES}
    for path in (*TABLES, *SUMMARIES):
        resource = resources[path]
        content = (starter / path).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert [field["name"] for field in resource["schema"]["fields"]] == pl.read_parquet(starter / path).columns
        assert all(field["description"] for field in resource["schema"]["fields"])
        assert resource["description"].endswith(".")


@pytest.mark.parametrize("name", view_names())
def test_a_view_is_a_file_too_with_its_rows_in_its_order(name: str, package: dict[str, Any], starter: Path) -> None:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        rows = connection.sql(f"FROM {name}").pl()
        [(comment,)] = connection.execute("SELECT comment FROM duckdb_views() WHERE view_name = ?", [name]).fetchall()
    written = pl.read_parquet(starter / "summaries" / f"{name}.parquet")
    assert written.schema == rows.schema
    assert written.equals(rows)
    [resource] = [resource for resource in package["resources"] if resource["name"] == name]
    assert resource["path"] == f"summaries/{name}.parquet"
    assert resource["description"] == comment
    numbers = {field["name"] for field in resource["schema"]["fields"] if field["type"] in ("integer", "number")}
    assert numbers == {column for column, dtype in rows.schema.items() if dtype.is_numeric()}


def test_every_view_of_the_database_is_a_file(starter: Path) -> None:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    assert {path.stem for path in (starter / "summaries").iterdir()} == {name for (name,) in views}


def test_a_number_that_may_be_missing_may_be_shown_as_nan_and_no_other(package: dict[str, Any], starter: Path) -> None:
    fields = {
        (resource["name"], field["name"]): field.get("missingValues")
        for resource in package["resources"]
        for field in resource.get("schema", {"fields": []})["fields"]
    }
    for path in (*TABLES, *SUMMARIES):
        frame, name = pl.read_parquet(starter / path), (starter / path).stem
        # A model says which columns may be null; of what a view reckons nobody does.
        required = {column.name for column in MODELS[name].fields() if not column.nullable} if name in MODELS else set()
        for column, dtype in frame.schema.items():
            may_be_missing = dtype.is_numeric() and column not in required
            assert fields[name, column] == (["", "nan"] if may_be_missing else None), f"{path}: {column}"
            assert not (dtype.is_float() and frame[column].is_nan().any()), f"{path}: {column}"


def test_every_source_that_was_used_is_credited_and_no_other(package: dict[str, Any], starter: Path) -> None:
    sources = pl.read_parquet(starter / "sources.parquet")
    used = sources.filter("is_used").select("source_id", "licence", "attribution").sort("source_id").rows()
    credited = sorted((one["sourceId"], one["licence"], one["attribution"]) for one in package["sources"])
    assert credited == used
    drawn = pl.read_parquet(starter / "claims.parquet")["source_id"].unique().to_list()
    assert set(drawn) <= {one["sourceId"] for one in package["sources"]}
    assert {one["name"] for one in package["licenses"]} == {"CC0-1.0", "CC-BY-4.0"}
    assert sources.filter(~pl.col("is_used")).height > 0


def test_frictionless_finds_nothing_wrong_with_the_descriptor(package: dict[str, Any]) -> None:
    """Every row of a smaller release, and of the tables as CSV, is held against it in `test_export.py`."""
    frictionless = pytest.importorskip("frictionless", reason="no frictionless here: pip install frictionless")
    assert list(frictionless.Package.metadata_validate(package)) == []


def test_croissant_says_the_same_as_the_tables(croissant: dict[str, Any], package: dict[str, Any]) -> None:
    files = {file["contentUrl"]: file["sha256"] for file in croissant["distribution"]}
    resources = [resource for resource in package["resources"] if resource["name"] in MODELS]
    assert files == {resource["path"]: resource["hash"].removeprefix("sha256:") for resource in resources}
    fields = {record["name"]: [field["name"] for field in record["field"]] for record in croissant["recordSet"]}
    assert fields == {name: list(model.dtypes()) for name, model in MODELS.items()}
    assert set(croissant["license"]) == {one["path"] for one in package["licenses"]}


def test_mlcroissant_finds_nothing_wrong_and_reads_the_records(starter: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(str(starter / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set()), issues.report()
    expected = pl.read_parquet(starter / "partnerships.parquet").row(0, named=True)
    record = next(iter(dataset.records("partnerships")))
    assert record["partnerships/partnership_id"].decode() == expected["partnership_id"]
    assert record["partnerships/source_count"] == expected["source_count"]


# Parquet


#: Types that R's arrow, pandas and the browser build of DuckDB know: no view, no dictionary, no nesting.
PLAIN = {"string", "large_string", "bool", "date32[day]", "int32", "int64", "double", "float"}
#: What a view may have besides: several names, several dates.
LISTS = {"list<element: string>", "list<element: date32[day]>"}


def _types(path: Path) -> dict[str, str]:
    return {field.name: str(field.type) for field in pq.read_schema(path)}


@pytest.mark.parametrize("path", [*TABLES, *SUMMARIES])
def test_parquet_is_read_alike_by_others(path: str, starter: Path) -> None:
    ours = pl.read_parquet(starter / path)
    assert pl.DataFrame(pq.read_table(starter / path)).equals(ours)
    with duckdb.connect() as connection:
        assert connection.read_parquet(str(starter / path)).pl().equals(ours)
    assert set(_types(starter / path).values()) <= (PLAIN if path in TABLES else PLAIN | LISTS)


@pytest.mark.parametrize("path", [*TABLES, *SUMMARIES])
def test_parquet_is_written_by_duckdb(path: str, starter: Path) -> None:
    assert pq.read_metadata(starter / path).created_by.startswith("DuckDB ")


@pytest.mark.parametrize("path", [*TABLES, *SUMMARIES])
def test_pandas_reads_parquet(path: str, starter: Path) -> None:
    pytest.importorskip("pandas")
    pandas = importlib.import_module("pandas")
    frame = pandas.read_parquet(starter / path)
    ours = pl.read_parquet(starter / path)
    assert (list(frame.columns), len(frame)) == (ours.columns, ours.height)
    assert frame.isna().sum().to_list() == list(ours.null_count().row(0))
