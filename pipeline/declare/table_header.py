"""Where a table begins: the lines above it, and the rows that name its columns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.declare.known import header_roles, is_place, likely_country, share
from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    #: A row with its number in the file.
    Numbered = tuple[int, list[str]]

_HALF: Final = 0.5
#: How much of a column is filled at least that belongs to the table, and not to a title or a remark.
_FILLED: Final = 0.1
#: A column a town: so many columns, and towns of one country, which the partners below are not of.
_FEWEST_TOWNS, _ONE_COUNTRY, _OTHERS = 3, 0.8, 0.6


def find_header(numbered: Sequence[Numbered], layout: dict[str, Any], remarks: dict[str, str]) -> list[str]:
    """Write into the layout which lines are skipped and how many rows are the header.

    Args:
        numbered: the rows that are not blank.
        layout: the keys of the format, which are added to.
        remarks: on the keys.

    Returns:
        The texts above the header.

    Raises:
        SourceError: the header names towns, and their partners stand below them.
    """
    records = [row for _, row in numbered]
    if not records:
        return []
    width = Counter(len(row) for row in records).most_common(1)[0][0]
    used = [place for place in range(width) if _share_filled(records, place) >= _FILLED] or [*range(width)]
    first = next((index for index, row in enumerate(records) if _is_header_like(row, width, used)), 0)
    if first:
        layout["skip_lines"] = numbered[first - 1][0]
        remarks["skip_lines"] = "lines above the header"
    _check_towns(records[first], records[first + 1 : first + 50])
    if not _has_header(records[first], records[first + 1 : first + 50]):
        layout["header"] = False
        remarks["header"] = "the first row looks like the others; a list of names here names the columns"
    elif _has_two_header_rows(records[first:], used[0]):
        layout["header_rows"] = 2
        remarks["header_rows"] = "names below blank cells of the first"
    return [cell.strip() for row in records[:first] for cell in row if cell.strip()]


def _share_filled(records: list[list[str]], place: int) -> float:
    return sum(bool(row[place].strip()) for row in records if place < len(row)) / len(records)


def _is_header_like(row: list[str], width: int, used: list[int]) -> bool:
    filled = sum(bool(row[place].strip()) for place in used if place < len(row))
    return len(row) in (width, width - 1) and filled >= max(1, (len(used) + 1) // 2)


def _has_header(first: list[str], rows: list[list[str]]) -> bool:
    """Return whether the first row names the columns: it has words of headers, or no place where the others have."""
    if all(cell.strip().isdecimal() for cell in first):
        return False
    if any(header_roles(cell) for cell in first if cell.strip()):
        return True
    named = [place for place in range(len(first)) if _share_of_places(rows, place) >= _HALF]
    return not (named and all(_share_of_places([first], place) == 1.0 for place in named))


def _column(rows: list[list[str]], place: int) -> pl.Series:
    return pl.Series("cell", [row[place] for row in rows if place < len(row) and row[place].strip()], dtype=pl.String)


def _share_of_places(rows: list[list[str]], place: int) -> float:
    cells = _column(rows, place)
    return share(is_place(cells)) if cells.len() else 0.0


def _has_two_header_rows(records: list[list[str]], left: int) -> bool:
    """Return whether the row below the header is one more: blanks beside names, and words of headers below them."""
    if len(records) < 3 or "" not in [cell.strip() for cell in records[0][left + 1 :]]:
        return False
    words = sum(bool(header_roles(cell)) for cell in records[1] if cell.strip())
    is_left_blank = left < len(records[1]) and not records[1][left].strip()
    return words >= (1 if is_left_blank else 2)


def _check_towns(first: list[str], rows: list[list[str]]) -> None:
    """Check that the columns are no towns with their partners below them.

    Raises:
        SourceError: they are.
    """
    towns = pl.Series("town", [cell.strip() for cell in first if cell.strip()], dtype=pl.String)
    if (
        towns.len() < _FEWEST_TOWNS
        or any(header_roles(cell) for cell in towns)
        or share(is_place(towns)) < _ONE_COUNTRY
    ):
        return
    columns = [place for place in range(len(first)) if _share_of_places(rows, place) >= _HALF]
    if len(columns) < _FEWEST_TOWNS:
        return
    home = likely_country(towns)
    below = _column(rows, columns[0])
    abroad = likely_country(below)
    is_row_a_town = home and abroad and home[0] == abroad[0] and abroad[1] >= _OTHERS
    if home and home[1] >= _ONE_COUNTRY and not is_row_a_town:
        raise SourceError(
            f"the first row names towns ({', '.join(towns[:3])} …) and each column the partners of one: such a table "
            "cannot be declared; write it with a row a partner, in two columns: the town, and the partner"
        )
