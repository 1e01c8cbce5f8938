"""Which sheet of an Excel file is the list."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from pipeline.declare.known import is_place
from pipeline.readers.excel import load_cells, open_workbook

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
    book = open_workbook(content, where)
    sheets = {name: _rows(load_cells(book, name, where, _ROWS)[1]) for name in book.sheet_names}
    best = max(sheets, key=lambda name: _count_places(sheets[name]))
    return Sheet(best, sheets[best], [name for name in sheets if name != best])


def _rows(cells: pl.DataFrame) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, with their numbers."""
    numbered = enumerate(cells.rows(), start=1)
    return [(number, list(row)) for number, row in numbered if any(cell.strip() for cell in row)]


def _count_places(rows: list[tuple[int, list[str]]]) -> int:
    cells = pl.DataFrame(
        [(number, cell) for number, row in rows for cell in row if cell.strip()],
        schema={"row": pl.Int64, "cell": pl.String},
        orient="row",
    )
    return cells.filter(is_place(cells["cell"]))["row"].n_unique()
