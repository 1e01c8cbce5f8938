"""Croissant metadata of a release (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

import schemas
from pipeline.publish.package import AUTHOR, DESCRIPTION, KEYWORDS, NAME, licences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CROISSANT = "croissant.json"
_VERSION = "http://mlcommons.org/croissant/1.1"
_PARQUET = "application/x-parquet"
_TYPES: dict[Any, str] = {
    pl.String: "sc:Text", pl.Boolean: "sc:Boolean", pl.Date: "sc:Date", pl.Float64: "sc:Float", pl.Float32: "sc:Float",
}  # fmt: skip
#: Terms of the context that the specification gives. It has more than are used here: readers compare it as a whole.
_TERMS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format",
    "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex",
    "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {term: f"cr:{term}" for term in _TERMS} | {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "sc": "https://schema.org/",
}


def write_croissant(folder: Path, release_id: str, checksums: Mapping[str, str]) -> None:
    """Write `croissant.json`: every table as a file with its checksum and as a set of records with typed fields.

    The same tables make the same bytes. So the database is not listed, and `datePublished`, which Croissant asks for,
    is the latest day that a source describes. References between tables are left to `datapackage.json`: partnerships
    and claims refer to one another, and Croissant's reader takes a reference for a join, which must not go in a circle.

    Args:
        folder: of the release.
        release_id: its id.
        checksums: SHA-256 of each table's file, by the file's name.
    """
    sources = pl.read_parquet(folder / "sources.parquet").filter("is_used")
    as_of = pl.read_parquet(folder / "snapshots.parquet")["as_of_date"].max()
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _VERSION,
        "name": NAME,
        "description": DESCRIPTION,
        "identifier": release_id,
        "version": f"{int(release_id.partition('-')[0])}.0.0",
        "license": [url or name for name, url in licences(sources).items()],
        "creator": {"@type": "sc:Organization", "name": AUTHOR},
        "keywords": list(KEYWORDS),
        "isLiveDataset": False,
        "citeAs": _citation(release_id, sources),
        "distribution": [_file(folder, table, checksums) for table in schemas.TABLES],
        "recordSet": [_records(table) for table in schemas.TABLES],
    }
    if as_of is not None:
        content["datePublished"] = str(as_of)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / CROISSANT).write_text(text + "\n", encoding="utf-8")


def _citation(release_id: str, sources: pl.DataFrame) -> str:
    credited = "; ".join(sources["attribution"].unique().sort())
    return f"{AUTHOR}: {NAME}, release {release_id}. Made from: {credited}"


def _file(folder: Path, table: schemas.Table, checksums: Mapping[str, str]) -> dict[str, Any]:
    path = folder / f"{table.name}.parquet"
    return {
        "@type": "cr:FileObject", "@id": path.name, "name": path.name, "description": table.row,
        "contentUrl": path.name, "contentSize": f"{path.stat().st_size} B", "encodingFormat": _PARQUET,
        "sha256": checksums[path.name],
    }  # fmt: skip


def _records(table: schemas.Table) -> dict[str, Any]:
    record: dict[str, Any] = {"@type": "cr:RecordSet", "@id": table.name, "name": table.name, "description": table.row}
    if table.key:
        record["key"] = [{"@id": f"{table.name}/{column}"} for column in table.key]
    return record | {"field": [_field(table, column) for column in table.columns]}


def _field(table: schemas.Table, column: schemas.Column) -> dict[str, Any]:
    dtype = column.dtype if isinstance(column.dtype, type) else type(column.dtype)
    words = [column.description]
    if column.unit:
        words.append(f"Unit: {column.unit}.")
    if column.vocabulary:
        words.append(f"One of {', '.join(member.value for member in column.vocabulary)}.")
    return {
        "@type": "cr:Field", "@id": f"{table.name}/{column.name}", "name": column.name,
        "description": " ".join(words), "dataType": _TYPES.get(dtype, "sc:Integer"),
        "source": {"fileObject": {"@id": f"{table.name}.parquet"}, "extract": {"column": column.name}},
    }  # fmt: skip
