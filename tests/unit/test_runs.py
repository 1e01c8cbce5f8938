"""The log of runs: a line a run, whatever happened to the one before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish.run_log import LOG, Decision, Run, SourceState, age, append_run, last_runs, now

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def a_run(number: int, message: str = "ü – \n \U0001f600") -> Run:
    return Run(
        run=number,
        command="refresh",
        started_at=now().isoformat(),
        message=message,
        sources={"a": SourceState("stale", "why")},
        decided=Decision("key", "000001-00000000", stale={"a": "why"}),
    )


def test_what_is_written_is_read_newest_first(tmp_path: Path) -> None:
    runs = [a_run(number) for number in range(5)]
    for run in runs:
        append_run(tmp_path, run)
    assert last_runs(tmp_path, 3) == [runs[4], runs[3], runs[2]]
    assert len((tmp_path / LOG).read_text().splitlines()) == 5


def test_there_is_no_log_at_first(tmp_path: Path) -> None:
    assert last_runs(tmp_path) == []


def test_a_line_that_was_cut_is_passed_over(tmp_path: Path) -> None:
    first, third = a_run(1), a_run(3)
    append_run(tmp_path, first)
    for cut in (1, 40, len(a_run(2).to_json()) - 1):
        with (tmp_path / LOG).open("a") as stream:
            stream.write(a_run(2).to_json()[:cut])
        assert last_runs(tmp_path) == [first]
    append_run(tmp_path, third)
    assert last_runs(tmp_path, 9) == [third, first]


def test_lines_of_another_version_are_read_as_far_as_they_are_known(tmp_path: Path) -> None:
    run = a_run(1)
    text = (
        run.to_json().replace('"run": 1', '"run": 1, "colour": "red"').replace('"key": "key"', '"key": "key", "x": 1')
    )
    (tmp_path / LOG).write_text(f'{text}\n[]\n"x"\nnull\n{{}}\n')
    assert last_runs(tmp_path, 9) == [run]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=4))
def test_lines_of_any_length(tmp_path_factory: pytest.TempPathFactory, lengths: list[int]) -> None:
    folder = tmp_path_factory.mktemp("runs")
    runs = [a_run(number, "x" * length) for number, length in enumerate(lengths)]
    for run in runs:
        append_run(folder, run)
    assert last_runs(folder, 99) == runs[::-1]


def test_a_time_that_lies_ahead_has_no_age() -> None:
    assert age((now() + timedelta(days=1)).isoformat()) is None
    assert age(None) is None
    assert age("yesterday") is None
    # Seconds are what two clocks may differ by.
    assert age((now() + timedelta(seconds=30)).isoformat()) == timedelta(0)
    passed = age((now() - timedelta(days=3)).isoformat())
    assert passed is not None
    assert timedelta(days=3) <= passed < timedelta(days=3, minutes=1)
