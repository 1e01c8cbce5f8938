"""Tables as people lay them out: blank cells that repeat the one above, and partners side by side in one row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.header import NUMBER, to_pattern
from pipeline.readers.raw_rows import NOTHING, VALUE_SEPARATOR, RawRows
from pipeline.sources import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.sources.values import ColumnName

#: Before our name of a column that is made of several.
UNPIVOTED: Final = "\x1funpivot "


def mark_blank_rows(table: RawRows) -> RawRows:
    """Return the table with `NOTHING`: whether a row names nobody, because all of its cells are empty."""
    texts = [name for name in table.columns if name not in table.derived]
    is_blank = pl.all_horizontal(pl.col(texts).str.strip_chars() == "") if texts else pl.lit(value=True)
    return replace(table, rows=table.rows.with_columns(is_blank.alias(NOTHING)))


def fill_down(table: RawRows, columns: Sequence[ColumnName], where: str) -> RawRows:
    """Return the table with each empty cell of these columns as the one above it; blank rows stay blank.

    Args:
        table: with `NOTHING`.
        columns: of the publisher.
        where: the file's name in messages.

    Raises:
        SourceError: there is no such column.
    """
    names = [column_name(name, table, where, "format.fill_down") for name in columns]
    above = [pl.when(pl.col(name) != "").then(name).forward_fill().fill_null("").alias(name) for name in names]
    filled = table.rows.select(above)
    is_blank = table.rows[NOTHING]
    cells = [pl.when(is_blank).then(table.rows[name]).otherwise(filled[name]).alias(name) for name in names]
    return replace(table, rows=table.rows.with_columns(cells))


def column_name(column: ColumnName, table: RawRows, where: str, key: str) -> str:
    """Return the name of a column of the publisher that is given by name or place.

    Raises:
        SourceError: there is no such column; names the key that asks for it.
    """
    header = table.header or tuple(table.columns)
    if isinstance(column, int):
        if column <= len(header) and header[column - 1] in table.columns:
            return header[column - 1]
        raise SourceError(f"{where}: has {len(header)} columns, so none at place {column} (declared as {key})")
    if column not in table.columns:
        raise SourceError(f"{where}: has no column {column!r}{did_you_mean(column, header[:100])} (declared as {key})")
    return column


def unpivot(
    table: RawRows, groups: Mapping[str, ColumnName | list[ColumnName]], markers: Sequence[str], where: str
) -> RawRows:
    """Return the table with the partners of a row as values of one cell; empty groups are left out.

    A group is what stands side by side for one partner: its name, country and year. A row without any is `NOTHING`.

    Args:
        table: with `NOTHING`.
        groups: for each column of ours the publisher's columns side by side, or their pattern with `{n}`.
        markers: texts that mean that a cell is empty.
        where: the file's name in messages.

    Returns:
        The table with a derived column for each of ours, named `UNPIVOTED` and our name.

    Raises:
        SourceError: there are no such columns, or the records have lists.
    """
    if table.multi_value_columns:
        raise SourceError(f"{where}: has lists in its records, and [unpivot] too: which belong together is not known")
    columns = {ours: _side_by_side(ours, theirs, table, where) for ours, theirs in groups.items()}
    numbers = sorted({number for found in columns.values() for number in found})
    empty = [marker.lower() for marker in {"", *markers}]
    filled = {
        number: pl.any_horizontal(
            ~pl.col(found[number]).str.strip_chars().str.to_lowercase().is_in(empty)
            for found in columns.values()
            if number in found
        )
        for number in numbers
    }
    names = {ours: UNPIVOTED + ours for ours in columns}
    cells = [
        pl.concat_list(
            pl.when(filled[number]).then(pl.col(found[number]) if number in found else pl.lit("")) for number in numbers
        )
        .list.drop_nulls()
        .list.join(VALUE_SEPARATOR)
        .alias(names[ours])
        for ours, found in columns.items()
    ]
    has_none = ~pl.any_horizontal(filled.values())
    rows = table.rows.with_columns(*cells, (pl.col(NOTHING) | has_none).alias(NOTHING))
    derived = tuple(names.values())
    return replace(table, rows=rows, multi_value_columns=derived, derived=(*table.derived, *derived))


def _side_by_side(ours: str, theirs: ColumnName | list[ColumnName], table: RawRows, where: str) -> dict[int, str]:
    """Return the publisher's columns by the number of their group."""
    if isinstance(theirs, list):
        return {n: column_name(name, table, where, f"unpivot.{ours}") for n, name in enumerate(theirs, start=1)}
    pattern = to_pattern(str(theirs))
    matches = [(pattern.fullmatch(name), name) for name in table.columns]
    found = {int(match[1]): name for match, name in matches if match}
    if not found:
        raise SourceError(
            f"{where}: has no columns {theirs!r}, where {NUMBER} is a number (declared as unpivot.{ours}); "
            f"it has {', '.join(map(repr, table.columns[:10]))}"
        )
    return found
