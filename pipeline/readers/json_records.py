"""JSON documents, JSON lines, GeoJSON and SPARQL results to raw rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.header import NUMBER, find_columns, name_columns, read_columns
from pipeline.readers.json_paths import KEY, VALUE, PathError, read_paths, to_steps, to_tree, to_wkt
from pipeline.readers.limits import JSON
from pipeline.readers.raw_rows import (
    BROKEN_ROWS,
    GEOMETRY,
    GEOMETRY_LINE,
    LOCATOR,
    VALUE_SEPARATOR,
    RawRows,
    decode,
    replace_surrogates,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pipeline.sources import Format
    from pipeline.sources.values import ColumnName

_Rows = list[dict[str, str]]


def read_json(content: bytes, layout: Format, where: str, needed: Collection[ColumnName] | None = None) -> RawRows:
    """Read a JSON document with a list of records (at the declared path), or a file with a record on each line.

    A column is a field of a record, or a path of fields with dots (`properties.name`); a list on the way makes a
    statement of each of its items. The records of GeoJSON and of SPARQL results are found, and an object instead
    of a list has the columns `key` and `value`. A lone surrogate, which no other format can hold, becomes a question
    mark.

    Args:
        content: the file's bytes.
        layout: type, encoding and path of the records.
        where: the file's name in messages.
        needed: the columns that the declaration names; if there are very many, only these are read. All by default.

    Raises:
        SourceError: it is not JSON, or there is no such list, or no record, or one with too many values inside one
            another; names the line or the record.
    """
    records = read_records(content, layout, where, needed)
    return _to_rows({locator: _as_named(record, layout, needed) for locator, record in records.items()}, where, needed)


def read_records(
    content: bytes, layout: Format, where: str, needed: Collection[ColumnName] | None = None
) -> dict[str, Any]:
    """Return the records of a JSON document or of JSON lines by their locators, as they stand there.

    Args:
        content: the file's bytes.
        layout: type, encoding and path of the records.
        where: the file's name in messages.
        needed: with `key` or `value` among them, an object has a record for each of its keys.

    Raises:
        SourceError: it is not JSON, or has no such list.
    """
    text = decode(content, layout.encoding, where)
    if layout.type == "jsonl":
        lines = enumerate(text.split("\n"), start=1)
        return {f"line {number}": _parse(line, where, number) for number, line in lines if line.strip()}
    listed = enumerate(_find_records(_parse(text, where), layout, where, needed), start=1)
    return {f"record {number}": record for number, record in listed}


def _find_records(
    document: Any,  # noqa: ANN401 - JSON
    layout: Format,
    where: str,
    needed: Collection[ColumnName] | None,
) -> list[Any]:
    for key in filter(None, (layout.records or "").split(".")):
        if not isinstance(document, dict) or key not in document:
            raise SourceError(f"{where}: has no {layout.records!r} (declared as format.records)")
        document = document[key]
    if isinstance(document, dict) and not layout.records:
        # https://datatracker.ietf.org/doc/html/rfc7946, https://www.w3.org/TR/sparql11-results-json/
        results = document.get("results")
        bindings = results.get("bindings") if isinstance(results, dict) else None
        document = next((list_ for list_ in (document.get("features"), bindings) if isinstance(list_, list)), document)
    if isinstance(document, dict) and needed and any(str(name).split(".")[0] in (KEY, VALUE) for name in needed):
        return [{KEY: key, VALUE: value} for key, value in document.items()]
    if not isinstance(document, list):
        raise SourceError(
            f'{where}: not a list of records; name the list with records = "…" under [format], or, for an object whose '
            f"keys are towns, the columns {KEY!r} and {VALUE!r}"
        )
    return document


def _as_named(record: Any, layout: Format, needed: Collection[ColumnName] | None) -> Any:  # noqa: ANN401 - JSON
    """Return a record with names: those of the header for one that is a list; a feature has those of its properties."""
    is_by_place = any(isinstance(name, int) or name.startswith("column_") for name in needed or ())
    if isinstance(record, list) and (is_by_place or isinstance(layout.header, list)):
        header = layout.header if isinstance(layout.header, list) else []
        names = [*header, *(f"column_{number}" for number in range(len(header) + 1, len(record) + 1))]
        return dict(zip(names, record, strict=False))
    if isinstance(record, dict) and record.get("type") == "Feature" and isinstance(record.get("properties"), dict):
        return record["properties"] | record
    return record


def _parse(text: str, where: str, line: int | None = None) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}, line {line or error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        origin = f"{where}, line {line}" if line else where
        raise SourceError(f"{origin}: cannot be read as JSON: {error}") from error


def _to_rows(records: dict[str, Any], where: str, needed: Collection[ColumnName] | None) -> RawRows:
    """Return a row for each record that has named fields.

    Args:
        records: by locator.
        where: the file's name in messages.
        needed: the columns that the declaration names; None for all.
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
    tree = to_tree(_paths(named.values(), names, needed or ()))
    cells: dict[str, _Rows] = {}
    for locator, record in named.items():
        for field in record if tree else ():
            _check_nesting(record[field], f"{where}, {locator}, {replace_surrogates(field)!r}")
        try:
            cells[locator] = read_paths(record, tree)
        except PathError as error:
            broken.append((locator, str(error), _to_json(record, f"{where}, {locator}")))
    columns, several = _to_columns(list(cells.values()))
    shown = {
        name: [_to_text(named[locator].get(field), where, locator, field) for locator in cells]
        for field, name in names.items()
        if name in read and name not in columns
    }
    derived = tuple(name for name in columns if name not in shown and name not in names.values())
    points = _geometries([named[locator] for locator in cells])
    columns, derived = shown | columns | points, (*derived, *points)
    rows = pl.DataFrame(columns | {LOCATOR: list(cells)}, schema=dict.fromkeys((*columns, LOCATOR), pl.String))
    table = pl.DataFrame(broken, schema=BROKEN_ROWS, orient="row")
    return RawRows(rows, table, several, derived, tuple(names.values()))


