"""Tables: CSV, TSV, JSON records, JSON lines and Excel, to raw rows of text."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.declarations import Format

#: Names of our own beside the publisher's, which may be any text that is printed.
LOCATOR, ROW, _RECORD, _LINE, _BREAKS = (f"\x1f{name}" for name in ("locator", "row", "record", "line", "breaks"))


@dataclass(frozen=True)
class RawRows:
    """What a table file holds.

    Attributes:
        rows: one row a record, every column text ("" where the cell is empty), plus `LOCATOR`.
        broken: records whose number of fields is not the header's: `locator`, `message`, `row_json`.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame

    @property
    def columns(self) -> list[str]:
        """Names of the publisher's columns."""
        return [name for name in self.rows.columns if name != LOCATOR]


def read_table(content: bytes, layout: Format, where: str) -> RawRows:
    """Read a table file.

    Args:
        content: the file's bytes.
        layout: type, delimiter, encoding, header, sheet or path of the records.
        where: what to call the file in messages.

    Raises:
        SourceError: the bytes are not of that type or encoding, or there is no row; says where.
    """
    readers: dict[str, Callable[[bytes, Format, str], RawRows]] = {
        "csv": _read_delimited,
        "tsv": _read_delimited,
        "json": _read_json,
        "jsonl": _read_json_lines,
        "excel": _read_excel,
    }
    if not content.strip():
        raise SourceError(f"{where}: the file is empty; nothing was read")
    return readers[layout.type](content, layout, where)


