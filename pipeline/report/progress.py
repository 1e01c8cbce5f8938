"""What is going on: a display that moves on a terminal, a line a step elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


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


quiet = _Quiet()


def progress_for_stderr() -> Progress:
    """Return the progress that suits standard error."""
    return _Display() if sys.stderr.isatty() else _Lines()