def _paths(
    records: Iterable[dict[str, Any]], names: Mapping[str, str], needed: Collection[ColumnName]
) -> dict[str, str | None]:
    """Return the columns that are asked for and are not plain fields, each with its field if it is one.

    Args:
        records: with named fields.
        names: of the columns by field.
        needed: the columns that the declaration names.
    """
    nested = {names[field] for record in records for field, value in record.items() if isinstance(value, dict | list)}
    field_of = {name: field for field, name in names.items()}
    fields = {name: field_of[name] for name in find_columns(list(field_of), needed) if name in nested}
    # Sorted, so that what is said of a record does not depend on the order of a set.
    paths = [
        name
        for name in sorted(needed, key=str)
        if isinstance(name, str) and name not in field_of and NUMBER not in name
    ]
    return {**fields, **{path: None for path in paths if to_steps(path)[0] in nested}}


def _geometries(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the points and lines of features of GeoJSON as well-known text; "" where a record has none."""
    if not any(record.get("type") == "Feature" for record in records):
        return {}
    texts = []
    for record in records:
        geometry = record.get("geometry")
        try:
            texts.append(to_wkt(geometry, "geometry") if isinstance(geometry, dict) else "")
        except PathError:  # an area has no point
            texts.append("")
    return {GEOMETRY: texts, GEOMETRY_LINE: [text if text.startswith("LINE") else "" for text in texts]}


def _to_columns(made: list[_Rows]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return the cells of each column by record, and the columns of which a record has several values.

    Args:
        made: the rows of each record.
    """
    names = list(dict.fromkeys(name for rows in made for row in rows for name in row))
    values = {name: [[row.get(name, "") for row in rows] for rows in made] for name in names}
    several = tuple(name for name in names if any(len(set(cell)) > 1 for cell in values[name]))
    columns = {
        name: [(VALUE_SEPARATOR.join(cell) if name in several else "".join(cell[:1])) for cell in values[name]]
        for name in names
    }
    return columns, several


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
    _check_nesting(value, where)
    return replace_surrogates(json.dumps(value, ensure_ascii=False))


def _check_nesting(value: object, where: str) -> None:
    inner = [value]
    for _ in range(JSON.nesting):
        inner = [item for outer in inner if isinstance(outer, dict | list) for item in _items(outer)]
        if not inner:
            return
    raise SourceError(f"{where}: more than {JSON.nesting} lists and objects inside one another")


def _items(value: dict[str, Any] | list[Any]) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value
