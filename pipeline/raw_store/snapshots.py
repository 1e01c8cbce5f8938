"""The raw store: bytes as they came, each with a line in its source's manifest."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.sources import Declaration, SourceFile

MANIFEST = "manifest.jsonl"


@dataclass(frozen=True)
class Snapshot:
    """Raw bytes of one file of a source, and where they came from.

    `path` is relative to the source's folder in the raw store. `retrieved_at` is for the operator only;
    nothing published depends on it.
    """

    source_id: str
    file_name: str
    path: str
    sha256: str
    byte_count: int
    as_of_date: date
    url: str | None
    retrieved_at: str | None
    etag: str | None
    licence: str

    @property
    def snapshot_id(self) -> str:
        """Readable and unique: source/file@first 12 digits of the checksum."""
        return f"{self.source_id}/{self.file_name}@{self.sha256[:12]}"

    def to_json(self) -> str:
        """Return the manifest line."""
        return json.dumps(asdict(self) | {"as_of_date": self.as_of_date.isoformat()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Snapshot:
        """Read a manifest line."""
        content = json.loads(line)
        return cls(**content | {"as_of_date": date.fromisoformat(content["as_of_date"])})


class RawStore:
    """The folder `raw/`: one folder a source, immutable files, an append-only manifest."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def manifest(self, source_id: str) -> list[Snapshot]:
        """Return the source's snapshots, oldest first.

        Raises:
            SourceError: the manifest is there but cannot be read.
        """
        path = self.root / source_id / MANIFEST
        if not path.exists():
            return []
        snapshots = []
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            try:
                snapshots.append(Snapshot.from_json(line))
            except (ValueError, TypeError, KeyError) as error:
                raise SourceError(
                    f"{path}, line {number}: not a manifest entry ({error}); restore the file or fetch {source_id} anew"
                ) from error
        return snapshots

    def latest(self, declaration: Declaration, file: SourceFile) -> Snapshot | None:
        """Return the newest snapshot of a file, or of its pin where it has one; None if never fetched.

        Raises:
            SourceError: there are snapshots, but none is the one that the declaration pins.
        """
        known = [entry for entry in self.manifest(declaration.id) if entry.file_name == file.name]
        if not known or file.sha256 is None:
            return known[-1] if known else None
        pinned = [entry for entry in known if entry.sha256 == file.sha256]
        if not pinned:
            raise SourceError(
                f"{declaration.id}: {self.root / declaration.id / MANIFEST} lists {file.name} with sha256 "
                f"{known[-1].sha256[:12]}…, but {declaration.path} pins {file.sha256[:12]}…; "
                f"fetch it again with: twintowns fetch {declaration.id}"
            )
        return pinned[-1]

    def one_of(self, declaration: Declaration, file: SourceFile, wanted: frozenset[str]) -> Snapshot | None:
        """Return the newest of a file's snapshots whose id is wanted; None if it has none."""
        known = [entry for entry in self.manifest(declaration.id) if entry.file_name == file.name]
        return next((entry for entry in reversed(known) if entry.snapshot_id in wanted), None)

    def path_of(self, snapshot: Snapshot) -> Path:
        """Return where the bytes lie."""
        return self.root / snapshot.source_id / snapshot.path

    def read(self, snapshot: Snapshot) -> bytes:
        """Return the bytes, after holding them against the manifest.

        Raises:
            SourceError: the file is missing, truncated or altered.
        """
        path = self.path_of(snapshot)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"{path}: the manifest lists it, but it cannot be read ({error.strerror}); "
                f"{_what_to_do(path, snapshot)}"
            ) from error
        verify(content, path, snapshot)
        return content

    def add(self, snapshot: Snapshot, content: bytes) -> Path:
        """Store bytes and list them; bytes that are there already are not written again.

        Raises:
            SourceError: the store cannot be written.
        """
        try:
            return self._add(snapshot, content)
        except OSError as error:
            raise SourceError(f"{self.root / snapshot.source_id}: cannot be written ({error.strerror})") from error

    def take(self, snapshot: Snapshot, made: Path) -> Path:
        """Move a file of the same disk, whole and described, into the store, and list it.

        Raises:
            SourceError: the store cannot be written.
        """
        path = self.path_of(snapshot)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.replace(path)
            self._list(snapshot)
        except OSError as error:
            raise SourceError(f"{self.root / snapshot.source_id}: cannot be written ({error.strerror})") from error
        return path

    def _add(self, snapshot: Snapshot, content: bytes) -> Path:
        path = self.path_of(snapshot)
        folder = self.root / snapshot.source_id
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(folder):
            # What killed fetches left: nobody else writes here now.
            for part in (*folder.glob(f".{MANIFEST}.*"), *folder.glob(f"*/.{path.name}.*")):
                part.unlink(missing_ok=True)
            if not (path.exists() and path.read_bytes() == content):
                write_atomically(path, content)
        self._list(snapshot)
        return path

    def _list(self, snapshot: Snapshot) -> None:
        folder = self.root / snapshot.source_id
        with _held(folder):
            entries = self.manifest(snapshot.source_id)
            if not any(_says_the_same(entry, snapshot) for entry in _last_of(entries, snapshot.file_name)):
                lines = [entry.to_json() for entry in (*entries, snapshot)]
                write_atomically(folder / MANIFEST, ("\n".join(lines) + "\n").encode())


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder, so that of two that add to it at once neither loses its entry; the second waits."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _last_of(entries: Iterable[Snapshot], file_name: str) -> list[Snapshot]:
    return [entry for entry in entries if entry.file_name == file_name][-1:]


