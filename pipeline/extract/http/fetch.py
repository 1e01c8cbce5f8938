"""Declared URLs into the raw store: from the network or from a mirror, verified against their checksums."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SourceError, TwintownsError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import NotFoundError, UnreachableError, describe_failure
from pipeline.extract.http.guard import redact_url, split_url
from pipeline.extract.http.responses import Response
from pipeline.raw_store.atomic import read_regular
from pipeline.raw_store.snapshots import RawStore, describe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration, SourceFile


@dataclass(frozen=True)
class FetchResult:
    """The outcome of one file: `new`, `unchanged`, `missing` (the publisher has no such optional file) or `failed`.

    For the last two, `message` says why; for the others, what was left out of the file, if anything.
    """

    source_id: str
    file_name: str
    outcome: str
    byte_count: int = 0
    message: str = ""


def fetch_files(
    declarations: Iterable[Declaration], raw: Path, mirror: Path | None = None, client: HttpClient | None = None
) -> list[FetchResult]:
    """Fetch every declared URL of the given sources into the raw store, and return the outcome of each.

    A file whose pinned bytes are in the store is not requested. A failure is reported, and the other files are fetched.

    Args:
        declarations: the sources to fetch.
        raw: the raw store.
        mirror: a folder with an `index.csv` (`url`, `path`, …) that replaces the network.
        client: the HTTP client; one with default settings if none.

    Raises:
        TwintownsError: the mirror has no readable index.
    """
    store, results = RawStore(raw), []
    # A host that does not respond at all is not tried again for the next file.
    unreachable: set[str] = set()
    origin = Mirror(mirror) if mirror else client or HttpClient()
    for declaration in declarations:
        for file in declaration.files:
            if file.url is None:
                continue
            try:
                results.append(_fetch_file(declaration, file, file.url, store, origin, unreachable))
            except Exception as error:  # noqa: BLE001 (whatever one file does, the others are fetched)
                outcome = "missing" if file.optional and isinstance(error, NotFoundError) else "failed"
                message = describe_failure(error, redact_url(file.url))
                results.append(FetchResult(declaration.id, file.name, outcome, message=message))
    return results


def _fetch_file(
    declaration: Declaration,
    file: SourceFile,
    url: str,
    store: RawStore,
    origin: HttpClient | Mirror,
    unreachable: set[str],
) -> FetchResult:
    snapshots = store.manifest(declaration.id, file.name)
    if any(snapshot.sha256 == file.sha256 and _is_intact(store, snapshot) for snapshot in snapshots):
        return FetchResult(declaration.id, file.name, "unchanged", snapshots[-1].byte_count)
    # The server may say "not changed" only of bytes that are intact and not to be replaced by those of a new pin.
    last = snapshots[-1] if snapshots and not file.sha256 else None
    if last and (last.url != url or not _is_intact(store, last)):
        last = None
    host = split_url(url).netloc
    if host in unreachable:
        raise UnreachableError(f"{url}: skipped: {host} did not respond before")
    try:
        response = origin.request(url, etag=last.etag if last else None)
    except UnreachableError:
        unreachable.add(host)
        raise
    if response is None:
        # Only a request with an entity tag, which is that of `last`, has such a response.
        assert last is not None
        return FetchResult(declaration.id, file.name, "unchanged", last.byte_count)
    sha256 = hashlib.sha256(response.content).hexdigest()
    if file.sha256 and sha256 != file.sha256:
        raise SourceError(
            f"{url}: sha256 is {sha256[:12]}…, but {declaration.path} pins {file.sha256[:12]}…: the bytes are not the "
            "ones that were reviewed; nothing was kept. Look at what changed, then update the pin"
        )
    store.add(describe(declaration, file, response.content, etag=response.etag), response.content)
    return FetchResult(declaration.id, file.name, "new", len(response.content))


def _is_intact(store: RawStore, snapshot: Snapshot) -> bool:
    try:
        store.read(snapshot)
    except SourceError:
        return False
    return True


class Mirror:
    """A folder of files that replaces the network: `index.csv` says which file has the bytes of which URL.

    Raises:
        TwintownsError: there is no readable index.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            text = read_regular(folder / "index.csv").decode()
            self.paths = {row["url"]: row["path"] or "" for row in csv.DictReader(io.StringIO(text, newline=""))}
        except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
            raise TwintownsError(
                f"{folder}: is no mirror: it has no index.csv with the columns url and path ({error})"
            ) from error

    def request(self, url: str, *, etag: str | None = None) -> Response:  # noqa: ARG002
        """Return the bytes of a URL.

        Raises:
            NotFoundError: the mirror has no such URL.
            SourceError: it lists the URL, but its file cannot be read.
        """
        name = self.paths.get(url)
        if not name:
            raise NotFoundError(f"{url}: not in the mirror {self.folder}/index.csv")
        try:
            path = (self.folder / name).resolve()
            if not path.is_relative_to(self.folder.resolve()):
                raise SourceError(
                    f"{url}: the mirror {self.folder}/index.csv lists {name}, which is outside the mirror; nothing was "
                    "kept. Correct the index"
                )
            return Response(read_regular(path), None, url)
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SourceError(f"{url}: the mirror lists {name}, but it cannot be read ({reason})") from error
