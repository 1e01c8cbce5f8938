"""What a live fetch has received so far: an interrupted fetch continues where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceError
from pipeline.extract.http.errors import HttpError, TimedOutError, TooLargeError
from pipeline.extract.http.fetch import FetchResult
from pipeline.raw_store.atomic import write_atomically
from pipeline.raw_store.snapshots import RawStore, describe_generated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.sources import Declaration, SourceFile

    #: Called after each step with its name, how much is done, and of how much.
    OnProgress = Callable[[str, int, int], None]

#: Older responses do not go with those of today.
STALE_AFTER = timedelta(days=7)


def ignore_progress(_step: str, _done: int, _total: int) -> None:
    """Do nothing."""


class PartialFetch:
    """The folder `.partial/` of a source: one file for each finished batch of a job.

    Args:
        folder: the source's folder in the raw store.
        job: what is fetched; files of another job, or of a job that is too old, are deleted.
        on_progress: called after each batch.
        too_much: errors after which a batch is fetched in halves.

    Raises:
        SourceError: the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        job: Mapping[str, Any],
        on_progress: OnProgress = ignore_progress,
        too_much: tuple[type[HttpError], ...] = (TimedOutError, TooLargeError),
    ) -> None:
        self.folder, self._on_progress, self._too_much = folder / ".partial", on_progress, too_much
        description = json.dumps(job, sort_keys=True)
        if not self._belongs_to(description):
            self.remove()
            started = datetime.now(tz=UTC).isoformat(timespec="seconds")
            self.write("job.json", [json.dumps({"job": description, "started": started}).encode()])

    def _belongs_to(self, description: str) -> bool:
        try:
            job = json.loads(self.path("job.json").read_bytes())
            age = datetime.now(tz=UTC) - datetime.fromisoformat(job["started"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return bool(job["job"] == description) and age < STALE_AFTER

    def path(self, name: str) -> Path:
        """Return the path of a file, which may not exist yet."""
        return self.folder / name

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a finished file, whole or not at all.

        Raises:
            SourceError: the disk is full, or the like.
        """
        with _writing(self.path(name)):
            write_atomically(self.path(name), b"".join(lines))

    def remove(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def join(self, name: str, lines: Iterable[bytes]) -> Path:
        """Write lines into one file, of any size, and return its path.

        Raises:
            SourceError: the disk is full, or the like.
        """
        path = self.path(name)
        with _writing(path), path.open("wb") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        return path

    def fetch_batches(
        self, name: str, batches: Sequence[list[str]], fetch: Callable[[list[str]], Iterable[bytes]]
    ) -> Iterator[Path]:
        """Yield the files of some batches, and fetch those that are missing.

        Args:
            name: names the step and its files.
            batches: the items to fetch.
            fetch: returns the lines of a batch.

        Raises:
            SourceError: a batch cannot be fetched.
        """
        done, total = 0, sum(map(len, batches))
        for batch in batches:
            yield from self._fetch_batch(name, batch, fetch)
            done += len(batch)
            self._on_progress(name, done, total)

    def _fetch_batch(
        self, name: str, items: list[str], fetch: Callable[[list[str]], Iterable[bytes]]
    ) -> Iterator[Path]:
        stem = f"{name}-{short_hash(*items)}"
        path, was_split = self.path(f"{stem}.jsonl"), self.path(f"{stem}.split")
        if not path.exists() and not was_split.exists():
            try:
                self.write(path.name, fetch(items))
            except self._too_much as error:
                if len(items) == 1:
                    raise SourceError(f"{error}\nEven {items[0]} alone is too much for the server") from error
                self.write(was_split.name, [])
        if path.exists():
            yield path
            return
        middle = (len(items) + 1) // 2
        for half in (items[:middle], items[middle:]):
            yield from self._fetch_batch(name, half, fetch)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror})") from error


def make_batches(
    items: Iterable[str], max_items: int, weights: Mapping[str, int] | None = None, max_weight: int = 0
) -> list[list[str]]:
    """Return items in batches of limited length and weight; an item that alone weighs more is a batch of its own."""
    batches: list[list[str]] = []
    total = 0
    for item in items:
        weight = weights[item] if weights else 0
        if not batches or len(batches[-1]) >= max_items or total + weight > max_weight:
            batches.append([])
            total = 0
        batches[-1].append(item)
        total += weight
    return batches


def read_lines(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of several files, one file after the other."""
    for path in paths:
        with path.open("rb") as stream:
            yield from stream


def short_hash(*texts: str) -> str:
    """Return 16 hexadecimal digits that identify the texts."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:16]


def store_generated(declaration: Declaration, file: SourceFile, path: Path, raw: Path, url: str) -> FetchResult:
    """Move a generated file into the raw store, and return whether it is new."""
    snapshot = describe_generated(declaration, file, path, url)
    outcome = "new" if RawStore(raw).add(snapshot, path) else "unchanged"
    return FetchResult(declaration.id, file.name, outcome, snapshot.byte_count)
