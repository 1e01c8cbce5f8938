"""The rows of a list that nobody has declared, with every column and every path of nested records."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.readers.json_paths import KEY, VALUE
from pipeline.readers.json_records import read_records
from pipeline.readers.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.declare.layout import Layout
    from pipeline.readers.raw_rows import RawRows
    from pipeline.sources.values import ColumnName

#: Records whose paths are collected.
_RECORDS: Final = 300
#: Columns of a record by place, in an array of arrays.
_WIDEST: Final = 100


class Sample(NamedTuple):
    """The rows of a list.

    Attributes:
        table: with every column and path.
        has_paths: whether the columns are paths of nested records.
        inside: the paths that lie in a list of their record.
    """

    table: RawRows
    has_paths: bool = False
    inside: frozenset[str] = frozenset()


def read_sample(content: bytes, layout: Layout, where: str) -> Sample:
    """Return the rows of a list.

    Raises:
        SourceError: it cannot be read.
    """
    # Nothing is asked for by name: a name that the header repeats is no problem yet.
    paths: dict[str, bool] = {}
    has_paths = layout.format["type"] in ("json", "jsonl")
    if has_paths:
        records = read_records(content, layout.to_format(), where, (KEY, VALUE))
        paths = _paths(itertools.islice(records.values(), _RECORDS))
    needed: set[ColumnName] = {*paths}
    table = read_table(content, layout.to_format(), where, needed)
    return Sample(table, has_paths, frozenset(path for path, is_inside in paths.items() if is_inside))


def _paths(records: Iterable[Any]) -> dict[str, bool]:
    """Return every path to a text or a number in records, and whether it lies in a list of a record."""
    found: dict[str, bool] = {}
    for record in records:
        if isinstance(record, dict) and record.get("type") == "Feature":
            _collect(record.get("properties") or {}, "", found, is_inside=False)
        elif isinstance(record, list):
            names = (f"column_{number}" for number in range(1, min(len(record), _WIDEST) + 1))
            found.update(dict.fromkeys(names, False))
        else:
            _collect(record, "", found, is_inside=False)
    return found


def _collect(value: Any, path: str, found: dict[str, bool], *, is_inside: bool) -> None:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        for item in value:
            _collect(item, path, found, is_inside=True)
    elif isinstance(value, dict) and not (value.keys() >= {"type", "value"} or "coordinates" in value):
        for key, item in value.items():
            _collect(item, f"{path}.{key}".lstrip("."), found, is_inside=is_inside)
    elif value is not None:
        found[path] = is_inside or found.get(path, False)
