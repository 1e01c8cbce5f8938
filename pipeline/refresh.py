"""A refresh that can be left alone: fetch, build, gate, publish, report; nothing is done twice, nothing half."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import pipeline
from pipeline.errors import PARTIAL, GateError, SourceError, TwintownsError
from pipeline.extract.http import Web, fetch
from pipeline.extract.services import ask
from pipeline.publish.folders import REFUSED, current_id, prune, sweep
from pipeline.publish.gates import check_names
from pipeline.publish.lock import locked
from pipeline.publish.release import RefusedError, count_changes, publish, snapshots_read
from pipeline.publish.run_log import Decided, Outcome, Run, SourceState, age, append_run, last_runs, now
from pipeline.publish.verify import recover
from pipeline.raw_store.fingerprints import code_hash, input_key
from pipeline.raw_store.snapshots import RawStore
from pipeline.report.progress import Progress, quiet
from pipeline.sources import load_declarations
from pipeline.sources.selection import choose
from pipeline.validate.cache import forget_others
from schemas import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path

    from pipeline.build import Settings
    from pipeline.extract.http import Fetched
    from pipeline.publish.lock import Lock
    from pipeline.sources import Declaration
    from pipeline.validate.source_reader import CarefulReader

COMMAND = "twintowns refresh"
#: What was made of sources before; deleting it costs some seconds, nothing else.
WORK = ".work"
#: Releases that were refused and are kept to be looked at.
REFUSED_KEPT = 3


@dataclass(frozen=True)
class Wishes:
    """What one refresh is asked to do.

    Attributes:
        mirror: a folder to fetch from instead of the network.
        older_than: ask only for sources whose publisher last answered longer ago.
        accepted: gates to let through this once, each with its reason.
        keep: releases to keep.
        offline: ask for nothing.
    """

    mirror: Path | None = None
    older_than: timedelta | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
    keep: int = 10
    offline: bool = False


def refresh(
    settings: Settings, wishes: Wishes, progress: Progress = quiet, told: Callable[[Run], None] | None = None
) -> Run:
    """Bring `current` up to date with what is published elsewhere; say what was done.

    Args:
        settings: what is read, and where it goes.
        wishes: what is asked for.
        progress: told of each step.
        told: called with the run however it ends, before an error is raised; even if the log cannot be written.

    Returns:
        The run, which the log has as its last line.

    Raises:
        UsageError: a gate to be accepted is not known.
        LockedError: another build is running; this is not logged.
        TwintownsError: the run failed; it is logged, and the release before stays current.
    """
    check_names(wishes.accepted)
    with locked(settings.out, COMMAND) as lock:
        one = _Refresh(settings, wishes, progress, lock)
        try:
            return one.run_logged()
        finally:
            if told:
                told(one.run)


class _Refresh:
    """One refresh, with the lock held."""

    def __init__(self, settings: Settings, wishes: Wishes, progress: Progress, lock: Lock) -> None:
        self.settings, self.wishes, self.progress, self.lock = settings, wishes, progress, lock
        self.out = settings.out
        before = next(iter(last_runs(self.out)), None)
        self.began = time.monotonic()
        self.run = Run(
            run=before.run + 1 if before else 1,
            command=COMMAND,
            started_at=now().isoformat(timespec="seconds"),
            left=lock.interrupted,
            accepted=dict(wishes.accepted),
            sources=before.sources if before else {},
            decided=before.decided if before else None,
        )

    def run_logged(self) -> Run:
        """Run, and write the line, however it ends."""
        run = self.run
        try:
            self._steps()
        except RefusedError as error:
            run.outcome, run.exit_code, run.message = Outcome.REFUSED, error.exit_code, str(error)
            raise
        except TwintownsError as error:
            run.exit_code, run.message = error.exit_code, str(error)
            raise
        except (KeyboardInterrupt, SystemExit) as error:
            run.outcome, run.message = Outcome.INTERRUPTED, "told to stop; nothing was published"
            run.exit_code = error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 130
            raise
        except OSError as error:
            run.message = (
                f"{error.filename or self.out}: {error.strerror or error}; the release before stays current. "
                "Is the disk full, or may it not be written?"
            )
            raise TwintownsError(run.message) from error
        except Exception as error:
            run.message = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._log()
        return run

    def _log(self) -> None:
        current = current_id(self.out)
        self.run.release_id, self.run.seconds = current, round(time.monotonic() - self.began, 3)
        try:
            append_run(self.out, self.run)
        except OSError as error:
            # On a full disk there is no log; what is current does not depend on it.
            note = f"the log cannot be written ({error.strerror})"
            self.run.message = f"{self.run.message}; {note}" if self.run.message else note

    def _steps(self) -> None:
        self._notice([*([recovered] if (recovered := recover(self.out)) else []), *_swept(self.out)])
        declarations = choose(load_declarations(self.settings.sources), self.settings.enable, self.settings.only)
        on = {name: one for name, one in declarations.items() if one.enabled and one.files}
        with self._phase("fetch"):
            self._fetch(on)
        with self._phase("compare"):
            key = input_key(declarations.values(), self.settings.raw, self.settings.sources)
        current, decided = current_id(self.out), self.run.decided
        self.run.previous_release_id = current
        if decided and self._stands(decided, key, current):
            self._stay(decided)
        else:
            self._build(key, current, declarations)

    def _stands(self, decided: Decided, key: str, current: str | None) -> bool:
        """Whether the last decision is about this very input, and nobody asks for another one."""
        if (decided.key, decided.release_id) != (key, current) or not (current or decided.refused):
            return False
        return not self.wishes.accepted or not (decided.refused or decided.stale or decided.missing)

    def _stay(self, decided: Decided) -> None:
        """Nothing is new since the last decision: it stands."""
        self._mark(decided)
        if decided.refused is not None:
            self.run.outcome = Outcome.REFUSED
            raise _StillRefusedError(decided.refused)
        self.run.outcome = Outcome.UNCHANGED
        self.run.exit_code = PARTIAL if self.run.not_fresh else 0

    def _build(self, key: str, current: str | None, declarations: Mapping[str, Declaration]) -> None:
        # The rooms of a build are opened only where there is something to build.
        from pipeline.build import assemble
        from pipeline.validate.source_reader import CarefulReader

        kept = self.out / WORK
        reader = CarefulReader(self.settings.raw, snapshots_read(self.out), self.wishes.accepted, kept, code_hash())
        try:
            with self._phase("build"):
                made = assemble(self.settings, declarations, reader, self.progress)
        except SourceError as error:
            raise self._explain(error, reader) from error
        forget_others(kept, frozenset(one.declaration.id for one in made.used if one.reason_unused is None))
        self.run.reread = reader.reread
        # What is asked live is fetched when somebody names it; that it never was is no failure.
        unread = [
            one for one in made.used if one.declaration.enabled and one.reason_unused and not one.declaration.live
        ]
        missing = {one.declaration.id: str(one.reason_unused) for one in unread} | reader.missing
        decided = Decided(key, current, stale=reader.stale, missing=missing)
        self._mark(decided)
        try:
            with self._phase("publish"):
                published = publish(
                    made.tables, self.out,
                    input_hash=made.input_hash, code_version=pipeline.__version__, accepted=self.wishes.accepted,
                )  # fmt: skip
        except RefusedError as error:
            decided.refused, self.run.decided = str(error), decided
            self.run.refused_path = str(error.path)
            self.run.gates = [vars(one) for one in error.judged]
            prune(self.out, REFUSED_KEPT, REFUSED)
            raise
        except ContractError as error:
            decided.refused = f"not fit to be published: {error}\nThe release before stays current."
            self.run.decided, self.run.outcome = decided, Outcome.REFUSED
            raise GateError(decided.refused) from error
        decided.release_id, self.run.decided = published.release_id, decided
        self.run.gates = [vars(one) for one in published.judged if not one.passed]
        self.run.outcome = Outcome.PUBLISHED if published.is_new else Outcome.UNCHANGED
        self.run.exit_code = PARTIAL if self.run.not_fresh else 0
        self.run.counts = {name: frame.height for name, frame in made.tables.items()}
        if published.is_new:
            self.run.changes = count_changes(published.path)
        with self._phase("prune"), suppress(OSError):
            self.run.pruned = prune(self.out, self.wishes.keep)

    def _explain(self, error: SourceError, reader: CarefulReader) -> SourceError:
        """Say what is wrong with each source, where nothing is left to build from."""
        self._mark(Decided("", None, stale=reader.stale, missing=reader.missing))
        if not reader.missing:
            return error
        problems = [f"  {name}: {why}" for name, why in reader.missing.items()]
        return SourceError("\n".join(["no source could be read:", *problems, "The release before stays current."]))

    def _fetch(self, on: Mapping[str, Declaration]) -> None:
        """Ask for what may be new, and note who answered."""
        store = RawStore(self.settings.raw)
        # Which services are wanted is said by fetching them once.
        on = {name: one for name, one in on.items() if not one.live or store.manifest(name)}
        states = {name: self.run.sources.get(name, SourceState()) for name in on}
        self.run.sources = states
        asked = [
            one for name, one in on.items()
            if any(file.url for file in one.files) and self._is_due(states[name])
        ]  # fmt: skip
        results: dict[str, list[Fetched]] = {}
        for result in chain(
            fetch(asked, self.settings.raw, self.wishes.mirror) if asked else [], self._ask_live(on, states)
        ):
            results.setdefault(result.source_id, []).append(result)
        stamp = now().isoformat(timespec="seconds")
        for name, found in results.items():
            failed = [one for one in found if one.outcome == "failed"]
            words = {one.outcome for one in found}
            fetched = next(word for word in ("failed", "new", "unchanged", "missing") if word in words)
            states[name].fetched = fetched
            states[name].message = failed[0].message if failed else None
            if not failed:
                states[name].checked_at = stamp

    def _ask_live(self, on: Mapping[str, Declaration], states: Mapping[str, SourceState]) -> Iterator[Fetched]:
        """Ask the services."""
        from pipeline.readers.wikitext import page_filter

        web = Web()
        for name, one in on.items():
            is_asked = one.live and one.live.service != "dump" and not self.wishes.mirror
            if is_asked and self._is_due(states[name]):
                yield from ask(one, self.settings.raw, web, page_filter)

    def _is_due(self, state: SourceState) -> bool:
        if self.wishes.offline:
            return False
        passed = age(state.checked_at)
        return (
            self.wishes.older_than is None or passed is None or passed >= self.wishes.older_than
            or state.fetched == "failed"
        )  # fmt: skip

    def _mark(self, decided: Decided) -> None:
        """Say of each source whether it is as its publisher has it."""
        there = snapshots_read(self.out)
        for name, one in self.run.sources.items():
            if name in decided.missing:
                one.state = "missing"
                one.message = (one.message if one.fetched == "failed" else None) or decided.missing[name]
            elif name in decided.stale:
                one.state, one.message = "stale", decided.stale[name]
            elif one.fetched == "failed":
                one.state = "stale" if name in there else "missing"
            else:
                one.state, one.message = "fresh", None

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self.lock.phase(name)
        began = time.monotonic()
        try:
            if name in ("fetch", "publish"):
                with self.progress.step(name):
                    yield
            else:
                yield
        finally:
            self.run.phases[name] = round(time.monotonic() - began, 3)

    def _notice(self, found: list[str]) -> None:
        if found:
            self.run.left = "; ".join([*([self.run.left] if self.run.left else []), *found])


class _StillRefusedError(GateError):
    """What was refused before is still all that there is."""

    def __init__(self, why: str) -> None:
        super().__init__(f"nothing is new since then:\n{why}")


def _swept(out: Path) -> list[str]:
    return [f"removed {name}" for name in sweep(out)]
