"""Tables of partners: the cells of a row, and the role of each column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

#: `style="…" rowspan=2 |`; an unquoted value is taken whole (`++`), else a long one would take exponential time.
_ATTRIBUTES: Final = re.compile(r"""\s*(?:[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s|"']++)\s*)+\|(?!\|)|\s*\|(?!\|)(?=.)""")
_SPAN: Final = re.compile(r"(row|col)span\s*=\s*[\"']?\s*(\d+)", re.IGNORECASE)
#: In the order in which a header's words are tried.
_ROLES: Final = ("number", "flag", "town", "partner", "country", "region", "since", "until", "form", "status", "note")
_MOST_ROWS, _MOST_COLUMNS = 200, 20


@dataclass(slots=True)
class Cell:
    """A cell: its wikitext, the number of its line, and how many rows and columns it spans."""

    text: str
    number: int
    is_header: bool
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Table:
    """A table while its lines are read."""

    roles: dict[int, str] = field(default_factory=dict)  # of its columns
    #: Cells that span into rows below, by column: how many rows are left, and the cell.
    spanning: dict[int, tuple[int, Cell]] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)  # of the row that is read
    has_list: bool = False

    def end_row(self) -> dict[int, Cell]:
        """Return the cells of the row by column, with those that span into it from above, and begin the next row."""
        row: dict[int, Cell] = {}
        cells, self.cells = self.cells, []
        column, position, last_spanning = 0, 0, max(self.spanning, default=-1)
        while position < len(cells) or column <= last_spanning:
            if column in self.spanning:
                rows_left, row[column] = self.spanning.pop(column)
                if rows_left > 1:
                    self.spanning[column] = (rows_left - 1, row[column])
                column += 1
            elif position < len(cells):
                cell, position = cells[position], position + 1
                for offset in range(cell.columns):
                    row[column + offset] = cell
                    if cell.rows > 1:
                        self.spanning[column + offset] = (cell.rows - 1, cell)
                column += cell.columns
            else:
                column += 1
        return row


def parse_cells(text: str, number: int) -> list[Cell]:
    """Return the cells of a line that begins with `|` or `!`."""
    text = text.lstrip()
    is_header = text.startswith("!")
    cells = []
    for piece in _split_cells(text[1:], is_header=is_header):
        attributes = _ATTRIBUTES.match(piece)
        spans = dict(_SPAN.findall(attributes[0])) if attributes else {}
        rows, columns = min(int(spans.get("row", 1)), _MOST_ROWS), min(int(spans.get("col", 1)), _MOST_COLUMNS)
        cells.append(Cell(piece[attributes.end() :] if attributes else piece, number, is_header, rows, columns))
    return cells


def _split_cells(text: str, *, is_header: bool) -> list[str]:
    """Split at `||` (and in a header `!!`) outside links and templates."""
    pieces, depth, start, position = [], 0, 0, 0
    while position < len(text):
        pair = text[position : position + 2]
        if pair in {"[[", "{{"}:
            depth, position = depth + 1, position + 2
        elif pair in {"]]", "}}"}:
            depth, position = max(0, depth - 1), position + 2
        elif depth == 0 and (pair == "||" or (is_header and pair == "!!")):
            pieces.append(text[start:position])
            position = start = position + 2
        else:
            position += 1
    return [*pieces, text[start:]]


def find_roles(headers: list[str], profile: Profile, *, has_many_towns: bool) -> dict[int, str]:
    """Return the role of each column by the words of its header.

    Args:
        headers: as a reader of the page sees them.
        profile: whose words.
        has_many_towns: the page lists the partners of many towns: the first of two columns of towns is the town's own.
    """
    roles: dict[int, str] = {}
    for column, header in enumerate(headers):
        words = header.strip().lower()
        for role in _ROLES if words else ():
            is_taken = role in roles.values() and role not in {"note", "partner"}
            is_allowed = (role != "town" or has_many_towns) and not is_taken
            if role == "partner" and _is_start(words, profile):
                continue
            if role == "country" and _is_region_beside_country(words, headers, profile):
                continue
            is_role = profile.columns[role].search(words) or (role == "since" and _is_start(words, profile))
            if is_allowed and is_role:
                roles[column] = role
                break
    partners = [column for column, role in roles.items() if role == "partner"]
    if has_many_towns and "town" in roles.values() and not partners:
        # Two columns of towns with the same header.
        return {column: "partner" if role == "town" and column else role for column, role in roles.items()}
    if has_many_towns and len(partners) > 1 and "town" not in roles.values():
        roles[partners.pop(0)] = "town"
    return _choose_partner_column(roles, partners, headers, profile)


def _is_start(words: str, profile: Profile) -> bool:
    """Return whether a header ends with "since": "Partnerschaft seit"."""
    last = words.rsplit(maxsplit=1)[-1]
    return last != words and profile.columns["since"].search(last) is not None


def _is_region_beside_country(words: str, headers: list[str], profile: Profile) -> bool:
    """Return whether a header that may be a country's is a region's, as another one is a country's: "State"."""
    columns = profile.columns
    others = (header.strip().lower() for header in headers)
    has_country = any(columns["country"].search(other) and not columns["region"].search(other) for other in others)
    return columns["region"].search(words) is not None and has_country


def _choose_partner_column(
    roles: dict[int, str], partners: list[int], headers: list[str], profile: Profile
) -> dict[int, str]:
    """Give another role to all columns of partners but one."""
    about_twinning = [column for column in partners if profile.twin.search(headers[column])]
    if about_twinning and about_twinning[0] != partners[0]:
        # "Our towns | Sister cities": the second has the partners of the first.
        roles[partners[0]] = "town"
        partners = about_twinning
    return roles | dict.fromkeys(partners[1:], "note")
