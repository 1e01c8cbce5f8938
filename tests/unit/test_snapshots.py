"""The raw store keeps bytes as they came, and says what is wrong with those that are no longer so."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from builders import AS_OF, declare

from pipeline.errors import SourceError
from pipeline.raw_store.atomic import write_atomically
from pipeline.raw_store.manifest import DAMAGED, MANIFEST, Snapshot
from pipeline.raw_store.snapshots import RawStore, describe, describe_generated, import_file

if TYPE_CHECKING:
    from pathlib import Path

ONE, OTHER = b"town,partner\nA,B\n", b"town,partner\nA,C\n"
URL = "https://example.org/a.csv"


def pin(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def add(root: Path, content: bytes, **file: str) -> Snapshot:
    declaration = declare(files=[{"name": "a.csv"} | file])
    snapshot = describe(declaration, declaration.files[0], content, etag='"v1"')
    RawStore(root).add(snapshot, content)
    return snapshot


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_what_a_manifest_entry_says(tmp_path: Path) -> None:
    snapshot = add(tmp_path, ONE, url=URL, sha256=pin(ONE))
    [line] = (tmp_path / "quelle" / MANIFEST).read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert datetime.fromisoformat(entry.pop("retrieved_at")).tzinfo is not None
    assert entry == {
        "source_id": "quelle",
        "file_name": "a.csv",
        "path": f"{pin(ONE)[:12]}/a.csv",
        "sha256": pin(ONE),
        "byte_count": len(ONE),
        "as_of_date": "2024-06-30",
        "url": URL,
        "etag": '"v1"',
        "licence": "CC0-1.0",
    }
    assert snapshot.snapshot_id == f"quelle/a.csv@{pin(ONE)[:12]}"
    assert RawStore(tmp_path).manifest("quelle") == [snapshot] == [Snapshot.from_json(line.encode())]
    assert RawStore(tmp_path).read(snapshot) == ONE


def test_the_day_that_bytes_describe() -> None:
    today = datetime.now(tz=UTC).date()
    for file, day in (
        ({}, AS_OF),
        ({"as_of": "2001-01-01"}, date(2001, 1, 1)),
        ({"url": URL, "sha256": pin(ONE)}, AS_OF),
        ({"url": URL}, today),
    ):
        declaration = declare(files=[{"name": "a.csv"} | file])
        assert describe(declaration, declaration.files[0], ONE).as_of_date == day


def test_a_store_without_the_source_is_empty(tmp_path: Path) -> None:
    declaration = declare()
    assert RawStore(tmp_path / "none").manifest("quelle") == []
    assert RawStore(tmp_path / "none").latest(declaration, declaration.files[0]) is None


def test_the_newest_snapshot_counts_and_the_older_stay(tmp_path: Path) -> None:
    first, second = add(tmp_path, ONE), add(tmp_path, OTHER)
    store, declaration = RawStore(tmp_path), declare()
    assert store.latest(declaration, declaration.files[0]) == second
    assert (store.read(first), store.read(second)) == (ONE, OTHER)


def test_the_same_bytes_again_add_nothing(tmp_path: Path) -> None:
    add(tmp_path, ONE)
    before = everything(tmp_path)
    add(tmp_path, ONE)
    assert len(RawStore(tmp_path).manifest("quelle")) == 1
    add(tmp_path, OTHER)
    add(tmp_path, ONE)
    # A return to older bytes is news.
    assert [entry.sha256 for entry in RawStore(tmp_path).manifest("quelle")] == [pin(ONE), pin(OTHER), pin(ONE)]
    assert sorted([*before, f"quelle/{pin(OTHER)[:12]}/a.csv"]) == everything(tmp_path)


def test_a_finished_file_is_moved_into_the_store(tmp_path: Path) -> None:
    store, declaration = RawStore(tmp_path / "raw"), declare()
    for content, is_new in ((ONE, True), (ONE, False), (OTHER, True), (ONE, True)):
        generated = tmp_path / "generated"
        generated.write_bytes(content)
        snapshot = describe_generated(declaration, declaration.files[0], generated, URL)
        assert store.add(snapshot, generated) == is_new
        assert (store.read(snapshot), snapshot.url, snapshot.byte_count) == (content, URL, len(content))
        assert not generated.exists()
    # A stored file that was damaged is replaced.
    store.path_of(snapshot).write_bytes(b"")
    generated.write_bytes(ONE)
    assert store.add(snapshot, generated)
    assert store.read(snapshot) == ONE
    assert [entry.sha256 for entry in store.manifest("quelle")] == [pin(ONE), pin(OTHER), pin(ONE)]


def test_snapshots_that_are_chosen_by_their_ids(tmp_path: Path) -> None:
    first, second = add(tmp_path, ONE), add(tmp_path, OTHER)
    store, declaration = RawStore(tmp_path), declare(files=[{"name": "a.csv", "sha256": pin(OTHER)}])
    ids = frozenset({first.snapshot_id, second.snapshot_id})
    assert store.latest(declaration, declaration.files[0], frozenset({first.snapshot_id})) == first
    assert store.latest(declaration, declaration.files[0], ids) == second
    assert store.latest(declaration, declaration.files[0], frozenset({"quelle/a.csv@000000000000"})) is None


def test_a_pin_chooses_the_snapshot(tmp_path: Path) -> None:
    first = add(tmp_path, ONE)
    add(tmp_path, OTHER)
    declaration = declare(files=[{"name": "a.csv", "sha256": pin(ONE)}])
    assert RawStore(tmp_path).latest(declaration, declaration.files[0]) == first


def test_a_pin_that_no_snapshot_has(tmp_path: Path) -> None:
    add(tmp_path, ONE)
    declaration = declare(files=[{"name": "a.csv", "sha256": pin(OTHER)}])
    with pytest.raises(SourceError) as error:
        RawStore(tmp_path).latest(declaration, declaration.files[0])
    assert str(error.value) == (
        f"quelle: {tmp_path}/quelle/manifest.jsonl lists a.csv with sha256 {pin(ONE)[:12]}…, but quelle.toml pins "
        f"{pin(OTHER)[:12]}…; fetch it again with: twintowns fetch quelle"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (ONE[:-3], f"truncated: {len(ONE) - 3} of {len(ONE)} bytes are there"),
        (b"", f"truncated: 0 of {len(ONE)} bytes are there"),
        (OTHER, f"altered since it was received: sha256 {pin(OTHER)[:12]}…, the manifest says {pin(ONE)[:12]}…"),
        (ONE + b"A,C\n", f"altered since it was received: sha256 {pin(ONE + b'A,C' + bytes([10]))[:12]}…"),
    ],
)
def test_bytes_that_are_not_those_received(tmp_path: Path, content: bytes, problem: str) -> None:
    snapshot = add(tmp_path, ONE, url=URL)
    path = RawStore(tmp_path).path_of(snapshot)
    path.write_bytes(content)
    with pytest.raises(SourceError) as error:
        RawStore(tmp_path).read(snapshot)
    assert str(error.value).startswith(f"{path}: {problem}")
    assert str(error.value).endswith("; restore it or fetch it again with: twintowns fetch quelle")


def test_a_file_that_the_manifest_lists_is_missing(tmp_path: Path) -> None:
    fetched, given = add(tmp_path / "fetched", ONE, url=URL), add(tmp_path / "given", ONE)
    for folder, snapshot, advice in (
        ("fetched", fetched, "restore it or fetch it again with: twintowns fetch quelle"),
        ("given", given, "restore it, or take it as it is now with: twintowns import quelle "),
    ):
        store = RawStore(tmp_path / folder)
        path = store.path_of(snapshot)
        path.unlink()
        with pytest.raises(SourceError) as error:
            store.read(snapshot)
        message = f"{path}: the manifest lists it, but it cannot be read (No such file or directory); {advice}"
        assert str(error.value) == message + (str(path) if folder == "given" else "")


DAMAGED_LINES = [
    b"{",
    b"[]",
    b"{}",
    b"null",
    b"\xff",
    b"[1, 2]",
    b'[1, {"name": 3}]',
    b'{"as_of_date": "soon"}',
    b'{"as_of_date": "2024-06-30"}',
]


@pytest.mark.parametrize("line", DAMAGED_LINES)
def test_a_damaged_line_is_named_and_the_others_count(tmp_path: Path, line: bytes) -> None:
    snapshot = add(tmp_path, ONE)
    path, store = tmp_path / "quelle" / MANIFEST, RawStore(tmp_path)
    path.write_bytes(path.read_bytes() + line + b"\n")
    assert store.manifest("quelle") == [snapshot]
    [sentence] = store.damaged_lines(["quelle"])
    assert sentence.startswith(f"{path}, line 2: not a manifest entry; ")


@pytest.mark.parametrize("line", DAMAGED_LINES)
def test_the_next_fetch_moves_a_damaged_line_aside(tmp_path: Path, line: bytes) -> None:
    add(tmp_path, ONE)
    path, store = tmp_path / "quelle" / MANIFEST, RawStore(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(line + b"\n" + whole)
    add(tmp_path, ONE)
    assert path.read_bytes() == whole
    assert (path.parent / DAMAGED).read_bytes() == line + b"\n"
    assert store.damaged_lines(["quelle"]) == []


@pytest.mark.parametrize("blank", [b"\n", b"  \n", b"\r\n"])
def test_a_blank_line_is_nothing(tmp_path: Path, blank: bytes) -> None:
    snapshot = add(tmp_path, ONE)
    path, store = tmp_path / "quelle" / MANIFEST, RawStore(tmp_path)
    path.write_bytes(blank + path.read_bytes() + blank)
    assert store.manifest("quelle") == [snapshot]
    assert store.damaged_lines(["quelle"]) == []


@pytest.mark.parametrize("sent", ["a\u0085b", "a\u2028b", "a\u2029b", "a\x1cb", "a\nb", "a\rb", "\x00", "\x85"])
def test_whatever_a_server_sends_stays_one_line(tmp_path: Path, sent: str) -> None:
    snapshot = replace(add(tmp_path, ONE), etag=sent)
    line = snapshot.to_json()
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert Snapshot.from_json(line.encode()) == snapshot


@pytest.mark.parametrize("path", ["/etc/hosts", "../elsewhere/a.csv", "a/../../b"])
def test_a_path_that_leads_out_of_the_store_is_a_damaged_line(tmp_path: Path, path: str) -> None:
    add(tmp_path, ONE)
    manifest = tmp_path / "quelle" / MANIFEST
    content = json.loads(manifest.read_text()) | {"path": path}
    manifest.write_text(json.dumps(content))
    assert RawStore(tmp_path).manifest("quelle") == []


@pytest.mark.parametrize("name", [MANIFEST, "file"])
def test_a_pipe_is_an_error_at_once(tmp_path: Path, name: str) -> None:
    snapshot = add(tmp_path, ONE)
    store = RawStore(tmp_path)
    path = tmp_path / "quelle" / MANIFEST if name == MANIFEST else store.path_of(snapshot)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SourceError, match=re.escape(f"{path}: ")) as error:
        store.manifest("quelle") if name == MANIFEST else store.read(snapshot)
    assert "not a regular file" in str(error.value)


# Files that are handed over


def test_a_file_from_elsewhere_is_copied(tmp_path: Path) -> None:
    given, raw = tmp_path / "given" / "a.csv", tmp_path / "raw"
    given.parent.mkdir()
    given.write_bytes(ONE)
    snapshot = import_file(declare(), given, raw)
    given.write_bytes(OTHER)
    assert RawStore(raw).read(snapshot) == ONE
    assert everything(raw) == [f"quelle/{pin(ONE)[:12]}/a.csv", "quelle/manifest.jsonl"]


def test_a_file_within_the_store_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "quelle" / "a.csv"
    path.parent.mkdir()
    path.write_bytes(ONE)
    first = import_file(declare(), path, tmp_path)
    path.write_bytes(OTHER)
    second = import_file(declare(), path, tmp_path)
    assert (first.path, second.path) == ("a.csv", "a.csv")
    assert everything(tmp_path) == ["quelle/a.csv", "quelle/manifest.jsonl"]
    declaration = declare()
    assert RawStore(tmp_path).latest(declaration, declaration.files[0]) == second
    assert RawStore(tmp_path).read(second) == OTHER


def test_a_file_that_is_not_declared_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(ONE)
    declaration = declare(files=[{"name": "z.csv"}, {"name": "sub/a.csv"}])
    with pytest.raises(SourceError) as error:
        import_file(declaration, path, tmp_path / "raw")
    assert str(error.value) == f"{path}: quelle declares no such file; it has a.csv, z.csv"
    with pytest.raises(SourceError, match=r"a\.csv: cannot be read \(No such file or directory\)"):
        import_file(declaration, tmp_path / "a.csv", tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.csv"
    write_atomically(path, ONE)
    write_atomically(path, OTHER)
    assert path.read_bytes() == OTHER
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", ONE)
    assert everything(tmp_path) == ["deep/a.csv"]
