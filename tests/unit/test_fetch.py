"""Files are fetched from a server or a mirror, complete and as pinned, or a message says why not."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from builders import declare

from pipeline.errors import TwintownsError
from pipeline.extract.http import body, client
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.fetch import FetchResult, fetch_files
from pipeline.extract.http.settings import HttpSettings
from pipeline.raw_store.snapshots import RawStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.sources import Declaration

BODY, OTHER = b"town,partner\nA,B\n" * 100, b"town,partner\nC,D\n"


@dataclass
class Server:
    """A server whose answers a test puts in place: status, headers and body, the last one for ever."""

    address: str
    answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    requests: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def give(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.setdefault(path, []).append((status, named, body))
        return self.address + path


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.requests[self.path].append(dict(self.headers))
            answers = known.answers.get(self.path, [(404, {}, b"no")])
            status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Server(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield known
    listening.shutdown()
    listening.server_close()
    thread.join()


def fetch(declarations: Iterable[Declaration], raw: Path, mirror: Path | None = None) -> list[FetchResult]:
    """Fetch without the waits that are for real servers."""
    return fetch_files(declarations, raw, mirror, HttpClient(HttpSettings(attempts=3, backoff=0.02, jitter=0.01)))


def source(*files: dict[str, Any]) -> Declaration:
    return declare(files=[{"name": f"{place}.csv"} | file for place, file in enumerate(files)])


def pin(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stored(raw: Path) -> list[bytes]:
    """Return all that lies in the store besides manifests, hidden files included."""
    return [path.read_bytes() for path in sorted(raw.rglob("*")) if path.is_file() and path.name != "manifest.jsonl"]


def refusal(declaration: Declaration, raw: Path, mirror: Path | None = None) -> str:
    """Return why the only file could not be fetched; nothing of it may be stored."""
    [result] = fetch([declaration], raw, mirror)
    assert (result.outcome, stored(raw)) == ("failed", [])
    assert RawStore(raw).manifest("quelle") == []
    return result.message


# From a server


def test_new_bytes_are_stored_unchanged(server: Server, tmp_path: Path) -> None:
    declaration = source({"url": server.give("/a", BODY, ETag='"v1"')})
    assert fetch([declaration], tmp_path) == [FetchResult("quelle", "0.csv", "new", len(BODY))]
    [snapshot] = RawStore(tmp_path).manifest("quelle")
    assert (snapshot.url, snapshot.etag, snapshot.sha256) == (server.address + "/a", '"v1"', pin(BODY))
    assert RawStore(tmp_path).read(snapshot) == BODY
    assert server.requests["/a"][0]["User-Agent"].startswith("twintowns/")


def test_what_has_not_changed_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    declaration = source({"url": server.give("/a", BODY, ETag='"v1"')})
    server.give("/a", b"", 304)
    server.give("/a", OTHER, ETag='"v2"')
    outcomes = [fetch([declaration], tmp_path)[0] for _ in range(3)]
    assert [(result.outcome, result.byte_count) for result in outcomes] == [
        ("new", len(BODY)),
        ("unchanged", len(BODY)),
        ("new", len(OTHER)),
    ]
    assert [headers.get("If-None-Match") for headers in server.requests["/a"]] == [None, '"v1"', '"v1"']
    assert [entry.sha256 for entry in RawStore(tmp_path).manifest("quelle")] == [pin(BODY), pin(OTHER)]


def test_pinned_bytes_that_are_stored_are_not_requested(server: Server, tmp_path: Path) -> None:
    declaration = source({"url": server.give("/a", BODY), "sha256": pin(BODY)})
    outcomes = [fetch([declaration], tmp_path)[0].outcome for _ in range(2)]
    assert outcomes == ["new", "unchanged"]
    assert len(server.requests["/a"]) == 1


@pytest.mark.parametrize("pinned", [{}, {"sha256": pin(BODY)}], ids=["any", "pinned"])
def test_bytes_that_were_damaged_are_fetched_again(server: Server, tmp_path: Path, pinned: dict[str, str]) -> None:
    declaration = source({"url": server.give("/a", BODY, ETag='"v1"'), **pinned})
    fetch([declaration], tmp_path)
    [snapshot] = RawStore(tmp_path).manifest("quelle")
    RawStore(tmp_path).path_of(snapshot).write_bytes(BODY[:10])
    assert fetch([declaration], tmp_path)[0].outcome == "new"
    assert stored(tmp_path) == [BODY]
    assert "If-None-Match" not in server.requests["/a"][1]


def test_the_bytes_of_a_new_pin_are_requested_whatever_is_stored(server: Server, tmp_path: Path) -> None:
    url = server.give("/a", BODY, ETag='"v1"')
    fetch([source({"url": url})], tmp_path)
    server.give("/a", OTHER, ETag='"v2"')
    server.answers["/a"].pop(0)
    assert fetch([source({"url": url, "sha256": pin(OTHER)})], tmp_path)[0].outcome == "new"
    assert sorted(stored(tmp_path)) == sorted([BODY, OTHER])
    assert "If-None-Match" not in server.requests["/a"][1]


def test_a_server_that_says_unchanged_of_what_is_not_there(server: Server, tmp_path: Path) -> None:
    assert refusal(source({"url": server.give("/a", b"", 304)}), tmp_path) == (
        f"{server.address}/a: the server says that nothing changed, but nothing is here; try again later"
    )


def test_bytes_that_are_not_the_pinned_ones_are_not_kept(server: Server, tmp_path: Path) -> None:
    message = refusal(source({"url": server.give("/a", OTHER), "sha256": pin(BODY)}), tmp_path)
    assert message == (
        f"{server.address}/a: sha256 is {pin(OTHER)[:12]}…, but quelle.toml pins {pin(BODY)[:12]}…: the bytes are not "
        "the ones that were reviewed; nothing was kept. Look at what changed, then update the pin"
    )


def test_a_page_that_is_not_there(server: Server, tmp_path: Path) -> None:
    message = refusal(source({"url": server.address + "/gone"}), tmp_path)
    assert message.startswith(f"{server.address}/gone: ")
    assert "404" in message
    assert "nothing was kept" in message
    assert len(server.requests["/gone"]) == 1


def test_a_body_that_is_cut_is_not_kept(server: Server, tmp_path: Path) -> None:
    message = refusal(source({"url": server.give("/a", BODY, Content_Length=str(len(BODY) + 50))}), tmp_path)
    assert message.startswith(f"{server.address}/a: ")
    assert str(len(BODY)) in message
    assert message.endswith("nothing was kept, try again later")


def test_a_request_to_a_busy_server_is_repeated(server: Server, tmp_path: Path) -> None:
    url = server.give("/a", b"busy", 503, Retry_After="1")
    server.give("/a", BODY)
    assert fetch([source({"url": url})], tmp_path)[0].outcome == "new"
    assert stored(tmp_path) == [BODY]
    assert len(server.requests["/a"]) == 2


def test_after_a_failure_the_other_files_are_fetched(server: Server, tmp_path: Path) -> None:
    files = [{"url": server.give("/a", BODY)}, {"url": server.address + "/gone"}, {}, {"url": server.give("/b", OTHER)}]
    results = fetch([source(*files)], tmp_path)
    assert [(result.file_name, result.outcome) for result in results] == [
        ("0.csv", "new"),
        ("1.csv", "failed"),
        ("3.csv", "new"),
    ]
    assert sorted(stored(tmp_path)) == sorted([BODY, OTHER])


def test_a_store_that_cannot_be_written(server: Server, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(b"precious")
    [result] = fetch([source({"url": server.give("/a", BODY)})], raw)
    assert (result.outcome, result.message) == ("failed", f"{raw}/quelle: cannot be written (Not a directory)")
    assert raw.read_bytes() == b"precious"


def test_any_other_error_of_one_file_is_the_failure_of_that_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = source({"url": server.give("/a", BODY)}, {"url": server.give("/b", OTHER)})
    parse = body.parse_content

    def break_first(content: bytes, accept: str, url: str) -> object:
        if url.endswith("/a"):
            raise AttributeError("'NoneType' object has no attribute 'x'")
        return parse(content, accept, url)

    monkeypatch.setattr(client, "parse_content", break_first)
    first, second = fetch([declaration], tmp_path)
    assert (first.outcome, second.outcome, stored(tmp_path)) == ("failed", "new", [OTHER])
    assert first.message == (
        f"{server.address}/a: could not be fetched: unexpected AttributeError: 'NoneType' object has no attribute 'x'; "
        "nothing was kept. This may be a defect of twintowns: please report it with this message"
    )


@pytest.mark.parametrize("told", [KeyboardInterrupt, SystemExit])
def test_who_stops_a_fetch_stops_all_of_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: type[BaseException]
) -> None:
    def stop(*_: object) -> None:
        raise told

    monkeypatch.setattr(client, "parse_content", stop)
    with pytest.raises(told):
        fetch([source({"url": server.give("/a", BODY)})], tmp_path)


# From a mirror

URL = "https://example.org/a.csv"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "a.csv").write_bytes(BODY)
    index = f"url,path,bytes\n{URL},files/a.csv,9\n{URL}2,files/b.csv,9\n{URL}4\n"
    (folder / "index.csv").write_text(index, encoding="utf-8")
    return folder


def test_a_mirror_stands_for_the_network(mirror: Path, tmp_path: Path) -> None:
    raw, declaration = tmp_path / "raw", source({"url": URL, "sha256": pin(BODY)})
    assert fetch([declaration], raw, mirror) == [FetchResult("quelle", "0.csv", "new", len(BODY))]
    assert fetch([declaration], raw, mirror) == [FetchResult("quelle", "0.csv", "unchanged", len(BODY))]
    [snapshot] = RawStore(raw).manifest("quelle")
    # It says where the bytes are from, not what they were copied from.
    assert (snapshot.url, RawStore(raw).read(snapshot)) == (URL, BODY)


def test_what_a_mirror_does_not_have(mirror: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    assert refusal(source({"url": URL + "3"}), raw, mirror) == f"{URL}3: not in the mirror {mirror}/index.csv"
    assert refusal(source({"url": URL + "2"}), raw, mirror) == (
        f"{URL}2: the mirror lists files/b.csv, but it cannot be read (No such file or directory)"
    )
    # A line without a path.
    assert refusal(source({"url": URL + "4"}), raw, mirror) == f"{URL}4: not in the mirror {mirror}/index.csv"
    assert "pins" in refusal(source({"url": URL, "sha256": pin(OTHER)}), raw, mirror)


@pytest.mark.parametrize("path", ["../secret.csv", "files/../../secret.csv", "{outside}/secret.csv", "linked.csv"])
def test_a_mirror_that_leads_outside_its_folder(mirror: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.csv").write_bytes(OTHER)
    (mirror / "linked.csv").symlink_to(tmp_path / "secret.csv")
    path = path.format(outside=tmp_path)
    (mirror / "index.csv").write_text(f"url,path\n{URL},{path}\n{URL}2,files/a.csv\n", encoding="utf-8")
    bad, good = fetch([source({"url": URL}, {"url": URL + "2"})], tmp_path / "raw", mirror)
    assert (bad.outcome, good.outcome) == ("failed", "new")
    assert bad.message.startswith(f"{URL}: the mirror {mirror}/index.csv lists {path}, which is outside the mirror")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("files", "Is a directory"),
        ("pipe", "not a regular file"),
        ("loop", "Symlink loop"),
        ("x" * 300, "File name too long"),
        ("files/a.csv/b", "Not a directory"),
        ("a\0b", "embedded null byte"),
    ],
)
def test_a_mirror_lists_what_is_no_file(mirror: Path, tmp_path: Path, path: str, reason: str) -> None:
    os.mkfifo(mirror / "pipe")
    (mirror / "loop").symlink_to("loop")
    (mirror / "index.csv").write_text(f"url,path\n{URL},{path}\n{URL}2,files/a.csv\n", encoding="utf-8")
    bad, good = fetch([source({"url": URL}, {"url": URL + "2"})], tmp_path / "raw", mirror)
    assert (bad.outcome, good.outcome) == ("failed", "new")
    assert bad.message.startswith(f"{URL}: the mirror lists {path}, but it cannot be read (")
    assert reason in bad.message


def test_an_index_that_is_a_pipe_is_not_waited_for(mirror: Path, tmp_path: Path) -> None:
    (mirror / "index.csv").unlink()
    os.mkfifo(mirror / "index.csv")
    with pytest.raises(TwintownsError, match="not a regular file"):
        fetch([source({"url": URL})], tmp_path / "raw", mirror)


@pytest.mark.parametrize("index", [None, b"address,file\nx,y\n", b"url,path\n\xff,x\n"])
def test_a_folder_that_is_no_mirror(mirror: Path, tmp_path: Path, index: bytes | None) -> None:
    (mirror / "index.csv").unlink()
    if index:
        (mirror / "index.csv").write_bytes(index)
    with pytest.raises(TwintownsError, match=r"is no mirror: it has no index\.csv with the columns url and path"):
        fetch([source({"url": URL})], tmp_path / "raw", mirror)


def test_a_host_that_does_not_respond_is_skipped_for_the_next_file(tmp_path: Path, server: Server) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    answered = server.give("/a.csv", BODY)
    files = ({"url": f"{nobody}/x.csv"}, {"url": answered}, {"url": f"{nobody}/y.csv"})
    first, other, second = fetch([source(*files)], tmp_path)
    assert [first.outcome, other.outcome, second.outcome] == ["failed", "new", "failed"]
    assert "could not be fetched" in first.message
    assert f"{nobody}/y.csv: skipped: {nobody.removeprefix('http://')} did not respond before" in second.message
