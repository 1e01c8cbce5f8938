"""CSV and TSV to raw rows, each with the number of the line on which it begins."""

from __future__ import annotations

import csv
import io
import itertools
import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.errors import SourceError
from pipeline.readers.header import ROW_NAMES, find_header, join_header, name_columns, read_columns
from pipeline.readers.raw_rows import LINE, LINE_BREAKS, LOCATOR, RECORD, RawRows, decode
from pipeline.readers.record_lines import (
    Ragged,
    check_header_quote,
    check_last_quote,
    drop_blank_lines,
    find_joined,
    number_lines,
    number_lines_of_wide,
    split_lines,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.sources import Format
    from pipeline.sources.values import ColumnName

_JOINED: Final = (
    "a quotation mark is followed by more text in its field, in a record of several lines: it may be more than one "
    "record; double the marks inside a field, or close the one before"
)
#: The header is looked for in this many records.
_PREAMBLE: Final = 100
# Cells may be of any length; by default the csv module stops at 128 KiB.
csv.field_size_limit(sys.maxsize)


class _Table(NamedTuple):
    """Delimited text below its header.

    Attributes:
        text: from the first record on.
        columns: the names of all columns.
        skipped: how many lines are above.
    """

    text: str
    columns: list[str]
    skipped: int


def read_delimited(content: bytes, layout: Format, where: str, needed: Collection[ColumnName] | None = None) -> RawRows:
    """Read delimited text.

    Where every record has one field more than the header, the first names the row, as R writes it, or the last is what
    a delimiter at the end of each line makes.

    Args:
        content: the file's bytes.
        layout: delimiter, quotation mark, encoding, header, and lines that are no rows.
        where: the file's name in messages.
        needed: the columns that the declaration names; of a wide table only these are read. All by default.

    Raises:
        SourceError: wrong encoding, too many columns, a needed one twice in the header, a quotation mark that is never
            closed, or no row.
    """
    text = decode(content, layout.encoding, where).replace("\r\n", "\n").replace("\r", "\n")
    delimiter = layout.delimiter or ("\t" if layout.type == "tsv" else ",")
    quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    if {delimiter, layout.quote} & {"\n", "\r", "\x00"} or delimiter == layout.quote:
        raise SourceError(f"{where}: delimiter {delimiter!r} and quote {layout.quote!r} under [format] cannot be used")
    dialect = {"delimiter": delimiter, **quoting}
    whole = text
    text, columns, skipped = _below_header(_without_comments(text, layout), layout, dialect, where, needed)
    if not text:
        check_header_quote(whole, layout.quote, dialect, where)
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    names = read_columns(columns, needed)
    # A mark of byte order at the beginning, which is a cell's here, would be left out: another one before it is.
    content = (f"\ufeff{text}" if text.startswith("\ufeff") else text).encode()
    frame, ragged = _parse(content, layout, delimiter, columns, names, where)
    if layout.header is True and frame.is_empty() and _have_one_more(ragged, len(columns)):
        columns = name_columns(_with_one_more(ragged, columns, dialect), where, needed)
        names = read_columns(columns, needed)
        frame, ragged = _parse(content, layout, delimiter, columns, names, where)
    if len(names) == len(columns):
        lines = number_lines(frame, ragged)
    else:
        lines = number_lines_of_wide(text, dialect, frame.height + len(ragged), where)
    if layout.quote:
        check_last_quote(text, layout.quote, lines, dialect, where, skipped)
    joined = find_joined(lines, ragged, text, dialect)
    frame = frame.join(lines.drop(LINE_BREAKS), on=RECORD, how="left", maintain_order="left")
    rows = drop_blank_lines(frame, names, text).filter(~pl.col(RECORD).is_in(list(joined)))
    broken = _broken_rows(ragged, joined, lines, len(columns), skipped)
    if rows.is_empty() and broken.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    rows = rows.select(*names, pl.format("line {}", pl.col(LINE) + skipped).alias(LOCATOR))
    return RawRows(rows, broken, header=tuple(columns))


def _without_comments(text: str, layout: Format) -> str:
    """Return the text with blank lines where the declaration says that lines are no rows."""
    if layout.comment:
        signs = "|".join(map(re.escape, layout.comment))
        text = re.sub(rf"(?m)^(?:{signs}).*$", "", text)
    if layout.skip_last_lines:
        lines = text.rstrip("\n").split("\n")
        for _ in range(layout.skip_last_lines):
            # As in a sheet, blank lines do not count.
            lines = lines[:-1]
            while lines and not lines[-1].strip():
                lines.pop()
        text = "\n".join(lines)
    return text


def _below_header(
    text: str, layout: Format, dialect: dict[str, Any], where: str, needed: Collection[ColumnName] | None
) -> _Table:
    start = 0
    for _ in range(layout.skip_lines):
        start = text.find("\n", start) + 1 or len(text)
    start = _skip_blank_lines(text, start)
    reader = csv.reader(split_lines(text, start), **dialect)
    first_records = [(record, reader.line_num) for record in itertools.islice(reader, _PREAMBLE) if record]
    # A row of empty cells is no header, unless there are no others.
    records = [(record, line) for record, line in first_records if any(record)] or first_records
    line_count = 0
    if isinstance(layout.header, list):
        header = layout.header
    elif not layout.header:
        header = [f"column_{number}" for number in range(1, len(records[0][0]) + 1)] if records else []
    else:
        count = layout.header_rows
        rows = [record for record, _ in records]
        first = find_header(rows, count, needed)
        header = join_header(rows[first : first + count]) if rows else []
        line_count = records[min(first + count, len(records)) - 1][1] if records else 0
    if layout.row_names:
        header = [ROW_NAMES, *header]
    end = start
    for _ in range(line_count):
        end = text.find("\n", end) + 1 or len(text)
    end = _skip_blank_lines(text, end)
    skipped = text.count("\n", 0, end)
    columns = name_columns(header, f"{where}, line {text.count(chr(10), 0, start) + max(line_count, 1)}", needed)
    return _Table(text[end:], columns, skipped)


def _skip_blank_lines(text: str, start: int) -> int:
    while text.startswith("\n", start):
        start += 1
    return start


def _have_one_more(ragged: list[Ragged], width: int) -> bool:
    rows = [row for row in ragged if row.text.strip()]
    return bool(rows) and all(row.field_count == width + 1 for row in rows)


def _with_one_more(ragged: list[Ragged], columns: list[str], dialect: dict[str, Any]) -> list[str]:
    """Return the header of records that have a field more: one at the end that is always empty, or names of rows."""
    rows = [row for record in ragged for row in csv.reader([record.text], **dialect) if row]
    if all(row[-1] == "" for row in rows):
        return [*columns, ""]
    names = {row[0] for row in rows}
    return [ROW_NAMES, *columns] if len(names) == len(rows) and "" not in names else columns


def _parse(
    content: bytes, layout: Format, delimiter: str, columns: list[str], names: list[str], where: str
) -> tuple[pl.DataFrame, list[Ragged]]:
    """Return the records that fit the header, with their numbers from 1 as `RECORD`, and those that do not.

    Args:
        content: the text in UTF-8.
        layout: type and quotation mark.
        delimiter: of the fields.
        columns: the names of all columns.
        names: those that are read.
        where: the file's name in messages.
    """
    ragged: list[Ragged] = []

    def skip(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        ragged.append(Ragged(row.number or 0, row.actual_columns, row.text))
        return "skip"

    try:
        table = pa_csv.read_csv(
            io.BytesIO(content),
            # pyarrow numbers the records only in one block and one thread.
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=max(len(content), 1) + 1, column_names=columns, skip_rows_after_names=0
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                quote_char=layout.quote or False,
                newlines_in_values=bool(layout.quote),
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=pa_csv.ConvertOptions(
                strings_can_be_null=False, column_types=dict.fromkeys(names, pa.string()), include_columns=names
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceError(f"{where}: cannot be read as {layout.type}: {error}") from error
    frame = pl.DataFrame(pl.from_arrow(table))
    total = frame.height + len(ragged)
    # Only the last record can be without a number.
    ragged = [row if row.record else row._replace(record=total) for row in ragged]
    records = pl.int_range(1, total + 1, eager=True, dtype=pl.Int64)
    fitting = records.filter(~records.is_in([row.record for row in ragged]))
    return frame.with_columns(fitting.alias(RECORD)), ragged


def _broken_rows(
    ragged: list[Ragged], joined: dict[int, str], lines: pl.DataFrame, width: int, skipped: int
) -> pl.DataFrame:
    """Return the records that do not fit the header, as `BROKEN_ROWS`."""
    expected = (
        f"where the header has {width}: a delimiter inside a field that is not quoted, a cut line, "
        'or a note (name how it begins: comment = ["…"] under [format])'
    )
    rows = [(row.record, f"{row.field_count} fields {expected}", row.text) for row in ragged if row.text.strip()]
    rows += [(number, _JOINED, text) for number, text in joined.items()]
    schema = {RECORD: pl.Int64, "message": pl.String, "text": pl.String}
    broken = pl.DataFrame(rows, schema=schema, orient="row").sort(RECORD)
    return broken.join(lines, on=RECORD, how="left", maintain_order="left").select(
        locator=pl.format("line {}", pl.col(LINE) + skipped),
        message="message",
        row_json=pl.struct(line="text").struct.json_encode(),
    )
