"""One build at a time in a folder, and a word on who holds it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.errors import LockedError, TwintownsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST = 300


@dataclass(frozen=True)
class Lock:
    """The lock, held.

    Attributes:
        handle: the open lock file.
        holder: who holds it and since when.
        interrupted: what the last holder wrote, if it ended without giving the lock back: it was killed.
    """

    handle: int
    holder: str
    interrupted: str | None

    def phase(self, name: str) -> None:
        """Write down what is going on, for whoever finds the folder locked."""
        # This is for a message alone; a full disk does not matter here.
        with suppress(OSError):
            os.truncate(self.handle, 0)
            os.pwrite(self.handle, f"{self.holder}, at {name}\n".encode(), 0)


@contextmanager
def locked(out: Path, command: str = "twintowns build") -> Iterator[Lock]:
    """Hold the output folder for one build; the kernel frees it however the process ends.

    Args:
        out: the folder that holds `current` and `releases/`.
        command: what holds it, for the message that others get.

    Raises:
        LockedError: somebody else holds it.
        TwintownsError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        # What is written into the lock must not end up in a file that a link leads to.
        handle = os.open(out / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise TwintownsError(f"{out}: cannot be written ({error.strerror}); nothing was built") from error
    try:
        lock = _hold(handle, out, command)
        lock.phase("start")
        try:
            yield lock
        finally:
            with suppress(OSError):
                os.truncate(handle, 0)
    finally:
        os.close(handle)


def _hold(handle: int, out: Path, command: str) -> Lock:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(handle, _LONGEST, 0).decode(errors="replace").strip()
        raise LockedError(
            f"{out}: another build is running ({holder or 'unknown process'}); try again later"
        ) from error
    left = os.pread(handle, _LONGEST, 0).decode(errors="replace").strip()
    since = datetime.now(tz=UTC).isoformat(timespec="seconds")
    return Lock(handle, f"process {os.getpid()}, {command} since {since}", left or None)
