"""Feed damaged files to every reader, in one process for each core; each input follows from seed and number alone.

A failure prints the seed, the number and the input: an error that is not the project's own, more than two seconds, or
the end of the process. `--only NUMBER` reads one input again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from random import Random
from typing import TYPE_CHECKING

from mutations import mutate
from seeds import make_seeds
from targets import TARGETS

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray
    from types import FrameType

#: Seconds of processor time that one input may take, and bytes of memory of a process.
MOST_SECONDS = 2.0
MOST_MEMORY = 6 << 30
#: Failures after which a process stops.
_MOST_FAILURES = 5


class _TooLongError(BaseException):
    """No reader catches it."""


def make_input(seed: str, number: int, seeds: dict[str, list[bytes]], target: str | None) -> tuple[str, bytes, Random]:
    """Return the reader's name, the file and the random choices of one input."""
    random = Random(f"{seed}:{number}")
    name = target or random.choice([*TARGETS])
    content = mutate(random.choice(seeds[name]), seeds[name], random)
    return name, content, random


def read_input(name: str, content: bytes, random: Random) -> str | None:
    """Return what went wrong with an input, or None."""
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        TARGETS[name](content, random)
    except TwintownsError:
        pass
    except _TooLongError:
        return f"took more than {MOST_SECONDS} s\n{traceback.format_exc(limit=-6)}"
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a panic of polars is no Exception)
        return traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - started
    return f"took {seconds:.1f} s" if seconds > MOST_SECONDS else None


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLongError


def _work(options: argparse.Namespace, worker: int, state: SynchronizedArray[int]) -> None:
    """Read every `workers`-th input; write the number of the current one and the count into the shared state."""
    signal.signal(signal.SIGPROF, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    seeds, deadline, failures = make_seeds(), time.monotonic() + options.seconds, 0
    for name in TARGETS:  # what is read once a process counts for no input
        read_input(name, seeds[name][0], Random(0))
    numbers = [options.only] if options.only is not None else range(worker, options.inputs, options.workers)
    for number in numbers:
        if time.monotonic() > deadline or failures >= _MOST_FAILURES:
            break
        state[2 * worker] = number
        name, content, random = make_input(options.seed, number, seeds, options.target)
        problem = read_input(name, content, random)
        state[2 * worker + 1] += 1
        if problem:
            failures += 1
            shown = content if len(content) < 3000 else content[:3000] + b"..."
            print(f"FAILED --seed {options.seed} --only {number}: {name}\n{problem}\n{shown!r}\n", flush=True)  # noqa: T201
    os._exit(min(failures, 1))


def main() -> int:
    """Return 0 where nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many seconds")
    parser.add_argument("--seed", default=os.environ.get("TWINTOWNS_SEED", "1"))
    parser.add_argument("--target", choices=[*TARGETS], help="one reader alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="the number of one input")
    options = parser.parse_args()
    options.workers = 1 if options.only is not None else options.workers
    context = multiprocessing.get_context("spawn")
    state = context.Array("q", 2 * options.workers)
    processes = [
        context.Process(target=_work, args=(options, worker, state), daemon=True) for worker in range(options.workers)
    ]
    for process in processes:
        process.start()
    failed = False
    for worker, process in enumerate(processes):
        process.join()
        if process.exitcode not in (0, 1):
            print(f"FAILED --seed {options.seed} --only {state[2 * worker]}: ended with {process.exitcode}")  # noqa: T201
        failed = failed or process.exitcode != 0
    print(f"{sum(state[1::2]):,} inputs, seed {options.seed}: {'FAILED' if failed else 'no failure'}")  # noqa: T201
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
