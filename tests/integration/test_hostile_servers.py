"""Whatever a server sends is the failure of that file, in words; the other files are fetched."""

from __future__ import annotations

import gzip
import re
import socket
import struct
import threading
import time
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.fetch import fetch_files
from pipeline.extract.http.settings import HttpSettings
from pipeline.extract.live import fetch_live
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.wikitext import page_filter
from pipeline.sources import load_declarations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.extract.http.fetch import FetchResult
    from pipeline.sources import Declaration

    Answer = bytes | Callable[[socket.socket], None]

BODY = b"town,partner\nA,B\n"
#: A busy machine may need a while for the other file too, so time is short only where the end of it is the point.
HASTY = HttpSettings(attempts=2, timeout_attempts=1, backoff=0.01, jitter=0, size_cap=1 << 20)
IMPATIENT = replace(HASTY, deadline=1.2)


class Server:
    """A server that answers a request for `/x` with the bytes of `answer`, and any other with a good file."""

    def __init__(self) -> None:
        self.answer: Answer = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._respond, args=(connection,), daemon=True).start()

    def _respond(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += (received := connection.recv(65536))
                    if not received:
                        return
                answer = self.answer if request.split(b" ")[1].startswith(b"/x") else ok()
                if callable(answer):
                    answer(connection)
                else:
                    connection.sendall(answer)
            except OSError:
                # The client has seen enough.
                return

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def ok(*headers: bytes, body: bytes = BODY, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"Connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def redirect(location: bytes) -> bytes:
    return ok(b"Location: " + location, body=b"", status=b"302 Found")


def bare(*headers: bytes, body: bytes = BODY) -> bytes:
    """A response whose headers are these alone."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"Connection: close"]) + b"\r\n\r\n" + body


def drip(first: bytes, unit: bytes) -> Answer:
    """Send the same bytes again and again, slowly."""

    def send(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(unit)
            time.sleep(0.02)

    return send


def flood(first: bytes, unit: bytes) -> Answer:
    """Send the same bytes again and again, as quickly as they are taken."""

    def send(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(unit * 500)

    return send


def reset(connection: socket.socket) -> None:
    connection.sendall(bare(b"Content-Length: 100", body=b"abc"))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def bomb(layers: int = 1) -> bytes:
    """Return 256 MiB of spaces, compressed so many times."""
    content = gzip.compress(b" " * (1 << 20)) * 256
    for _ in range(layers - 1):
        content = gzip.compress(content)
    return content


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
TIME_IS_OVER = "could not be fetched: not complete after 1.2 seconds, the limit; nothing was kept, try again later"
#: Each answer, and words of the reason.
REFUSED: dict[str, tuple[Answer, str]] = {
    "redirect_half_address": (redirect(b"http://[::1/"), "redirects to 'http://[::1/', no valid address (Invalid IPv6"),
    "redirect_port": (redirect(b"http://127.0.0.1:99999/"), "no valid address (Port out of range"),
    "redirect_port_word": (redirect(b"http://127.0.0.1:abc/"), "no valid address (Port could not be cast"),
    "redirect_port_0": (redirect(b"http://127.0.0.1:0/"), "another server; it was not followed"),
    "redirect_control": (redirect(b"/x\x01"), "no valid address (control characters)"),
    "redirect_nul": (redirect(b"/x\x00"), "no valid address (control characters)"),
    "redirect_85": (redirect(b"/x\x85"), "no valid address (control characters)"),
    "redirect_2028": (redirect("/x\u2028".encode()), "no valid address (control characters)"),
    "redirect_file": (redirect(b"file:///etc/passwd"), "redirects to file:///etc/passwd, another server"),
    "redirect_script": (redirect(b"javascript:alert(1)"), "another server; it was not followed"),
    "redirect_password": (redirect(b"http://u:geheim@127.0.0.1/"), "redirects to http://***@127.0.0.1/, another"),
    "redirect_dots": (redirect(b"https://example..org/x.csv"), "redirects to https://example..org/x.csv, another"),
    "redirect_nowhere": (redirect(b""), "redirects without an address"),
    "redirect_without": (ok(status=b"302 Found"), "redirects without an address"),
    "redirect_loop": (redirect(b"/x"), "more than 5 redirects"),
    "redirect_long": (redirect(b"/x" + b"y" * 60_000), "more than 5 redirects"),
    "redirect_10_mb": (redirect(b"/" + b"y" * 10_000_000), "got more than 65536 bytes when reading header line"),
    "etag_10_mb": (ok(b'ETag: "' + b"x" * 10_000_000 + b'"'), "got more than 65536 bytes when reading header line"),
    "length_too_long": (bare(b"Content-Length: 500"), "truncated: 17 of 500 bytes came"),
    "length_of_two": (bare(b"Content-Length: 5, 6"), "Content-Length contained multiple unmatching values"),
    "length_twice": (bare(b"Content-Length: 5", b"Content-Length: 6"), "multiple unmatching values"),
    "gzip_bomb": (ok(b"Content-Encoding: gzip", body=bomb()), "more than 1 MiB, the limit for this request"),
    "gzip_twice": (ok(b"Content-Encoding: gzip, gzip", body=bomb(2)), "compressed as gzip, gzip, which was not"),
    "gzip_cut": (
        ok(b"Content-Encoding: gzip", body=gzip.compress(BODY)[:-9]),
        "the compressed bytes end in the middle",
    ),
    "no_gzip": (ok(b"Content-Encoding: gzip"), "not compressed as it says"),
    "brotli": (ok(b"Content-Encoding: br"), "compressed as br, which was not requested"),
    "drip_status": (drip(b"H", b"T"), TIME_IS_OVER),
    "drip_headers": (drip(b"HTTP/1.1 200 OK\r\n", b"x"), TIME_IS_OVER),
    "drip_body": (drip(b"HTTP/1.1 200 OK\r\n\r\n", b"a"), TIME_IS_OVER),
    "drip_chunk_size": (drip(CHUNKED + b"5\r\nabcde\r\n5;", b"x"), TIME_IS_OVER),
    "drip_trailers": (drip(CHUNKED + b"5\r\nabcde\r\n0\r\n", b"a: b\r\n"), TIME_IS_OVER),
    "drip_gzip_name": (drip(GZIPPED + b"\x1f\x8b\x08\x08\0\0\0\0\0\3", b"n"), TIME_IS_OVER),
    "drip_empty_gzip": (drip(GZIPPED, gzip.compress(b"")), TIME_IS_OVER),
    "flood_headers": (flood(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "got more than 100 headers"),
    "flood_header": (flood(b"HTTP/1.1 200 OK\r\nA: ", b"b"), "got more than 65536 bytes when reading header line"),
    "flood_continue": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), TIME_IS_OVER),
    "flood_processing": (flood(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), "HTTP 102"),
    "flood_trailers": (flood(CHUNKED + b"5\r\nabcde\r\n0\r\n", b"a: b\r\n"), TIME_IS_OVER),
    "flood_body": (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"abc"), "more than 1 MiB, the limit for this request"),
    "flood_empty_gzip": (flood(GZIPPED, gzip.compress(b"")), TIME_IS_OVER),
    "status_words": (b"hello world\r\n\r\n", "BadStatusLine: hello world"),
    "status_0": (b"HTTP/1.1 0 x\r\n\r\n", "BadStatusLine"),
    "status_superscript": (b"HTTP/1.1 \xb200 x\r\n\r\n", "BadStatusLine"),
    "status_999": (ok(status=b"999 x", body=b""), "HTTP 999 (x)"),
    "status_long": (b"HTTP/1.1 200" + b"0" * 100_000, "got more than 65536 bytes when reading status line"),
    "status_of_ssh": (b"SSH-2.0-OpenSSH\r\n", "BadStatusLine"),
    "http_9": (b"HTTP/9.9 200 OK\r\n\r\n", "UnknownProtocol"),
    "nothing": (b"", "Remote end closed connection without response"),
    "any_bytes": (bytes(range(256)) * 10, "BadStatusLine"),
    "chunk_of_letters": (CHUNKED + b"zz\r\nabc", "truncated: it ends in the middle"),
    "chunk_negative": (CHUNKED + b"-5\r\nabc", "truncated: it ends in the middle"),
    "chunk_huge": (CHUNKED + b"f" * 60_000 + b"\r\nabc", "truncated: it ends in the middle"),
    "chunk_without_end": (CHUNKED + b"3\r\nabcdef\r\n0\r\n", "truncated: it ends in the middle"),
    "reset": (reset, "Connection reset by peer"),
    "unchanged": (b"HTTP/1.1 304 N\r\n\r\n", "the server says that nothing changed, but nothing is here"),
    "partial": (ok(status=b"206 Partial Content"), "HTTP 206"),
    "retry_superscript": (ok(b"Retry-After: \xb2", status=b"503 U"), "HTTP 503"),
    "retry_5000_digits": (ok(b"Retry-After: " + b"9" * 5000, status=b"503 U"), "HTTP 503"),
    "retry_no_date": (ok(b"Retry-After: Mon, 99 Foo 99999999 99:99:99 +99999", status=b"503 U"), "HTTP 503"),
}
#: Answers that are odd, but have a body that is whole.
ACCEPTED: dict[str, bytes] = {
    "redirect_space": redirect(b"/good file.csv"),
    "redirect_utf_8": redirect("/gemäß.csv".encode()),
    "redirect_with_a_bomb": ok(b"Location: /good", b"Content-Encoding: gzip", body=bomb(), status=b"302 Found"),
    "etag_85": ok(b'ETag: "a\x85b"'),
    "etag_2028": ok('ETag: "a\u2028b"'.encode()),
    "etag_2029": ok('ETag: "a\u2029b"'.encode()),
    "etag_nul": ok(b'ETag: "a\x00b"'),
    "etag_60_kb": ok(b'ETag: "' + b"x" * 60_000 + b'"'),
    "last_modified_85": ok(b"Last-Modified: a\x85b"),
    "last_modified_2028": ok("Last-Modified: a\u2028b".encode()),
    "length_superscript": bare(b"Content-Length: \xb2"),
    "length_5000_digits": bare(b"Content-Length: " + b"9" * 5000),
    "length_negative": bare(b"Content-Length: -5"),
    "charset": ok(b"Content-Type: text/csv; charset=klingon-8\x85"),
    "encoding_that_is_none": ok(b"Content-Encoding: utf-8"),
    "gzip_with_more_behind": ok(b"Content-Encoding: gzip", body=gzip.compress(BODY) + b"xxxx"),
    "gzip_of_two_members": ok(b"Content-Encoding: gzip", body=gzip.compress(BODY[:5]) + gzip.compress(BODY[5:])),
    "cookie": ok(b"Set-Cookie: \x85=;;;=\xff; Max-Age=" + b"9" * 400 + b"; Expires=Foo, 99-Foo-99999 99:99:99"),
}


def source(server: Server) -> Declaration:
    """A source with a file that the server damages, and one that it does not."""
    declaration = load_declarations()["german_register_2014"]
    plain = declaration.files[0].model_copy(update={"sha256": None})
    files = [plain.model_copy(update={"name": f"{name}.csv", "url": f"{server.address}/{name}"}) for name in "xy"]
    return declaration.model_copy(update={"id": "quelle", "files": files})


def fetch(server: Server, raw: Path, settings: HttpSettings = HASTY) -> tuple[FetchResult, FetchResult]:
    first, second = fetch_files([source(server)], raw, None, HttpClient(settings))
    return first, second


@pytest.mark.parametrize("name", REFUSED)
def test_one_file_fails_and_the_other_is_fetched(server: Server, tmp_path: Path, name: str) -> None:
    server.answer, words = REFUSED[name]
    began = time.monotonic()
    bad, good = fetch(server, tmp_path, IMPATIENT if words == TIME_IS_OVER else HASTY)
    # The time of two attempts, on a busy machine.
    assert time.monotonic() - began < 2 * IMPATIENT.deadline + 2
    assert (bad.outcome, good.outcome) == ("failed", "new")
    assert bad.message.startswith(f"{server.address}/x")
    assert words in bad.message
    assert "unexpected" not in bad.message
    assert "geheim" not in bad.message
    assert len(bad.message) < 1500
    [snapshot] = RawStore(tmp_path).manifest("quelle")
    assert snapshot.file_name == "y.csv"


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_odd_answer_with_a_whole_body_is_kept(server: Server, tmp_path: Path, name: str) -> None:
    server.answer = ACCEPTED[name]
    assert [result.outcome for result in fetch(server, tmp_path)] == ["new", "new"]
    # The manifest has one line an entry, and is read again.
    assert [result.outcome for result in fetch(server, tmp_path)] == ["new", "new"]
    manifest = (tmp_path / "quelle" / "manifest.jsonl").read_bytes()
    assert len(manifest.splitlines()) == len(manifest.decode().splitlines()) == 2
    store = RawStore(tmp_path)
    assert [store.read(snapshot) for snapshot in store.manifest("quelle")] == [BODY, BODY]
    assert store.damaged_lines(["quelle"]) == []


def test_an_entity_tag_that_is_none_is_not_sent_back(server: Server, tmp_path: Path) -> None:
    server.answer = ACCEPTED["etag_2028"]
    fetch(server, tmp_path)
    assert [snapshot.etag for snapshot in RawStore(tmp_path).manifest("quelle")] == [None, None]
    response = HttpClient(HASTY).request(f"{server.address}/good", etag='"a\u2028b"')
    assert response
    assert response.content == BODY


def test_a_bomb_takes_no_more_memory_than_the_limit(server: Server, tmp_path: Path) -> None:
    server.answer = REFUSED["gzip_bomb"][0]
    tracemalloc.start()
    fetch(server, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * HASTY.size_cap


def test_all_attempts_together_have_a_limit(server: Server, tmp_path: Path) -> None:
    server.answer = ok(status=b"500 Broken")
    patient = HttpSettings(attempts=1000, backoff=0.05, backoff_max=0.05, jitter=0, total_time=0.5)
    began = time.monotonic()
    bad, _ = fetch(server, tmp_path, patient)
    assert bad.outcome == "failed"
    # A thousand attempts would take fifty seconds.
    assert 0.3 < time.monotonic() - began < 10
    server.answer = drip(b"HTTP/1.1 200 OK\r\n\r\n", b"a")
    bad, _ = fetch(server, tmp_path, patient)
    # What is left of the half second when the attempt begins.
    assert re.search(r"not complete after 0\.[45]\d* seconds, the limit", bad.message)


# Services


def json_answer(body: bytes) -> bytes:
    return ok(b"Content-Type: application/json", body=body)


#: What is neither the response of a SPARQL endpoint nor that of a MediaWiki.
WRONG: dict[str, bytes] = {
    "list": b"[]",
    "null": b"null",
    "number": b"3",
    "text": b'"results"',
    "results_null": b'{"results": null, "query": null}',
    "bindings_null": b'{"results": {"bindings": null}, "query": {"general": null, "extensions": 3}}',
    "row_null": b'{"results": {"bindings": [null]}, "query": []}',
    "term_null": b'{"results": {"bindings": [{"town": null}]}, "query": {}}',
    "number_for_text": b'{"results": {"bindings": [{"town": {"type": "uri", "value": 3}}]}, "query": 3}',
    "no_count": b'{"results": {"bindings": [{"town": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"}}]}}',
    "count_of_letters": b'{"results": {"bindings": [{"town": {"type": "uri", "value": "http://www.wikidata.org/entity/'
    b'Q1"}, "count": {"type": "literal", "value": "many"}}]}}',
    "long_number": b'{"results": ' + b"9" * 5000 + b"}",
    "deep": b'{"results": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep_but_readable": b'{"results": ' + b"[" * 400 + b"]" * 400 + b"}",
    "lone_surrogates": rb'{"\ud800": "\ud800", "results": {"bindings": [{"\udfff": {"type": "\ud800"}}]}}',
    "infinity": b'{"results": {"bindings": Infinity}, "query": Infinity}',
    "no_utf_8": b'{"results": "\xff"}',
    "cut": b'{"results": {"bindings": [',
    "empty": b"",
}


@pytest.mark.parametrize("source_id", ["wikidata", "wikipedia_it"])
@pytest.mark.parametrize("name", WRONG)
def test_a_service_that_answers_something_else(server: Server, tmp_path: Path, name: str, source_id: str) -> None:
    server.answer = json_answer(WRONG[name])
    declaration = load_declarations()[source_id]
    settings = HttpSettings(attempts=1, backoff=0.01, jitter=0)
    live: Any = fetch_live(declaration, tmp_path, HttpClient(settings), page_filter, endpoint=f"{server.address}/x")
    [result] = live
    assert (result.source_id, result.outcome) == (source_id, "failed")
    assert result.message.startswith(f"{server.address}/x: ")
    assert "unexpected" not in result.message
    assert len(result.message) < 1500
    assert RawStore(tmp_path).manifest(source_id) == []