def decode(content: bytes, encoding: str, where: str) -> str:
    """Return the text of the bytes.

    Raises:
        SourceError: the bytes are not in that encoding: names line and byte, and the encoding that would fit.
    """
    try:
        text = content.decode("utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{where}, line {line}: byte 0x{content[error.start]:02x} is not {encoding}; if the file is in another "
            f'encoding, say so under [format] (encoding = "cp1250", "cp1252", "utf-16" …)'
        ) from error
    if encoding.lower() not in ("utf-8", "utf8", "utf-8-sig") and not text.isascii() and _is_utf8(content):
        raise SourceError(f'{where}: declared as {encoding}, but its bytes are UTF-8; set encoding = "utf-8"')
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise SourceError(f"{where}, line {line}: holds a NUL character; is it UTF-16, or no text file at all?")
    return text


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_delimited(content: bytes, layout: Format, where: str) -> RawRows:
    text = decode(content, layout.encoding, where).replace("\r\n", "\n").replace("\r", "\n")
    delimiter = layout.delimiter or ("\t" if layout.type == "tsv" else ",")
    names = _header(text, layout, delimiter, where)
    invalid: list[tuple[int | None, int, str]] = []

    def keep(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        invalid.append((row.number, row.actual_columns, row.text))
        return "skip"

    buffer = text.encode()
    try:
        table = pa_csv.read_csv(
            io.BytesIO(buffer),
            # One block and one thread: only then does pyarrow number the records.
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=max(len(buffer), 1) + 1,
                column_names=names,
                skip_rows_after_names=0,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                quote_char=layout.quote or False,
                newlines_in_values=bool(layout.quote),
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=pa_csv.ConvertOptions(
                strings_can_be_null=False, column_types=dict.fromkeys(names, pa.string())
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceError(f"{where}: cannot be read as {layout.type}: {error}") from error
    frame = _numbered(pl.DataFrame(pl.from_arrow(table)), invalid, layout.quote, where)
    rows = _without_blank_lines(frame, text)
    if layout.header is True:
        rows = rows.slice(1)
    broken = _broken(invalid, frame, len(names))
    if rows.is_empty() and broken.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    return RawRows(rows, broken)


def _header(text: str, layout: Format, delimiter: str, where: str) -> list[str]:
    """Return the column names."""
    options: dict[str, Any] = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    first = next(csv.reader(io.StringIO(text), delimiter=delimiter, **options))
    if layout.header is True:
        names = [name.strip() for name in first]
    elif layout.header is False:
        names = [f"column_{place}" for place in range(1, len(first) + 1)]
    else:
        names = layout.header
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SourceError(f"{where}, line 1: the header names {', '.join(map(repr, repeated))} more than once")
    return names


def _numbered(frame: pl.DataFrame, invalid: list[tuple[int | None, int, str]], quote: str, where: str) -> pl.DataFrame:
    """Add each record's line: its place among all records plus the line breaks inside earlier ones."""
    unfinished = [text for number, _, text in invalid if number is None or (quote and text.count(quote) % 2)]
    if unfinished:
        raise SourceError(
            f"{where}: a quotation mark is opened but never closed, at the record that begins "
            f'{unfinished[0][:80]!r}; close it, or set quote = "" under [format]'
        )
    total = frame.height + len(invalid)
    taken = pl.Series("record", [number for number, _, _ in invalid], dtype=pl.Int64)
    records = pl.Series("record", range(1, total + 1), dtype=pl.Int64)
    inside = pl.sum_horizontal(pl.col(name).str.count_matches("\n", literal=True) for name in frame.columns)
    frame = frame.with_columns(
        (records.filter(~records.is_in(taken.implode())) if invalid else records).alias(_RECORD), inside.alias(_BREAKS)
    )
    earlier = pl.col(_BREAKS).cum_sum().shift(1, fill_value=0)
    line = pl.col(_RECORD) + earlier.cast(pl.Int64)
    return frame.with_columns(line.alias(_LINE)).drop(_BREAKS)


def _without_blank_lines(frame: pl.DataFrame, text: str) -> pl.DataFrame:
    """Drop lines without any character; a row of empty cells (`;;;`) stays, to be accounted for."""
    names = [name for name in frame.columns if name not in (_RECORD, _LINE)]
    empty = frame.filter(pl.all_horizontal(pl.col(names) == ""))[_LINE]
    if not empty.is_empty():
        lines = text.split("\n")
        blank = [line for line in empty.to_list() if not lines[line - 1].strip()]
        frame = frame.filter(~pl.col(_LINE).is_in(blank))
    return frame.select(*names, pl.format("line {}", _LINE).alias(LOCATOR))


def _broken(invalid: list[tuple[int | None, int, str]], frame: pl.DataFrame, width: int) -> pl.DataFrame:
    rows = [(number or 0, actual, text) for number, actual, text in invalid if text.strip()]
    broken = pl.DataFrame(rows, schema={_RECORD: pl.Int64, "actual": pl.Int64, "text": pl.String}, orient="row").sort(
        _RECORD
    )
    shift = frame.select(_RECORD, shift=pl.col(_LINE) - pl.col(_RECORD))
    return (
        broken.join_asof(shift, on=_RECORD, strategy="backward")
        .select(
            locator=pl.format("line {}", pl.col(_RECORD) + pl.col("shift").fill_null(0)),
            message=pl.format(
                "{} fields where the header has {}: a delimiter inside a field that is not quoted, or a cut line",
                "actual", pl.lit(width),
            ),
            row_json=pl.struct(line="text").struct.json_encode(),
        )
    )  # fmt: skip


def _read_json(content: bytes, layout: Format, where: str) -> RawRows:
    try:
        found = json.loads(decode(content, layout.encoding, where))
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}, line {error.lineno}: not JSON: {error.msg}") from error
    for key in (layout.records or "").split("."):
        if key:
            if not isinstance(found, dict) or key not in found:
                raise SourceError(f"{where}: has no {layout.records!r} (declared as format.records)")
            found = found[key]
    if not isinstance(found, list):
        raise SourceError(f'{where}: not a list of records; name the list with records = "…" under [format]')
    return _from_records(found, [f"record {place}" for place in range(1, len(found) + 1)], where)


def _read_json_lines(content: bytes, layout: Format, where: str) -> RawRows:
    records, locators = [], []
    for number, line in enumerate(decode(content, layout.encoding, where).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise SourceError(f"{where}, line {number}: not JSON: {error.msg}") from error
        locators.append(f"line {number}")
    return _from_records(records, locators, where)


def _from_records(records: list[Any], locators: list[str], where: str) -> RawRows:
    good = [(record, locator) for record, locator in zip(records, locators, strict=True) if isinstance(record, dict)]
    bad = [
        (locator, "not a record with named fields", json.dumps(record, ensure_ascii=False))
        for record, locator in zip(records, locators, strict=True)
        if not isinstance(record, dict)
    ]
    names = list(dict.fromkeys(str(name) for record, _ in good for name in record))
    if not names:
        what = f"none of the {len(bad)} records has named fields" if bad else "an empty list: no records"
        raise SourceError(f"{where}: {what}")
    rows = pl.DataFrame(
        {name: [_as_text(record.get(name)) for record, _ in good] for name in names}
        | {LOCATOR: [locator for _, locator in good]},
        schema=dict.fromkeys((*names, LOCATOR), pl.String),
    )
    broken = pl.DataFrame(bad, schema=dict.fromkeys(("locator", "message", "row_json"), pl.String), orient="row")
    return RawRows(rows, broken)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # JSON can escape halves of characters, which no other format can hold.
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _read_excel(content: bytes, layout: Format, where: str) -> RawRows:
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
        sheet = layout.sheet - 1 if isinstance(layout.sheet, int) else layout.sheet
        frame = book.load_sheet(sheet, header_row=0 if layout.header is True else None, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise SourceError(
            f"{where}: cannot be read as an Excel sheet ({layout.sheet!r}): {str(error).splitlines()[0]}"
        ) from error
    first = 2 if layout.header is True else 1
    if isinstance(layout.header, list):
        frame = frame.rename(dict(zip(frame.columns, layout.header, strict=False)))
    frame = frame.with_columns(pl.all().cast(pl.String).fill_null("")).with_row_index(_LINE, offset=first)
    named = [name for name in frame.columns if name != _LINE]
    frame = frame.filter(~pl.all_horizontal(pl.col(named) == "")) if named else frame
    if frame.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    rows = frame.select(*named, pl.format("row {}", _LINE).alias(LOCATOR)).rename(
        {name: name.strip() for name in named}
    )
    return RawRows(rows, pl.DataFrame(schema=dict.fromkeys(("locator", "message", "row_json"), pl.String)))
