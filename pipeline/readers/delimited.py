"""CSV and TSV to raw rows, each with the number of the line on which it begins."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.errors import SourceError
from pipeline.readers.raw_rows import LINE, LINE_BREAKS, LOCATOR, RECORD, RawRows, decode, name_columns, read_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.sources import Format

_JOINED: Final = (
    "a quotation mark is followed by more text in its field, in a record of several lines: it may be more than one "
    "record; double the marks inside a field, or close the one before"
)
#: Appended as a last line: it becomes a record of its own, if no quotation mark is open there. No list has it.
_END: Final = "\x1f"
# Cells may be of any length; by default the csv module stops at 128 KiB.
csv.field_size_limit(sys.maxsize)


class _Ragged(NamedTuple):
    """A record that has not as many fields as the header."""

    record: int
    field_count: int
    text: str


def read_delimited(content: bytes, layout: Format, where: str, needed: Collection[str] | None = None) -> RawRows:
    """Read delimited text.

    Args:
        content: the file's bytes.
        layout: delimiter, quotation mark, encoding and header.
        where: the file's name in messages.
        needed: the columns that the declaration names; of a wide table only these are read. All by default.

    Raises:
        SourceError: wrong encoding, too many columns, a needed one twice in the header, a quotation mark that is never
            closed, or no row.
    """
    text = decode(content, layout.encoding, where).replace("\r\n", "\n").replace("\r", "\n")
    blank_count = len(text) - len(text.lstrip("\n"))
    text = text[blank_count:]
    delimiter = layout.delimiter or ("\t" if layout.type == "tsv" else ",")
    quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    if {delimiter, layout.quote} & {"\n", "\r", "\x00"} or delimiter == layout.quote:
        raise SourceError(f"{where}: delimiter {delimiter!r} and quote {layout.quote!r} under [format] cannot be used")
    dialect = {"delimiter": delimiter, **quoting}
    columns = name_columns(_header(text, layout, dialect), f"{where}, line 1", needed)
    names = read_columns(columns, needed)
    frame, ragged = _parse(text.encode(), layout, delimiter, columns, names, where)
    if len(names) == len(columns):
        lines = _number_lines(frame, ragged)
    else:
        lines = _number_lines_of_wide(text, dialect, frame.height + len(ragged), where)
    if layout.quote:
        _check_last_quote(text, layout.quote, lines, dialect, where)
    joined = _find_joined(lines, ragged, text, dialect)
    frame = frame.join(lines.drop(LINE_BREAKS), on=RECORD, how="left", maintain_order="left")
    rows = _drop_blank_lines(frame, names, text)
    if layout.header is True:
        rows = rows.slice(1)
    rows = rows.filter(~pl.col(RECORD).is_in(list(joined)))
    broken = _broken_rows(ragged, joined, lines, len(columns), blank_count)
    if rows.is_empty() and broken.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    return RawRows(rows.select(*names, pl.format("line {}", pl.col(LINE) + blank_count).alias(LOCATOR)), broken)


def _header(text: str, layout: Format, dialect: dict[str, Any]) -> list[str]:
    if isinstance(layout.header, list):
        return layout.header
    first = next(csv.reader(_lines(text), **dialect))
    return [name.strip() if layout.header else f"column_{number}" for number, name in enumerate(first, start=1)]


def _lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends, without a copy of all of them."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _parse(
    content: bytes, layout: Format, delimiter: str, columns: list[str], names: list[str], where: str
) -> tuple[pl.DataFrame, list[_Ragged]]:
    """Return the records that fit the header, with their numbers from 1 as `RECORD`, and those that do not.

    Args:
        content: the text in UTF-8.
        layout: type and quotation mark.
        delimiter: of the fields.
        columns: the names of all columns.
        names: those that are read.
        where: the file's name in messages.
    """
    ragged: list[_Ragged] = []

    def skip(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        ragged.append(_Ragged(row.number or 0, row.actual_columns, row.text))
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


def _number_lines(frame: pl.DataFrame, ragged: list[_Ragged]) -> pl.DataFrame:
    """Return `RECORD`, `LINE` and `LINE_BREAKS`: a record's line is its number plus the line breaks in those before."""
    inside = pl.sum_horizontal(pl.exclude(RECORD).str.count_matches("\n", literal=True)).cast(pl.Int64)
    fitting = frame.select(RECORD, inside.alias(LINE_BREAKS))
    others = [(row.record, row.text.rstrip("\n").count("\n")) for row in ragged]
    breaks = pl.concat([fitting, pl.DataFrame(others, schema=fitting.schema, orient="row")]).sort(RECORD)
    line = pl.col(RECORD) + pl.col(LINE_BREAKS).cum_sum().shift(1, fill_value=0)
    return breaks.select(RECORD, line.alias(LINE), LINE_BREAKS)


