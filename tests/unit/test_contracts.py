"""The one pass that sieves frames, and pandera, are of one mind."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.table import Column, ContractError, Rule, Table


class Colour(StrEnum):
    """Two of them."""

    RED = "red"
    BLUE = "blue"


CONTRACT = Table(
    name="things",
    row="A thing.",
    key=("thing_id", "part"),
    columns=(
        Column("thing_id", pl.String, "Id.", pattern=r"t[0-9]+$"),
        Column("part", pl.Int64, "Part.", minimum=0),
        Column("colour", pl.String, "Colour.", nullable=True, vocabulary=Colour),
        Column("weight", pl.Float64, "Weight.", unit="kg", nullable=True, minimum=0, maximum=9.5),
        Column("share", pl.Float64, "Share."),
        Column("is_red", pl.Boolean, "Whether it is red."),
    ),
    rules=(Rule("red_is_red", ~pl.col("is_red") | (pl.col("colour") == "red"), "What is red has that colour."),),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "thing_id": st.sampled_from(["t1", "t22", "t3", "x1", "t", "at1", None]),
            "part": st.sampled_from([0, 1, 2, 7, -1, None]),
            "colour": st.sampled_from(["red", "blue", "green", "", None]),
            "weight": st.sampled_from([0.0, 1.5, 9.5, 9.6, -0.1, float("nan"), float("inf"), None]),
            "share": st.sampled_from([0.0, 0.5, float("inf"), float("nan"), None]),
            "is_red": st.sampled_from([True, False, None]),
        }
    ),
    max_size=6,
)
GOOD = {"thing_id": "t1", "part": 0, "colour": "red", "weight": 1.0, "share": 0.5, "is_red": True}


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CONTRACT.polars_schema)


def keeps(frame: pl.DataFrame) -> bool:
    """Whether pandera has nothing to say against it."""
    try:
        CONTRACT.pandera_schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors:
        return False
    return True


@given(ROWS)
def test_the_sieve_lets_through_what_pandera_lets_through(rows: list[dict[str, Any]]) -> None:
    frame = frame_of(rows)
    assert CONTRACT.is_kept_by(frame) == keeps(frame)


@pytest.mark.parametrize(
    "change",
    [
        {"thing_id": None}, {"thing_id": "x1"}, {"part": -1}, {"colour": "green", "is_red": False}, {"weight": 9.6},
        {"is_red": None}, {"colour": "blue"}, {"share": float("nan")},
    ],
)  # fmt: skip
def test_each_broken_promise_is_named_with_its_row(change: dict[str, Any]) -> None:
    frame = frame_of([GOOD, {**GOOD, "part": 1, **change}])
    assert CONTRACT.failures(frame)["row"].to_list() == [1]
    with pytest.raises(ContractError, match="things breaks its contract in 1 place"):
        CONTRACT.validate(frame)


def test_columns_that_are_not_there_are_named_whatever_they_are_used_for() -> None:
    frame = frame_of([GOOD, {**GOOD, "part": 1}]).drop("thing_id", "weight")
    with pytest.raises(ContractError) as caught:
        CONTRACT.validate(frame)
    assert "in 2 place(s)" in str(caught.value)
    assert all(f"table: column_in_dataframe ({name})" in str(caught.value) for name in ("thing_id", "weight"))


@pytest.mark.parametrize(
    "frame",
    [
        frame_of([GOOD]).drop("weight"),
        frame_of([GOOD]).with_columns(more=1),
        frame_of([GOOD]).cast({"part": pl.Int32}),
        frame_of([GOOD, GOOD]),
    ],
    ids=["less", "more", "other type", "twice"],
)
def test_another_shape_and_a_key_twice_are_refused(frame: pl.DataFrame) -> None:
    assert not CONTRACT.is_kept_by(frame)
    assert CONTRACT.failures(frame).height
