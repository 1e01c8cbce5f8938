"""The progress of a command on standard error: a spinner on a terminal, a line for each step in a log, or nothing."""

from __future__ import annotations

import json
import sys
import time
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from pipeline.report.control_characters import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds between two lines of a log.
_LINE_EVERY = 30.0


class Progress(Protocol):
    """Shows each step."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Run one step inside the context."""


class _Quiet:
    """Shows nothing."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:  # noqa: ARG002
        yield


class _Lines:
    """Writes one line a step."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        _write(f"{name}: {time.perf_counter() - start:.2f} s")


class _JsonLines:
    """Writes one JSON object a step, for log collectors."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        except BaseException as error:
            log_event("error", "step", step=name, seconds=round(time.perf_counter() - start, 3), error=str(error))
            raise
        log_event("info", "step", step=name, seconds=round(time.perf_counter() - start, 3))


class _Spinner:
    """Shows a spinner with the current steps, of which several threads can have one each."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._status = self._console.status("")
        self._lock = Lock()
        self._names: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        with self._lock:
            self._names.append(name)
            self._show()
        try:
            yield
        finally:
            with self._lock:
                self._names.remove(name)
                self._show()
        self._console.print(f"[green]✓[/] {escape_controls(name)} [dim]{time.perf_counter() - start:.2f} s[/]")

    def _show(self) -> None:
        if self._names:
            self._status.update(f"{escape_controls(', '.join(self._names))} …")
            self._status.start()
        else:
            self._status.stop()


quiet = _Quiet()


def progress_for_stderr(*, as_json: bool = False) -> Progress:
    """Return a spinner if standard error is a terminal, else lines of text or of JSON."""
    return _Spinner() if sys.stderr.isatty() else _JsonLines() if as_json else _Lines()


def log_event(level: str, event: str, **fields: object) -> None:
    """Write a line of the log: time in UTC, level, event and further fields, as JSON."""
    now = datetime.now(tz=UTC).isoformat(timespec="milliseconds")
    _write(json.dumps({"time": now, "level": level, "event": event} | fields, ensure_ascii=False, default=str))


@contextmanager
def byte_progress(name: str, size: int) -> Iterator[Callable[[int, int], None]]:
    """Show how much of a file of `size` bytes is read: a bar on a terminal, else a line every 30 seconds.

    Yields:
        A function to call with the bytes of the file, and those of its text, that were read so far.
    """
    if not sys.stderr.isatty():
        yield _byte_lines(name, size)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn(escape_controls(name), markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(name, total=size)
        yield lambda read, _: bars.update(task, completed=read)


def _byte_lines(name: str, size: int) -> Callable[[int, int], None]:
    start = last_line = time.perf_counter()

    def on_progress(read: int, text: int) -> None:
        nonlocal last_line
        now = time.perf_counter()
        if now - last_line < _LINE_EVERY and read < size:
            return
        last_line = now
        rate = text / max(now - start, 1e-9) / 1e6
        _write(f"{name}: {read / max(size, 1):.0%}, {rate:.0f} MB of text a second")

    return on_progress


def _write(line: str) -> None:
    print(escape_controls(line), file=sys.stderr, flush=True)  # noqa: T201
