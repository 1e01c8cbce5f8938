"""How a file is laid out: its type, encoding, delimiter, header, and the lines that are no rows.

DuckDB's `sniff_csv` was tried first: it takes title lines for headers and knows neither blanks as delimiters nor other
encodings, so that six of the ten layouts in `tests/unit/test_declare.py` were not found.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from pipeline.declare.known import header_roles, is_place, share
from pipeline.errors import SourceError
from pipeline.readers.encodings import guess_encoding
from pipeline.sources import Format

if TYPE_CHECKING:
    from pathlib import Path

_TYPES: Final = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".geojson": "json", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".xlsx": "excel", ".xls": "excel", ".xlsm": "excel", ".ods": "excel", ".wiki": "wikitext",
}  # fmt: skip
_DELIMITERS: Final = (",", ";", "\t", "|", " ")
_COMMENTS: Final = ("#", "%", "//")
#: How many lines are looked at.
_LINES: Final = 300


class Layout(NamedTuple):
    """The format of a file, and why: a remark for each key."""

    format: dict[str, Any]
    remarks: dict[str, str]

    def to_format(self) -> Format:
        """Return it as a section of a declaration."""
        return Format(**self.format)


def find_layout(path: Path, content: bytes) -> Layout:
    """Return how a file is laid out.

    Raises:
        SourceError: it is of no type that is read.
    """
    kind = _TYPES.get(path.suffix.lower())
    if kind is None:
        kind = "excel" if content.startswith(b"PK") else "json" if content.lstrip()[:1] in (b"{", b"[") else "csv"
    layout: dict[str, Any] = {"type": kind}
    remarks: dict[str, str] = {}
    if kind == "excel":
        return Layout(layout, remarks)
    encoding = guess_encoding(content)
    if encoding is None:
        raise SourceError(f"{path}: in no encoding that is known; is it a text?")
    if encoding != "utf-8":
        layout["encoding"] = encoding
        remarks["encoding"] = "its bytes are no UTF-8; look whether the names below are spelt right"
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    if kind == "json":
        _find_records(text, path, layout)
    elif kind in ("csv", "tsv"):
        _find_table(text, layout, remarks)
    return Layout(layout, remarks)


def _find_records(text: str, path: Path, layout: dict[str, Any]) -> None:
    try:
        document = json.loads(text)
    except ValueError as error:
        lines = text.splitlines()
        if len(lines) > 1 and lines[0].lstrip().startswith("{") and lines[0].rstrip().endswith("}"):
            layout["type"] = "jsonl"
            return
        raise SourceError(f"{path}: not JSON: {error}") from error
    where = _longest_list(document, ())
    is_found_anyway = where in {(), ("features",), ("results", "bindings")}
    if where is not None and not is_found_anyway:
        layout["records"] = ".".join(where)


def _longest_list(value: Any, steps: tuple[str, ...]) -> tuple[str, ...] | None:  # noqa: ANN401 - JSON
    """Return the path to the list with the most records, outside of other lists."""
    best: tuple[int, tuple[str, ...]] = (0, ())
    todo = [(value, steps)]
    while todo:
        inner, path = todo.pop()
        if isinstance(inner, list) and any(isinstance(item, dict | list) for item in inner):
            best = max(best, (len(inner), path), key=lambda each: each[0])
        elif isinstance(inner, dict) and len(path) < 4:
            todo += [(item, (*path, key)) for key, item in inner.items() if "." not in key]
    return best[1] if best[0] else None


def _find_table(text: str, layout: dict[str, Any], remarks: dict[str, str]) -> None:
    lines = text.splitlines()[:_LINES]
    signs = [sign for sign in _COMMENTS if any(line.startswith(sign) for line in lines)]
    if signs:
        layout["comment"] = signs
        lines = ["" if line.startswith(tuple(signs)) else line for line in lines]
    delimiter = _find_delimiter(lines)
    if delimiter != {"csv": ",", "tsv": "\t"}[layout["type"]]:
        layout["delimiter"] = delimiter
    if '"' in text and _breaks_with_quotes(lines, delimiter):
        layout["quote"] = ""
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    numbered = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    records = [row for _, row in numbered]
    if not records:
        return
    width = Counter(len(row) for row in records).most_common(1)[0][0]
    first = next((index for index, row in enumerate(records) if _is_header_like(row, width)), 0)
    if first:
        layout["skip_lines"] = numbered[first - 1][0]
        remarks["skip_lines"] = "lines above the header"
    if not _has_header(records[first], records[first + 1 : first + 50]):
        layout["header"] = False
        remarks["header"] = "the first row looks like the others; a list of names here names the columns"
    elif _has_two_header_rows(records[first:]):
        layout["header_rows"] = 2
        remarks["header_rows"] = "names below blank cells of the first"


def _is_header_like(row: list[str], width: int) -> bool:
    return len(row) in (width, width - 1) and sum(bool(cell.strip()) for cell in row) >= max(1, (width + 1) // 2)


def _find_delimiter(lines: list[str]) -> str:
    """Return the delimiter by which most lines have the same number of fields, and more than one."""

    def score(delimiter: str) -> tuple[float, int]:
        rows = [row for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter) if any(row)]
        counts = Counter(len(row) for row in rows)
        if not counts:
            return 0.0, 0
        width, count = max(counts.items(), key=lambda item: (item[1], item[0]))
        # Blanks part words too: they delimit only where nothing else does.
        share = count / len(rows) * (0.7 if delimiter == " " else 1.0)
        return (share, width) if width > 1 else (0.0, 0)

    best = max(_DELIMITERS, key=score)
    return best if score(best)[0] > 0 else ","


def _breaks_with_quotes(lines: list[str], delimiter: str) -> bool:
    try:
        list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _has_header(first: list[str], rows: list[list[str]]) -> bool:
    """Return whether the first row names the columns: it has words of headers, or no place where the others have."""
    if all(cell.strip().isdecimal() for cell in first):
        return False
    if any(header_roles(cell) for cell in first if cell.strip()):
        return True
    named = [place for place in range(len(first)) if _share_of_places(rows, place) >= 0.5]
    return not (named and all(_share_of_places([first], place) == 1.0 for place in named))


def _share_of_places(rows: list[list[str]], place: int) -> float:
    cells = pl.Series("cell", [row[place] for row in rows if place < len(row) and row[place].strip()], dtype=pl.String)
    return share(is_place(cells)) if cells.len() else 0.0


def _has_two_header_rows(records: list[list[str]]) -> bool:
    """Return whether the row below the header is one more: blanks beside names, and words of headers below them."""
    if len(records) < 3 or "" not in [cell.strip() for cell in records[0][1:]]:
        return False
    return sum(bool(header_roles(cell)) for cell in records[1] if cell.strip()) >= 2
