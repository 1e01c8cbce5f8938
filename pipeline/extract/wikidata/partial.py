"""What a fetch has brought so far: one file a finished part, so that an interrupted fetch goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.raw_store.snapshots import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

#: What was fetched longer ago does not go with what is fetched today.
STALE_AFTER = timedelta(days=7)


class Partial:
    """The folder `.partial/` of a source: finished parts of the job that `job` describes, and of no other."""

    def __init__(self, folder: Path, job: Mapping[str, Any]) -> None:
        self.folder = folder
        text = json.dumps(job, sort_keys=True)
        if not self._is_of(text):
            self.remove()
            started = datetime.now(tz=UTC).isoformat(timespec="seconds")
            write_atomically(folder / "job.json", json.dumps({"job": text, "started": started}).encode())

    def _is_of(self, text: str) -> bool:
        try:
            found = json.loads((self.folder / "job.json").read_text(encoding="utf-8"))
            age = datetime.now(tz=UTC) - datetime.fromisoformat(found["started"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return found["job"] == text and age < STALE_AFTER

    def path(self, name: str) -> Path:
        """Return where a part is or will be."""
        return self.folder / name

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Keep a finished part, whole or not at all."""
        write_atomically(self.path(name), b"".join(lines))

    def remove(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def join(self, name: str, lines: Iterable[bytes]) -> tuple[Path, str, int]:
        """Write all parts into one file, line after line; return it with its sha256 and size."""
        digest, size, path = hashlib.sha256(), 0, self.path(name)
        with path.open("wb") as stream:
            for line in lines:
                digest.update(line)
                size += len(line)
                stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        return path, digest.hexdigest(), size


def lines_of(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of several files, one after the other."""
    for path in paths:
        with path.open("rb") as stream:
            yield from stream


def halves(items: list[str]) -> tuple[list[str], list[str]]:
    """Return the first and the second half."""
    middle = (len(items) + 1) // 2
    return items[:middle], items[middle:]


def batches(items: Iterable[tuple[str, int]], most: int, weight: int) -> Iterator[list[str]]:
    """Cut items into batches of at most so many, and of at most so much weight unless one alone has more."""
    batch: list[str] = []
    heavy = 0
    for item, own in items:
        if batch and (len(batch) >= most or heavy + own > weight):
            yield batch
            batch, heavy = [], 0
        batch.append(item)
        heavy += own
    if batch:
        yield batch


def parts(
    partial: Partial, name: str, items: list[str], ask: Callable[[list[str]], list[bytes] | None]
) -> Iterator[Path]:
    """Yield the files of a batch, asking for what is not there; a batch that is too much is asked for in halves.

    Args:
        partial: where the files are.
        name: what the batch is about.
        items: sorted; the first and the last name the file.
        ask: returns the lines, or None where the answer was too much for the server.
    """
    stem = f"{name}-{items[0]}-{items[-1]}"
    path, split = partial.path(f"{stem}.jsonl"), partial.path(f"{stem}.split")
    if not path.exists() and not split.exists():
        lines = ask(items)
        if lines is None:
            partial.write(split.name, [])
        else:
            partial.write(path.name, lines)
    if path.exists():
        yield path
        return
    for half in halves(items):
        yield from parts(partial, name, half, ask)
