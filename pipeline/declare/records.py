"""Where the records of a JSON document are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.declare.known import is_place, share
from pipeline.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_FEWEST_TOWNS, _HALF = 2, 0.5
_DEEPEST: Final = 4


def find_records(text: str, path: Path, layout: dict[str, Any], remarks: dict[str, str]) -> None:
    """Write into the layout where the records are: a list at a path, or an object whose keys are towns.

    Raises:
        SourceError: the text is no JSON.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        lines = text.splitlines()
        if len(lines) > 1 and lines[0].lstrip().startswith("{") and lines[0].rstrip().endswith("}"):
            layout["type"] = "jsonl"
            return
        raise SourceError(f"{path}: not JSON: {error}") from error
    where = _longest_list(document)
    if where is None:
        return
    depth = _depth_of_towns(document, where)
    if depth is not None:
        where = where[:depth]
        remarks["records"] = "an object whose keys are towns"
    is_found_anyway = where in {(), ("features",), ("results", "bindings")}
    if not is_found_anyway:
        layout["records"] = ".".join(where)


def _longest_list(document: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - JSON
    """Return the path to the list with the most records, outside of other lists."""
    best: tuple[int, tuple[str, ...]] = (0, ())
    todo: list[tuple[Any, tuple[str, ...]]] = [(document, ())]
    while todo:
        inner, path = todo.pop()
        if isinstance(inner, list) and any(isinstance(item, dict | list) for item in inner):
            best = max(best, (len(inner), path), key=lambda each: each[0])
        elif isinstance(inner, dict) and len(path) < _DEEPEST:
            todo += [(item, (*path, key)) for key, item in inner.items() if "." not in key]
    return best[1] if best[0] else None


def _depth_of_towns(document: Any, where: tuple[str, ...]) -> int | None:  # noqa: ANN401 - JSON
    """Return after how many steps to the longest list an object has towns for its keys, if one has."""
    inner = document
    for depth, step in enumerate(where):
        keys = pl.Series("key", [*inner], dtype=pl.String)
        are_lists = all(isinstance(item, list) for item in inner.values())
        if len(inner) >= _FEWEST_TOWNS and are_lists and share(is_place(keys)) >= _HALF:
            return depth
        inner = inner[step]
    return None
