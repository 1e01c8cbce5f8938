"""The header of a table: which line it is, a name for each column, and which columns are read."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.errors import SourceError
from pipeline.readers.limits import TABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.sources.values import ColumnName

#: Stands for a number in the name of columns that stand side by side: `partner_{n}`.
NUMBER: Final = "{n}"
#: Parts the names of a header in several rows.
_JOIN: Final = " / "
#: Name of the field that R writes before each row.
ROW_NAMES: Final = "row_names"


def name_columns(header: Sequence[str], where: str, needed: Collection[ColumnName] | None = None) -> list[str]:
    """Return a name for each column: `column_3` for the third where its cell is blank, `country_2` for a repeat.

    Args:
        header: the cells of the header.
        where: the file's name in messages.
        needed: the columns that the declaration names; all by default.

    Raises:
        SourceError: a name that is needed is repeated and none of its repeats is named, or there are too many columns.
    """
    if len(header) > TABLE.columns:
        raise SourceError(f"{where}: the header has {len(header):,} columns, at most {TABLE.columns:,} are read")
    counts = Counter(header)
    names: dict[str, None] = {}
    repeats: dict[str, list[str]] = {}
    for number, cell in enumerate(header, start=1):
        # A name that begins like those of working columns would be mistaken for one.
        if not cell or cell.startswith("\x1f"):
            name = f"column_{number}"
        elif cell in names:
            others = repeats.setdefault(cell, [])
            name = f"{cell}_{len(others) + 2}"
        else:
            names[cell] = None
            continue
        while name in counts or name in names:
            name += "_"
        if cell in repeats:
            repeats[cell].append(name)
        names[name] = None
    if needed is not None:
        # The place of a repeat names it as well.
        needed = {*needed, *(name for place, name in enumerate(names, start=1) if place in needed)}
    _check_repeats(repeats, where, needed)
    return list(names)


def _check_repeats(repeats: dict[str, list[str]], where: str, needed: Collection[ColumnName] | None) -> None:
    for cell, others in repeats.items():
        if needed is None or (cell in needed and not any(name in needed for name in others)):
            raise SourceError(
                f"{where}: the header names {cell!r} more than once; the others are read as {', '.join(others[:10])}: "
                "name the ones that are meant, or give their places (1 is the first column)"
            )


def join_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of a header in several rows: a cell above several columns belongs to all of them.

    `Partner` above `Name` and a blank above `Country` give `Partner / Name` and `Partner / Country`.
    """
    width = max(map(len, rows))
    parts: list[list[str]] = [[] for _ in range(width)]
    for index, row in enumerate(rows):
        above = ""
        for place in range(width):
            cell = row[place].strip() if place < len(row) else ""
            # A blank below the last name of its own column ends nothing; one beside it is the same wide cell.
            below = any(len(other) > place and other[place].strip() for other in rows[index + 1 :])
            above = cell or (above if below else "")
            if above and above not in parts[place]:
                parts[place].append(above)
    return [_JOIN.join(names) for names in parts]


def find_header(rows: Sequence[Sequence[str]], count: int, needed: Collection[ColumnName] | None) -> int:
    """Return the index of the row where the header begins: the first that has the most of the needed names.

    Args:
        rows: the first rows of the file.
        count: how many rows the header has.
        needed: the columns that the declaration names.
    """
    if rows and len(rows[0]) > TABLE.wide_columns:
        return 0
    wanted = {name for name in needed or () if isinstance(name, str)}
    patterns = [name for name in wanted if NUMBER in name]

    def matches(index: int) -> int:
        names = set(join_header(rows[index : index + count])) - {""}
        numbered = sum(any(to_pattern(pattern).fullmatch(name) for name in names) for pattern in patterns)
        return len(wanted & names) + numbered

    return max(range(max(len(rows) - count, 0) + 1), key=matches, default=0)


def to_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of the columns that a name with `{n}` means."""
    return re.compile(re.escape(name).replace(re.escape(NUMBER), "([0-9]+)"))


def read_columns(names: Sequence[str], needed: Collection[ColumnName] | None) -> list[str]:
    """Return which columns are read: all, or of a wide table those that the declaration names."""
    if needed is None or len(names) <= TABLE.wide_columns:
        return list(names)
    return find_columns(names, needed) or list(names[:1])


def find_columns(names: Sequence[str], needed: Collection[ColumnName]) -> list[str]:
    """Return the columns that are named, by their names, places or patterns, in the order of the file."""
    patterns = [to_pattern(name) for name in needed if isinstance(name, str) and NUMBER in name]
    return [
        name
        for place, name in enumerate(names, start=1)
        if name in needed or place in needed or any(pattern.fullmatch(name) for pattern in patterns)
    ]
