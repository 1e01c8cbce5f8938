"""CSV and TSV to raw rows, each with the line on which it begins."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.errors import SourceError
from pipeline.readers.rows import BREAKS, LINE, LOCATOR, RECORD, RawRows, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.sources import Format

#: Records that have not as many fields as the header: number, fields, text.
_Ragged = list[tuple[int, int, str]]
_TOO_MANY = (
    "a quotation mark is followed by more text in its field, in a record of several lines: it may be more than one "
    "record; double the marks inside a field, or close the one before"
)
#: No list has it: the field after the last, if no quotation mark is open there.
_END = "\x1f"
# A cell may be as long as it likes; the reader of headers would stop at 128 KiB.
csv.field_size_limit(sys.maxsize)


def read_delimited(content: bytes, layout: Format, where: str) -> RawRows:
    """Read delimited text.

    Raises:
        SourceError: wrong encoding, a quotation mark that is never closed, or no row.
    """
    text = decode(content, layout.encoding, where).replace("\r\n", "\n").replace("\r", "\n")
    blank = len(text) - len(text.lstrip("\n"))
    text = text[blank:]
    delimiter = layout.delimiter or ("\t" if layout.type == "tsv" else ",")
    names = _header(text, layout, delimiter, where)
    frame, ragged = _parse(text.encode(), layout, delimiter, names, where)
    lines = _lines(frame, ragged)
    _check_closed(text, lines, layout, delimiter, where)
    joined = _joined(lines, {number for number, _, _ in ragged}, text, _options(layout, delimiter))
    frame = frame.join(lines.drop(BREAKS), on=RECORD, how="left", maintain_order="left")
    rows = _without_blank_lines(frame, text)
    if layout.header is True:
        rows = rows.slice(1)
    rows = rows.filter(~pl.col(RECORD).is_in([number for number, _ in joined]))
    broken = _broken(ragged, joined, lines, len(names), blank)
    if rows.is_empty() and broken.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    return RawRows(rows.select(*names, pl.format("line {}", pl.col(LINE) + blank).alias(LOCATOR)), broken)


def _options(layout: Format, delimiter: str) -> dict[str, Any]:
    quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    return {"delimiter": delimiter, **quoting}


def _header(text: str, layout: Format, delimiter: str, where: str) -> list[str]:
    """Return the column names."""
    first = next(csv.reader(_each_line(text), **_options(layout, delimiter)))
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


def _each_line(text: str) -> Iterator[str]:
    """Yield one line after the other, with its end, without a copy of them all."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


def _parse(
    content: bytes, layout: Format, delimiter: str, names: list[str], where: str
) -> tuple[pl.DataFrame, _Ragged]:
    """Return the records that fit the header, numbered among all of them from 1, and those that do not."""
    ragged: _Ragged = []

    def keep(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        ragged.append((row.number or 0, row.actual_columns, row.text))
        return "skip"

    try:
        table = pa_csv.read_csv(
            io.BytesIO(content),
            # One block and one thread: only then does pyarrow number the records.
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=max(len(content), 1) + 1, column_names=names, skip_rows_after_names=0
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
    frame = pl.DataFrame(pl.from_arrow(table))
    total = frame.height + len(ragged)
    # What has no number is what is left at the end.
    ragged = [(number or total, actual, text) for number, actual, text in ragged]
    records = pl.int_range(1, total + 1, eager=True, dtype=pl.Int64)
    taken = pl.Series([number for number, _, _ in ragged], dtype=pl.Int64)
    return frame.with_columns(records.filter(~records.is_in(taken.implode())).alias(RECORD)), ragged


def _lines(frame: pl.DataFrame, ragged: _Ragged) -> pl.DataFrame:
    """Return each record's line, its number plus the line breaks inside the records before it, and its own breaks."""
    names = [name for name in frame.columns if name != RECORD]
    inside = pl.sum_horizontal(pl.col(names).str.count_matches("\n", literal=True)).cast(pl.Int64)
    others = pl.DataFrame(
        [(number, text.rstrip("\n").count("\n")) for number, _, text in ragged],
        schema={RECORD: pl.Int64, BREAKS: pl.Int64},
        orient="row",
    )
    breaks = pl.concat([frame.select(RECORD, inside.alias(BREAKS)), others]).sort(RECORD)
    line = pl.col(RECORD) + pl.col(BREAKS).cum_sum().shift(1, fill_value=0)
    return breaks.select(RECORD, line.alias(LINE), BREAKS)


def _check_closed(text: str, lines: pl.DataFrame, layout: Format, delimiter: str, where: str) -> None:
    """Stop at a quotation mark that swallows the rest of the file: only the last record can hold it."""
    if not layout.quote or lines.is_empty():
        return
    first = int(lines[LINE][-1])
    begin = len(text)
    for _ in range(text.count("\n") + 2 - first):
        begin = text.rfind("\n", 0, begin)
    last = text[begin + 1 :]
    if layout.quote not in last:
        return
    *_, end = csv.reader(_each_line(f"{last.rstrip()}\n{_END}"), **_options(layout, delimiter))
    if end != [_END]:
        raise SourceError(
            f"{where}, line {first}: a quotation mark is opened but never closed, in the record that begins "
            f'{last[:80]!r}; close it, or set quote = "" under [format]'
        )


def _joined(lines: pl.DataFrame, ragged: set[int], text: str, options: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return number and text of records that quotation marks may have made of several lines by mistake."""
    several = lines.filter(pl.col(BREAKS) > 0, ~pl.col(RECORD).is_in(ragged))
    if several.is_empty():
        return []
    found, all_lines = [], text.split("\n")
    for number, first, breaks in several.iter_rows():
        record = "\n".join(all_lines[first - 1 : first + breaks])
        try:
            list(csv.reader(_each_line(record), strict=True, **options))
        except csv.Error:
            found.append((number, record))
    return found


def _without_blank_lines(frame: pl.DataFrame, text: str) -> pl.DataFrame:
    """Drop lines without any character; a row of empty cells (`;;;`) stays, to be accounted for."""
    names = [name for name in frame.columns if name not in (RECORD, LINE)]
    empty = frame.filter(pl.all_horizontal(pl.col(names) == ""))[LINE]
    if empty.is_empty():
        return frame
    lines = text.split("\n")
    blank = [line for line in empty.to_list() if not lines[line - 1].strip(" ")]
    return frame.filter(~pl.col(LINE).is_in(blank))


def _broken(
    ragged: _Ragged, joined: list[tuple[int, str]], lines: pl.DataFrame, width: int, blank: int
) -> pl.DataFrame:
    expected = f"where the header has {width}: a delimiter inside a field that is not quoted, or a cut line"
    rows = [(number, f"{actual} fields {expected}", text) for number, actual, text in ragged if text.strip()]
    rows += [(number, _TOO_MANY, text) for number, text in joined]
    broken = pl.DataFrame(rows, schema={RECORD: pl.Int64, "message": pl.String, "text": pl.String}, orient="row")
    return (
        broken.sort(RECORD)
        .join(lines, on=RECORD, how="left", maintain_order="left")
        .select(
            locator=pl.format("line {}", pl.col(LINE) + blank),
            message="message",
            row_json=pl.struct(line="text").struct.json_encode(),
        )
    )
