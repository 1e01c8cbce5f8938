"""Sheets of an Excel file to raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import fastexcel
import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.header import find_columns, find_header, join_header, name_columns, read_columns
from pipeline.readers.raw_rows import LINE, LOCATOR, RawRows
from pipeline.readers.workbook import check_workbook

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.sources import Format
    from pipeline.sources.values import ColumnName

#: All sheets of a file; the column with the name of the sheet.
_ALL: Final = "*"
SHEET: Final = "sheet"
#: The header is looked for in this many rows.
_PREAMBLE: Final = 100


def read_excel(content: bytes, layout: Format, where: str, needed: Collection[ColumnName] | None = None) -> RawRows:
    """Read a sheet, or several of one layout; columns without a name are left out unless the declaration names them.

    The column `sheet` has the name of the sheet, if the declaration asks for it and no column has that name.

    Args:
        content: the file's bytes.
        layout: sheets (a number, a name, a list of names, or `*` for all), header, and rows that are none.
        where: the file's name in messages.
        needed: the columns that the declaration names; of a wide sheet only these are read. All by default.

    Raises:
        SourceError: the file or the sheet cannot be read or is too large, a needed name is repeated in the header, or
            there is no row.
    """
    book = open_workbook(content, where)
    if not isinstance(layout.sheet, list) and layout.sheet != _ALL:
        sheet = layout.sheet - 1 if isinstance(layout.sheet, int) else layout.sheet
        return _read_sheet(book, sheet, layout, where, needed)
    names = book.sheet_names if layout.sheet == _ALL else layout.sheet
    tables = [_read_sheet(book, name, layout, f"{where}, sheet {name}", needed) for name in names]
    place = pl.col(LOCATOR)
    rows = [
        table.rows.with_columns(pl.format("sheet {}, {}", pl.lit(name), place).alias(LOCATOR))
        for name, table in zip(names, tables, strict=True)
    ]
    joined = pl.concat(rows, how="diagonal").with_columns(pl.exclude(LOCATOR).fill_null(""))
    header = dict.fromkeys(name for table in tables for name in table.header)
    return RawRows(joined, header=tuple(header))


def open_workbook(content: bytes, where: str) -> fastexcel.ExcelReader:
    """Return the workbook of a file.

    Raises:
        SourceError: it is none, or too large.
    """
    check_workbook(content, where)
    try:
        return fastexcel.read_excel(content)
    except (fastexcel.FastExcelError, ValueError) as error:
        raise SourceError(f"{where}: cannot be read as an Excel file: {_first_line(error)}") from error


def load_cells(
    book: fastexcel.ExcelReader, sheet: str | int, where: str, row_count: int | None = None
) -> tuple[str, pl.DataFrame]:
    """Return the name of a sheet, and its cells as text ("" where empty) from its first row on, in order.

    Raises:
        SourceError: there is no such sheet, or it cannot be read.
    """
    try:
        # Only without a header does fastexcel keep empty rows, and so the numbers of the sheet's rows.
        loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=row_count, dtypes="string")
        cells = loaded.to_polars()
    except (fastexcel.FastExcelError, IndexError, OverflowError, ValueError) as error:
        known = ", ".join(map(repr, book.sheet_names[:10]))
        shown = sheet + 1 if isinstance(sheet, int) else sheet
        raise SourceError(
            f"{where}: cannot be read as an Excel sheet ({shown!r}): {_first_line(error)}; it has {known}"
        ) from error
    return loaded.name, cells.with_columns(pl.all().cast(pl.String).fill_null(""))


def _read_sheet(
    book: fastexcel.ExcelReader, sheet: str | int, layout: Format, where: str, needed: Collection[ColumnName] | None
) -> RawRows:
    name, frame = load_cells(book, sheet, where)
    cells = frame.columns
    frame = frame.with_row_index(LINE, offset=1)
    frame = frame.filter(pl.any_horizontal(pl.col(cells) != ""), pl.col(LINE) > layout.skip_lines)
    if layout.comment and cells:
        is_comment = pl.any_horizontal(pl.col(cells[0]).str.starts_with(sign) for sign in layout.comment)
        frame = frame.filter(~is_comment)
    frame = frame.slice(0, frame.height - min(layout.skip_last_lines, frame.height))
    if layout.header is True and frame.height:
        top = [[text.strip() for text in row] for row in frame.select(cells).head(_PREAMBLE).rows()]
        first = find_header(top, layout.header_rows, needed)
        header = join_header(top[first : first + layout.header_rows])
        frame = frame.slice(first + layout.header_rows)
    else:
        header = layout.header if isinstance(layout.header, list) else [f"column_{n}" for n in range(1, len(cells) + 1)]
    if frame.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    unique = name_columns(header, where, needed)
    wanted = set(find_columns(unique, needed or ()))
    # A column without a name is read only if it is asked for: sheets have many that hold nothing.
    names = {cell: name for cell, name, text in zip(cells, unique, header, strict=False) if text or name in wanted}
    read = set(read_columns(list(names.values()), needed))
    columns = {cell: name for cell, name in names.items() if name in read}
    rows = frame.select(pl.format("row {}", LINE).alias(LOCATOR), *columns).rename(columns)
    if SHEET in (needed or ()) and SHEET not in unique:
        rows, unique = rows.with_columns(pl.lit(name).alias(SHEET)), [*unique, SHEET]
    return RawRows(rows, header=tuple(unique))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
