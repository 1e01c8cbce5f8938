"""Rows numbered by what they say, so that what many rows share is worked out once."""

from __future__ import annotations

import itertools

import polars as pl


def factorize(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Number the distinct rows of a frame; nulls are equal.

    Rows of more than one number are told apart by a hash of 128 bits: numbers take a fraction of the time and memory
    that texts do.

    Returns:
        For each row the number of the distinct row that it is (from 0, by first appearance), and for each of these
        numbers the place of the first row that has it.
    """
    if frame.width == 1 and frame.dtypes[0].is_integer():
        return _number(frame.to_series())
    for seed in itertools.count(step=2):
        numbers, places = _number(frame.hash_rows(seed))
        # The other half of the bits; should the first half ever take two rows for one, another seed parts them.
        proof = frame.hash_rows(seed + 1)
        if (proof.gather(places).gather(numbers) == proof).all():
            break
    return numbers, places


def _number(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    places = values.arg_unique()
    known = pl.DataFrame({"value": values.gather(places)}).with_row_index("number")
    found = pl.DataFrame({"value": values}).join(known, on="value", how="left", nulls_equal=True, maintain_order="left")
    return found["number"], places
