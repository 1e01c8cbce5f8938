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

from schemas import TABLES, Column

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [table.name for table in TABLES]


@pytest.fixture(scope="module")
def package(starter: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((starter / "datapackage.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def croissant(starter: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((starter / "croissant.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize(
    ("table", "column"), [(table.name, column) for table in TABLES for column in table.columns], ids=str
)
def test_every_column_is_described(table: str, column: Column) -> None:
    assert column.description.endswith("."), f"{table}.{column.name}"
    if column.name.endswith(("_year", "latitude", "longitude", "_km", "byte_count", "population")):
        assert column.unit, f"{table}.{column.name}"


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
    tables = {resource["name"]: resource for resource in package["resources"]}
    assert list(tables) == [*NAMES, "database"]
    for table in TABLES:
        resource = tables[table.name]
        content = (starter / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert [field["name"] for field in resource["schema"]["fields"]] == pl.read_parquet(
            starter / resource["path"]
        ).columns
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_a_number_that_may_be_missing_may_be_shown_as_nan_and_no_other(package: dict[str, Any], starter: Path) -> None:
    fields = {
        (resource["name"], field["name"]): field.get("missingValues")
        for resource in package["resources"]
        for field in resource.get("schema", {"fields": []})["fields"]
    }
    for table in TABLES:
        frame = pl.read_parquet(starter / f"{table.name}.parquet")
        for column in table.columns:
            may_be_missing = column.nullable and frame.schema[column.name].is_numeric()
            assert fields[table.name, column.name] == (["", "nan"] if may_be_missing else None), column.name
        assert not any(frame[name].is_nan().any() for name, dtype in frame.schema.items() if dtype.is_float())


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
    resources = [resource for resource in package["resources"] if "hash" in resource]
    assert files == {resource["path"]: resource["hash"].removeprefix("sha256:") for resource in resources}
    fields = {record["name"]: [field["name"] for field in record["field"]] for record in croissant["recordSet"]}
    assert fields == {table.name: [column.name for column in table.columns] for table in TABLES}
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


def _types(path: Path) -> dict[str, str]:
    return {field.name: str(field.type) for field in pq.read_schema(path)}


@pytest.mark.parametrize("name", NAMES)
def test_parquet_is_read_alike_by_others(name: str, starter: Path) -> None:
    path = starter / f"{name}.parquet"
    ours = pl.read_parquet(path)
    assert pl.DataFrame(pq.read_table(path)).equals(ours)
    with duckdb.connect() as connection:
        assert connection.read_parquet(str(path)).pl().equals(ours)
    # Types that R's arrow, pandas and the browser build of DuckDB know: no view, no dictionary, no nesting.
    assert set(_types(path).values()) <= {
        "string", "large_string", "bool", "date32[day]", "int32", "int64", "double", "float",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_pandas_reads_parquet(name: str, starter: Path) -> None:
    pytest.importorskip("pandas")
    pandas = importlib.import_module("pandas")
    frame = pandas.read_parquet(starter / f"{name}.parquet")
    ours = pl.read_parquet(starter / f"{name}.parquet")
    assert (list(frame.columns), len(frame)) == (ours.columns, ours.height)
    assert frame.isna().sum().to_list() == list(ours.null_count().row(0))
