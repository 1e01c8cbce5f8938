"""What a server can get wrong is requested again or reported; nothing of it is kept."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from faulty_proxy import LASTING, PASSING, FaultyProxy

from pipeline.errors import SourceError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import (
    BadResponseError,
    BusyError,
    HttpError,
    NotFoundError,
    TimedOutError,
    TooLargeError,
)
from pipeline.extract.http.responses import Response
from pipeline.extract.http.settings import HttpSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUE = {"rows": [f"Ville-sœur {number}" for number in range(500)]}
BODY = json.dumps(VALUE).encode()
HASTY = HttpSettings(
    attempts=4,
    timeout_attempts=2,
    backoff=0.01,
    backoff_max=0.02,
    jitter=0.01,
    size_cap=1 << 20,
    retry_after_max=2,
)
#: Time is short only where the end of it is the point: a busy machine may need a while for any other answer. What drips
#: must not pause for as long as the whole may take, and what stalls not fill that.
SHORT = {
    "stall": replace(HASTY, read_timeout=0.25),
    "drip": replace(HASTY, deadline=0.8),
    "drip_headers": replace(HASTY, deadline=0.8),
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(304 if self.headers["If-None-Match"] else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("ETag", '"v1"')
            self.end_headers()
            self.wfile.write(BODY)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def proxy(upstream: str) -> Iterator[FaultyProxy]:
    with FaultyProxy(upstream) as running:
        yield running


def api_error(answer: Response) -> None:
    if "error" in answer.json:
        raise BusyError(f"{answer.url}: {answer.json['error']['code']}", retry_after=answer.retry_after)


def ask(proxy: FaultyProxy, settings: HttpSettings = HASTY, **changes: Any) -> Response | None:
    asked: dict[str, Any] = {"form": {"query": "x"}, "accept": "application/json", "check": api_error} | changes
    return HttpClient(settings).request(proxy.url + "/api.php", **asked)


@pytest.mark.parametrize("fault", PASSING)
def test_a_request_with_a_passing_fault_is_repeated(proxy: FaultyProxy, fault: str) -> None:
    proxy.breaks([fault])
    answer = ask(proxy, SHORT.get(fault, HASTY))
    assert answer
    assert (answer.content, answer.json, len(proxy.asked)) == (BODY, VALUE, 2)


#: For each lasting fault: the error, its words, and the number of attempts.
EXPECTED: dict[str, tuple[type[SourceError], str, int]] = {
    "429": (BusyError, "HTTP 429, the server gets too many requests", 4),
    "503": (BusyError, "HTTP 503, the server gets too many requests", 4),
    "503_dated": (BusyError, "HTTP 503, the server gets too many requests", 4),
    "maxlag": (BusyError, "maxlag", 4),
    "readonly": (BusyError, "readonly", 4),
    "500": (HttpError, "could not be fetched: HTTP 500 (Sorry)", 4),
    "502": (HttpError, "could not be fetched: HTTP 502 (Sorry)", 4),
    "504": (TimedOutError, "HTTP 504 (Sorry); nothing was kept: the server ran out of time; ask for less", 2),
    "500_timeout": (TimedOutError, "the server ran out of time; ask for less", 2),
    "stall": (TimedOutError, "no response in time", 2),
    "drip": (TimedOutError, "not complete after 0.8 seconds", 2),
    "drip_headers": (TimedOutError, "not complete after 0.8 seconds", 2),
    "reset": (HttpError, "could not be fetched: ", 4),
    "lost": (HttpError, "could not be fetched: ", 4),
    "truncated": (BadResponseError, f"truncated: {len(BODY) // 2} of {len(BODY)} bytes came", 4),
    "cut_chunk": (BadResponseError, "truncated: it ends in the middle", 4),
    "cut_json": (BadResponseError, "not valid JSON: ", 4),
    "longer_than_announced": (BadResponseError, "not valid JSON: ", 4),
    "error_text": (BadResponseError, "which reads 'SPARQL-QUERY: ", 4),
    "timeout_text": (TimedOutError, "it says that its time ran out", 2),
    "html": (BadResponseError, "a web page came instead of application/json ('Wikimedia Error')", 4),
    "bad_gzip": (BadResponseError, "not compressed as it says", 4),
    "gzip_bomb": (TooLargeError, "more than 1 MiB", 1),
    "404": (NotFoundError, "HTTP 404, no such file there", 1),
    "400": (HttpError, "could not be fetched: HTTP 400 (Sorry)", 1),
    "redirect_loop": (BadResponseError, "more than 5 redirects", 6),
    "redirect_host": (BadResponseError, "redirects to http://example.org/api.php, another server", 1),
    "redirect_private": (BadResponseError, "redirects to http://10.0.0.1/latest/meta-data/, another server", 1),
    "redirect_file": (BadResponseError, "redirects to file:///etc/passwd, another server", 1),
}


def test_every_fault_is_known() -> None:
    assert EXPECTED.keys() == {*PASSING, *LASTING}


@pytest.mark.parametrize("fault", EXPECTED)
def test_a_lasting_fault_is_reported(proxy: FaultyProxy, fault: str) -> None:
    kind, words, attempts = EXPECTED[fault]
    proxy.breaks([fault] * 20)
    with pytest.raises(SourceError) as error:
        ask(proxy, SHORT.get(fault, HASTY))
    assert type(error.value) is kind
    assert str(error.value).startswith(proxy.url + "/api.php")
    assert words in str(error.value)
    assert len(proxy.asked) == attempts


@pytest.mark.parametrize("fault", ["503", "503_dated", "maxlag"])
def test_the_wait_that_a_server_asks_for_is_kept(proxy: FaultyProxy, fault: str) -> None:
    proxy.retry_after = 2 if fault == "503_dated" else 1
    proxy.breaks([fault])
    began = time.monotonic()
    assert ask(proxy)
    # A date has whole seconds: of two, at least one is left.
    assert time.monotonic() - began >= 0.95


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(proxy: FaultyProxy) -> None:
    proxy.retry_after = 3600
    proxy.breaks(["429"])
    with pytest.raises(BusyError) as error:
        ask(proxy)
    assert (error.value.retry_after, len(proxy.asked)) == (3600, 1)
    assert "try again in 3600 seconds" in str(error.value)


def test_waits_grow(proxy: FaultyProxy) -> None:
    proxy.breaks(["500"] * 3)
    began = time.monotonic()
    assert HttpClient(HttpSettings(attempts=4, backoff=0.1, jitter=0)).request(proxy.url)
    assert 0.7 <= time.monotonic() - began < 1.5


def test_one_request_at_a_time_and_not_too_soon_after_another(proxy: FaultyProxy) -> None:
    manners = HttpSettings(local_interval=0.1)
    threads = [threading.Thread(target=HttpClient(manners).request, args=(proxy.url,)) for _ in range(4)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(proxy.asked) == 4
    assert time.monotonic() - began >= 0.3


def test_a_size_cap_of_one_question(proxy: FaultyProxy) -> None:
    assert ask(proxy, size_cap=len(BODY))
    with pytest.raises(TooLargeError, match=rf"more than {len(BODY) - 1} bytes"):
        ask(proxy, size_cap=len(BODY) - 1)


def test_the_headers_of_a_request(proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINTOWNS_CONTACT", "https://example.org/towns\r\nX-Evil: 1")
    web = HttpClient(HttpSettings())
    answer = web.request(proxy.url + "/a?q=K%C3%B6ln+%26+Bonn", accept="application/json")
    assert answer == Response(BODY, '"v1"', proxy.url + "/a?q=K%C3%B6ln+%26+Bonn")
    assert web.request(proxy.url + "/b", form={"q": "x"}, etag='"v1"') is None
    first, second = proxy.asked
    assert (first.method, second.method, second.body) == ("GET", "POST", b"q=x")
    assert first.headers["User-Agent"].endswith("(https://example.org/towns X-Evil: 1)")
    assert (first.headers["Accept"], second.headers["If-None-Match"]) == ("application/json", '"v1"')
