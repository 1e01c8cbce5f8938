"""Work for several processes: its order, its failures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import SourceError, TwintownsError
from pipeline.processes import map_in_order

if TYPE_CHECKING:
    from collections.abc import Iterator


def square(number: int) -> int:
    return number * number


def refuse_some(number: int) -> int:
    if number in (3, 5):
        raise SourceError(f"part {number} is broken")
    return number


def end_oneself(number: int) -> int:
    os._exit(number)


def test_results_come_in_the_order_of_the_parts() -> None:
    assert list(map_in_order(square, range(30), 2)) == [(number, number * number) for number in range(30)]


def test_no_more_parts_are_taken_than_keep_all_busy() -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = map_in_order(square, parts(), 2)
    assert next(results) == (0, 0)
    assert len(taken) == 5
    results.close()


def test_the_first_failure_is_raised() -> None:
    with pytest.raises(SourceError, match="part 3 is broken"):
        list(map_in_order(refuse_some, range(10), 2))


def test_a_process_that_is_ended_is_told_in_words() -> None:
    with pytest.raises(TwintownsError, match="one of 2 processes that read was ended from outside, perhaps because"):
        list(map_in_order(end_oneself, range(1, 4), 2))