def _number_lines_of_wide(text: str, dialect: dict[str, Any], record_count: int, where: str) -> pl.DataFrame:
    """Return what `_number_lines` returns, where the line breaks in the columns that are not read count too."""
    reader = csv.reader(_lines(text), **dialect)
    ends = pl.Series("end", [reader.line_num for _ in reader], dtype=pl.Int64)
    if ends.len() != record_count:
        raise SourceError(f"{where}: its records cannot be told apart; is every quotation mark inside a field doubled?")
    records = pl.int_range(1, record_count + 1, eager=True, dtype=pl.Int64)
    line = pl.col("end").shift(1, fill_value=0) + 1
    return pl.select(records.alias(RECORD), ends).select(
        RECORD, line.alias(LINE), (pl.col("end") - line).alias(LINE_BREAKS)
    )


def _check_last_quote(text: str, quote: str, lines: pl.DataFrame, dialect: dict[str, Any], where: str) -> None:
    """Check that no quotation mark stays open and takes in the rest of the file; only the last record can have it.

    Raises:
        SourceError: one stays open; names the line where the record begins.
    """
    if lines.is_empty():
        return
    first_line = int(lines[LINE][-1])
    start = len(text)
    for _ in range(text.count("\n") + 2 - first_line):
        start = text.rfind("\n", 0, start)
    last = text[start + 1 :]
    if quote not in last:
        return
    *_, end = csv.reader(_lines(f"{last.rstrip()}\n{_END}"), **dialect)
    if end != [_END]:
        raise SourceError(
            f"{where}, line {first_line}: a quotation mark is opened but never closed, in the record that begins "
            f'{last[:80]!r}; close it, or set quote = "" under [format]'
        )


def _find_joined(lines: pl.DataFrame, ragged: list[_Ragged], text: str, dialect: dict[str, Any]) -> dict[int, str]:
    """Return the texts of records, by number, that quotation marks may have joined of several by mistake."""
    candidates = lines.filter(pl.col(LINE_BREAKS) > 0, ~pl.col(RECORD).is_in([row.record for row in ragged]))
    if candidates.is_empty():
        return {}
    joined, all_lines = {}, text.split("\n")
    for number, first_line, line_breaks in candidates.iter_rows():
        record = "\n".join(all_lines[first_line - 1 : first_line + line_breaks])
        try:
            list(csv.reader(_lines(record), strict=True, **dialect))
        except csv.Error:
            joined[number] = record
    return joined


def _drop_blank_lines(frame: pl.DataFrame, names: list[str], text: str) -> pl.DataFrame:
    """Drop lines without any character; a row of empty cells (`;;;`) is a row."""
    empty = frame.filter(pl.all_horizontal(pl.col(names) == ""))[LINE]
    if empty.is_empty():
        return frame
    lines = text.split("\n")
    blank = [line for line in empty.to_list() if not lines[line - 1].strip(" ")]
    return frame.filter(~pl.col(LINE).is_in(blank))


def _broken_rows(
    ragged: list[_Ragged], joined: dict[int, str], lines: pl.DataFrame, width: int, blank_count: int
) -> pl.DataFrame:
    """Return the records that do not fit the header, as `BROKEN_ROWS`."""
    expected = f"where the header has {width}: a delimiter inside a field that is not quoted, or a cut line"
    rows = [(row.record, f"{row.field_count} fields {expected}", row.text) for row in ragged if row.text.strip()]
    rows += [(number, _JOINED, text) for number, text in joined.items()]
    schema = {RECORD: pl.Int64, "message": pl.String, "text": pl.String}
    broken = pl.DataFrame(rows, schema=schema, orient="row").sort(RECORD)
    return broken.join(lines, on=RECORD, how="left", maintain_order="left").select(
        locator=pl.format("line {}", pl.col(LINE) + blank_count),
        message="message",
        row_json=pl.struct(line="text").struct.json_encode(),
    )
