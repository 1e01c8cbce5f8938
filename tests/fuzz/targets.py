"""What is read: each function takes a damaged file, and may raise nothing but the project's own errors."""

from __future__ import annotations

import functools
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.dates import parse_dates
from pipeline.extract.dumps.chunks import read_chunks
from pipeline.extract.dumps.search import EntitySearch, PageSearch, UnreadableError
from pipeline.gazetteer.countries import country_names
from pipeline.raw_store.manifest import MANIFEST, read_manifest
from pipeline.raw_store.snapshots import describe
from pipeline.readers.raw_files import Received
from pipeline.readers.statements import read_statements
from pipeline.readers.wikitext import languages, load_profile, page_filter
from pipeline.readers.wikitext.page import PageReader
from pipeline.sources import Declaration
from pipeline.sources.load import load_editions
from pipeline.validate import check_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_DECLARED: dict[str, Any] = {
    "id": "list",
    "title": "A list",
    "publisher": "Publisher",
    "url": "https://example.org",
    "licence": "CC0-1.0",
    "attribution": "Publisher",
    "language": "de",
    "kind": "list",
    "family": "list",
    "authority": "list",
    "directions": "one",
    "as_of": date(2024, 6, 30),
    "files": [{"name": "a.csv"}],
    "path": Path("list.toml"),
    "expect": {"rows": {"min": 0}, "max_rejected_share": 1.0, "max_shifted_rows": 1_000_000},
}
_COLUMNS = {"town": "town", "partner": "partner", "start": ["start", "column_4", "town"]}
_WIKIDATA_COLUMNS = {"town": "town", "partner": "partner", "start": "since", "end": "end"}
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "cp1252", "utf-16", "utf-7", "cp1250", "latin-1")


@functools.cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz"))


def _read_list(content: bytes, random: Random, columns: dict[str, Any], **layout: Any) -> None:
    declaration = Declaration(**_DECLARED, format=layout, columns=columns)
    received = [Received(declaration.files[0], describe(declaration, declaration.files[0], content), content)]
    if random.random() < 0.05:
        check_source(declaration, received, country_names())
    else:
        read_statements(declaration, received, "claims", country_names())


def read_csv(content: bytes, random: Random) -> None:
    layout: dict[str, Any] = {
        "type": random.choice(("csv", "csv", "tsv")),
        "delimiter": random.choice((None, None, ",", ";", "|", "\t", " ", '"', "\n", "\x00")),
        "quote": random.choice(('"', '"', "'", "", ",")),
        "encoding": random.choice(_ENCODINGS),
        "header": random.choice((True, True, False, ["town", "partner"], ["town", "town", ""])),
    }
    names = _COLUMNS if layout["header"] is not False else {"town": "column_1", "partner": "column_2"}
    _read_list(content, random, names | {"start": "town"} if isinstance(layout["header"], list) else names, **layout)


def read_json(content: bytes, random: Random) -> None:
    records = "results.bindings" if b"bindings" in content else None
    _read_list(content, random, _COLUMNS, type="json", records=records, encoding=random.choice(_ENCODINGS))


def read_jsonl(content: bytes, random: Random) -> None:
    _read_list(content, random, _COLUMNS, type="jsonl", encoding=random.choice(_ENCODINGS))


def read_excel(content: bytes, random: Random) -> None:
    _read_list(content, random, _COLUMNS, type="excel", sheet=random.choice((1, 1, 1, "Sheet", 0, -1, 70_000)))


def read_wikitext(content: bytes, random: Random) -> None:
    language = random.choice(("en", "en", *languages()))
    title = random.choice(("Köln", "Twin towns in Italy", "Gemellaggi di Roma"))
    # Not through `read_table`, which rejects a page whatever went wrong with it.
    PageReader(title, content.decode("utf-8", "replace"), load_profile(language)).read()


def read_wikipages(content: bytes, random: Random) -> None:
    names = {"town": "town", "partner": "partner", "start": "since", "note": "note"}
    _read_list(content, random, names, type="wikipages", language="en")


def read_entities(content: bytes, random: Random) -> None:
    _read_list(content, random, _WIKIDATA_COLUMNS, type="wikidata_entities")


def read_bindings(content: bytes, random: Random) -> None:
    if random.random() < 0.5:
        _read_list(content, random, _WIKIDATA_COLUMNS, type="wikidata_statements")
    else:
        _read_list(content, random, {"town": "item", "partner": "name"}, type="wikidata_towns")


def _read_dump(content: bytes, search: PageSearch | EntitySearch) -> None:
    path = _folder() / "dump"
    path.write_bytes(content)
    for chunk in read_chunks(path):
        try:
            list(search.find(chunk.read()))
        except UnreadableError:
            continue


def read_pages_dump(content: bytes, random: Random) -> None:
    del random
    _read_dump(content, PageSearch(page_filter("en")))


def read_entities_dump(content: bytes, random: Random) -> None:
    del random
    _read_dump(content, EntitySearch(("de", "en")))


def read_declaration(content: bytes, random: Random) -> None:
    del random
    path = _folder() / "declared.toml"
    path.write_bytes(content)
    load_editions(path)


def read_damaged_manifest(content: bytes, random: Random) -> None:
    del random
    (_folder() / MANIFEST).write_bytes(content)
    read_manifest(_folder())


def read_dates(content: bytes, random: Random) -> None:
    texts = content.decode("utf-8", "replace").split("\n")
    parse_dates(pl.Series(texts, dtype=pl.String), random.choice((None, "cs", "ja", "de", "xx")))


TARGETS: dict[str, Callable[[bytes, Random], None]] = {
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_jsonl,
    "excel": read_excel,
    "wikitext": read_wikitext,
    "wikipages": read_wikipages,
    "entities": read_entities,
    "bindings": read_bindings,
    "pages_dump": read_pages_dump,
    "entities_dump": read_entities_dump,
    "declaration": read_declaration,
    "manifest": read_damaged_manifest,
    "dates": read_dates,
}
