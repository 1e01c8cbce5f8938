"""The JSON Schema of a town's file, made from the contracts of the tables that it is taken from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from schemas import MODELS
from schemas.model import describe, vocabulary_of

if TYPE_CHECKING:
    import pandera.polars as pa

Schema = dict[str, Any]

_PARTNER: Final = ("name", "country_code", "latitude", "longitude")
_PARTNERSHIP: Final = (
    *("form", "status", "start_date", "start_precision", "start_year", "end_date", "end_precision", "end_year"),
    *("end_cause", "start_agreement", "source_count", "family_count", "distance_km"),
)
_CLAIM: Final = (
    *("claim_id", "source_id", "locator", "town_text", "partner_text", "form", "status", "start_event", "start_text"),
    *("start_date", "start_precision", "end_text", "end_date", "end_precision", "end_cause"),
)
_TEXT: Final[Schema] = {"type": "string"}
_URL: Final[Schema] = {"type": ["string", "null"], "description": "A page that states it."}


def town_schema() -> Schema:
    """Return the JSON Schema (2020-12) of the files that `town_documents.sql` makes."""
    claim = _columns("claims", *_CLAIM) | {"url": _URL}
    partner = (
        _columns("partnerships", "partnership_id")
        | _columns("towns", "town_id", *_PARTNER)
        | _columns("partnerships", *_PARTNERSHIP)
        | {"claims": _list("What each source says of it.", claim)}
    )
    group = (
        _columns("partnership_groups", "group_id", "name", "kind")
        | _columns("group_members", "since_year", "until_year", "source_id", "locator")
        | {"url": _URL}
    )
    award = _columns("awards", "award", "award_year", "source_id", "locator") | {"url": _URL}
    credit = _columns("sources", "source_id", "title", "licence", "attribution", "url")
    members = {
        **_columns("towns", "town_id"),
        "town": _object(MODELS["towns"].row_description(), _columns("towns")),
        "former_ids": {"type": "array", "items": _TEXT, "description": "Ids that it had in earlier releases."},
        "names": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": _TEXT},
            "description": "Its names by language (BCP 47); und: the provider does not state the language.",
        },
        "partners": _list("Its partnerships, each with the other town.", partner),
        "groups": _list("Multi-party partnerships and networks that it is in.", group),
        "awards": _list("Awards of the Council of Europe to it.", award),
        **_columns("release", "release_id"),
        "credits": _list("The sources of this file. Whoever passes it on names them.", credit),
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A town and its partners"}
    return head | _object("All that one release knows of one town.", members)


def _object(description: str, members: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _list(description: str, members: Schema) -> Schema:
    return {"type": "array", "items": _object(description, members)}


def _columns(table: str, *names: str) -> Schema:
    """Return the schema of some columns of a table, in the order of the names; without a name, of all."""
    columns = {column.name: column for column in MODELS[table].fields()}
    types = MODELS[table].dtypes()
    return {name: _column(columns[name], types[name]) for name in names or columns}


def _column(column: pa.Column, dtype: pl.DataType) -> Schema:
    name = "string"
    if dtype.is_numeric():
        name = "number" if dtype.is_float() else "integer"
    elif dtype == pl.Boolean:
        name = "boolean"
    schema: Schema = {"type": [name, "null"] if column.nullable else name, "description": describe(column)}
    if dtype == pl.Date:
        schema["format"] = "date"
    if vocabulary := vocabulary_of(column):
        schema["enum"] = [*map(str, vocabulary), *([None] if column.nullable else [])]
    return schema
