"""The raw store: bytes as they were received, each file with a line in the manifest of its source."""

from __future__ import annotations

import fcntl
import filecmp
import hashlib
import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.raw_store.atomic import read_regular, write_atomically
from pipeline.raw_store.manifest import DAMAGED, MANIFEST, Snapshot, read_manifest, write_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.sources import Declaration, SourceFile


class RawStore:
    """The folder `raw/`: one folder a source, immutable files, an append-only manifest."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def manifest(self, source_id: str, file_name: str | None = None) -> list[Snapshot]:
        """Return the snapshots of a source, or of one of its files, oldest first. Damaged lines are left out.

        Raises:
            SourceError: the manifest cannot be read.
        """
        snapshots, _ = read_manifest(self.root / source_id)
        return [snapshot for snapshot in snapshots if file_name in (None, snapshot.file_name)]

    def has_manifest(self, source_id: str) -> bool:
        """Return whether anything of a source was ever received."""
        return (self.root / source_id / MANIFEST).exists()

    def damaged_lines(self, source_ids: Iterable[str]) -> list[str]:
        """Return a sentence for each manifest with damaged lines. One that cannot be read has no lines."""
        sentences = []
        for source_id in source_ids:
            damaged: dict[int, bytes] = {}
            with suppress(SourceError):
                _, damaged = read_manifest(self.root / source_id)
            if damaged:
                sentences.append(
                    f"{self.root / source_id / MANIFEST}, line {', '.join(map(str, damaged))}: not a manifest entry; "
                    f"what it described counts as never fetched. The next fetch moves it to {DAMAGED}"
                )
        return sentences

    def latest(
        self, declaration: Declaration, file: SourceFile, snapshot_ids: frozenset[str] | None = None
    ) -> Snapshot | None:
        """Return the newest snapshot of a file, or the pinned one; None if it was never fetched.

        Args:
            declaration: the source.
            file: one of its files.
            snapshot_ids: only these snapshots are considered, whatever the pin says.

        Raises:
            SourceError: there are snapshots, but none is the one that the declaration pins.
        """
        snapshots = self.manifest(declaration.id, file.name)
        if snapshot_ids is not None:
            candidates = [snapshot for snapshot in snapshots if snapshot.snapshot_id in snapshot_ids]
        else:
            candidates = [snapshot for snapshot in snapshots if file.sha256 in (None, snapshot.sha256)]
            if snapshots and file.sha256 and not candidates:
                raise SourceError(
                    f"{declaration.id}: {self.root / declaration.id / MANIFEST} lists {file.name} with sha256 "
                    f"{snapshots[-1].sha256[:12]}…, but {declaration.path} pins {file.sha256[:12]}…; "
                    f"fetch it again with: twintowns fetch {declaration.id}"
                )
        return candidates[-1] if candidates else None

    def path_of(self, snapshot: Snapshot) -> Path:
        """Return the file that holds the bytes."""
        return self.root / snapshot.source_id / snapshot.path

    def read(self, snapshot: Snapshot) -> bytes:
        """Return the bytes, verified against the manifest.

        Raises:
            SourceError: the file is missing, truncated or altered.
        """
        path = self.path_of(snapshot)
        try:
            content = read_regular(path)
        except OSError as error:
            raise SourceError(
                f"{path}: the manifest lists it, but it cannot be read ({error.strerror}); {_advice(path, snapshot)}"
            ) from error
        verify(content, path, snapshot)
        return content

    def add(self, snapshot: Snapshot, content: bytes | Path) -> bool:
        """Store a snapshot and list it in the manifest; return whether anything about it is new.

        Args:
            snapshot: the description of the content.
            content: bytes, or a finished file on the same disk, which is moved into the store.

        Raises:
            SourceError: the store cannot be written.
        """
        path, folder = self.path_of(snapshot), self.root / snapshot.source_id
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(folder):
                # Left by fetches that were killed: nobody else writes here while the lock is held.
                for temporary in (*folder.glob(f".{MANIFEST}.*"), *folder.glob(f"*/.{path.name}.*")):
                    temporary.unlink(missing_ok=True)
                is_stored = path.exists() and _has_content(path, content)
                if isinstance(content, bytes):
                    if not is_stored:
                        write_atomically(path, content)
                elif is_stored:
                    content.unlink()
                else:
                    content.replace(path)
                return self._list(snapshot) or not is_stored
        except OSError as error:
            raise SourceError(f"{folder}: cannot be written ({error.strerror})") from error

    def _list(self, snapshot: Snapshot) -> bool:
        """Add a line to the manifest, unless the last line says the same; return whether it was added.

        Damaged lines are moved to a file beside it.
        """
        folder = self.root / snapshot.source_id
        entries, damaged = read_manifest(folder)
        last = [entry for entry in entries if entry.file_name == snapshot.file_name][-1:]
        is_new = not any(entry.is_repeated_by(snapshot) for entry in last)
        if is_new or damaged:
            write_manifest(folder, [*entries, *([snapshot] if is_new else [])], damaged)
        return is_new


def _has_content(path: Path, content: bytes | Path) -> bool:
    if isinstance(content, Path):
        return filecmp.cmp(path, content, shallow=False)
    return path.read_bytes() == content


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder, so that of two processes that add to it at once the second waits for the first."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def describe(
    declaration: Declaration, file: SourceFile, content: bytes, *, path: str | None = None, etag: str | None = None
) -> Snapshot:
    """Return the manifest entry for bytes just received.

    A pinned file describes the day that its declaration says; any other file the day on which it came.
    """
    snapshot = _new_snapshot(declaration, file, hashlib.sha256(content).hexdigest(), len(content), file.url)
    has_declared_date = file.sha256 or not file.url
    return replace(
        snapshot,
        path=path or snapshot.path,
        etag=etag,
        as_of_date=(file.as_of or declaration.as_of) if has_declared_date else snapshot.as_of_date,
    )


def describe_generated(declaration: Declaration, file: SourceFile, path: Path, url: str) -> Snapshot:
    """Return the manifest entry for a file that was generated today from a service's responses or from a dump."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return _new_snapshot(declaration, file, sha256, path.stat().st_size, url)


