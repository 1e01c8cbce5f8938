"""The database of a release, opened to be read: no other file, no setting, and limits of memory and time."""

from __future__ import annotations

import os
import select
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import duckdb

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What a query may take. It does not spill to disk: nothing is written beside a release.
MEMORY_LIMIT: Final = "2GB"
#: Seconds after which a command stops reading.
TIME_LIMIT: Final = 300.0
#: What a query may do, for messages.
ALLOWED: Final = "a query may only read the tables of the release; use --output to write a file"
#: The configuration is part of the connection: the release is opened by it, and after it nothing else.
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": False,
    "lock_configuration": True,
    "memory_limit": MEMORY_LIMIT,
    "temp_directory": "",
}
#: What the database raises where `open_read_only` stops it; a caller that words errors of its own lets these through.
LIMITS: Final = (duckdb.InterruptException, duckdb.OutOfMemoryException, duckdb.PermissionException)
#: Seconds between two interrupts: the first is lost if it falls between two statements.
_AGAIN: Final = 0.1


class LimitError(TwintownsError):
    """A query took too much time or memory."""


class ForbiddenError(TwintownsError):
    """A query reads or writes something else than the tables of the release."""

    exit_code = 2


@contextmanager
def open_read_only(path: Path, seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database of a release. Whatever statement it runs, no other file is read or written.

    Args:
        path: the database.
        seconds: how long it may be used (`TIME_LIMIT`).

    Raises:
        ForbiddenError: a statement names another file, or an extension.
        LimitError: it takes too much time or memory.
        duckdb.Error: it cannot be opened, or a statement is wrong.
    """
    limit = TIME_LIMIT if seconds is None else seconds
    try:
        with duckdb.connect(path, read_only=True, config=_CONFIG) as connection, _interrupted_after(connection, limit):
            yield connection
    except duckdb.InterruptException as error:
        raise LimitError(
            f"stopped after {limit:g} seconds, which is the limit; ask for less, such as fewer tables or a WHERE"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise LimitError(
            f"more than {MEMORY_LIMIT} of memory would be needed, which is the limit; ask for less, "
            "or open the database with another client"
        ) from error
    except duckdb.PermissionException as error:
        raise ForbiddenError(f"{ALLOWED}\nThe database says: {error}") from error


@contextmanager
def _interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what the connection runs, after a time or on Ctrl-C, of which Python hears only between statements."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False) if is_main else None
    is_done = threading.Event()

    def watch() -> None:
        select.select([reader], [], [], seconds)
        while not is_done.is_set():
            connection.interrupt()
            is_done.wait(_AGAIN)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        with suppress(BlockingIOError):
            os.write(writer, b"\0")
        thread.join()
        if before is not None:
            signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)
