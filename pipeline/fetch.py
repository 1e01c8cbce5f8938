"""Declared URLs into raw/: from the network or from a mirror, checked against their pins before they are kept."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SourceError, TwintownsError
from pipeline.snapshots import RawStore, Snapshot, describe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import requests

    from pipeline.declarations import Declaration, SourceFile

#: A partnership list is some megabytes; anything this large is not one.
SIZE_CAP = 512 * 1024 * 1024
#: Seconds to connect, and to wait for more bytes.
TIMEOUT = (10, 60)
USER_AGENT = "twintowns/0.1 (town twinning dataset; contact through the project's issue tracker)"


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


def fetch(declarations: Iterable[Declaration], raw: Path, mirror: Path | None = None) -> list[Fetched]:
    """Bring every declared URL of the given sources into the raw store.

    A file whose pinned bytes are there already is not asked for again. A failure is reported and the others go on.

    Args:
        declarations: the sources to fetch.
        raw: the raw store.
        mirror: a folder with an `index.csv` (`url`, `path`, …) to take the bytes from instead of the network.

    Raises:
        TwintownsError: the mirror has no readable index.
    """
    store, results = RawStore(raw), []
    origin = Mirror(mirror) if mirror else Web()
    for declaration in declarations:
        for file in declaration.files:
            if file.url is None:
                continue
            try:
                results.append(_fetch_file(declaration, file, store, origin))
            except TwintownsError as error:
                outcome = "missing" if file.optional and isinstance(error, NotThereError) else "failed"
                results.append(Fetched(declaration.id, file.name, outcome, message=str(error)))
    return results


def _fetch_file(declaration: Declaration, file: SourceFile, store: RawStore, origin: Mirror | Web) -> Fetched:
    known = [entry for entry in store.manifest(declaration.id) if entry.file_name == file.name]
    if file.sha256 and any(_is_good(store, entry, file.sha256) for entry in known):
        return Fetched(declaration.id, file.name, "unchanged", known[-1].byte_count)
    assert file.url is not None
    last = known[-1] if known else None
    # The server may only say "not changed" of bytes that are whole and are the ones that are wanted.
    is_whole = last is not None and last.url == file.url and _is_good(store, last, file.sha256 or last.sha256)
    answer = origin.get(file.url, last.etag if last and is_whole else None)
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


class NotThereError(SourceError):
    """The publisher has no such file."""


class Mirror:
    """A folder that stands for the network: `index.csv` says which file holds which URL's bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
                self.paths = {row["url"]: row["path"] or "" for row in csv.DictReader(stream)}
        except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
            raise TwintownsError(
                f"{folder}: is no mirror: it has no index.csv with the columns url and path ({error})"
            ) from error

    def get(self, url: str, etag: str | None) -> tuple[bytes, str | None] | None:  # noqa: ARG002
        """Return the bytes of a URL."""
        if not self.paths.get(url):
            raise NotThereError(f"{url}: not in the mirror {self.folder}/index.csv")
        try:
            return (self.folder / self.paths[url]).read_bytes(), None
        except OSError as error:
            raise SourceError(
                f"{url}: the mirror lists {self.paths[url]}, but it cannot be read ({error.strerror})"
            ) from error


class Web:
    """The network, asked politely: named, patient, bounded, and not again for what has not changed."""

    def __init__(self) -> None:
        self._session: requests.Session | None = None

    def get(self, url: str, etag: str | None) -> tuple[bytes, str | None] | None:
        """Return bytes and entity tag of a URL, or None where the tag says that nothing changed.

        Raises:
            SourceError: no answer, an error status, a cut or an oversized body; says which.
        """
        import requests

        session = self._session = self._session or _session()
        try:
            with session.get(
                url, headers={"If-None-Match": etag} if etag else {}, timeout=TIMEOUT, stream=True
            ) as answer:
                if answer.status_code == requests.codes.not_modified:
                    return None
                if answer.status_code in (requests.codes.not_found, requests.codes.gone):
                    raise NotThereError(f"{url}: HTTP {answer.status_code}, no such file there; nothing was kept")
                answer.raise_for_status()
                return _body(answer), answer.headers.get("ETag")
        except requests.RequestException as error:
            raise SourceError(f"{url}: could not be fetched: {error}; nothing was kept, try again later") from error


def _session() -> requests.Session:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    retry = Retry(
        total=4, backoff_factor=1, backoff_jitter=0.5, status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=("GET",), respect_retry_after_header=True, raise_on_status=False,
    )  # fmt: skip
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _body(answer: requests.Response) -> bytes:
    """Read the body, held against the length that the server announced and against the size cap."""
    content = bytearray()
    for chunk in answer.iter_content(1 << 16):
        content += chunk
        if len(content) > SIZE_CAP:
            raise SourceError(
                f"{answer.url}: more than {SIZE_CAP >> 20} MiB; this is no partnership list; nothing was kept"
            )
    announced = answer.headers.get("Content-Length")
    if announced and "Content-Encoding" not in answer.headers and len(content) != int(announced):
        raise SourceError(
            f"{answer.url}: truncated: {len(content)} of {announced} bytes came; nothing was kept, try again later"
        )
    return bytes(content)
