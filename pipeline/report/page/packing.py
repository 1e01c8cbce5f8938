"""Columns as the page carries them: short as JSON, and quick to read.

Repeated values are numbers of a list, sorted whole numbers are differences, texts of one column are one text
with a line each: this is what makes 40,000 partnerships with 240,000 names a few megabytes.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

Packed = dict[str, Any]

_DAY_ZERO: Final = pl.date(1970, 1, 1)


def listed(column: pl.Series) -> Packed:
    """Return a column as its distinct values, in order, and each row's number in them; a null's is -1."""
    values = column.drop_nulls().unique().sort()
    numbers = column.replace_strict(values, pl.int_range(values.len(), eager=True), default=-1, return_dtype=pl.Int32)
    return {"values": values.to_list(), "rows": _runs(numbers)}


def _runs(numbers: pl.Series) -> list[int] | Packed:
    """Return whole numbers as runs of equal ones, where this is shorter."""
    runs = numbers.rle()
    if runs.len() * 3 > numbers.len():
        return numbers.to_list()
    return {"value": runs.struct.field("value").to_list(), "length": runs.struct.field("len").to_list()}


def lines(column: pl.Series) -> str:
    """Return texts as one, a line each; a null is an empty line."""
    return "\n".join(column.fill_null("").str.replace_all(r"[\r\n]", " ").to_list())


def days(column: pl.Series) -> Packed:
    """Return dates as days since 1970, with the rows that have one."""
    rows = column.is_not_null().arg_true()
    since = pl.select((column.drop_nulls() - _DAY_ZERO).dt.total_days()).to_series()
    return {"row": differences(rows), "day": since.to_list()}


def differences(numbers: pl.Series) -> list[int]:
    """Return ascending numbers as the first and what each adds to the one before."""
    if numbers.is_empty():
        return []
    whole = numbers.cast(pl.Int64)
    return [whole[0], *whole.diff().drop_nulls().to_list()]


def counts(numbers: pl.Series, height: int) -> list[int]:
    """Return how often each of 0 … `height` - 1 is among ascending numbers."""
    edges = numbers.search_sorted(pl.Series(range(height + 1), dtype=numbers.dtype))
    return edges.cast(pl.Int64).diff().drop_nulls().to_list()
