"""The data package descriptor of a release (https://datapackage.org): `datapackage.json`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import schemas
from pipeline.curate.database import view_names
from pipeline.curate.sql import comment_of, read_sql
from pipeline.publish.checksums import DATABASE, DESCRIPTOR
from pipeline.publish.summaries import SUMMARIES
from schemas.model import unit_of
from schemas.view_columns import describe_view_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb
    import pandera.polars as pa
    import polars as pl

NAME = "twintowns"
TITLE = "Town twinnings of the world"
DESCRIPTION = (
    "Partnerships between towns: one record per partnership, with what each source says of it, located towns, dates "
    "with their precision, and disagreements between sources. Each licence applies to what its sources state."
)
KEYWORDS = ("town twinning", "sister cities", "jumelage", "open data")
AUTHOR = "twintowns maintainers"
#: The licences that declarations name.
LICENCE_URLS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "MIT": "https://opensource.org/license/mit",
}
#: DuckDB's types as field types of https://datapackage.org/standard/table-schema/#field-types
_TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "number",
    "FLOAT": "number",
    "TINYINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
}
#: For each of pandera's checks: its argument and the constraint of the descriptor.
_CONSTRAINTS = {
    "isin": ("allowed_values", "enum"),
    "greater_than_or_equal_to": ("min_value", "minimum"),
    "less_than_or_equal_to": ("max_value", "maximum"),
    "str_matches": ("pattern", "pattern"),
}
_NUMBERS = ("integer", "number")
#: The tool `frictionless` reads Parquet through pandas, which turns a missing number into NaN. No table has NaN values.
_MISSING_NUMBERS = ("", "nan")


def write_descriptor(
    connection: duckdb.DuckDBPyConnection, folder: Path, release_id: str, checksums: Mapping[str, str]
) -> None:
    """Write `datapackage.json` (Data Package 2.0): every table and view with its columns, keys and checksum.

    The same tables give the same bytes. So the database, whose bytes differ from build to build, is listed without a
    checksum; that is in `SHA256SUMS`.

    Args:
        connection: the release's database.
        folder: of the release.
        release_id: its id.
        checksums: SHA-256 of each table's and view's file, by its path in the release.
    """
    types = column_types(connection)
    described = {f"{name}.parquet": _table(model, types) for name, model in schemas.MODELS.items()}
    described |= {f"{SUMMARIES}/{name}.parquet": _view(name, types) for name in view_names()}
    parquet = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}
    resources = [
        resource | {"path": path} | parquet | {"hash": f"sha256:{checksums[path]}"}
        for path, resource in described.items()
    ]
    database = {"name": "database", "path": DATABASE, "format": "duckdb", "mediatype": "application/vnd.duckdb"}
    sources = connection.sql("FROM sources").pl()
    (folder / DESCRIPTOR).write_text(_descriptor(sources, release_id, [*resources, database]), encoding="utf-8")


def describe_csv(connection: duckdb.DuckDBPyConnection, release_id: str, tables: Iterable[str], *, keys: bool) -> str:
    """Return the descriptor of tables that were exported as CSV into the same folder.

    Args:
        connection: the release's database.
        release_id: its id.
        tables: names of the exported tables.
        keys: whether to name foreign keys. Only if all rows are exported, every reference leads to a row.
    """
    resources = []
    types = column_types(connection)
    for name, model in schemas.MODELS.items():
        if name in tables:
            resource = _table(model, types) | {"path": f"{name}.csv", "format": "csv", "mediatype": "text/csv"}
            if not keys:
                resource["schema"].pop("foreignKeys", None)
            # Only an empty cell is a missing value: NA is Namibia.
            for field in resource["schema"]["fields"]:
                field.pop("missingValues", None)
            resource["schema"]["missingValues"] = [""]
            resources.append(resource | {"encoding": "utf-8"})
    return _descriptor(connection.sql("FROM sources").pl(), release_id, resources)


def column_types(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the type of each column of each table and view of a database."""
    columns = """
        SELECT table_name, column_name, data_type
        FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal
        ORDER BY table_name, column_index
    """
    types: dict[str, dict[str, str]] = {}
    for table, column, dtype in connection.execute(columns).fetchall():
        types.setdefault(table, {})[column] = dtype
    return types


def _descriptor(sources: pl.DataFrame, release_id: str, resources: list[dict[str, Any]]) -> str:
    used = sources.filter("is_used")
    content = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": release_id,
        "keywords": list(KEYWORDS),
        "contributors": [{"title": AUTHOR, "roles": ["creator"]}],
        "licenses": [_licence(name, url) for name, url in licences(used).items() if url],
        "sources": [_source(row) for row in used.iter_rows(named=True)],
        "resources": resources,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def licences(sources: pl.DataFrame) -> dict[str, str | None]:
    """Return the licences of rows of `sources` and the URL of each; None for a licence that `LICENCE_URLS` lacks."""
    texts = sources["licence"].unique().sort().to_list()
    names_in = {text: [name for name in LICENCE_URLS if re.search(rf"\b{re.escape(name)}\b", text)] for text in texts}
    listed = {name: url for name, url in LICENCE_URLS.items() if any(name in names for names in names_in.values())}
    return listed | {text: None for text, names in names_in.items() if not names}


def _licence(name: str, url: str) -> dict[str, str]:
    """Return a licence of a part of the data, with its name at opendefinition.org."""
    return {"name": name.replace(" ", "-"), "path": url, "title": f"{name}, for what the sources under it state"}


def _source(row: dict[str, Any]) -> dict[str, str]:
    """Return a source. Only a URL is given as its path; the path of a file of the program would lead nowhere."""
    path = {"path": row["url"]} if row["url"].startswith(("https://", "http://")) else {}
    stated = {"licence": row["licence"], "attribution": row["attribution"], "sourceId": row["source_id"]}
    return {"title": row["title"]} | path | stated


def _table(model: type[schemas.TableModel], types: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the resource of a table, without what depends on its format.

    The size in bytes is left out: the tool `frictionless` does not count bytes of Parquet, and would report an error.
    """
    name = model.table_name()
    schema: dict[str, Any] = {"fields": [_field(column, types[name][column.name]) for column in model.fields()]}
    if model.key():
        schema["primaryKey"] = list(model.key())
    if model.references():
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": table, "fields": [target]}}
            for column, (table, target) in model.references().items()
        ]
    return {"name": name, "type": "table", "description": model.row_description(), "schema": schema}


def _view(name: str, types: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the resource of a view, without what depends on its format."""
    fields = [
        _typed(column, dtype, describe_view_column(name, column), is_nullable=True)
        for column, dtype in types[name].items()
    ]
    description = comment_of(read_sql("views", name))
    return {"name": name, "type": "table", "description": description, "schema": {"fields": fields}}


def _field(column: pa.Column, dtype: str) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    for check in column.checks:
        statistic, constraint = _CONSTRAINTS[str(check.name)]
        constraints[constraint] = check.statistics[statistic]
    field = _typed(column.name, dtype, column.description, is_nullable=column.nullable)
    unit = unit_of(column)
    return field | ({"unit": unit} if unit else {}) | ({"constraints": constraints} if constraints else {})


def _typed(name: str, dtype: str, description: str | None, *, is_nullable: bool) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "type": "array" if dtype.endswith("[]") else _TYPES[dtype]}
    if description:
        field["description"] = description
    if is_nullable and field["type"] in _NUMBERS:
        field["missingValues"] = list(_MISSING_NUMBERS)
    return field
