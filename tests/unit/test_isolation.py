"""Whatever work does in a child process becomes an error of its source, and the next work is done all the same."""

from __future__ import annotations

import os
import signal
import time

import polars as pl
import pytest

from pipeline.errors import BoundsError, SourceError
from pipeline.extract.isolation import run_isolated
from pipeline.sources import Limits

LIMITS = Limits(seconds=60, memory_mib=2048)
MIB = 1 << 20


def add(first: int, second: int) -> int:
    return first + second


def refuse() -> None:
    raise BoundsError("3 rows, at least 5 expected")


def fail() -> None:
    raise ValueError("no such thing\nas this")


def panic() -> None:
    raise pl.exceptions.PanicException("index out of bounds")


def abort() -> None:
    os.abort()


def end() -> None:
    os._exit(7)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def wait() -> None:
    time.sleep(60)


def fill(mebibytes: int) -> int:
    return len(bytearray(mebibytes * MIB))


def process() -> int:
    return os.getpid()


def test_work_is_done_in_another_process_and_its_result_returned() -> None:
    assert run_isolated(add, (2, 3), LIMITS) == 5
    assert run_isolated(process, (), LIMITS) == run_isolated(process, (), LIMITS) != os.getpid()


def test_an_error_of_the_source_stays_what_it_is() -> None:
    with pytest.raises(BoundsError, match=r"^3 rows, at least 5 expected$"):
        run_isolated(refuse, (), LIMITS)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (fail, r"^cannot be read: ValueError: no such thing \(\w+\.py, line \d+\); the file is damaged"),
        (panic, r"^cannot be read: PanicException: index out of bounds \("),
        (abort, r"more memory .* \(the reading process was ended by SIGABRT\)$"),
        (end, r"^the reading process ended with code 7 and no answer$"),
    ],
)
def test_any_other_failure_is_named_and_the_next_work_is_done(work: object, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        run_isolated(work, (), LIMITS)  # type: ignore[arg-type]
    assert run_isolated(add, (2, 3), LIMITS) == 5


@pytest.mark.parametrize("work", [wait, stop])
def test_work_that_hangs_is_ended(work: object) -> None:
    run_isolated(add, (0, 0), LIMITS)
    before = time.monotonic()
    with pytest.raises(SourceError, match=r"^reading took longer than 0.5 s, the limit of `seconds` in \[limits\]$"):
        run_isolated(work, (), Limits(seconds=0.5))  # type: ignore[arg-type]
    assert time.monotonic() - before < 20
    assert run_isolated(add, (2, 3), LIMITS) == 5


def test_work_that_needs_too_much_memory_is_refused() -> None:
    assert run_isolated(fill, (100,), Limits(memory_mib=300)) == 100 * MIB
    with pytest.raises(SourceError, match="more memory than there is, or than 300 MiB, the limit of `memory_mib`"):
        run_isolated(fill, (400,), Limits(memory_mib=300))
    assert run_isolated(fill, (400,), Limits(memory_mib=2048)) == 400 * MIB
