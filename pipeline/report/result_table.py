"""A result as a table that fits the terminal: columns that say little give way, and are named below."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.report.control_characters import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters of a text that are shown, of the lengths with which a table fits the greatest; shorter than the usual one
#: only where columns would have to go that say something.
_TEXT_LENGTHS: Final = (200, 120, 90, 60)
_SHORT_TEXT_LENGTHS: Final = (40, 28)
#: How columns end that identify something and tell a reader nothing.
_ID_ENDINGS: Final = ("_id", "_hash", "sha256")


def draw_table(frame: pl.DataFrame, rows: int, width: int | None, *, only_ascii: bool = False) -> str:
    """Return the first rows as a table, and below it what of the result it does not show.

    If the table is too wide, these columns are left out until it fits: those with one value in all rows, which is
    printed above; empty ones; ids; codes of countries whose name stands beside them; the last ones.

    Args:
        frame: the result.
        rows: how many rows are shown at most.
        width: of the terminal, in characters; None for a table of all columns.
        only_ascii: draw without box characters.
    """
    shown = frame.head(rows)
    columns, length = _fit(shown, width)
    above, below = _same_values(shown, columns), []
    if frame.is_empty():
        below.append("no rows")
    elif frame.height > rows:
        below.append(f"{rows} of {frame.height:,} rows are shown")
    if hidden := [name for name in shown.columns if name not in columns]:
        below.append(f"{len(columns)} of {shown.width} columns fit; --wide shows also {', '.join(hidden)}")
    table = _draw(shown.select(columns), length, only_ascii=only_ascii)
    lines = [*_wrapped(above, width), table, *_wrapped(below, width)]
    # Names come from pages that anyone can edit, and a table is for a terminal.
    return escape_controls("\n".join(lines))


def _fit(frame: pl.DataFrame, width: int | None) -> tuple[list[str], int]:
    """Return the columns that fit, and how many characters of a text."""
    columns, length = list(frame.columns), _TEXT_LENGTHS[0]
    longer, shorter = iter(_TEXT_LENGTHS[1:]), iter(_SHORT_TEXT_LENGTHS)
    dispensable = list(_dispensable(frame))
    while width is not None and len(columns) > 1 and _width(frame.select(columns), length) > width:
        if next_length := next(longer, None):
            length = next_length
        elif dispensable:
            columns.remove(dispensable.pop(0))
        elif next_length := next(shorter, None):
            length = next_length
        else:
            columns.pop()
    return columns, length


def _dispensable(frame: pl.DataFrame) -> Iterator[str]:
    """Yield the columns that can be left out, the first one first; at least one column stays."""
    constant = [name for name in frame.columns if _is_constant(frame[name])]
    ids = [name for name in frame.columns if name.endswith(_ID_ENDINGS)]
    order = dict.fromkeys([*constant, *ids, *_coded(frame)])
    yield from list(order)[: frame.width - 1]


def _wrapped(lines: list[str], width: int | None) -> list[str]:
    return lines if width is None else [part for line in lines for part in textwrap.wrap(line, max(width, 20))]


def _coded(frame: pl.DataFrame) -> list[str]:
    """Return the columns of codes whose names stand in another column."""
    return [name for name in frame.columns if f"{name.removesuffix('_code')}_name" in frame.columns]


def _is_constant(column: pl.Series) -> bool:
    # Of a single row every column is.
    return column.len() > 1 and column.dtype.is_nested() is False and column.n_unique() == 1


def _same_values(frame: pl.DataFrame, columns: list[str]) -> list[str]:
    """Return a line with the columns that were left out because all rows have the same value."""
    names = [name for name in frame.columns if name not in columns and _is_constant(frame[name])]
    telling = [name for name in names if name not in _coded(frame) and not name.endswith(_ID_ENDINGS)]
    values = [f"{name} = {frame[name][0]}" for name in telling if frame[name][0] is not None]
    return [f"in all rows: {', '.join(values)}"] if values else []


def _width(frame: pl.DataFrame, length: int) -> int:
    return len(_draw(frame, length).split("\n", 1)[0])


def _draw(frame: pl.DataFrame, length: int, *, only_ascii: bool = False) -> str:
    with pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        fmt_str_lengths=length,
        tbl_width_chars=65_535,
        fmt_table_cell_list_len=-1,
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        tbl_formatting="ASCII_FULL_CONDENSED" if only_ascii else "UTF8_FULL_CONDENSED",
    ):
        return str(frame)
