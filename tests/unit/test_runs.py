"""The log of runs: a line a run, whatever happened to the one before."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish.run_log import LOG, Decision, Run, SourceState, age, append_run, last_runs, now, read_log
from pipeline.report.status import print_status, status

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize(
    "line",
    [
        b'{"started": 5, "sources": "x"}',
        b'{"run": 2, "command": "c", "started_at": 5}',
        b'{"run": 2, "command": "c", "started_at": "x", "sources": "x"}',
        b'{"run": 2, "command": "c", "started_at": "x", "sources": {"a": 5}}',
        b'{"run": 2, "command": "c", "started_at": "x", "sources": {"a": {"state": []}}}',
        b'{"run": 2, "command": "c", "started_at": "x", "sources": [1]}',
        b'{"run": 2, "command": "c", "started_at": "x", "decided": {"key": 5}}',
        b'{"run": 2, "command": "c", "started_at": "x", "decided": [1]}',
        b'{"run": 2, "command": "c", "started_at": "x", "outcome": 5}',
        b'{"run": 2, "command": "c", "started_at": "x", "seconds": null}',
        b'{"run": 2, "command": "c", "started_at": "x", "gates": [1]}',
        b'{"run": 1e400, "command": "c", "started_at": "x"}',
        b'{"run": "two", "command": "c", "started_at": "x"}',
        b'{"run": ' + b"9" * 5000 + b', "command": "c", "started_at": "x"}',
        b"[" * 100_000,
        b'[1, {"name": 3}]',
        b"5",
        b"true",
        b"\xff\xfe{}",
        b"\0" * 4096,
        b'{"run": 2, "comm',
    ],
)
def test_a_line_of_wrong_types_is_left_out_with_a_note(tmp_path: Path, line: bytes) -> None:
    first, last = a_run(1), a_run(3)
    append_run(tmp_path, first)
    with (tmp_path / LOG).open("ab") as stream:
        stream.write(line + b"\n")
    for expected in ([first], [last, first]):
        runs, note = read_log(tmp_path, 9)
        assert runs == expected
        assert note == f"{tmp_path / LOG}: left out 1 of its last lines, which are incomplete or no runs"
        state = status(tmp_path)
        assert [run["run"] for run in state["runs"]] == [run.run for run in expected]
        assert state["notes"] == [note]
        print_status(state, tmp_path)
        append_run(tmp_path, last)


@pytest.mark.parametrize(
    "checked_at", ["yesterday", "", "9999-12-31T23:59:59", "0001-01-01T00:00:00+23:59", "\x1b[2J", "[/]"]
)
def test_times_that_are_none_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str], checked_at: str) -> None:
    run = a_run(1)
    run.started_at = checked_at
    run.sources = {"[/a]\x1b": SourceState("stale", "\x1b[2J[/b]", checked_at=checked_at)}
    append_run(tmp_path, run)
    print_status(status(tmp_path, timedelta(days=1)), tmp_path)
    printed = capsys.readouterr().out
    assert r"[/a]\u001b is stale: \u001b[2J[/b]" in printed
    assert "\x1b" not in printed


def test_blank_lines_are_nothing(tmp_path: Path) -> None:
    run = a_run(1)
    append_run(tmp_path, run)
    with (tmp_path / LOG).open("ab") as stream:
        stream.write(b"\n  \n\r\n")
    assert read_log(tmp_path, 9) == ([run], None)


def test_a_line_without_an_end_takes_linear_time(tmp_path: Path) -> None:
    """Of 4,800 blocks, each would be copied with all that were read before it, which takes minutes."""
    run = a_run(1)
    append_run(tmp_path, run)
    with (tmp_path / LOG).open("ab") as stream:
        for _ in range(300):
            stream.write(b"x" * (1 << 20))
    began = time.perf_counter()
    runs, note = read_log(tmp_path, 9)
    assert time.perf_counter() - began < 5
    assert runs == [run]
    assert note is not None


def test_what_is_no_file_is_named_and_nothing_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LOG)
    assert read_log(tmp_path, 9) == (
        [],
        f"{tmp_path / LOG}: cannot be read (not a regular file); move it away, and the next refresh begins anew",
    )
    with pytest.raises(OSError, match="not a regular file"):
        append_run(tmp_path, a_run(1))
    (tmp_path / LOG).unlink()
    (tmp_path / LOG).mkdir()
    assert last_runs(tmp_path) == []
    assert "cannot be read" in str(read_log(tmp_path, 9)[1])
