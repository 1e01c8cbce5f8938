"""A proxy on loopback that hands requests on to a server, and breaks the answers that it is told to."""

from __future__ import annotations

import gzip
import http.client
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Faults that pass: who asks again gets an answer.
PASSING = (
    "429", "503", "503_dated", "500", "500_timeout", "502", "504", "reset", "lost", "stall", "truncated", "cut_chunk",
    "cut_json", "error_text", "timeout_text", "html", "drip", "drip_headers", "longer_than_announced", "bad_gzip",
    "maxlag", "readonly",
)  # fmt: skip
#: Faults that are no better the next time.
LASTING = ("gzip_bomb", "redirect_loop", "redirect_host", "redirect_private", "redirect_file", "404", "400")


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FaultyProxy:
    """Breaks one answer for each name in `faults`, in their order, and hands on all others whole.

    Use it as a context; `url` then stands for `upstream`. `asked` has every request, `handed_on` counts those that
    upstream saw. `retry_after` is what busy answers say, in seconds.
    """

    upstream: str
    faults: deque[str] = field(default_factory=deque)
    retry_after: float = 0
    asked: list[Asked] = field(default_factory=list)
    handed_on: int = 0

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        # Wakes the thread that accepts.
        socket.create_connection(self._socket.getsockname()).close()
        self._thread.join()
        self._socket.close()

    def breaks(self, faults: Iterable[str]) -> None:
        """Break the next answers so."""
        self.faults.extend(faults)

    def _serve(self) -> None:
        while not self._closing.is_set():
            connection, _ = self._socket.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                asked = _read_request(connection)
                if asked is None:
                    return
                self.asked.append(asked)
                fault = "redirect_loop" if "loop=" in asked.path else self.faults.popleft() if self.faults else ""
                if fault in _WITHOUT_UPSTREAM:
                    _WITHOUT_UPSTREAM[fault](connection, asked, self)
                else:
                    status, headers, body = self._hand_on(asked)
                    _WITH_BODY.get(fault, _whole)(connection, status, headers, body, self)
            except OSError:
                # Whoever asked has seen enough.
                return

    def _hand_on(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        self.handed_on += 1
        target = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=60)
        kept = {
            name: value
            for name, value in asked.headers.items()
            if name.lower() not in ("connection", "accept-encoding")
        }
        target.request(asked.method, asked.path, asked.body or None, kept | {"Connection": "close"})
        answer = target.getresponse()
        body = answer.read()
        headers = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "etag")}
        target.close()
        return answer.status, headers, body

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the test."""
        self._closing.wait(seconds)


def _read_request(connection: socket.socket) -> Asked | None:
    content = bytearray()
    while b"\r\n\r\n" not in content:
        piece = connection.recv(65536)
        if not piece:
            return None
        content += piece
    head, _, body = bytes(content).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    length = int(headers.get("Content-Length", 0))
    while len(body) < length:
        body += connection.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Asked(method, path, headers, body)


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
    lines += [f"{name}: {value}" for name, value in {**headers, "Connection": "close"}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _send(connection: socket.socket, status: int, headers: dict[str, str], body: bytes = b"") -> None:
    connection.sendall(_head(status, {"Content-Length": str(len(body))} | headers) + body)


# Faults that need no answer of the server


def _busy(status: int) -> Callable[[socket.socket, Asked, FaultyProxy], None]:
    def answer(connection: socket.socket, _: Asked, proxy: FaultyProxy) -> None:
        _send(
            connection, status, {"Retry-After": f"{proxy.retry_after:g}", "Content-Type": "text/html"}, b"<p>busy</p>"
        )

    return answer


def _busy_dated(connection: socket.socket, _: Asked, proxy: FaultyProxy) -> None:
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + proxy.retry_after))
    _send(connection, 503, {"Retry-After": when}, b"busy until then")


def _fails(status: int, text: bytes = b"<html><h1>Sorry</h1></html>") -> Callable[..., None]:
    def answer(connection: socket.socket, *_: object) -> None:
        _send(connection, status, {"Content-Type": "text/html"}, text)

    return answer


def _reset(connection: socket.socket, *_: object) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _stall(_: socket.socket, __: Asked, proxy: FaultyProxy) -> None:
    proxy.pause(30)


def _lost(*_: object) -> None:
    """Close without a word."""


def _drip_headers(connection: socket.socket, _: Asked, proxy: FaultyProxy) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        connection.sendall(f"X-{number}: y\r\n".encode())
        proxy.pause(0.05)


def _gzip_bomb(connection: socket.socket, *_: object) -> None:
    # 256 MiB of blanks in 256 KiB.
    bomb = gzip.compress(b" " * (1 << 20)) * 256
    _send(connection, 200, {"Content-Encoding": "gzip", "Content-Type": "application/json"}, bomb)


def _redirect_loop(connection: socket.socket, asked: Asked, __: FaultyProxy) -> None:
    path, _, number = asked.path.partition("?loop=")
    _send(connection, 307, {"Location": f"{path}?loop={int(number or 0) + 1}"})


def _redirect(target: str) -> Callable[..., None]:
    def answer(connection: socket.socket, *_: object) -> None:
        _send(connection, 307, {"Location": target})

    return answer


def _api_error(code: str) -> Callable[..., None]:
    """What a MediaWiki says with a status of 200."""

    def answer(connection: socket.socket, _: Asked, proxy: FaultyProxy) -> None:
        body = f'{{"error": {{"code": "{code}", "info": "Waiting for a database server"}}}}'.encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Retry-After": f"{proxy.retry_after:g}"}
        _send(connection, 200, headers, body)

    return answer


_WITHOUT_UPSTREAM: dict[str, Callable[[socket.socket, Asked, FaultyProxy], None]] = {
    "429": _busy(429), "503": _busy(503), "503_dated": _busy_dated, "500": _fails(500),
    "500_timeout": _fails(500, b"SPARQL-QUERY\njava.util.concurrent.TimeoutException\n"), "502": _fails(502),
    "504": _fails(504), "404": _fails(404), "400": _fails(400), "reset": _reset, "stall": _stall, "lost": _lost,
    "drip_headers": _drip_headers, "gzip_bomb": _gzip_bomb, "redirect_loop": _redirect_loop,
    "redirect_host": _redirect("http://example.org/api.php"), "redirect_file": _redirect("file:///etc/passwd"),
    "redirect_private": _redirect("http://10.0.0.1/latest/meta-data/"), "maxlag": _api_error("maxlag"),
    "readonly": _api_error("readonly"),
}  # fmt: skip


# Faults of an answer that the server gave


def _whole(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    _send(connection, status, headers, body)


def _truncated(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    connection.sendall(_head(status, headers | {"Content-Length": str(len(body))}) + body[: len(body) // 2])


def _cut_chunk(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    half = body[: len(body) // 2]
    chunk = f"{len(half):x}\r\n".encode() + half + b"\r\n" + f"{len(body):x}\r\n".encode() + half[:9]
    connection.sendall(_head(status, headers | {"Transfer-Encoding": "chunked"}) + chunk)


def _cut_json(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    """Without a length, the end of the connection is the end of the body: only the JSON shows that it was cut."""
    connection.sendall(_head(status, headers) + body[:-3])


def _error_text(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    text = b"\nSPARQL-QUERY: queryStr=SELECT\njava.lang.IllegalStateException: closed\n\tat a.b.C.d(C.java:12)\n"
    _send(connection, status, headers, body[: len(body) // 2] + text)


def _timeout_text(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    _send(connection, status, headers, body[: len(body) // 2] + b"\njava.util.concurrent.TimeoutException\n")


def _html(connection: socket.socket, *_: object) -> None:
    _send(connection, 200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Wikimedia Error</title><p>Sorry")


def _drip(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, proxy: FaultyProxy) -> None:
    connection.sendall(_head(status, headers | {"Content-Length": str(len(body))}))
    for place in range(len(body)):
        connection.sendall(body[place : place + 1])
        proxy.pause(0.05)


def _longer(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    connection.sendall(_head(status, headers | {"Content-Length": str(len(body) - 2)}) + body)


def _bad_gzip(connection: socket.socket, status: int, headers: dict[str, str], body: bytes, _: FaultyProxy) -> None:
    packed = gzip.compress(body)
    packed = packed[:12] + bytes(255 - one for one in packed[12:])
    _send(connection, status, headers | {"Content-Encoding": "gzip"}, packed)


_WITH_BODY: dict[str, Callable[[socket.socket, int, dict[str, str], bytes, FaultyProxy], None]] = {
    "truncated": _truncated, "cut_chunk": _cut_chunk, "cut_json": _cut_json, "error_text": _error_text,
    "timeout_text": _timeout_text, "html": _html,
    "drip": _drip, "longer_than_announced": _longer, "bad_gzip": _bad_gzip,
}  # fmt: skip
