"""Search a dump with all cores; records that were found survive an interruption of the scan."""

from __future__ import annotations

import functools
import json
import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from pipeline.errors import SourceError
from pipeline.extract.dumps.chunks import broken_dump, read_chunks
from pipeline.extract.dumps.search import UnreadableError
from pipeline.extract.parallel import map_in_order
from pipeline.raw_store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.extract.dumps.chunks import Chunk
    from pipeline.extract.dumps.search import Record, Search

#: Seconds between checkpoints.
CHECKPOINT: Final = 10.0
#: Bytes that show how a text begins or ends, and bytes among which they are looked for.
_EDGE: Final = 32
_EDGE_WITH_BLANKS: Final = 1 << 16
#: Bytes of a record; Wikidata's largest item and Wikipedia's largest article have a few million.
_LARGEST: Final = 1 << 28
#: The fields of a state that JSON cannot hold as they are.
_BYTES: Final = ("carry", "first", "last")


@dataclass(frozen=True)
class ScanResult:
    """The result of a scan.

    Attributes:
        path: the records, one JSON object a line, in the order of the dump.
        records: how many.
        text_bytes: bytes of decompressed text that were searched.
        latest: time of the latest change of any record, ISO 8601; "" where there is none.
    """

    path: Path
    records: int
    text_bytes: int
    latest: str


@dataclass
class _State:
    """The progress of a scan.

    Attributes:
        dump: identifies file and search.
        start: the end of the last chunk that was searched.
        written: bytes of records.
        carry: the beginning of a unit whose end is in the next chunk.
        first, last: how the text begins, and how it ends so far, without blanks.
    """

    dump: dict[str, object]
    start: int = 0
    written: int = 0
    records: int = 0
    text_bytes: int = 0
    latest: str = ""
    carry: bytes = b""
    first: bytes = b""
    last: bytes = b""

    def save(self, path: Path, output: BinaryIO) -> None:
        """Write a checkpoint, after the records up to it."""
        output.flush()
        os.fsync(output.fileno())
        content = asdict(self) | {name: getattr(self, name).decode("latin-1") for name in _BYTES}
        write_atomically(path, json.dumps(content).encode())

    @classmethod
    def load(cls, path: Path, dump: dict[str, object]) -> _State:
        """Return the state of an interrupted scan of the same dump, or that of a new scan."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            state = cls(**content | {name: content[name].encode("latin-1") for name in _BYTES})
        except (OSError, ValueError, TypeError, KeyError):
            return cls(dump)
        return state if state.dump == dump else cls(dump)

    def write(self, records: list[Record], output: BinaryIO) -> None:
        """Write records and count them."""
        for record in records:
            self.written += output.write(record.line + b"\n")
            self.records += 1
            self.latest = max(self.latest, record.changed)


@dataclass(frozen=True)
class _ChunkResult:
    """The result of one chunk: its complete units were searched; those at its edges continue in other chunks."""

    head: bytes
    tail: bytes
    records: list[Record]
    size: int
    first: bytes
    last: bytes


def scan_dump(
    path: Path,
    search: Search,
    folder: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    workers: int = 0,
) -> ScanResult:
    """Search a dump and write the records into a folder.

    An interrupted scan of the same file continues at the chunk where it stopped, with the same result.

    Args:
        path: the dump: plain, gzip, bzip2.
        search: what to look for.
        folder: where `records.jsonl` and the checkpoint go; no other process may write there meanwhile.
        on_progress: called with the bytes of the file that were read and those that were searched as text.
        workers: processes; all cores by default.

    Raises:
        SourceError: the dump cannot be read, or is incomplete; the records stay for the next try with that file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint, records = folder / "checkpoint.json", folder / "records.jsonl"
    state = _State.load(checkpoint, _identify(path, search))
    records.touch()
    with records.open("r+b") as output:
        output.truncate(state.written)
        output.seek(state.written)
        saved = time.monotonic()
        try:
            chunks = read_chunks(path, state.start)
            for chunk, result in map_in_order(functools.partial(_search_chunk, search), chunks, workers):
                _add(result, path, search, state, output)
                state.start = chunk.end
                if on_progress:
                    on_progress(chunk.position, state.text_bytes)
                if time.monotonic() - saved > CHECKPOINT:
                    state.save(checkpoint, output)
                    saved = time.monotonic()
        except SourceError:
            state.save(checkpoint, output)
            raise
        _check_complete(path, search, state)
        state.write(_find_records(path, search, state.carry), output)
    return ScanResult(records, state.records, state.text_bytes, state.latest)


def _identify(path: Path, search: Search) -> dict[str, object]:
    try:
        stat = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    return {"name": path.name, "size": stat.st_size, "mtime": stat.st_mtime_ns, "search": search.identity}


def _search_chunk(search: Search, chunk: Chunk) -> _ChunkResult:
    """Search one chunk; runs in another process."""
    text = chunk.read()
    edges = text[:_EDGE_WITH_BLANKS].lstrip()[:_EDGE], text[-_EDGE_WITH_BLANKS:].rstrip()[-_EDGE:]
    first = text.find(search.end)
    if first < 0:
        return _ChunkResult(b"", text, [], len(text), *edges)
    first += len(search.end)
    last = text.rfind(search.end) + len(search.end)
    records = _find_records(chunk.path, search, text[first:last])
    return _ChunkResult(text[:first], text[last:], records, len(text), *edges)


def _add(result: _ChunkResult, path: Path, search: Search, state: _State, output: BinaryIO) -> None:
    """Add the result of a chunk, in the order of the dump."""
    if result.head:
        # Before the state changes, because the unit may be unreadable.
        across = _find_records(path, search, state.carry + result.head)
        state.write([*across, *result.records], output)
        state.carry = result.tail
    else:
        state.carry += result.tail
    if len(state.carry) > _LARGEST:
        raise broken_dump(path, f"{len(state.carry):,} bytes without the end of a record")
    state.text_bytes += result.size
    state.first = state.first or result.first
    state.last = (state.last + result.last)[-_EDGE:]


def _find_records(path: Path, search: Search, units: bytes) -> list[Record]:
    try:
        return list(search.find(units))
    except UnreadableError as error:
        raise broken_dump(path, error) from error


def _check_complete(path: Path, search: Search, state: _State) -> None:
    """Reject a dump without its end: a compressed dump may have been truncated between two streams."""
    if not state.first:
        raise SourceError(f"{path}: the file is empty; nothing was read")
    begin, end = search.frame
    if state.first.startswith(begin) and not state.last.endswith(end):
        raise broken_dump(path, f"it ends before its {end.decode()}")
