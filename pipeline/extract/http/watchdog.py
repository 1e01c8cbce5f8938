"""A limit on the time of a request that holds whatever the server sends, or does not send, meanwhile."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Watchdog:
    """Disconnects the connections of one request at a given time.

    A timeout of a socket limits one silence only: a handshake, headers, chunk sizes or a compressed body that gives
    nothing may all arrive byte by byte, in code that does not return between two bytes.

    Args:
        until: when to disconnect, as a value of `time.monotonic`.
    """

    def __init__(self, until: float) -> None:
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_over = False
        seconds = min(max(until - time.monotonic(), 0), threading.TIMEOUT_MAX)
        self._timer = threading.Timer(seconds, self._disconnect)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Begin to wait."""
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop waiting: the request has ended."""
        self._timer.cancel()
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def watch(self, connection: socket.socket | None) -> None:
        """Disconnect this connection too. It may be wrapped for TLS meanwhile: a duplicate of it is kept."""
        if connection is None:
            return
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._connections.append(duplicate)
            is_over = self._is_over
        if is_over:
            self._disconnect()

    def _disconnect(self) -> None:
        with self._lock:
            self._is_over = True
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
