"""What each refresh did: one line of JSON a run in `runs.jsonl`. The last line is the state that the next one has."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LOG = "runs.jsonl"
_BLOCK = 1 << 16
#: A clock that is wrong by more than this is not believed.
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
    """What is known of one source's freshness.

    Attributes:
        state: `fresh`; `stale`: it was asked for and did not come, or what came is broken and it is as it was before;
            `missing`: nothing was ever made of it.
        message: why it is not fresh.
        fetched: what the last fetch said: `new`, `unchanged`, `missing`, `failed`; None if there is nothing to ask for.
        checked_at: when its publisher last answered.
    """

    state: str = "fresh"
    message: str | None = None
    fetched: str | None = None
    checked_at: str | None = None


@dataclass
class Decided:
    """What was decided about an input: published as a release, or refused.

    Attributes:
        key: the input, as `pipeline.raw_store.fingerprints.input_key`.
        release_id: the release that was current then.
        refused: why it was not published; None if it was.
        stale, missing: sources that were not read as they are now, and why.
    """

    key: str
    release_id: str | None
    refused: str | None = None
    stale: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """One run, as it is printed with `--json` and kept in the log.

    Times are UTC in ISO 8601. `counts` are rows of the current release, `changes` how it differs from the one before,
    `gates` those that were not passed, `left` what the run before left when it was killed.
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
    decided: Decided | None = None

    def to_json(self, indent: int | None = None) -> str:
        """Return the run as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=indent)

    @classmethod
    def from_json(cls, line: str | bytes) -> Run:
        """Read a line of the log; what a later version added is left out."""
        content = _known(cls, json.loads(line))
        content["sources"] = {
            name: SourceState(**_known(SourceState, one)) for name, one in content.get("sources", {}).items()
        }
        content["decided"] = Decided(**_known(Decided, content["decided"])) if content.get("decided") else None
        return cls(**content)

    @property
    def not_fresh(self) -> dict[str, SourceState]:
        """Return the sources that are not as they should be."""
        return {name: one for name, one in self.sources.items() if one.state != "fresh"}


def _known(cls: type, content: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(cls)}
    return {name: value for name, value in content.items() if name in names}


def append_run(out: Path, run: Run) -> None:
    """Add a line to the log, on disk before this returns. Call it with the lock held.

    A line that was cut when the disk was full or the machine stopped stays as it is; the new one begins on its own.

    Raises:
        OSError: the log cannot be written.
    """
    handle = os.open(out / LOG, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        cut = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, b"\n" * cut + run.to_json().encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def last_runs(out: Path, count: int = 1) -> list[Run]:
    """Return the last runs, newest first; a line that was cut is passed over."""
    found: list[Run] = []
    try:
        with (out / LOG).open("rb") as stream:
            end, rest = stream.seek(0, os.SEEK_END), b""
            while end > 0 and len(found) < count:
                start = max(0, end - _BLOCK)
                stream.seek(start)
                lines = (stream.read(end - start) + rest).split(b"\n")
                # The first may begin in the block before.
                rest, end = (lines[0], start) if start else (b"", 0)
                found += _read_lines(lines[1:] if start else lines)
    except OSError:
        return []
    return found[:count]


def _read_lines(lines: list[bytes]) -> list[Run]:
    runs = []
    for line in reversed(lines):
        try:
            runs.append(Run.from_json(line))
        except (ValueError, TypeError, AttributeError):
            continue
    return runs


def now() -> datetime:
    """Return the time; nothing that is published depends on it."""
    return datetime.now(tz=UTC)


def age(stamp: str | None) -> timedelta | None:
    """Return how long ago a time of the log was; None where it is unknown or lies ahead: the clock went back."""
    try:
        passed = now() - datetime.fromisoformat(stamp or "")
    except (ValueError, TypeError):
        return None
    return None if passed < -_CLOCK_ERROR else max(passed, timedelta(0))