def _new_snapshot(
    declaration: Declaration, file: SourceFile, sha256: str, byte_count: int, url: str | None
) -> Snapshot:
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
    """Compare bytes with size and checksum in the manifest.

    Raises:
        SourceError: naming the file, what differs and what to do.
    """
    if len(content) < snapshot.byte_count:
        problem = f"truncated: {len(content)} of {snapshot.byte_count} bytes are there"
    elif (sha256 := hashlib.sha256(content).hexdigest()) != snapshot.sha256:
        problem = f"altered since it was received: sha256 {sha256[:12]}…, the manifest says {snapshot.sha256[:12]}…"
    else:
        return
    raise SourceError(f"{path}: {problem}; {_advice(path, snapshot)}")


def _advice(path: Path, snapshot: Snapshot) -> str:
    if snapshot.url:
        return f"restore it or fetch it again with: twintowns fetch {snapshot.source_id}"
    return f"restore it, or take it as it is now with: twintowns import {snapshot.source_id} {path}"


def import_file(declaration: Declaration, path: Path, raw: Path) -> Snapshot:
    """Copy a file into the raw store; one that was edited inside the store stays where it is.

    Raises:
        SourceError: the source declares no file of that name, or the file cannot be read.
    """
    files = {Path(file.name).name: file for file in declaration.files}
    if path.name not in files:
        raise SourceError(f"{path}: {declaration.id} declares no such file; it has {', '.join(sorted(files))}")
    try:
        content = read_regular(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    folder, absolute = (raw / declaration.id).resolve(), path.resolve()
    inside = str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else None
    snapshot = describe(declaration, files[path.name], content, path=inside)
    RawStore(raw).add(snapshot, content)
    return snapshot