def _says_the_same(entry: Snapshot, snapshot: Snapshot) -> bool:
    """Whether a fetch of the same bytes adds nothing but its time.

    Bytes that have no other date than that of their fetch describe the day on which they first came.
    """
    dated_by_fetch = bool(snapshot.url) and str(snapshot.retrieved_at).startswith(snapshot.as_of_date.isoformat())
    as_of = entry.as_of_date if dated_by_fetch else snapshot.as_of_date
    return replace(entry, retrieved_at=None, etag=None) == replace(
        snapshot, retrieved_at=None, etag=None, as_of_date=as_of
    )


def describe(
    declaration: Declaration,
    file: SourceFile,
    content: bytes,
    *,
    path: str | None = None,
    etag: str | None = None,
) -> Snapshot:
    """Return the manifest entry for bytes just received.

    A pinned file describes the day that its declaration says; any other the day on which it came.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    now = datetime.now(tz=UTC)
    return Snapshot(
        source_id=declaration.id,
        file_name=file.name,
        path=path or f"{sha256[:12]}/{file.name}",
        sha256=sha256,
        byte_count=len(content),
        as_of_date=(file.as_of or declaration.as_of) if file.sha256 or not file.url else now.date(),
        url=file.url,
        retrieved_at=now.isoformat(timespec="seconds"),
        etag=etag,
        licence=declaration.licence,
    )


def describe_made(declaration: Declaration, file: SourceFile, sha256: str, byte_count: int, url: str) -> Snapshot:
    """Return the manifest entry for a file that was put together from a service's answers today."""
    now = datetime.now(tz=UTC)
    return Snapshot(
        source_id=declaration.id,
        file_name=file.name,
        path=f"{sha256[:12]}/{file.name}",
        sha256=sha256,
        byte_count=byte_count,
        as_of_date=now.date(),
        url=url,
        retrieved_at=now.isoformat(timespec="seconds"),
        etag=None,
        licence=declaration.licence,
    )


def verify(content: bytes, path: Path, snapshot: Snapshot) -> None:
    """Hold bytes against what the manifest says of them.

    Raises:
        SourceError: naming the file, what differs and what to do.
    """
    again = _what_to_do(path, snapshot)
    if len(content) < snapshot.byte_count:
        raise SourceError(f"{path}: truncated: {len(content)} of {snapshot.byte_count} bytes are there; {again}")
    found = hashlib.sha256(content).hexdigest()
    if found != snapshot.sha256:
        raise SourceError(
            f"{path}: altered since it was received: sha256 {found[:12]}…, "
            f"the manifest says {snapshot.sha256[:12]}…; {again}"
        )


def _what_to_do(path: Path, snapshot: Snapshot) -> str:
    if snapshot.url:
        return f"restore it or fetch it again with: twintowns fetch {snapshot.source_id}"
    return f"restore it, or take it as it now is with: twintowns adopt {snapshot.source_id} {path}"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none, even after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        sync_folder(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def adopt(declaration: Declaration, path: Path, raw: Path) -> Snapshot:
    """Take a file that was handed over, or edited in place, into the raw store.

    Raises:
        SourceError: the source declares no file of that name, or the file cannot be read.
    """
    by_name = {Path(file.name).name: file for file in declaration.files}
    if path.name not in by_name:
        raise SourceError(f"{path}: {declaration.id} declares no such file; it has {', '.join(sorted(by_name))}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    folder = (raw / declaration.id).resolve()
    inside = path.resolve().relative_to(folder) if path.resolve().is_relative_to(folder) else None
    snapshot = describe(declaration, by_name[path.name], content, path=str(inside) if inside else None)
    RawStore(raw).add(snapshot, content)
    return snapshot
