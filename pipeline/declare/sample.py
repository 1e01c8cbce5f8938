"""The rows of a list that nobody has declared, with every column and every path of nested records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pipeline.readers.table import read_table

if TYPE_CHECKING:
    from pipeline.declare.layout import Layout
    from pipeline.readers.raw_rows import RawRows
    from pipeline.sources.values import ColumnName

#: Records whose paths are collected.
_RECORDS: Final = 300
#: Columns of a record by place, in an array of arrays.
_WIDEST: Final = 100


def read_sample(content: bytes, layout: Layout, where: str) -> tuple[RawRows, Layout]:
    """Return the rows of a list, and its layout.

    Raises:
        SourceError: it cannot be read.
    """
    # Nothing is asked for by name: a name that the header repeats is no problem yet.
    needed: set[ColumnName] = set()
    if layout.format["type"] in ("json", "jsonl"):
        needed = _paths(content, layout)
    return read_table(content, layout.to_format(), where, needed), layout


def _paths(content: bytes, layout: Layout) -> set[ColumnName]:
    """Return every path to a text or a number in the records."""
    text = content.decode(layout.format.get("encoding", "utf-8-sig"), "replace")
    if layout.format["type"] == "jsonl":
        records: Any = [json.loads(line) for line in text.splitlines()[:_RECORDS] if line.strip()]
    else:
        records = json.loads(text)
        for step in filter(None, layout.format.get("records", "").split(".")):
            records = records[step]
        if isinstance(records, dict):
            features, results = records.get("features"), records.get("results")
            bindings = results.get("bindings") if isinstance(results, dict) else None
            records = features or bindings or [{"key": key, "value": value} for key, value in records.items()]
    found: dict[ColumnName, None] = {}
    for record in records[:_RECORDS]:
        if isinstance(record, dict) and record.get("type") == "Feature":
            _collect(record.get("properties") or {}, "", found)
        elif isinstance(record, list):
            found.update(dict.fromkeys(f"column_{number}" for number in range(1, min(len(record), _WIDEST) + 1)))
        else:
            _collect(record, "", found)
    return set(found)


def _collect(value: Any, path: str, found: dict[ColumnName, None]) -> None:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        for item in value:
            _collect(item, path, found)
    elif isinstance(value, dict) and not (value.keys() >= {"type", "value"} or "coordinates" in value):
        for key, item in value.items():
            _collect(item, f"{path}.{key}".lstrip("."), found)
    elif value is not None:
        found[path] = None
