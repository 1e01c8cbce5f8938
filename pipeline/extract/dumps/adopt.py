"""A dump into the raw store: which wiki it is of, whose source that is, what of it is kept."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from pipeline.errors import SourceError
from pipeline.extract.dumps.parts import Packing, packing_of
from pipeline.extract.dumps.scan import scan_dump
from pipeline.extract.dumps.search import EntitySearch, PageSearch
from pipeline.raw_store.snapshots import RawStore, Snapshot, describe_made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pipeline.extract.dumps.search import Search
    from pipeline.extract.mediawiki.page_filter import PageFilter
    from pipeline.sources import Declaration

_HEAD: Final = 1 << 16
_PAGES: Final = "pages.jsonl"
_ENTITIES: Final = "entities.jsonl"
_LANGUAGE: Final = re.compile(rb"<mediawiki[^>]*\bxml:lang=\"([a-z-]+)\"")
_DAY: Final = re.compile(r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)")


@dataclass(frozen=True)
class FromDump:
    """What a dump gave."""

    snapshot: Snapshot
    records: int
    text_bytes: int


def adopt_dump(
    path: Path,
    declarations: Mapping[str, Declaration],
    raw: Path,
    page_filter: Callable[[str], PageFilter],
    told: Callable[[int, int], None] | None = None,
) -> FromDump:
    """Search a dump of a Wikipedia or of Wikidata, and take what speaks of twinnings into the raw store.

    Args:
        path: `….xml` of MediaWiki or `….json` of Wikidata, plain or packed by gzip or bzip2.
        declarations: all that there are; the one of the dump's wiki gets the snapshot.
        raw: the raw store.
        page_filter: returns which pages of a language are kept.
        told: called with the bytes of the file that were read and those that were searched as text.

    Raises:
        SourceError: the file is no such dump, is broken, or its wiki is no declared source.
    """
    declaration, name, search = _what_is_in(path, declarations, page_filter)
    file = next(file for file in declaration.files if file.name == name)
    folder = raw / declaration.id / ".partial" / "dump"
    scanned = scan_dump(path, search, folder, told=told)
    if scanned.records == 0:
        raise SourceError(
            f"{path}: nothing in its {scanned.text_bytes:,} bytes of text speaks of twinnings; the snapshot before "
            "stays. Is it a dump of articles (pages-articles, or Wikidata's all.json)?"
        )
    with scanned.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    snapshot = describe_made(declaration, file, digest, scanned.path.stat().st_size, declaration.url)
    snapshot = replace(snapshot, as_of_date=_as_of(path, scanned.latest) or snapshot.as_of_date)
    RawStore(raw).take(snapshot, scanned.path)
    (folder / "checkpoint.json").unlink(missing_ok=True)
    folder.rmdir()
    return FromDump(snapshot, scanned.records, scanned.text_bytes)


def _what_is_in(
    path: Path, declarations: Mapping[str, Declaration], page_filter: Callable[[str], PageFilter]
) -> tuple[Declaration, str, Search]:
    head = _head(path)
    if head.lstrip()[:1] in (b"[", b"{"):
        declaration = _taker(path, (one for one in declarations.values() if _has(one, _ENTITIES)), "Wikidata")
        return declaration, _ENTITIES, EntitySearch(_languages_of_names(declarations))
    found = _LANGUAGE.search(head)
    if not found:
        raise SourceError(
            f"{path}: begins neither as a MediaWiki export (<mediawiki … xml:lang=…>) nor as Wikidata's JSON ([); "
            "nothing was read"
        )
    language = found.group(1).decode()
    wikis = (one for one in declarations.values() if _has(one, _PAGES) and one.language == language)
    return _taker(path, wikis, f"a wiki in {language!r}"), _PAGES, PageSearch.of(page_filter(language))


def _has(declaration: Declaration, name: str) -> bool:
    return any(file.name == name for file in declaration.files)


def _taker(path: Path, candidates: Iterable[Declaration], what: str) -> Declaration:
    for one in candidates:
        return one
    raise SourceError(f"{path}: is a dump of {what}, which no declared source takes; twintowns sources lists them")


def _languages_of_names(declarations: Mapping[str, Declaration]) -> tuple[str, ...]:
    """Return the languages in which the live source asks for names, so that both know the same."""
    live = (one.live for one in declarations.values() if one.live and one.live.service == "wikidata")
    return tuple(dict.fromkeys(language for one in live for language in one.languages))


def _head(path: Path) -> bytes:
    packing = packing_of(path)
    try:
        if packing is Packing.PLAIN:
            with path.open("rb") as plain:
                return plain.read(_HEAD)
        with (gzip.open if packing is Packing.GZIP else bz2.open)(path, "rb") as packed:
            return packed.read(_HEAD)
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: cannot be decompressed ({error}); is the download complete?") from error


def _as_of(path: Path, latest: str) -> date | None:
    """Return the day in the dump's name, or that of the latest change in it."""
    for text in (path.name, latest):
        found = _DAY.search(text)
        if found:
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                continue
    return None
