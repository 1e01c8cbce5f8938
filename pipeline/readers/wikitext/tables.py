"""Tables of partners: what each column is, and which cells a row has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_ATTRIBUTES: Final = re.compile(r"""\s*(?:[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s|"']+)\s*)+\|(?!\|)|\s*\|(?!\|)(?=.)""")
_SPAN: Final = re.compile(r"(row|col)span\s*=\s*[\"']?\s*(\d+)", re.IGNORECASE)
_ROLES: Final = ("number", "flag", "town", "partner", "country", "region", "since", "until", "form", "status", "note")


@dataclass(slots=True)
class Cell:
    """A cell: its wikitext, the line it stands in, and how far it spans."""

    text: str
    number: int
    is_header: bool
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Table:
    """A table while its lines come in."""

    roles: dict[int, str] = field(default_factory=dict)
    #: Cells that span into rows below, by column: how many rows are left, and the cell.
    spanning: dict[int, tuple[int, Cell]] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    has_list: bool = False


def read_cells(text: str, number: int) -> list[Cell]:
    """Return the cells of a line that begins with `|` or `!`."""
    is_header = text.lstrip().startswith("!")
    body = text.lstrip()[1:]
    cells = []
    for piece in _split_cells(body, is_header=is_header):
        head = _ATTRIBUTES.match(piece)
        spans = dict(_SPAN.findall(head[0])) if head else {}
        rows, columns = int(spans.get("row", 1)), int(spans.get("col", 1))
        cells.append(Cell(piece[head.end() :] if head else piece, number, is_header, min(rows, 200), min(columns, 20)))
    return cells


def _split_cells(body: str, *, is_header: bool) -> list[str]:
    pieces, depth, start, place = [], 0, 0, 0
    while place < len(body):
        two = body[place : place + 2]
        if two in {"[[", "{{"}:
            depth, place = depth + 1, place + 2
        elif two in {"]]", "}}"}:
            depth, place = max(0, depth - 1), place + 2
        elif depth == 0 and (two == "||" or (is_header and two == "!!")):
            pieces.append(body[start:place])
            place = start = place + 2
        else:
            place += 1
    return [*pieces, body[start:]]


def name_columns(headers: list[str], profile: Profile, *, many_towns: bool) -> dict[int, str]:
    """Return which column of ours each of a table's columns is, by the words of its header.

    Args:
        headers: as a reader sees them.
        profile: whose words.
        many_towns: the page lists the partners of many towns: the first of two columns of towns is the town's own.
    """
    found: dict[int, str] = {}
    for place, header in enumerate(headers):
        words = header.strip().lower()
        if not words:
            continue
        for role in _ROLES:
            if role == "town" and not many_towns:
                continue
            if role in found.values() and role not in {"note", "partner"}:
                continue
            if profile.columns[role].search(words):
                found[place] = role
                break
    partners = [place for place, role in found.items() if role == "partner"]
    if many_towns and "town" in found.values() and not partners:
        # Two columns that could both be towns, named alike.
        found = {place: "partner" if role == "town" and place else role for place, role in found.items()}
    if many_towns and len(partners) > 1 and "town" not in found.values():
        found[partners[0]] = "town"
        partners = partners[1:]
    return _one_of_partners(found, partners, headers, profile)


def _one_of_partners(
    found: dict[int, str], partners: list[int], headers: list[str], profile: Profile
) -> dict[int, str]:
    """Leave one column of partners."""
    own = [place for place in partners if profile.twin.search(headers[place])]
    if own and own[0] != partners[0]:
        # "Our towns | Sister cities": the first is whose partners the second has.
        found[partners[0]] = "town"
        partners = own
    for place in partners[1:]:
        found[place] = "note"
    return found


def lay_out(table: Table) -> dict[int, Cell]:
    """Return the cells of the row that ends, by column, with those that span into it from above."""
    row: dict[int, Cell] = {}
    column = 0
    waiting = list(table.cells)
    while waiting or any(place >= column for place in table.spanning):
        if column in table.spanning:
            left, cell = table.spanning[column]
            row[column] = cell
            if left <= 1:
                del table.spanning[column]
            else:
                table.spanning[column] = (left - 1, cell)
            column += 1
            continue
        if not waiting:
            column += 1
            continue
        cell = waiting.pop(0)
        for offset in range(cell.columns):
            row[column + offset] = cell
            if cell.rows > 1:
                table.spanning[column + offset] = (cell.rows - 1, cell)
        column += cell.columns
    table.cells = []
    return row
