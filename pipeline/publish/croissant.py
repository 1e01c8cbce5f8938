"""Croissant metadata of a release (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

import schemas
from pipeline.publish.package import AUTHOR, DESCRIPTION, KEYWORDS, NAME, licences
from schemas.model import describe, vocabulary_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb
    import pandera.polars as pa

CROISSANT = "croissant.json"
_VERSION = "http://mlcommons.org/croissant/1.1"
_PARQUET = "application/x-parquet"
_TYPES: dict[Any, str] = {pl.String: "sc:Text", pl.Boolean: "sc:Boolean", pl.Date: "sc:Date", pl.Float64: "sc:Float"}
#: The terms of the specification's context, also the unused ones: readers compare the whole context.
_TERMS = (
    "citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source "
    "subField transform"
)
_CONTEXT: dict[str, Any] = {term: f"cr:{term}" for term in _TERMS.split()} | {
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


def write_croissant(
    connection: duckdb.DuckDBPyConnection, folder: Path, release_id: str, checksums: Mapping[str, str]
) -> None:
    """Write `croissant.json`: every table as a file with its checksum, and as a record set with typed fields.

    The same tables give the same bytes. So the database is not listed, and `datePublished`, which Croissant requires,
    is the latest day that a source describes. References between tables are only in `datapackage.json`: Croissant's
    reader treats them as joins, which must not be circular, but partnerships and claims refer to each other.

    Args:
        connection: the release's database.
        folder: of the release.
        release_id: its id.
        checksums: SHA-256 of each table's file, by the file's name.
    """
    sources = connection.sql("FROM sources WHERE is_used").pl()
    as_of = connection.sql("SELECT as_of_date FROM snapshots").pl()["as_of_date"].max()
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
        "distribution": [_file(folder, model, checksums) for model in schemas.MODELS.values()],
        "recordSet": [_records(model) for model in schemas.MODELS.values()],
    }
    if as_of is not None:
        content["datePublished"] = str(as_of)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / CROISSANT).write_text(text + "\n", encoding="utf-8")


def _citation(release_id: str, sources: pl.DataFrame) -> str:
    credited = "; ".join(sources["attribution"].unique().sort())
    return f"{AUTHOR}: {NAME}, release {release_id}. Made from: {credited}"


def _file(folder: Path, model: type[schemas.TableModel], checksums: Mapping[str, str]) -> dict[str, Any]:
    path = folder / f"{model.table_name()}.parquet"
    return {
        "@type": "cr:FileObject",
        "@id": path.name,
        "name": path.name,
        "description": model.row_description(),
        "contentUrl": path.name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": _PARQUET,
        "sha256": checksums[path.name],
    }


def _records(model: type[schemas.TableModel]) -> dict[str, Any]:
    name = model.table_name()
    record = {"@type": "cr:RecordSet", "@id": name, "name": name, "description": model.row_description()}
    key = {"key": [{"@id": f"{name}/{column}"} for column in model.key()]} if model.key() else {}
    return record | key | {"field": [_field(model, column) for column in model.fields()]}


def _field(model: type[schemas.TableModel], column: pa.Column) -> dict[str, Any]:
    name = model.table_name()
    dtype = model.dtypes()[column.name]
    vocabulary = vocabulary_of(column)
    words = f" One of {', '.join(word.value for word in vocabulary)}." if vocabulary else ""
    return {
        "@type": "cr:Field",
        "@id": f"{name}/{column.name}",
        "name": column.name,
        "description": describe(column) + words,
        "dataType": _TYPES.get(dtype, "sc:Integer"),
        "source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column.name}},
    }
