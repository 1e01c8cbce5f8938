"""The lock of the output folder: one build at a time."""

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

_MAX_BYTES = 300


@dataclass(frozen=True)
class Lock:
    """A lock that this process holds.

    Attributes:
        descriptor: the open lock file.
        holder: who holds it and since when.
        interrupted: what the last holder wrote, if it was killed before it released the lock.
    """

    descriptor: int
    holder: str
    interrupted: str | None

    def phase(self, name: str) -> None:
        """Write the current phase into the lock file, for the message that other builds show."""
        # A full disk must not stop the build here.
        with suppress(OSError):
            os.truncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"{self.holder}, at {name}\n".encode(), 0)


@contextmanager
def locked(out: Path, command: str = "twintowns build") -> Iterator[Lock]:
    """Lock the output folder. The kernel releases the lock however the process ends.

    Args:
        out: the folder that holds `current` and `releases/`.
        command: the command that locks it, for the message that other builds show.

    Raises:
        LockedError: another process holds the lock.
        TwintownsError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Without O_NOFOLLOW, a link could lead to another file, which would be overwritten.
        descriptor = os.open(out / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise TwintownsError(f"{out}: cannot be written ({error.strerror}); nothing was built") from error
    try:
        lock = _acquire(descriptor, out, command)
        lock.phase("start")
        try:
            yield lock
        finally:
            with suppress(OSError):
                os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, out: Path, command: str) -> Lock:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _read(descriptor)
        raise LockedError(
            f"{out}: another build is running ({holder or 'unknown process'}); try again later"
        ) from error
    since = datetime.now(tz=UTC).isoformat(timespec="seconds")
    return Lock(descriptor, f"process {os.getpid()}, {command} since {since}", interrupted=_read(descriptor) or None)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, _MAX_BYTES, 0).decode(errors="replace").strip()
