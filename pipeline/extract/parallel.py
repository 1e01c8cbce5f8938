"""Work that is Python's own, and so done by one core, handed to a process for each."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")


def map_in_order(work: Callable[[T], R], parts: Iterable[T], workers: int = 0) -> Generator[tuple[T, R], None, None]:
    """Yield each part with what was made of it, in order; no more of them wait at a time than keeps all busy.

    Args:
        work: what is done, in another process: it and the parts are pickled.
        parts: taken as there is room for them.
        workers: processes; all cores by default.

    Raises:
        TwintownsError: a process was ended from outside.
        Exception: what the work raises; of several parts, the first.
    """
    workers = workers or os.cpu_count() or 1
    # A copy of this process would hold the locks of threads that it does not have.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent) as pool:
        waiting: deque[tuple[T, Future[R]]] = deque()
        try:
            for part in parts:
                waiting.append((part, pool.submit(work, part)))
                if len(waiting) > 2 * workers:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        except BrokenProcessPool as error:
            raise TwintownsError(
                f"one of {workers} processes that read was ended from outside, perhaps because memory ran out; "
                "try again when more is free"
            ) from error
        finally:
            for _, future in waiting:
                future.cancel()


def _end_with_parent() -> None:
    """See to it that this process ends when the one that started it was killed: it would wait for parts for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
