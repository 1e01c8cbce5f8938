"""On which line each record of delimited text begins, and records that quotation marks may have joined by mistake."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.raw_rows import LINE, LINE_BREAKS, RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Appended as a last line: it becomes a record of its own, if no quotation mark is open there. No list has it.
_END: Final = "\x1f"


class Ragged(NamedTuple):
    """A record that has not as many fields as the header."""

    record: int
    field_count: int
    text: str


def split_lines(text: str, start: int = 0) -> Iterator[str]:
    """Yield the lines with their ends, without a copy of all of them."""
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def number_lines(frame: pl.DataFrame, ragged: list[Ragged]) -> pl.DataFrame:
    """Return `RECORD`, `LINE` and `LINE_BREAKS`: a record's line is its number plus the line breaks in those before."""
    inside = pl.sum_horizontal(pl.exclude(RECORD).str.count_matches("\n", literal=True)).cast(pl.Int64)
    fitting = frame.select(RECORD, inside.alias(LINE_BREAKS))
    others = [(row.record, row.text.rstrip("\n").count("\n")) for row in ragged]
    breaks = pl.concat([fitting, pl.DataFrame(others, schema=fitting.schema, orient="row")]).sort(RECORD)
    line = pl.col(RECORD) + pl.col(LINE_BREAKS).cum_sum().shift(1, fill_value=0)
    return breaks.select(RECORD, line.alias(LINE), LINE_BREAKS)


def number_lines_of_wide(text: str, dialect: dict[str, Any], record_count: int, where: str) -> pl.DataFrame:
    """Return what `number_lines` returns, where the line breaks in the columns that are not read count too."""
    reader = csv.reader(split_lines(text), **dialect)
    ends = pl.Series("end", [reader.line_num for _ in reader], dtype=pl.Int64)
    if ends.len() != record_count:
        raise SourceError(f"{where}: its records cannot be told apart; is every quotation mark inside a field doubled?")
    records = pl.int_range(1, record_count + 1, eager=True, dtype=pl.Int64)
    line = pl.col("end").shift(1, fill_value=0) + 1
    return pl.select(records.alias(RECORD), ends).select(
        RECORD, line.alias(LINE), (pl.col("end") - line).alias(LINE_BREAKS)
    )


def check_last_quote(
    text: str, quote: str, lines: pl.DataFrame, dialect: dict[str, Any], where: str, skipped: int
) -> None:
    """Check that no quotation mark stays open and takes in the rest of the file; only the last record can have it.

    Args:
        text: below the header.
        quote: the quotation mark.
        lines: of the records, as `number_lines`.
        dialect: for `csv.reader`.
        where: the file's name in messages.
        skipped: how many lines are above the text.

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
    _check_quote(last, quote, dialect, f"{where}, line {first_line + skipped}")


def check_header_quote(text: str, quote: str, dialect: dict[str, Any], where: str) -> None:
    """Check that no quotation mark of the header stays open, of a text that has nothing below its header.

    Raises:
        SourceError: one stays open.
    """
    start = len(text) - len(text.lstrip("\n"))
    if quote:
        _check_quote(text[start:], quote, dialect, f"{where}, line {start + 1}")


def _check_quote(record: str, quote: str, dialect: dict[str, Any], where: str) -> None:
    if quote not in record:
        return
    *_, end = csv.reader(split_lines(f"{record.rstrip()}\n{_END}"), **dialect)
    if end != [_END]:
        raise SourceError(
            f"{where}: a quotation mark is opened but never closed, in the record that begins {record[:80]!r}; "
            'close it, or set quote = "" under [format]'
        )


def find_joined(lines: pl.DataFrame, ragged: list[Ragged], text: str, dialect: dict[str, Any]) -> dict[int, str]:
    """Return the texts of records, by number, that quotation marks may have joined of several by mistake."""
    candidates = lines.filter(pl.col(LINE_BREAKS) > 0, ~pl.col(RECORD).is_in([row.record for row in ragged]))
    if candidates.is_empty():
        return {}
    joined, all_lines = {}, text.split("\n")
    for number, first_line, line_breaks in candidates.iter_rows():
        record = "\n".join(all_lines[first_line - 1 : first_line + line_breaks])
        try:
            list(csv.reader(split_lines(record), strict=True, **dialect))
        except csv.Error:
            joined[number] = record
    return joined


def drop_blank_lines(frame: pl.DataFrame, names: list[str], text: str) -> pl.DataFrame:
    """Drop lines without any character; a row of empty cells (`;;;`) is a row."""
    empty = frame.filter(pl.all_horizontal(pl.col(names) == ""))[LINE]
    if empty.is_empty():
        return frame
    lines = text.split("\n")
    blank = [line for line in empty.to_list() if not lines[line - 1].strip(" ")]
    return frame.filter(~pl.col(LINE).is_in(blank))
