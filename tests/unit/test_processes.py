"""Work for several processes: its order, its failures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import SourceError, TwintownsError
from pipeline.extract.parallel import map_in_order

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
    with pytest.raises(TwintownsError, match="one of 2 reading processes was ended from outside, perhaps because"):
        list(map_in_order(end_oneself, range(1, 4), 2))


def tell_and_sleep(seconds: int) -> int:
    os.write(1, f"{os.getpid()}\n".encode())
    time.sleep(seconds)
    return seconds


def is_running(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_processes_end_with_the_one_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "from pipeline.extract.parallel import map_in_order\n"
        "from test_processes import tell_and_sleep\n"
        "if __name__ == '__main__':\n"
        "    list(map_in_order(tell_and_sleep, [600, 600], 2))\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path}
    ) as main:
        assert main.stdout is not None
        others = [int(main.stdout.readline()) for _ in range(2)]
        assert all(map(is_running, others))
        main.kill()
        deadline = time.monotonic() + 30
        while any(map(is_running, others)) and time.monotonic() < deadline:
            time.sleep(0.05)
    left = list(filter(is_running, others))
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert not left
