"""Numbers for distinct rows, so that what many rows share is computed once."""

from __future__ import annotations

import itertools

import polars as pl


def factorize(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return numbers of the distinct rows of a frame; nulls are equal.

    Rows are compared by a hash of 128 bits: numbers take a fraction of the time and memory that texts do.

    Returns:
        For each row the number of its distinct row (from 0, by first appearance), and for each number the index of the
        first row that has it.
    """
    if frame.width == 1 and frame.dtypes[0].is_integer():
        return _number(frame.to_series())
    for seed in itertools.count(step=2):
        numbers, first_rows = _number(frame.hash_rows(seed))
        # The other half of the bits; if the first half ever equates two rows, another seed separates them.
        second_half = frame.hash_rows(seed + 1)
        if (second_half.gather(first_rows).gather(numbers) == second_half).all():
            break
    return numbers, first_rows


def _number(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    first_rows = values.arg_unique()
    distinct = pl.DataFrame({"value": values.gather(first_rows)}).with_row_index("number")
    rows = pl.DataFrame({"value": values})
    numbered = rows.join(distinct, on="value", how="left", nulls_equal=True, maintain_order="left")
    return numbered["number"], first_rows
