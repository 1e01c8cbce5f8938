"""Dumps: every compression gives the same, chunk edges lose nothing, an interrupted scan continues."""

from __future__ import annotations

import bz2
import gzip
import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.dumps import chunks
from pipeline.extract.dumps.import_dump import import_dump
from pipeline.extract.dumps.scan import scan_dump
from pipeline.extract.dumps.search import EntitySearch, PageSearch
from pipeline.extract.mediawiki.page_filter import PageFilter
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.wikitext import page_filter
from pipeline.sources import load_declarations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TWINNED = PageSearch(
    PageFilter("nl", (), re.compile(r"^==+ *Zustersteden *==+", re.MULTILINE), (re.compile("^Lijst van zustersteden"),))
)
HEAD = '<mediawiki xml:lang="nl"><siteinfo><dbname>nlwiki</dbname></siteinfo>\n'


def page(title: str, text: str, *, number: int = 1, ns: int = 0, extra: str = "") -> str:
    return (
        f"<page>\n<title>{title}</title><ns>{ns}</ns><id>{number}</id>{extra}<revision><id>{number + 100}</id>"
        f"<timestamp>2024-05-{number % 28 + 1:02d}T00:00:00Z</timestamp><text>{text}</text></revision>\n</page>\n"
    )


PAGES = [
    page(f"Stad {n}", "a &amp; b\n" + ("== Zustersteden ==\n* [[Ürümqi]]\n" if n % 3 == 0 else "niets\n" * n), number=n)
    for n in range(1, 40)
]
DUMP = (HEAD + "".join(PAGES) + "</mediawiki>").encode()


def keep_plain(content: bytes) -> bytes:
    return content


def pack_streams(content: bytes) -> bytes:
    return b"".join(bz2.compress(content[at : at + 700]) for at in range(0, len(content), 700))


COMPRESSIONS: list[Callable[[bytes], bytes]] = [keep_plain, gzip.compress, bz2.compress, pack_streams]


def scan(path: Path, folder: Path) -> list[dict[str, object]]:
    scanned = scan_dump(path, TWINNED, folder, workers=1)
    records = [json.loads(line) for line in scanned.path.read_text(encoding="utf-8").splitlines()]
    assert scanned.records == len(records)
    return records


