"""How a file is laid out: its type, encoding, delimiter, header, and the lines that are no rows.

DuckDB's `sniff_csv` was tried first: it takes title lines for headers and knows neither blanks as delimiters nor other
encodings, so that six of the ten layouts in `tests/unit/test_declare.py` were not found.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.declare.records import find_records
from pipeline.declare.sheets import find_sheet
from pipeline.declare.table_header import find_header
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
    """The format of a file, and why.

    Attributes:
        format: its keys.
        remarks: why, for a key.
        titles: what stands above the header, and the name of a sheet that is one of several.
        sheets: the other sheets of an Excel file.
    """

    format: dict[str, Any]
    remarks: dict[str, str]
    titles: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def to_format(self) -> Format:
        """Return it as a section of a declaration."""
        return Format(**self.format)


def find_layout(path: Path, content: bytes) -> Layout:
    """Return how a file is laid out.

    Raises:
        SourceError: it is of no type that is read, or cannot be declared as it is.
    """
    kind = _TYPES.get(path.suffix.lower())
    if kind is None:
        kind = "excel" if content.startswith(b"PK") else "json" if content.lstrip()[:1] in (b"{", b"[") else "csv"
    layout: dict[str, Any] = {"type": kind}
    remarks: dict[str, str] = {}
    if kind == "excel":
        return _find_sheet(path, content, layout, remarks)
    encoding = guess_encoding(content)
    if encoding is None:
        raise SourceError(f"{path}: in no encoding that is known; is it a text?")
    if encoding != "utf-8":
        layout["encoding"] = encoding
        remarks["encoding"] = "its bytes are no UTF-8; look whether the names below are spelt right"
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    titles: list[str] = []
    if kind == "json":
        find_records(text, path, layout, remarks)
    elif kind in ("csv", "tsv"):
        titles = _find_table(text, layout, remarks)
    return Layout(layout, remarks, tuple(titles))


def _find_sheet(path: Path, content: bytes, layout: dict[str, Any], remarks: dict[str, str]) -> Layout:
    sheet = find_sheet(content, path.name)
    titles = [sheet.name] if sheet.others else []
    if sheet.others:
        layout["sheet"] = sheet.name
        remarks["sheet"] = f"the one with the most names of places; not read: {', '.join(sheet.others)}"
    titles += find_header(sheet.rows, layout, remarks)
    return Layout(layout, remarks, tuple(titles), tuple(sheet.others))


def _find_table(text: str, layout: dict[str, Any], remarks: dict[str, str]) -> list[str]:
    """Write into the layout how a text of delimited lines is to be read, and return what stands above its header."""
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
    return find_header(numbered, layout, remarks)


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
