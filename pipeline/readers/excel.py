"""A sheet of an Excel file to raw rows."""

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

#: The header is looked for in this many rows.
_PREAMBLE: Final = 100


def read_excel(content: bytes, layout: Format, where: str, needed: Collection[ColumnName] | None = None) -> RawRows:
    """Read a sheet; columns without a name in the header are left out, unless the declaration names their place.

    Args:
        content: the file's bytes.
        layout: sheet and header.
        where: the file's name in messages.
        needed: the columns that the declaration names; of a wide sheet only these are read. All by default.

    Raises:
        SourceError: the file or the sheet cannot be read or is too large, a needed name is repeated in the header, or
            there is no row.
    """
    check_workbook(content, where)
    try:
        book = fastexcel.read_excel(content)
        sheet = layout.sheet - 1 if isinstance(layout.sheet, int) else layout.sheet
        # Only without a header does fastexcel keep empty rows, and so the numbers of the sheet's rows.
        frame = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, IndexError, OverflowError, ValueError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceError(f"{where}: cannot be read as an Excel sheet ({layout.sheet!r}): {why}") from error
    cells = frame.columns
    frame = frame.with_columns(pl.all().cast(pl.String).fill_null("")).with_row_index(LINE, offset=1)
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
    return RawRows(rows, header=tuple(unique))
