"""The log of refreshes, `runs.jsonl`: one line of JSON per run. The next run takes its state from the last line."""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOG = "runs.jsonl"
_BLOCK_BYTES = 1 << 16
#: A longer line is no run.
_MAX_LINE_BYTES = 1 << 24
#: Two clocks may differ by this much.
_CLOCK_ERROR = timedelta(minutes=5)


class Outcome(StrEnum):
    """How a run ended."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    ROLLED_BACK = "rolled_back"


@dataclass
class SourceState:
    """How fresh one source is.

    Attributes:
        state: `fresh`; `stale`: the last fetch failed, or its result was broken, and an older snapshot is used;
            `missing`: there is no usable snapshot.
        message: why it is not fresh.
        fetched: result of the last fetch: `new`, `unchanged`, `missing` or `failed`; None if it has no URL.
        checked_at: when its publisher last answered.
    """

    state: str = "fresh"
    message: str | None = None
    fetched: str | None = None
    checked_at: str | None = None


@dataclass
class Decision:
    """What came of an input: it was published as a release, or refused.

    Attributes:
        key: the input, from `pipeline.raw_store.fingerprints.input_key`.
        release_id: the release that was current afterwards.
        refused: why the input was not published; None if it was.
        stale, missing: sources whose newest snapshot was not read, each with the reason.
    """

    key: str
    release_id: str | None
    refused: str | None = None
    stale: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """One run, as printed with `--json` and written to the log.

    Times are UTC in ISO 8601. `counts` are the rows of each table, `changes` counts the differences from the previous
    release, `gates` are those that were not passed, `left` is what the previous run left behind when it was killed, and
    `decided` is the last input that was published or refused.
    """

    run: int
    command: str
    started_at: str
    outcome: str = Outcome.FAILED
    exit_code: int = 1
    seconds: float = 0.0
    release_id: str | None = None
    previous_release_id: str | None = None
    refused_path: str | None = None
    message: str | None = None
    left: str | None = None
    phases: dict[str, float] = field(default_factory=dict)
    reread: list[str] = field(default_factory=list)
    sources: dict[str, SourceState] = field(default_factory=dict)
    gates: list[dict[str, Any]] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    changes: dict[str, dict[str, int]] = field(default_factory=dict)
    pruned: list[str] = field(default_factory=list)
    decided: Decision | None = None

    def to_json(self, indent: int | None = None) -> str:
        """Return the run as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=indent)

    @property
    def not_fresh(self) -> dict[str, SourceState]:
        """The sources that are stale or missing."""
        return {name: source for name, source in self.sources.items() if source.state != "fresh"}


#: Reads a line of the log. Fields that a later version added are ignored.
_RUN: Final = TypeAdapter(Run)


def append_run(out: Path, run: Run) -> None:
    """Append a line to the log, and wait until it is on the disk. The caller holds the lock.

    The last line may be incomplete, after a full disk or a crash. It stays as it is, and the new line begins after it.

    Raises:
        OSError: the log cannot be written.
    """
    descriptor = _open(out / LOG, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        size = os.fstat(descriptor).st_size
        is_incomplete = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * is_incomplete + run.to_json().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def last_runs(out: Path, count: int = 1) -> list[Run]:
    """Return the last runs, newest first. What is not a run is left out."""
    return read_log(out, count)[0]


def read_log(out: Path, count: int) -> tuple[list[Run], str | None]:
    """Return the last runs, newest first, and a note on what in the log could not be read."""
    runs: list[Run] = []
    left_out = 0
    try:
        with os.fdopen(_open(out / LOG, os.O_RDONLY), "rb") as stream:
            for line in _lines_backwards(stream):
                if len(runs) == count:
                    break
                try:
                    runs.append(_RUN.validate_json(line))
                except ValidationError:
                    left_out += 1
    except FileNotFoundError:
        return [], None
    except OSError as error:
        return runs, f"{out / LOG}: cannot be read ({error.strerror}); move it away, and the next refresh begins anew"
    if left_out:
        return runs, f"{out / LOG}: left out {left_out} of its last lines, which are incomplete or no runs"
    return runs, None


def _open(path: Path, flags: int) -> int:
    """Open the log, without waiting for the other end of a pipe.

    Raises:
        OSError: it cannot be opened, or it is not a regular file.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o644)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor


def _lines_backwards(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines that are not blank, last first; of a line that is too long to be a run, only its beginning."""
    end = stream.seek(0, os.SEEK_END)
    # The pieces of a line that begins in an earlier block, last first.
    pieces: list[bytes] = []
    while end > 0:
        start = max(0, end - _BLOCK_BYTES)
        stream.seek(start)
        first, *lines = stream.read(end - start).split(b"\n")
        if lines:
            lines[-1] += b"".join(reversed(pieces))
            yield from (line for line in reversed(lines) if line.strip())
            pieces = []
        if sum(map(len, pieces)) > _MAX_LINE_BYTES:
            pieces = []
        pieces.append(first)
        end = start
    if line := b"".join(reversed(pieces)).strip():
        yield line


def now() -> datetime:
    """Return the current time. No published table depends on it."""
    return datetime.now(tz=UTC)


def age(stamp: str | None) -> timedelta | None:
    """Return how long ago a time of the log was; None if it is unknown or in the future (the clock was set back)."""
    try:
        elapsed = now() - datetime.fromisoformat(stamp or "")
    except (ValueError, TypeError):
        return None
    return None if elapsed < -_CLOCK_ERROR else max(elapsed, timedelta(0))
