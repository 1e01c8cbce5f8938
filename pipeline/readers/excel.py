"""A sheet of an Excel file to raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.raw_rows import LINE, LOCATOR, RawRows, check_header

if TYPE_CHECKING:
    from pipeline.sources import Format


def read_excel(content: bytes, layout: Format, where: str) -> RawRows:
    """Read a sheet; columns without a name in the header are left out.

    Raises:
        SourceError: the file or the sheet cannot be read, a name is repeated in the header, or there is no row.
    """
    try:
        book = fastexcel.read_excel(content)
        sheet = layout.sheet - 1 if isinstance(layout.sheet, int) else layout.sheet
        # Only without a header does fastexcel keep empty rows, and so the numbers of the sheet's rows.
        frame = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        why = str(error).splitlines()[0]
        raise SourceError(f"{where}: cannot be read as an Excel sheet ({layout.sheet!r}): {why}") from error
    cells = frame.columns
    frame = frame.with_columns(pl.all().cast(pl.String).fill_null("")).with_row_index(LINE, offset=1)
    frame = frame.filter(pl.any_horizontal(pl.col(cells) != ""))
    if layout.header is True and frame.height:
        names = [text.strip() for text in frame.select(cells).row(0)]
        frame = frame.slice(1)
    else:
        names = layout.header if isinstance(layout.header, list) else [f"column_{n}" for n in range(1, len(cells) + 1)]
    columns = {cell: name for cell, name in zip(cells, names, strict=False) if name}
    check_header(list(columns.values()), where)
    if frame.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    rows = frame.select(pl.format("row {}", LINE).alias(LOCATOR), *columns).rename(columns)
    return RawRows(rows)
