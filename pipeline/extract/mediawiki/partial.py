"""What an interrupted fetch has got so far: a log of its answers, and the text of pages, so that it can go on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

#: Seconds after which what was begun is no longer taken up: a wiki changes.
_STALE = 7 * 24 * 3600


class Partial:
    """A log below `raw/<source>/.partial/`. Whole lines count; a line that was being written is cut off.

    Args:
        folder: the source's folder in the raw store.
        task: what is being fetched; a log of anything else, or of long ago, is thrown away.

    Raises:
        SourceError: the folder cannot be written.
    """

    def __init__(self, folder: Path, task: dict[str, Any]) -> None:
        self.path = folder / ".partial" / "log.jsonl"
        #: Lines of pages; the log says where each begins, so that a line that it does not know of does no harm.
        self.pages = self.path.with_name("pages.jsonl")
        try:
            if not self._is_of(task):
                self.drop()
                self.path.parent.mkdir(parents=True)
                self.add({"task": task})
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be written ({error.strerror})") from error

    def _is_of(self, task: dict[str, Any]) -> bool:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return False
        whole = content[: content.rfind(b"\n") + 1]
        first = next(self._entries(whole), {})
        if first.get("task") != task or time.time() - self.path.stat().st_mtime > _STALE:
            return False
        if whole != content:
            os.truncate(self.path, len(whole))
        return True

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield what was got before, in its order."""
        return self._entries(self.path.read_bytes())

    def _entries(self, content: bytes) -> Iterator[dict[str, Any]]:
        for line in content.splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                return
            yield entry

    def add(self, entry: dict[str, Any]) -> None:
        """Note one answer; it is on the disk when this returns.

        Raises:
            SourceError: the disk is full, or the like.
        """
        try:
            with self.path.open("ab") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be written ({error.strerror})") from error

    def add_pages(self, lines: Sequence[bytes]) -> list[int]:
        """Keep lines of pages, and return where each begins; they count once the log has that.

        Raises:
            SourceError: the disk is full, or the like.
        """
        places = []
        try:
            with self.pages.open("ab") as stream:
                for line in lines:
                    places.append(stream.tell())
                    stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise SourceError(f"{self.pages}: cannot be written ({error.strerror})") from error
        return places

    def join(self, lines: Iterable[bytes]) -> tuple[Path, str, int]:
        """Write lines into one file, and return it with its sha256 and its size in bytes.

        Raises:
            SourceError: the disk is full, or the like.
        """
        path, digest, size = self.path.with_name("joined.jsonl"), hashlib.sha256(), 0
        try:
            with path.open("wb") as stream:
                for line in lines:
                    digest.update(line)
                    size += stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise SourceError(f"{path}: cannot be written ({error.strerror})") from error
        return path, digest.hexdigest(), size

    def drop(self) -> None:
        """Throw it away: what it was for is done."""
        shutil.rmtree(self.path.parent, ignore_errors=True)
