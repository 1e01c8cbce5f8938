"""Search a dump with all cores, and keep what was found even if the scan is interrupted."""

from __future__ import annotations

import functools
import json
import os
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.errors import SourceError
from pipeline.extract.dumps.parts import broken, packing_of, parts_of
from pipeline.extract.dumps.search import UnreadableError
from pipeline.extract.parallel import map_in_order
from pipeline.raw_store.snapshots import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.extract.dumps.parts import Part
    from pipeline.extract.dumps.search import Hit, Search

#: Seconds between checkpoints.
CHECKPOINT: Final = 10.0
#: Bytes that tell how a text begins or ends.
_EDGE: Final = 32
#: What of a state JSON cannot hold as it is.
_BYTES: Final = ("carry", "first", "last")


@dataclass(frozen=True)
class Scanned:
    """What a scan found.

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
    """How far a scan has come.

    Attributes:
        carry: the beginning of a unit whose end is in the next part.
        first, last: how the text begins, and ends so far, without blanks.
    """

    dump: dict[str, object]
    start: int = 0
    written: int = 0
    records: int = 0
    text_bytes: int = 0
    latest: str = ""
    carry: bytes = field(default=b"")
    first: bytes = field(default=b"")
    last: bytes = field(default=b"")

    def save(self, path: Path) -> None:
        content = asdict(self) | {name: getattr(self, name).decode("latin-1") for name in _BYTES}
        write_atomically(path, json.dumps(content).encode())

    @classmethod
    def load(cls, path: Path, dump: dict[str, object]) -> _State:
        """Return the state of the same dump's interrupted scan, or that of one that begins."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            state = cls(**content | {name: content[name].encode("latin-1") for name in _BYTES})
        except (OSError, ValueError, TypeError, KeyError):
            return cls(dump)
        return state if state.dump == dump else cls(dump)


@dataclass(frozen=True)
class _Found:
    """What one part holds: whole units were searched, the two at its edges are for who knows its neighbours."""

    head: bytes
    tail: bytes
    hits: list[Hit]
    size: int
    first: bytes
    last: bytes


def scan_dump(
    path: Path, search: Search, folder: Path, *, told: Callable[[int, int], None] | None = None, workers: int = 0
) -> Scanned:
    """Search a dump and write what is found into a folder.

    An interrupted scan of the same file goes on at the part where it stopped; its result is the same.

    Args:
        path: the dump: plain, gzip, bzip2.
        search: what to look for.
        folder: where `found.jsonl` and the checkpoint go; nobody else may write there meanwhile.
        told: called with the bytes of the file that were read and those that were searched as text.
        workers: processes; all cores by default.

    Raises:
        SourceError: the dump cannot be read, or is not whole; what was found is kept for the next try with that file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        stat = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    packing = packing_of(path)
    checkpoint, found = folder / "checkpoint.json", folder / "found.jsonl"
    dump = {"name": path.name, "size": stat.st_size, "mtime": stat.st_mtime_ns, "search": search.identity}
    state = _State.load(checkpoint, dump)
    found.touch()
    with found.open("r+b") as output:
        output.truncate(state.written)
        output.seek(state.written)

        def save() -> None:
            output.flush()
            os.fsync(output.fileno())
            state.save(checkpoint)

        saved = time.monotonic()
        parts = parts_of(path, packing, state.start)
        try:
            for part, result in map_in_order(functools.partial(_search, search), parts, workers):
                _take(result, path, search, state, output.write)
                state.start = part.end
                if told:
                    told(part.position, state.text_bytes)
                if time.monotonic() - saved > CHECKPOINT:
                    save()
                    saved = time.monotonic()
        except SourceError:
            save()
            raise
        _check_whole(path, search, state)
        _write(_hits(path, search, state.carry), state, output.write)
    return Scanned(found, state.records, state.text_bytes, state.latest)


def _take(result: _Found, path: Path, search: Search, state: _State, write: Callable[[bytes], int]) -> None:
    """Add what a part holds, in the order of the dump."""
    if result.head:
        # Before anything is changed: it may be unreadable.
        across = _hits(path, search, state.carry + result.head)
        _write(across, state, write)
        _write(result.hits, state, write)
        state.carry = result.tail
    else:
        state.carry += result.tail
    state.text_bytes += result.size
    state.first = state.first or result.first
    state.last = (state.last + result.last)[-_EDGE:]


def _check_whole(path: Path, search: Search, state: _State) -> None:
    """Stop at a dump whose end is missing; one that is compressed may have been cut between two streams."""
    if not state.first:
        raise SourceError(f"{path}: the file is empty; nothing was read")
    begin, end = search.frame
    if state.first.startswith(begin) and not state.last.endswith(end):
        raise broken(path, f"it ends before its {end.decode()}")


def _hits(path: Path, search: Search, units: bytes) -> list[Hit]:
    try:
        return list(search.hits(units))
    except UnreadableError as error:
        raise broken(path, error) from error


def _write(hits: list[Hit], state: _State, write: Callable[[bytes], int]) -> None:
    for hit in hits:
        state.written += write(hit.line + b"\n")
        state.records += 1
        state.latest = max(state.latest, hit.changed)


def _search(search: Search, part: Part) -> _Found:
    """Search one part; runs in a process of its own."""
    text = part.read()
    edges = text[: 1 << 16].lstrip()[:_EDGE], text[-(1 << 16) :].rstrip()[-_EDGE:]
    first = text.find(search.end)
    if first < 0:
        return _Found(b"", text, [], len(text), *edges)
    first += len(search.end)
    last = text.rfind(search.end) + len(search.end)
    return _Found(text[:first], text[last:], _hits(part.path, search, text[first:last]), len(text), *edges)
