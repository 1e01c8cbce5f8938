"""What goes with a release's tables: a data package that describes them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

import schemas
from pipeline.publish.checksums import DATABASE, DESCRIPTOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME = "twintowns"
TITLE = "Town twinnings of the world"
DESCRIPTION = (
    "Partnerships between towns: one record a partnership, with what each source said of it, the towns identified and "
    "placed, dates with their precision, and where sources disagree. A licence holds for what its sources state."
)
KEYWORDS = ("town twinning", "sister cities", "jumelage", "open data")
AUTHOR = "twintowns maintainers"
#: Licences as declarations write them.
LICENCE_URLS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "MIT": "https://opensource.org/license/mit",
}
#: https://datapackage.org/standard/table-schema/#field-types
_TYPES: dict[Any, str] = {
    pl.String: "string", pl.Boolean: "boolean", pl.Date: "date", pl.Float64: "number", pl.Float32: "number",
    pl.List: "array",
}  # fmt: skip
_NUMBERS = ("integer", "number")
#: pandas, by which the tool `frictionless` reads Parquet, shows a missing number as NaN. No table has a NaN of its own.
_MISSING_NUMBERS = ("", "nan")


def write_descriptor(folder: Path, release_id: str, checksums: Mapping[str, str]) -> None:
    """Write `datapackage.json` (Data Package 2.0): every table with its columns, keys and checksum.

    The same tables make the same bytes. The database's bytes differ from build to build: it is listed without its
    checksum, which is in `SHA256SUMS`.

    Args:
        folder: of the release.
        release_id: its id.
        checksums: SHA-256 of each table's file, by the file's name.
    """
    resources = [
        _table(table)
        | {
            "path": f"{table.name}.parquet", "format": "parquet", "mediatype": "application/vnd.apache.parquet",
            "hash": f"sha256:{checksums[f'{table.name}.parquet']}",
        }
        for table in schemas.TABLES
    ]  # fmt: skip
    database = {"name": "database", "path": DATABASE, "format": "duckdb", "mediatype": "application/vnd.duckdb"}
    sources = pl.read_parquet(folder / "sources.parquet")
    (folder / DESCRIPTOR).write_text(_descriptor(sources, release_id, [*resources, database]), encoding="utf-8")


def describe_csv(sources: pl.DataFrame, release_id: str, tables: Iterable[str], *, keys: bool) -> str:
    """Return the descriptor of tables that lie beside it as CSV.

    Args:
        sources: the table `sources` of the release.
        release_id: the release that the tables are of.
        tables: which there are.
        keys: whether every row that another refers to is there; foreign keys are named only then.
    """
    resources = []
    for table in schemas.TABLES:
        if table.name in tables:
            resource = _table(table) | {"path": f"{table.name}.csv", "format": "csv", "mediatype": "text/csv"}
            if not keys:
                resource["schema"].pop("foreignKeys", None)
            resources.append(resource | {"encoding": "utf-8"})
    return _descriptor(sources, release_id, resources)


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
    """Return the licences of the given rows of `sources` and where each can be read; None where that is not known."""
    stated = sources["licence"].unique().sort().to_list()
    named = {text: [name for name in LICENCE_URLS if re.search(rf"\b{re.escape(name)}\b", text)] for text in stated}
    known = {name: url for name, url in LICENCE_URLS.items() if any(name in names for names in named.values())}
    return known | {text: None for text, names in named.items() if not names}


def _licence(name: str, url: str) -> dict[str, str]:
    """Return one licence under which a part of the data came, named as opendefinition.org names it."""
    return {"name": name.replace(" ", "-"), "path": url, "title": f"{name}, for what the sources under it state"}


def _source(row: dict[str, Any]) -> dict[str, str]:
    """Return one source; a path that leads nowhere from here, such as that of a file of the program, is left out."""
    path = {"path": row["url"]} if row["url"].startswith(("https://", "http://")) else {}
    stated = {"licence": row["licence"], "attribution": row["attribution"], "sourceId": row["source_id"]}
    return {"title": row["title"]} | path | stated


def _table(table: schemas.Table) -> dict[str, Any]:
    """Return what holds for a table in any format.

    Its size in bytes is left out: the tool `frictionless` counts none where it reads Parquet, and would find it wrong.
    """
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": [key.column], "reference": {"resource": key.table, "fields": [key.target]}}
            for key in table.foreign_keys
        ]
    return {"name": table.name, "type": "table", "description": table.row, "schema": schema}


def _field(column: schemas.Column) -> dict[str, Any]:
    dtype = column.dtype if isinstance(column.dtype, type) else type(column.dtype)
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.vocabulary:
        constraints["enum"] = [member.value for member in column.vocabulary]
    stated = {"minimum": column.minimum, "maximum": column.maximum, "pattern": column.pattern}
    constraints |= {key: value for key, value in stated.items() if value is not None}
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(dtype, "integer"),
        "description": column.description,
    }
    if column.nullable and field["type"] in _NUMBERS:
        field["missingValues"] = list(_MISSING_NUMBERS)
    return (
        field | ({"unit": column.unit} if column.unit else {}) | ({"constraints": constraints} if constraints else {})
    )
