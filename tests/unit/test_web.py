"""Which hosts may get a request, and how messages show an address."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import SourceError
from pipeline.extract.http.body import parse_content
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.guard import redact_url
from pipeline.extract.http.settings import HttpSettings, contact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONCE = HttpSettings(interval=0, attempts=1, connect_timeout=0.2, read_timeout=1)


def fetch(url: str, settings: HttpSettings = ONCE) -> bytes:
    response = HttpClient(settings).request(url)
    assert response
    return response.content


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """Return the port of a server, and the paths that were requested."""
    requested: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"town")

        def log_message(self, *_: Any) -> None:
            pass

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield listening.server_port, requested
    listening.shutdown()
    listening.server_close()
    thread.join()


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name be resolved to these addresses, one a time, the last one for ever."""
    waiting = list(addresses)

    def resolve(_: str, port: int, *__: object, **___: object) -> list[tuple[Any, ...]]:
        address = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.1.1",
        "172.16.5.4",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:10.0.0.1]",
        "[::]",
        "255.255.255.255",
        "[2002:a00:1::]",
    ],
)
def test_a_private_address_gets_no_request(host: str) -> None:
    with pytest.raises(SourceError, match="which is not public; no request was sent"):
        HttpClient(ONCE).request(f"http://{host}/latest/meta-data")


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "fe80::1", "::ffff:127.0.0.1"])
def test_a_name_of_a_private_address_gets_no_request(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    names(monkeypatch, address)
    with pytest.raises(SourceError, match=r"example\.org: has the address .* which is not public"):
        HttpClient(ONCE).request("http://example.org/a")


def test_a_name_that_changes_its_address_meanwhile(
    monkeypatch: pytest.MonkeyPatch, server: tuple[int, list[str]]
) -> None:
    names(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(SourceError, match=r"has the address 127\.0\.0\.1, which is not public"):
        HttpClient(ONCE).request(f"http://example.org:{server[0]}/a")
    assert server[1] == []


def test_this_machine_by_its_name_and_hosts_that_are_allowed(
    monkeypatch: pytest.MonkeyPatch, server: tuple[int, list[str]]
) -> None:
    port, requested = server
    for host in ("127.0.0.1", "localhost"):
        assert fetch(f"http://{host}:{port}/{host}") == b"town"
    names(monkeypatch, "127.0.0.1")
    monkeypatch.setenv("TWINTOWNS_PRIVATE_HOSTS", "sparql.lan Wiki.lan")
    assert fetch(f"http://wiki.lan:{port}/wiki", HttpSettings()) == b"town"
    assert requested == ["/127.0.0.1", "/localhost", "/wiki"]


def test_a_server_without_a_certificate_to_trust(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(SourceError, match="certificate verify failed"):
            HttpClient(ONCE).request(f"https://localhost:{listening.getsockname()[1]}/a")
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "https://example..org/x.csv",
        f"https://{'a' * 64}.org/x.csv",
        "https://example.org:99999/x",
        "https://example.org:0/x",
        "https://example.org:abc/x",
        "http://[::1/",
        "http://[::g]/",
        "https://exa mple.org/x",
        "https://example.org/a b",
        "https://example.org/a\nb",
        "https://example.org/\x85",
        "https://example.org/\u2028",
        "https://example.org/\ud800",
        "https://example.org\\@evil.org/",
        "https://exam%70le.org/",
        "https://.org/",
        f"https://{'a.' * 200}org/",
        "https://xn--\u00fc.org/",
        "https:///x",
        "nowhere",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_none_gets_no_request(url: str) -> None:
    with pytest.raises(SourceError, match="could not be fetched: "):
        HttpClient(ONCE).request(url)


def test_an_international_name_is_requested_as_browsers_do(
    monkeypatch: pytest.MonkeyPatch, server: tuple[int, list[str]]
) -> None:
    asked = []
    resolve = socket.getaddrinfo

    def note(host: str, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1", *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", note)
    settings = HttpSettings(attempts=1, private_hosts=frozenset({"städte.example", "xn--stdte-hra.example"}))
    assert fetch(f"http://städte.example:{server[0]}/a", settings) == b"town"
    assert asked == ["xn--stdte-hra.example"]


def test_a_password_in_an_address_is_neither_used_nor_redact_url() -> None:
    with pytest.raises(SourceError) as error:
        HttpClient(ONCE).request("https://anna:geheim@example.org/a?token=abc")
    assert str(error.value).startswith(
        "https://***@example.org/a?token=***: could not be fetched: a user name or password"
    )
    assert "geheim" not in str(error.value)
    assert "abc" not in str(error.value)


def test_the_message_of_a_failure_has_no_secrets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SourceError) as error:
        HttpClient(ONCE).request(f"http://127.0.0.1:{port}/a?api_key=abc&q=x")
    assert "Connection refused" in str(error.value)
    assert "abc" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://example.org/a?q=K%C3%B6ln#part", "https://example.org/a?q=K%C3%B6ln"),
        ("https://example.org/a?page=2&access_token=x&key=y", "https://example.org/a?page=2&access_token=***&key=***"),
        ("https://u:p@example.org:8080/a", "https://***@example.org:8080/a"),
        ("no address", "no address"),
        ("http://[::1/a", "http://[::1/a"),
        ("http://u:p@[::1/a?key=x", "http://***@[::1/a"),
        ("https://example.org/" + "x" * 2000, "https://example.org/" + "x" * 980 + "…"),
    ],
)
def test_how_an_address_is_shown(url: str, printed: str) -> None:
    assert redact_url(url) == printed


def test_the_user_agent_has_a_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    assert HttpSettings().user_agent.startswith("twintowns/")
    assert contact() in HttpSettings().user_agent
    monkeypatch.setenv("TWINTOWNS_CONTACT", " towns@example.org ")
    assert HttpSettings().user_agent.endswith(" (towns@example.org)")


@pytest.mark.parametrize(
    ("content", "accept", "problem"),
    [
        (b"<html>", "*/*", "a web page came instead of the file (without a title)"),
        (b" \n<!DOCTYPE HTML><title> Log in\n here </title>", "*/*", "instead of the file ('Log in here')"),
        (b"<html><h1>Busy</h1>", "application/json", "a web page came instead of application/json ('Busy')"),
        (b"\xff", "application/json", "not encoded in UTF-8"),
        (b"", "application/sparql-results+json", "which reads 'nothing'"),
        (b"[" * 100000, "application/json", "nested too deeply"),
        (b"1" * 5000, "application/json", "JSON that cannot be read: Exceeds the limit (4300 digits)"),
        (b"{}{}", "application/json", "extra data at character 2 of 4"),
        (b'{"a": 1,\njava.lang.OutOfMemoryError: heap\n', "application/json", "which reads 'java.lang.OutOfMem"),
    ],
)
def test_a_body_that_is_rejected(content: bytes, accept: str, problem: str) -> None:
    with pytest.raises(SourceError) as error:
        parse_content(content, accept, "https://example.org/a")
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("content", "accept", "value"),
    [
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b"[]", "application/sparql-results+json, application/json;q=0.9", []),
        (b"town\nError: no town\n", "*/*", None),
    ],
)
def test_a_body_that_is_accepted(content: bytes, accept: str, value: object) -> None:
    assert parse_content(content, accept, "https://example.org/a") == value


def test_a_page_is_accepted_where_its_address_ends_so() -> None:
    assert parse_content(b"<html>", "*/*", "https://example.org/a.html?x=1") is None
