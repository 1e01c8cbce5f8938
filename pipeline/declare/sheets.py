"""Which sheet of an Excel file is the list."""

from __future__ import annotations

from typing import Final, NamedTuple

import fastexcel
import polars as pl

from pipeline.declare.known import is_place
from pipeline.errors import SourceError
from pipeline.readers.workbook import check_workbook

#: Rows of a sheet that are looked at.
_ROWS: Final = 300


class Sheet(NamedTuple):
    """The sheet that looks most like a list, its rows with their numbers, and the names of the others."""

    name: str
    rows: list[tuple[int, list[str]]]
    others: list[str]


def find_sheet(content: bytes, where: str) -> Sheet:
    """Return the sheet with the most rows that have names of places.

    Raises:
        SourceError: the file cannot be read.
    """
    check_workbook(content, where)
    try:
        book = fastexcel.read_excel(content)
        sheets = {name: _rows(book, name) for name in book.sheet_names}
    except (fastexcel.FastExcelError, IndexError, OverflowError, ValueError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceError(f"{where}: cannot be read as an Excel file: {why}") from error
    best = max(sheets, key=lambda name: _count_places(sheets[name]))
    return Sheet(best, sheets[best], [name for name in sheets if name != best])


def _rows(book: fastexcel.ExcelReader, name: str) -> list[tuple[int, list[str]]]:
    # As the reader does: empty rows are kept, and so the numbers of the sheet's rows.
    frame = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=_ROWS, dtypes="string").to_polars()
    rows = frame.with_columns(pl.all().cast(pl.String).fill_null("")).rows()
    return [(number, list(row)) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]


def _count_places(rows: list[tuple[int, list[str]]]) -> int:
    cells = pl.DataFrame(
        [(number, cell) for number, row in rows for cell in row if cell.strip()],
        schema={"row": pl.Int64, "cell": pl.String},
        orient="row",
    )
    return cells.filter(is_place(cells["cell"]))["row"].n_unique()
