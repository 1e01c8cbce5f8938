"""What is going on: a display that moves on a terminal, a line a step elsewhere, or nothing."""

from __future__ import annotations

import json
import sys
import time
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


#: Seconds between two lines of a log.
_LINE_EVERY = 30.0


class Progress(Protocol):
    """Told of each step as it begins and ends."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Run one step inside the context."""


class _Quiet:
    @contextmanager
    def step(self, name: str) -> Iterator[None]:  # noqa: ARG002
        yield


class _Lines:
    """One line a step on standard error, for logs."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        print(f"{name}: {time.perf_counter() - began:.2f} s", file=sys.stderr, flush=True)  # noqa: T201


class _JsonLines:
    """One JSON object a step on standard error, for whoever collects logs."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        except BaseException as error:
            log_event("error", "step", step=name, seconds=round(time.perf_counter() - began, 3), error=str(error))
            raise
        log_event("info", "step", step=name, seconds=round(time.perf_counter() - began, 3))


def log_event(level: str, event: str, **content: object) -> None:
    """Write a line of the log: time in UTC, level, event and what belongs to it."""
    stamp = datetime.now(tz=UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": stamp, "level": level, "event": event} | content, ensure_ascii=False, default=str)
    print(line, file=sys.stderr, flush=True)  # noqa: T201


class _Display:
    """A spinner with the running step on standard error."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        from rich.console import Console

        console = Console(stderr=True)
        began = time.perf_counter()
        with console.status(f"{name} …"):
            yield
        console.print(f"[green]✓[/] {name} [dim]{time.perf_counter() - began:.2f} s[/]")


@contextmanager
def measured(name: str, size: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far a file of `size` bytes is read, how fast its text is, and how long it will take.

    Yields:
        What to call with the bytes of the file that were read, and with those of its text.
    """
    if not sys.stderr.isatty():
        began = told_at = time.perf_counter()

        def say(read: int, text: int) -> None:
            nonlocal told_at
            now = time.perf_counter()
            if now - told_at < _LINE_EVERY and read < size:
                return
            told_at = now
            rate = text / max(now - began, 1e-9) / 1e6
            print(f"{name}: {read / max(size, 1):.0%}, {rate:.0f} MB of text a second", file=sys.stderr, flush=True)  # noqa: T201

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(name, total=size)
        yield lambda read, _: bars.update(task, completed=read)


quiet = _Quiet()


def progress_for_stderr(*, as_json: bool = False) -> Progress:
    """Return the progress that suits standard error; lines are JSON where that is asked for."""
    return _Display() if sys.stderr.isatty() else _JsonLines() if as_json else _Lines()
