"""Work in a child process with limits: whatever one source's bytes do ends neither the run nor the other sources.

One worker does all work in turn. It is ended and replaced when it fails; what it failed at is tried once more by a
fresh one, because the memory that earlier work left may have been the reason. The worker is spawned: a forked process
would have the locks of threads that it does not have.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from pipeline.errors import SourceError, TwintownsError
from pipeline.extract.parallel import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from pipeline.sources import Limits

R = TypeVar("R")

_CONTEXT: Final = multiprocessing.get_context("spawn")
_MIB: Final = 1 << 20
#: What a worker imports while it waits for work.
_PRELOADED: Final = "pipeline.validate.source_reader"


class _EndedError(SourceError):
    """A worker ended without an answer."""


class _Worker:
    """A child process that does one piece of work after the other."""

    def __init__(self) -> None:
        self._connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs,))
        self._process.start()
        theirs.close()
        self.is_fresh = True
        self.has_answered = True

    def do(self, work: Callable[..., R], arguments: tuple[object, ...], limits: Limits) -> R:
        """Return what the work returns.

        Raises:
            SourceError: raised by the work, or a limit was reached.
            _EndedError: the process ended without an answer.
        """
        self.is_fresh = self.has_answered = False
        try:
            self._connection.send((work, arguments, limits.memory_mib))
            if not self._connection.poll(limits.seconds):
                raise SourceError(f"reading took longer than {limits.seconds:g} s, the limit of `seconds` in [limits]")
            result, error = self._connection.recv()
            self.has_answered = True
        except (EOFError, OSError):
            self._process.join()
            raise _EndedError(_describe_end(self._process.exitcode, limits)) from None
        if error is not None:
            raise error
        answer: R = result
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        self._connection.close()
        self._process.kill()
        self._process.join()


class _Pool:
    """The worker of this process, if it has one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.worker: _Worker | None = None

    def start(self) -> _Worker:
        """Return the worker; start it if there is none."""
        if self.worker is None:
            # Registered after the exit function of `multiprocessing`, which would wait for the worker, it runs before.
            atexit.unregister(self.end)
            atexit.register(self.end)
            self.worker = _Worker()
        return self.worker

    def end(self) -> None:
        """End the worker."""
        if self.worker:
            self.worker.end()
        self.worker = None


_POOL: Final = _Pool()


def start_worker() -> None:
    """Start the worker, so that it imports while this process does something else."""
    with _POOL.lock:
        _POOL.start()


def run_isolated(work: Callable[..., R], arguments: tuple[object, ...], limits: Limits) -> R:
    """Return what the work returns, done in a child process; several threads wait for one another.

    Args:
        work: what is done; it, its arguments and its result are pickled.
        arguments: of the work.
        limits: of time and memory.

    Raises:
        SourceError: raised by the work; or the work failed in any other way, took too long or needed too much memory.
    """
    with _POOL.lock:
        worker = _POOL.start()
        was_fresh, is_whole = worker.is_fresh, False
        try:
            answer = worker.do(work, arguments, limits)
            is_whole = True
        except _EndedError:
            if was_fresh:
                raise
            _POOL.end()
            answer = _POOL.start().do(work, arguments, limits)
            is_whole = True
        except SourceError:
            is_whole = worker.has_answered
            raise
        finally:
            if not is_whole:
                _POOL.end()
        return answer


def _serve(connection: Connection) -> None:
    """Do what comes, in the child, until nothing comes any more."""
    end_with_parent()
    # What a library prints as it fails is part of the message. Ctrl-C is for the parent.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    importlib.import_module(_PRELOADED)
    while True:
        try:
            work, arguments, memory_mib = connection.recv()
        except EOFError:
            return
        connection.send(_answer(work, arguments, memory_mib))


def _answer(
    work: Callable[..., object], arguments: tuple[object, ...], memory_mib: int
) -> tuple[object, SourceError | None]:
    """Return the result of the work, or what went wrong."""
    try:
        _limit_memory(memory_mib)
        return guarded(lambda: work(*arguments)), None
    except SourceError as problem:
        return None, problem
    except MemoryError:
        return None, SourceError(_too_much_memory(memory_mib))


def guarded(work: Callable[[], R]) -> R:
    """Return what the work returns.

    Raises:
        SourceError: raised by the work, or in place of an error that nobody expected.
        MemoryError: there is not enough.
    """
    try:
        return work()
    except (TwintownsError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A panic of polars is no Exception.
        raise SourceError(_describe(error)) from error


def _limit_memory(memory_mib: int) -> None:
    """Limit the memory of this process to what it has, and some more. Only Linux keeps such a limit."""
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + memory_mib * _MIB
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _describe(error: BaseException) -> str:
    """Return the type, the words and the place of an error that nobody expected."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "pipeline" in Path(frame.filename).parts] or frames
    place = f" ({Path(ours[-1].filename).name}, line {ours[-1].lineno})" if ours else ""
    lines = str(error).splitlines() or [""]
    return (
        f"cannot be read: {type(error).__name__}: {lines[0]}{place}; the file is damaged or not as declared. If it is "
        "neither, please report this"
    )


def _describe_end(exit_code: int | None, limits: Limits) -> str:
    """Return why a child ended without an answer."""
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        if -exit_code in (signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS):
            return f"{_too_much_memory(limits.memory_mib)} (the reading process was ended by {name})"
        return f"the reading process was ended by {name}"
    return f"the reading process ended with code {exit_code} and no answer"


def _too_much_memory(memory_mib: int) -> str:
    return (
        f"reading needed more memory than there is, or than {memory_mib:,} MiB, the limit of `memory_mib` in [limits]"
    )
