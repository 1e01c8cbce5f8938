"""Columns as the page has them: short as JSON, and quick to read.

Repeated values become numbers in a list of values, ascending numbers their differences, and texts of a column one text
with a line each. So 40,000 partnerships with 240,000 names are a few megabytes.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any, Final

import polars as pl

#: Content that JSON can express; a list of integers may be a series.
Packed = dict[str, Any]

_DAY_ZERO: Final = pl.date(1970, 1, 1)
#: Of zlib: the next level takes half as long again, and saves 3% of the size.
_LEVEL: Final = 4


def compress(content: bytes) -> str:
    """Return bytes compressed, as text that may be in HTML; the same bytes give the same text."""
    return base64.b64encode(gzip.compress(content, _LEVEL, mtime=0)).decode()


def as_json(content: Any) -> str:  # noqa: ANN401 - whatever JSON can express
    """Return content as JSON without spaces; series of integers are lists."""
    if isinstance(content, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{as_json(value)}" for key, value in content.items()) + "}"
    if isinstance(content, pl.Series):
        # Much faster than by way of Python's integers.
        numbers = pl.col("number").cast(pl.String).fill_null("null")
        return f"[{content.to_frame('number').select(numbers.str.join(',')).item()}]"
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def listed(frame: pl.DataFrame) -> dict[str, Packed]:
    """Return each column as its sorted distinct values and the number of each row's value; of a null -1.

    All columns are computed in one query, because a query costs more than a column.
    """
    texts = frame.select(pl.all().cast(pl.String))
    distinct = texts.select(pl.all().drop_nulls().unique().sort().implode())
    values = {column.name: column[0] for column in distinct}
    numbers = texts.select(
        pl.col(name).replace_strict(words, pl.int_range(words.len(), eager=True), default=-1, return_dtype=pl.Int32)
        for name, words in values.items()
    )
    runs = numbers.select(pl.all().rle().implode())
    return {
        name: {"values": words.to_list(), "rows": _shorter(numbers[name], runs[name][0])}
        for name, words in values.items()
    }


def _shorter(numbers: pl.Series, runs: pl.Series) -> pl.Series | Packed:
    """Return integers as runs of equal ones, if this is shorter."""
    if runs.len() * 3 > numbers.len():
        return numbers
    return {"value": runs.struct.field("value"), "length": runs.struct.field("len")}


def lines(column: pl.Series) -> str:
    """Return texts as one text, a line each; a null is an empty line."""
    text = str(column.to_frame("text").select(pl.col("text").fill_null("").str.join("\n")).item())
    if text.count("\n") < max(column.len(), 1) and "\r" not in text:
        return text
    return lines(column.str.replace_all(r"[\r\n]", " "))


def days(column: pl.Series) -> Packed:
    """Return dates as days since 1970, with the rows that have one."""
    rows = column.is_not_null().arg_true()
    since = pl.select((column.drop_nulls() - _DAY_ZERO).dt.total_days()).to_series()
    return {"row": differences(rows), "day": since}


def differences(numbers: pl.Series) -> pl.Series:
    """Return ascending integers as the first one and the difference of each to the one before."""
    integers = numbers.cast(pl.Int64)
    return integers - integers.shift(1, fill_value=0)


def counts(numbers: pl.Series, height: int) -> pl.Series:
    """Return how often each of 0 … `height` - 1 is among ascending integers."""
    edges = numbers.search_sorted(pl.Series(range(height + 1), dtype=numbers.dtype))
    return edges.cast(pl.Int64).diff().drop_nulls()
