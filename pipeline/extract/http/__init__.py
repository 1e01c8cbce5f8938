"""Declared URLs into raw/: from the network or from a mirror, checked against their pins before they are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SourceError, TwintownsError
from pipeline.extract.http.answers import (
    Answer,
    BadAnswerError,
    BusyError,
    NotThereError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
)
from pipeline.extract.http.guard import split_address
from pipeline.extract.http.manners import Manners
from pipeline.extract.http.mirror import Mirror
from pipeline.extract.http.web import Web
from pipeline.raw_store.snapshots import RawStore, Snapshot, describe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.sources import Declaration, SourceFile

__all__ = [
    "Answer", "BadAnswerError", "BusyError", "Fetched", "Manners", "Mirror", "NotThereError", "TimedOutError",
    "TooLargeError", "UnreachableError", "Web", "fetch",
]  # fmt: skip


@dataclass(frozen=True)
class Fetched:
    """What became of one file: `new`, `unchanged`, `missing` (the publisher has no such optional file) or `failed`.

    The last two say why in `message`.
    """

    source_id: str
    file_name: str
    outcome: str
    byte_count: int = 0
    message: str = ""


def fetch(
    declarations: Iterable[Declaration], raw: Path, mirror: Path | None = None, web: Web | None = None
) -> list[Fetched]:
    """Bring every declared URL of the given sources into the raw store.

    A file whose pinned bytes are there already is not asked for again. A failure is reported and the others go on.

    Args:
        declarations: the sources to fetch.
        raw: the raw store.
        mirror: a folder with an `index.csv` (`url`, `path`, …) to take the bytes from instead of the network.
        web: the network; one with default manners if none.

    Raises:
        TwintownsError: the mirror has no readable index.
    """
    store, results = RawStore(raw), []
    # Who does not answer at all is not asked for the next file either.
    unreachable: set[str] = set()
    origin = Mirror(mirror) if mirror else web or Web()
    for declaration in declarations:
        for file in declaration.files:
            if file.url is None:
                continue
            try:
                results.append(_fetch_file(declaration, file, store, origin, unreachable))
            except TwintownsError as error:
                outcome = "missing" if file.optional and isinstance(error, NotThereError) else "failed"
                results.append(Fetched(declaration.id, file.name, outcome, message=str(error)))
    return results


def _fetch_file(
    declaration: Declaration, file: SourceFile, store: RawStore, origin: Mirror | Web, unreachable: set[str]
) -> Fetched:
    known = [entry for entry in store.manifest(declaration.id) if entry.file_name == file.name]
    if file.sha256 and any(_is_good(store, entry, file.sha256) for entry in known):
        return Fetched(declaration.id, file.name, "unchanged", known[-1].byte_count)
    assert file.url is not None
    last = known[-1] if known else None
    # The server may only say "not changed" of bytes that are whole and are the ones that are wanted.
    is_whole = last is not None and last.url == file.url and _is_good(store, last, file.sha256 or last.sha256)
    host = split_address(file.url).netloc
    if host in unreachable:
        raise UnreachableError(f"{file.url}: not asked for: {host} did not answer before")
    try:
        answer = origin.get(file.url, last.etag if last and is_whole else None)
    except UnreachableError:
        unreachable.add(host)
        raise
    if answer is None and not is_whole:
        raise SourceError(
            f"{file.url}: the server says that nothing changed, but there is nothing here; try again later"
        )
    if answer is None:
        return Fetched(declaration.id, file.name, "unchanged", last.byte_count if last else 0)
    content, etag = answer
    found = hashlib.sha256(content).hexdigest()
    if file.sha256 and found != file.sha256:
        raise SourceError(
            f"{file.url}: sha256 is {found[:12]}…, but {declaration.path} pins {file.sha256[:12]}…: the bytes are "
            "not the ones that were reviewed; nothing was kept. Look at what changed, then update the pin"
        )
    store.add(describe(declaration, file, content, etag=etag), content)
    return Fetched(declaration.id, file.name, "new", len(content))


def _is_good(store: RawStore, entry: Snapshot, pin: str) -> bool:
    if entry.sha256 != pin:
        return False
    try:
        store.read(entry)
    except SourceError:
        return False
    return True
