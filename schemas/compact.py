"""What is held by the million is held small: ids as numbers, categories as enumerations, other texts once each.

It is what is published, in other types: `Table.compact` goes one way and `Table.conform` the other.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from schemas.table import Column

#: Hex digits of a minted id, behind its prefix; two to a byte.
_DIGITS = 16
_BYTES = _DIGITS // 2


def compact_dtype(column: Column) -> pl.DataType:
    """Return the type in which a column is held."""
    if column.prefix is not None:
        return pl.UInt64()
    if column.vocabulary is not None:
        return pl.Enum(column.vocabulary)
    held: pl.DataType = pl.Categorical() if column.dtype == pl.String and column.repeats else column.dtype()
    return held


def to_numbers(ids: pl.Series) -> pl.Series:
    """Return minted ids as the numbers that their hex digits are; these compare and sort as the texts do.

    Raises:
        polars.exceptions.ComputeError: what stands behind the first letter of a text is no hex number.
    """
    return ids if ids.dtype == pl.UInt64 else ids.str.slice(1).str.to_integer(base=16, dtype=pl.UInt64)


def find_foreign(prefix: str, ids: pl.Series) -> str | None:
    """Return the first text that is no minted id of this prefix: a number no longer tells what it was the text of."""
    good = ids.str.starts_with(prefix) & (ids.str.len_bytes() == len(prefix) + _DIGITS)
    return None if good.all() else str(ids.filter(~good)[0])


def to_texts(prefix: str, numbers: pl.Series) -> pl.Series:
    """Return the ids of which `to_numbers` made numbers."""
    if numbers.dtype == pl.String:
        return numbers
    if numbers.is_empty():
        return pl.Series(numbers.name, dtype=pl.String)
    filled = numbers.fill_null(0).rechunk().to_arrow()
    values = array("Q", bytes(filled.buffers()[1].slice(filled.offset * _BYTES, len(filled) * _BYTES)))
    if sys.byteorder == "little":
        values.byteswap()
    digits = pa.py_buffer(values.tobytes().hex().encode())
    ends = pl.int_range(0, _DIGITS * (len(filled) + 1), _DIGITS, eager=True).to_arrow().buffers()[1]
    texts = pl.from_arrow(pa.LargeStringArray.from_buffers(len(filled), ends, digits))
    told = pl.when(numbers.is_not_null()).then(prefix + pl.lit(texts))
    return pl.select(told.alias(numbers.name)).to_series()
