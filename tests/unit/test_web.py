"""Whom the network may reach, and what is said of addresses."""

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
from pipeline.extract.http import Manners, Web
from pipeline.extract.http.body import check_content
from pipeline.extract.http.guard import shown
from pipeline.extract.http.manners import contact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONCE = Manners(interval=0, attempts=1, connect_timeout=0.2, read_timeout=1)


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """Return the port of a server, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"town")

        def log_message(self, *_: Any) -> None:
            pass

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield listening.server_port, asked
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
    ["10.0.0.1", "192.168.1.1", "172.16.5.4", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "[fe80::1]",
     "[fc00::1]", "[::ffff:10.0.0.1]", "[::]", "255.255.255.255", "[2002:a00:1::]"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_not_asked(host: str) -> None:
    with pytest.raises(SourceError, match="which is not public; it was not asked"):
        Web(ONCE).get(f"http://{host}/latest/meta-data", None)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "fe80::1", "::ffff:127.0.0.1"])
def test_a_name_for_an_address_that_is_not_public(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    names(monkeypatch, address)
    with pytest.raises(SourceError, match=r"example\.org: has the address .* which is not public"):
        Web(ONCE).get("http://example.org/a", None)


def test_a_name_that_changes_its_address_meanwhile(
    monkeypatch: pytest.MonkeyPatch, server: tuple[int, list[str]]
) -> None:
    names(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(SourceError, match=r"has the address 127\.0\.0\.1, which is not public"):
        Web(ONCE).get(f"http://example.org:{server[0]}/a", None)
    assert server[1] == []


def test_this_machine_by_its_name_and_hosts_that_are_allowed(
    monkeypatch: pytest.MonkeyPatch, server: tuple[int, list[str]]
) -> None:
    port, asked = server
    for host in ("127.0.0.1", "localhost"):
        assert Web(ONCE).get(f"http://{host}:{port}/{host}", None) == (b"town", None)
    names(monkeypatch, "127.0.0.1")
    monkeypatch.setenv("TWINTOWNS_PRIVATE_HOSTS", "sparql.lan Wiki.lan")
    assert Web(Manners()).get(f"http://wiki.lan:{port}/wiki", None) == (b"town", None)
    assert asked == ["/127.0.0.1", "/localhost", "/wiki"]


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
            Web(ONCE).get(f"https://localhost:{listening.getsockname()[1]}/a", None)
        thread.join()


def test_a_password_in_an_address_is_neither_used_nor_shown() -> None:
    with pytest.raises(SourceError) as error:
        Web(ONCE).get("https://anna:geheim@example.org/a?token=abc", None)
    assert str(error.value).startswith(
        "https://***@example.org/a?token=***: could not be fetched: a user name or password"
    )
    assert "geheim" not in str(error.value)
    assert "abc" not in str(error.value)


def test_secrets_are_not_in_what_a_failure_says() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SourceError) as error:
        Web(ONCE).ask(f"http://127.0.0.1:{port}/a", params={"api_key": "abc", "q": "x"})
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
    ],
)
def test_an_address_as_it_is_printed(url: str, printed: str) -> None:
    assert shown(url) == printed


def test_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Manners().user_agent.startswith("twintowns/")
    assert contact() in Manners().user_agent
    monkeypatch.setenv("TWINTOWNS_CONTACT", " towns@example.org ")
    assert Manners().user_agent.endswith(" (towns@example.org)")


@pytest.mark.parametrize(
    ("content", "kind", "accept", "problem"),
    [
        (b"<html>", "text/html", "*/*", "a web page came instead of the file (without a title)"),
        (b" \n<!DOCTYPE HTML><title> Log in\n here </title>", "text/csv", "text/csv", "of text/csv ('Log in here')"),
        (b"\xff", "application/json", "application/json", "not encoded in UTF-8"),
        (b"", "application/json", "application/sparql-results+json", "where 'nothing' stands"),
        (b"[" * 100000, "application/json", "application/json", "nested too deeply"),
        (b"{}{}", "application/json", "application/json", "extra data at character 2 of 4"),
        (b"a\tb\njava.lang.OutOfMemoryError: heap\n", "text/csv", "text/csv", "ends with an error of the server"),
        (b"a\n1\nx\n\tat a.b.C.run(C.java:7)\n", "text/csv", "text/csv", "ends with an error of the server"),
        (b"a", "text/plain", "text/csv", "text/plain came instead of text/csv"),
    ],
)
def test_what_is_no_answer(content: bytes, kind: str, accept: str, problem: str) -> None:
    with pytest.raises(SourceError) as error:
        check_content(content, kind, accept, "https://example.org/a")
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("content", "kind", "accept", "value"),
    [
        (b'{"a": 1}', "application/json; charset=utf-8", "application/json", {"a": 1}),
        (b"[]", "", "application/sparql-results+json, application/json;q=0.9", []),
        (b"town\nError: no town\n", "text/csv; charset=utf-8", "*/*", None),
        (b"town,note\nA,an Exception to the rule\n", "text/csv; charset=utf-8", "text/csv", None),
    ],
)
def test_what_is_an_answer(content: bytes, kind: str, accept: str, value: object) -> None:
    assert check_content(content, kind, accept, "https://example.org/a") == value


def test_a_page_is_what_was_asked_for_where_its_name_says_so() -> None:
    assert check_content(b"<html>", "text/html", "*/*", "https://example.org/a.html?x=1") is None