@pytest.mark.parametrize("pack", COMPRESSIONS)
def test_every_compression_gives_the_pages_with_a_section(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "TEXT_CHUNK", 1000)
    monkeypatch.setattr(chunks, "BZIP2_CHUNK", 500)
    (tmp_path / "dump").write_bytes(pack(DUMP))
    records = scan(tmp_path / "dump", tmp_path / "out")
    assert [record["title"] for record in records] == [f"Stad {n}" for n in range(3, 40, 3)]
    assert records[0] == {
        "language": "nl",
        "title": "Stad 3",
        "pageid": 3,
        "revid": 103,
        "timestamp": "2024-05-04T00:00:00Z",
        "text": "a & b\n== Zustersteden ==\n* [[Ürümqi]]\n",
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(size=st.integers(1, 4000))
def test_where_chunks_are_cut_does_not_matter(size: int, tmp_path: Path) -> None:
    whole = [record.line for record in TWINNED.find(DUMP)]
    lines, carry = [], b""
    for at in range(0, len(DUMP), size):
        carry += DUMP[at : at + size]
        cut = carry.rfind(TWINNED.end)
        if cut >= 0:
            cut += len(TWINNED.end)
            lines += [record.line for record in TWINNED.find(carry[:cut])]
            carry = carry[cut:]
    assert lines == whole
    assert tmp_path.exists()


def test_redirects_and_other_namespaces_are_left_out(tmp_path: Path) -> None:
    section = "== Zustersteden ==\n* [[Lyon]]"
    pages = [
        page("Doorverwijzing", section, extra='<redirect title="X"/>'),
        page("Overleg:Gent", section, ns=1),
        page("Lijst van zustersteden in België", "geen sectie"),
        page("Gent", "tekst\n" + section),
    ]
    (tmp_path / "dump").write_text(f"{HEAD}{''.join(pages)}</mediawiki>\n", encoding="utf-8")
    titles = [record["title"] for record in scan(tmp_path / "dump", tmp_path / "out")]
    assert titles == ["Lijst van zustersteden in België", "Gent"]


@pytest.mark.parametrize("pack", COMPRESSIONS)
def test_an_interrupted_scan_goes_on_and_ends_the_same(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "TEXT_CHUNK", 1000)
    monkeypatch.setattr(chunks, "BZIP2_CHUNK", 500)
    monkeypatch.setattr("pipeline.extract.dumps.scan.CHECKPOINT", 0.0)
    (tmp_path / "dump").write_bytes(pack(DUMP))
    whole = scan(tmp_path / "dump", tmp_path / "whole")
    read: list[int] = []

    def stop_in_the_middle(_: int, text: int) -> None:
        read.append(text)
        if text > len(DUMP) // 2 and len(read) < 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_dump(tmp_path / "dump", TWINNED, tmp_path / "out", on_progress=stop_in_the_middle, workers=1)
    first = len(read)
    again: list[int] = []
    scanned = scan_dump(
        tmp_path / "dump", TWINNED, tmp_path / "out", on_progress=lambda _, text: again.append(text), workers=1
    )
    assert [json.loads(line) for line in scanned.path.read_text(encoding="utf-8").splitlines()] == whole
    assert len(again) < first + len(again) - 1
    assert again[0] > read[-2]  # what was read before is not read again


def test_another_dump_of_that_name_is_read_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.dumps.scan.CHECKPOINT", 0.0)
    (tmp_path / "dump").write_bytes(DUMP)
    scan(tmp_path / "dump", tmp_path / "out")
    gent = page("Gent", "tekst\n== Zustersteden ==\n* [[Lyon]]")
    (tmp_path / "dump").write_text(f"{HEAD}{gent}</mediawiki>", encoding="utf-8")
    assert [record["title"] for record in scan(tmp_path / "dump", tmp_path / "out")] == ["Gent"]


@pytest.mark.parametrize("pack", COMPRESSIONS)
def test_a_cut_download_is_an_error_that_says_what_to_do(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    packed = pack(DUMP)
    (tmp_path / "cut").write_bytes(packed[: len(packed) - len(packed) // 3])
    with pytest.raises(SourceError, match=r"cut: cannot be read .* download it again"):
        scan(tmp_path / "cut", tmp_path / "out")


def test_a_dump_that_was_cut_between_two_streams_is_not_whole(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(pack_streams(DUMP[:1400]))
    with pytest.raises(SourceError, match=r"cut: cannot be read \(it ends before its </mediawiki>\)"):
        scan(tmp_path / "cut", tmp_path / "out")


@pytest.mark.parametrize("size", [10, 1000, 1 << 20])
def test_a_page_with_a_section_that_cannot_be_read_is_named(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "TEXT_CHUNK", size)
    bad = "<page><title>Kapot</title><text>\n== Zustersteden ==\n<b></text></page>\n"
    (tmp_path / "dump").write_text(f"{HEAD}{''.join(PAGES)}{bad}</mediawiki>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"mismatched tag.*in the record that begins '<page><title>Kapot"):
        scan(tmp_path / "dump", tmp_path / "out")


def test_entities_that_cannot_be_read_or_are_cut_off(tmp_path: Path) -> None:
    lines = [f'{{"id":"Q{n}","claims":{{"P190":[]}}}},\n' for n in range(1, 50)]
    search = EntitySearch(("en",))
    whole = "[\n" + "".join(lines) + '{"id":"Q50","claims":{"P190":[]}}\n]\n'
    (tmp_path / "whole").write_text(whole)
    assert scan_dump(tmp_path / "whole", search, tmp_path / "out", workers=1).records == 50
    (tmp_path / "cut").write_text("[\n" + "".join(lines))
    with pytest.raises(SourceError, match=r"cut: cannot be read \(it ends before its \]\)"):
        scan_dump(tmp_path / "cut", search, tmp_path / "out", workers=1)
    (tmp_path / "bad").write_text(whole.replace('"Q7","claims"', '"Q7,"claims"'))
    with pytest.raises(SourceError, match=r"bad: cannot be read \(.*in the record that begins .*Q7"):
        scan_dump(tmp_path / "bad", search, tmp_path / "out", workers=1)


def test_what_was_searched_before_an_error_is_not_searched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "TEXT_CHUNK", 1000)
    packed = gzip.compress(DUMP)
    (tmp_path / "cut").write_bytes(packed[: len(packed) - len(packed) // 3])
    began: list[int] = []
    for _ in range(2):
        read: list[tuple[int, int]] = []
        with pytest.raises(SourceError, match="continues where it stopped if the file is the same"):
            scan_dump(tmp_path / "cut", TWINNED, tmp_path / "out", on_progress=lambda *at: read.append(at), workers=1)  # noqa: B023
        began.append(len(read))
    assert began[0] > 0
    assert began[1] == 0


def test_an_empty_or_missing_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(SourceError, match="the file is empty"):
        scan(tmp_path / "empty", tmp_path / "out")
    with pytest.raises(SourceError, match="No such file"):
        scan(tmp_path / "missing", tmp_path / "out")


def test_entities_keep_their_statements_and_lose_what_nobody_reads() -> None:
    statement = {"id": "Q1$a", "rank": "normal", "mainsnak": {"property": "P190", "datavalue": {"value": {"id": "Q2"}}}}
    twinned = {
        "type": "item",
        "id": "Q1",
        "modified": "2024-01-02T03:04:05Z",
        "labels": {"de": {"value": "Eins"}, "xx": {"value": "?"}},
        "aliases": {},
        "sitelinks": {"dewiki": {}},
        "claims": {"P190": [statement], "P17": [{"id": "Q1$b"}], "P18": [{"id": "Q1$c"}]},
    }
    other = {"type": "item", "id": "Q3", "claims": {"P31": []}, "labels": {"de": {"value": '"P190":'}}}
    dump = "[\n" + json.dumps(other) + ",\n" + json.dumps(twinned) + "\n]\n"
    (record,) = EntitySearch(("de",)).find(dump.encode())
    assert json.loads(record.line) == {
        "type": "item",
        "id": "Q1",
        "modified": "2024-01-02T03:04:05Z",
        "labels": {"de": {"value": "Eins"}},
        "aliases": {},
        "claims": {"P190": [statement], "P17": [{"id": "Q1$b"}]},
    }
    assert record.changed == "2024-01-02T03:04:05Z"


# Into the raw store


@pytest.mark.parametrize(
    ("name", "head", "as_of_date"),
    [
        ("nlwiki-20240601-pages.xml.gz", HEAD, date(2024, 6, 1)),
        ("nlwiki-latest.xml.gz", HEAD, date(2024, 5, 28)),
        ("nlwiki-99999999.xml.gz", f"\n{HEAD}", date(2024, 5, 28)),
    ],
)
def test_a_dump_becomes_a_snapshot_of_its_wiki(tmp_path: Path, name: str, head: str, as_of_date: date) -> None:
    path, raw = tmp_path / name, tmp_path / "raw"
    path.write_bytes(gzip.compress(f"{head}{''.join(PAGES)}</mediawiki>".encode()))
    snapshot, result = import_dump(path, load_declarations(), raw, page_filter)
    assert (snapshot.source_id, snapshot.file_name, snapshot.as_of_date) == ("wikipedia_nl", "pages.jsonl", as_of_date)
    assert result.records == 13
    store = RawStore(raw)
    assert store.manifest("wikipedia_nl") == [snapshot]
    assert len(store.read(snapshot).splitlines()) == 13
    assert not (raw / "wikipedia_nl" / ".partial" / "dump").exists()
    # Once more: the same snapshot.
    assert import_dump(path, load_declarations(), raw, page_filter)[0].snapshot_id == snapshot.snapshot_id
    assert len(store.manifest("wikipedia_nl")) == 1


def test_a_dump_of_wikidata_is_one_of_entities(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    entity = {
        "id": "Q1",
        "modified": "2024-01-02T03:04:05Z",
        "labels": {"de": {"value": "A"}},
        "claims": {"P190": [{}]},
    }
    path.write_text(f"[\n{json.dumps(entity, separators=(',', ':'))}\n]\n", encoding="utf-8")
    snapshot, _ = import_dump(path, load_declarations(), tmp_path / "raw", page_filter)
    assert (snapshot.source_id, snapshot.as_of_date) == ("wikidata_dump", date(2024, 1, 2))
    [line] = RawStore(tmp_path / "raw").read(snapshot).splitlines()
    assert json.loads(line)["labels"] == {"de": {"value": "A"}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("hello", "begins neither as a MediaWiki export"),
        ("", "begins neither as a MediaWiki export"),
        ('<mediawiki xml:lang="xx"></mediawiki>', "is a dump of a wiki in 'xx', which no declared source takes"),
        (f"{HEAD}</mediawiki>", "no record in its 82 bytes of text is about twinnings; the snapshot before stays"),
    ],
)
def test_a_file_that_no_source_takes(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "dump.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=problem):
        import_dump(path, load_declarations(), tmp_path / "raw", page_filter)
