"""Distinct rows get distinct numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.locate.factorize import factorize

if TYPE_CHECKING:
    import pytest

_ROW = st.tuples(st.one_of(st.none(), st.sampled_from(["", "a", "b", "Łódź"])), st.one_of(st.none(), st.integers(0, 2)))


@given(st.lists(_ROW, max_size=30))
def test_equal_rows_have_the_same_number(rows: list[tuple[str | None, int | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"text": pl.String, "count": pl.Int64}, orient="row")
    numbers, first_rows = factorize(frame)
    assert numbers.to_list() == [list(dict.fromkeys(rows)).index(row) for row in rows]
    assert [rows[row] for row in first_rows] == list(dict.fromkeys(rows))


def test_a_column_of_numbers() -> None:
    numbers, first_rows = factorize(pl.DataFrame({"value": [7, None, 7, 2**40, None]}))
    assert (numbers.to_list(), first_rows.to_list()) == ([0, 1, 0, 2, 1], [0, 1, 3])


def test_rows_with_the_same_hash_are_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = pl.DataFrame.hash_rows

    def colliding(self: pl.DataFrame, seed: int = 0) -> pl.Series:
        hashes = honest(self, seed)
        return hashes * 0 if seed == 0 else hashes

    monkeypatch.setattr(pl.DataFrame, "hash_rows", colliding)
    numbers, first_rows = factorize(pl.DataFrame({"text": ["a", "b", "a"]}))
    assert (numbers.to_list(), first_rows.to_list()) == ([0, 1, 0], [0, 1])
