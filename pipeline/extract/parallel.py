"""Work that is done by Python itself, and so by one core at a time, in one process for each core."""

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


def map_in_order(work: Callable[[T], R], inputs: Iterable[T], workers: int = 0) -> Generator[tuple[T, R], None, None]:
    """Yield each input with its result, in order.

    At most twice as many inputs as workers wait at a time, so that memory stays bounded.

    Args:
        work: what is done, in another process: it, the inputs and the results are pickled.
        inputs: taken when a worker will soon need them.
        workers: processes; all cores by default.

    Raises:
        TwintownsError: a process was ended from outside.
        Exception: what the work raises; for several inputs, the first.
    """
    workers = workers or os.cpu_count() or 1
    waiting: deque[tuple[T, Future[R]]] = deque()
    # A forked process would have the locks of threads that it does not have.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), end_with_parent) as pool:
        try:
            for item in inputs:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > 2 * workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        except BrokenProcessPool as error:
            raise TwintownsError(
                f"one of {workers} reading processes was ended from outside, perhaps because memory ran out; "
                "try again when more is free"
            ) from error
        finally:
            for _, future in waiting:
                future.cancel()


def end_with_parent() -> None:
    """End this process when its parent is killed: it would wait for inputs for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
