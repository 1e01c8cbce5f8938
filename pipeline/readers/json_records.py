"""JSON documents and JSON lines to raw rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.limits import JSON
from pipeline.readers.raw_rows import (
    BROKEN_ROWS,
    LOCATOR,
    RawRows,
    decode,
    name_columns,
    read_columns,
    replace_surrogates,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipeline.sources import Format


def read_json(content: bytes, layout: Format, where: str, needed: Collection[str] | None = None) -> RawRows:
    """Read a JSON document with a list of records (at the declared path), or a file with a record on each line.

    A lone surrogate, which no other format can hold, becomes a question mark.

    Args:
        content: the file's bytes.
        layout: type, encoding and path of the records.
        where: the file's name in messages.
        needed: the fields that the declaration names; if there are very many, only these are read. All by default.

    Raises:
        SourceError: it is not JSON, or there is no such list, or no record, or one with too many values inside one
            another; names the line or the record.
    """
    text = decode(content, layout.encoding, where)
    if layout.type == "jsonl":
        lines = enumerate(text.split("\n"), start=1)
        records = {f"line {number}": _parse(line, where, number) for number, line in lines if line.strip()}
    else:
        listed = enumerate(_find_list(_parse(text, where), layout, where), start=1)
        records = {f"record {number}": record for number, record in listed}
    return _to_rows(records, where, needed)


def _find_list(document: Any, layout: Format, where: str) -> list[Any]:  # noqa: ANN401 - JSON
    for key in filter(None, (layout.records or "").split(".")):
        if not isinstance(document, dict) or key not in document:
            raise SourceError(f"{where}: has no {layout.records!r} (declared as format.records)")
        document = document[key]
    if not isinstance(document, list):
        raise SourceError(f'{where}: not a list of records; name the list with records = "…" under [format]')
    return document


def _parse(text: str, where: str, line: int | None = None) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}, line {line or error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        origin = f"{where}, line {line}" if line else where
        raise SourceError(f"{origin}: cannot be read as JSON: {error}") from error


def _to_rows(records: dict[str, Any], where: str, needed: Collection[str] | None) -> RawRows:
    """Return a row for each record that has named fields.

    Args:
        records: by locator.
        where: the file's name in messages.
        needed: the fields that the declaration names; None for all.
    """
    named = {locator: record for locator, record in records.items() if isinstance(record, dict)}
    broken = [
        (locator, "not a record with named fields", _to_json(record, f"{where}, {locator}"))
        for locator, record in records.items()
        if locator not in named
    ]
    fields = list(dict.fromkeys(name for record in named.values() for name in record))
    if not fields:
        what = f"none of the {len(broken)} records has named fields" if broken else "an empty list: no records"
        raise SourceError(f"{where}: {what}")
    names = dict(zip(fields, name_columns([*map(replace_surrogates, fields)], where, ()), strict=True))
    read = set(read_columns(list(names.values()), needed))
    columns = {
        name: [_to_text(record.get(field), where, locator, field) for locator, record in named.items()]
        for field, name in names.items()
        if name in read
    }
    rows = pl.DataFrame(columns | {LOCATOR: list(named)}, schema=dict.fromkeys((*columns, LOCATOR), pl.String))
    return RawRows(rows, pl.DataFrame(broken, schema=BROKEN_ROWS, orient="row"))


def _to_text(value: object, where: str, locator: str, field: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _to_json(value, f"{where}, {locator}, {replace_surrogates(field)!r}")


def _to_json(value: object, where: str) -> str:
    """Return a value as JSON.

    Raises:
        SourceError: it has too many values inside one another.
    """
    inner = [value]
    for _ in range(JSON.nesting):
        inner = [item for outer in inner if isinstance(outer, dict | list) for item in _items(outer)]
        if not inner:
            return replace_surrogates(json.dumps(value, ensure_ascii=False))
    raise SourceError(f"{where}: more than {JSON.nesting} lists and objects inside one another")


def _items(value: dict[str, Any] | list[Any]) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value
