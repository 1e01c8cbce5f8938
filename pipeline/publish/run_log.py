"""The log of refreshes, `runs.jsonl`: one line of JSON per run. The next run takes its state from the last line."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from pathlib import Path

LOG = "runs.jsonl"
_BLOCK_BYTES = 1 << 16
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
    descriptor = os.open(out / LOG, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        is_incomplete = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * is_incomplete + run.to_json().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def last_runs(out: Path, count: int = 1) -> list[Run]:
    """Return the last runs, newest first. Incomplete lines are skipped."""
    runs: list[Run] = []
    try:
        with (out / LOG).open("rb") as stream:
            end, rest = stream.seek(0, os.SEEK_END), b""
            while end > 0 and len(runs) < count:
                start = max(0, end - _BLOCK_BYTES)
                stream.seek(start)
                lines = (stream.read(end - start) + rest).split(b"\n")
                # The first line may begin in the block before.
                rest = lines.pop(0) if start else b""
                end = start
                runs += _read_lines(lines)
    except OSError:
        return []
    return runs[:count]


def _read_lines(lines: list[bytes]) -> list[Run]:
    runs = []
    for line in reversed(lines):
        try:
            runs.append(_RUN.validate_json(line))
        except ValidationError:
            continue
    return runs


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
