"""JSON documents and JSON lines to raw rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.raw_rows import BROKEN_ROWS, LOCATOR, RawRows, decode, replace_surrogates

if TYPE_CHECKING:
    from pipeline.sources import Format


def read_json(content: bytes, layout: Format, where: str) -> RawRows:
    """Read a JSON document with a list of records (at the declared path), or a file with a record on each line.

    Raises:
        SourceError: it is not JSON, or there is no such list, or no record; names the line.
    """
    text = decode(content, layout.encoding, where)
    if layout.type == "jsonl":
        lines = enumerate(text.split("\n"), start=1)
        records = {f"line {number}": _parse(line, where, number) for number, line in lines if line.strip()}
    else:
        listed = enumerate(_find_list(_parse(text, where), layout, where), start=1)
        records = {f"record {number}": record for number, record in listed}
    return _to_rows(records, where)


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


def _to_rows(records: dict[str, Any], where: str) -> RawRows:
    """Return a row for each record that has named fields.

    Args:
        records: by locator.
        where: the file's name in messages.
    """
    named = {locator: record for locator, record in records.items() if isinstance(record, dict)}
    broken = [
        (locator, "not a record with named fields", json.dumps(record, ensure_ascii=False))
        for locator, record in records.items()
        if locator not in named
    ]
    names = list(dict.fromkeys(name for record in named.values() for name in record))
    if not names:
        what = f"none of the {len(broken)} records has named fields" if broken else "an empty list: no records"
        raise SourceError(f"{where}: {what}")
    rows = pl.DataFrame(
        {name: [_to_text(record.get(name)) for record in named.values()] for name in names} | {LOCATOR: list(named)},
        schema=dict.fromkeys((*names, LOCATOR), pl.String),
    )
    return RawRows(rows, pl.DataFrame(broken, schema=BROKEN_ROWS, orient="row"))


def _to_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
