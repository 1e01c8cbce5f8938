"""A dump into the raw store: which wiki it is of, which source takes it, and which of its records are kept."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from pipeline.errors import SourceError
from pipeline.extract.dumps.chunks import read_chunks
from pipeline.extract.dumps.scan import ScanResult, scan_dump
from pipeline.extract.dumps.search import EntitySearch, PageSearch, Search
from pipeline.raw_store.snapshots import RawStore, describe_generated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pipeline.extract.mediawiki.page_filter import PageFilter
    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration, SourceFile

#: Files of a source that takes the pages of a wiki, or the entities of Wikidata.
_PAGES: Final = "pages.jsonl"
_ENTITIES: Final = "entities.jsonl"
_LANGUAGE: Final = re.compile(rb"<mediawiki[^>]*\bxml:lang=\"([a-z-]+)\"")
_DAY: Final = re.compile(r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)")


def import_dump(
    path: Path,
    declarations: Mapping[str, Declaration],
    raw: Path,
    page_filter: Callable[[str], PageFilter],
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[Snapshot, ScanResult]:
    """Search a dump of a Wikipedia or of Wikidata, and store the records about twinnings as a snapshot.

    Args:
        path: `….xml` of MediaWiki or `….json` of Wikidata, plain or compressed by gzip or bzip2.
        declarations: all declared sources; the one of the dump's wiki gets the snapshot.
        raw: the raw store.
        page_filter: returns which pages of a language are kept.
        on_progress: called with the bytes of the file that were read and those that were searched as text.

    Raises:
        SourceError: the file is no such dump, is broken, or no declared source takes it.
    """
    declaration, file, search = _detect_wiki(path, declarations, page_filter)
    folder = raw / declaration.id / ".partial" / "dump"
    result = scan_dump(path, search, folder, on_progress=on_progress)
    if result.records == 0:
        raise SourceError(
            f"{path}: no record in its {result.text_bytes:,} bytes of text is about twinnings; the snapshot before "
            "stays. Is it a dump of articles (pages-articles, or Wikidata's all.json)?"
        )
    snapshot = describe_generated(declaration, file, result.path, declaration.url)
    snapshot = replace(snapshot, as_of_date=_as_of_date(path, result.latest) or snapshot.as_of_date)
    RawStore(raw).add(snapshot, result.path)
    shutil.rmtree(folder)
    return snapshot, result


def _detect_wiki(
    path: Path, declarations: Mapping[str, Declaration], page_filter: Callable[[str], PageFilter]
) -> tuple[Declaration, SourceFile, Search]:
    """Return the source that takes a dump, its file, and the search for its records."""
    first = next(read_chunks(path), None)
    head = first.read()[: 1 << 16] if first else b""
    if head.lstrip()[:1] in (b"[", b"{"):
        declaration, file = _source_of(path, declarations.values(), _ENTITIES, "Wikidata")
        return declaration, file, EntitySearch(_label_languages(declarations))
    match = _LANGUAGE.search(head)
    if not match:
        raise SourceError(
            f"{path}: begins neither as a MediaWiki export (<mediawiki … xml:lang=…>) nor as Wikidata's JSON ([); "
            "nothing was read"
        )
    language = match[1].decode()
    in_language = [declaration for declaration in declarations.values() if declaration.language == language]
    declaration, file = _source_of(path, in_language, _PAGES, f"a wiki in {language!r}")
    return declaration, file, PageSearch(page_filter(language))


def _source_of(
    path: Path, declarations: Iterable[Declaration], file_name: str, wiki: str
) -> tuple[Declaration, SourceFile]:
    for declaration in declarations:
        for file in declaration.files:
            if file.name == file_name:
                return declaration, file
    raise SourceError(f"{path}: is a dump of {wiki}, which no declared source takes; twintowns sources lists them")


def _label_languages(declarations: Mapping[str, Declaration]) -> tuple[str, ...]:
    """Return the languages in which the live source fetches names, so that both have the same names."""
    live = (declaration.live for declaration in declarations.values())
    languages = (service.languages for service in live if service and service.service == "wikidata")
    return tuple(dict.fromkeys(language for listed in languages for language in listed))


def _as_of_date(path: Path, latest: str) -> date | None:
    """Return the day in the dump's name, or that of the latest change in it."""
    for text in (path.name, latest):
        if match := _DAY.search(text):
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                continue
    return None
