"""Values at paths of nested JSON: `properties.name`, `twins[].country`; a list gives a row for each of its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.readers.raw_rows import EMPTY_LIST, VALUE_SEPARATOR, replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The columns of records that are an object: its keys, and what is under each.
KEY, VALUE = "key", "value"
#: Names of keys and of positions below a key, and the path that ends there (under `None`).
Tree = dict[str | None, Any]
_Row = dict[str, str]
#: What a cell of SPARQL results has: https://www.w3.org/TR/sparql11-results-json/
_TYPED: Final = {"type", "value"}


class _Found(NamedTuple):
    """What a value has at the paths of a tree: a row, or of a list as many as it has items."""

    rows: list[_Row]
    is_list: bool


class PathError(ValueError):
    """The value at a path is not what a column can hold; names the path."""


def to_steps(path: str) -> list[str]:
    """Return the names on a path: `twins[].country` is `twins`, `country`."""
    return path.replace("[]", "").split(".")


def to_tree(paths: Mapping[str, str | None]) -> Tree:
    """Return columns as a tree of the steps to their values.

    Args:
        paths: the columns, each with the field that it is, or None for a path.
    """
    tree: Tree = {}
    for path, field in paths.items():
        branch = tree
        for step in to_steps(path) if field is None else [field]:
            branch = branch.setdefault(step, {})
        branch[None] = path
    return tree


def read_paths(record: object, tree: Tree) -> list[_Row]:
    """Return what a record has at the paths of a tree: a row, or one for each item of its lists.

    Lists beside each other with the same number of items belong together, item by item. What stands beside an empty
    list is a row without its columns, with `EMPTY_LIST`.

    Raises:
        PathError: a value is neither text nor number, or lists beside each other have different lengths.
    """
    return _walk(record, tree, "").rows


def _walk(value: Any, tree: Tree, where: str) -> _Found:  # noqa: ANN401 - JSON
    path = tree.get(None)
    if isinstance(value, list):
        return _Found([row for item in value for row in _walk(item, tree, f"{where}[]").rows], is_list=True)
    if path is None or (isinstance(value, dict) and len(tree) > 1 and not _is_typed(value)):
        if not isinstance(value, dict):
            if value is None:
                return _Found([{}], is_list=False)
            raise PathError(f"{where or 'the record'}: {_show(value)}, where an object with names is wanted")
        return _combine(
            {
                step: _walk(value[step], branch, f"{where}.{step}".lstrip("."))
                for step, branch in tree.items()
                if step is not None and step in value
            },
            where,
        )
    return _Found([{path: _to_text(value, where)}], is_list=False)


def _combine(parts: Mapping[str, _Found], where: str) -> _Found:
    """Return the rows of the parts of one object: what is no list is in each of them."""
    filled = {step: part for step, part in parts.items() if part.rows}
    lengths = {step: len(part.rows) for step, part in filled.items() if part.is_list}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{f'{where}.{step}'.lstrip('.')!r} has {count}" for step, count in lengths.items())
        raise PathError(f"lists beside each other have different numbers of items: {told}")
    count = next(iter(lengths.values()), 1)
    rows: list[_Row] = [{} for _ in range(count)]
    for part in filled.values():
        for row, values in zip(rows, part.rows if part.is_list else part.rows * count, strict=True):
            row.update(values)
    if len(filled) < len(parts):
        for row in rows:
            row[EMPTY_LIST] = "yes"
    return _Found(rows, is_list=any(part.is_list for part in parts.values()))


def _to_text(value: object, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return replace_surrogates(value).replace(VALUE_SEPARATOR, " ")
    if isinstance(value, dict):
        if _is_typed(value):
            return _to_text(value["value"], where)
        if "coordinates" in value:
            return to_wkt(value, where)
    elif isinstance(value, bool):
        return str(value).lower()
    elif isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    hint = ""
    if isinstance(value, dict):
        hint = f"; name what is meant within it, such as '{where}.{next(iter(value), 'name')}'"
    raise PathError(f"{where!r} is {_show(value)}, where a text or a number is wanted{hint}")


def _is_typed(value: Mapping[str, object]) -> bool:
    return value.keys() >= _TYPED and not isinstance(value["value"], dict | list)


def to_wkt(geometry: Mapping[str, Any], where: str) -> str:
    """Return a geometry of GeoJSON as well-known text, longitude first in both: a point, or the ends of a line."""
    positions = geometry["coordinates"]
    try:
        if geometry.get("type") == "Point":
            return f"POINT ({positions[0]} {positions[1]})"
        if geometry.get("type") == "MultiLineString":  # a line that is parted where it crosses the date line
            positions = [position for line in positions for position in line]
        if geometry.get("type") in ("MultiPoint", "LineString", "MultiLineString"):
            first, last = positions[0], positions[-1]
            return f"LINESTRING ({first[0]} {first[1]}, {last[0]} {last[1]})"
    except (IndexError, KeyError, TypeError):
        pass
    raise PathError(f"{where!r} is a geometry without a point: {str(geometry.get('type'))[:40]}")


def _show(value: object) -> str:
    kinds = {dict: "an object", list: "a list", bool: "true or false", str: "a text"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "a number")
