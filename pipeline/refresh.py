"""A refresh for a scheduler: fetch, build, check the gates, publish, log. Nothing is done twice, nothing by halves."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pipeline
from pipeline.errors import PARTIAL, GateError, SourceError, TwintownsError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.fetch import fetch_files
from pipeline.extract.isolation import start_worker
from pipeline.extract.live import fetch_live
from pipeline.publish.folders import REFUSED, current_id, prune, remove_unfinished
from pipeline.publish.lock import locked
from pipeline.publish.published import count_changes, recover, snapshots_read
from pipeline.publish.run_log import Decision, Outcome, Run, SourceState, age, append_run, last_runs, now
from pipeline.raw_store.fingerprints import code_hash, input_key
from pipeline.raw_store.local_files import keep_local_files
from pipeline.raw_store.snapshots import RawStore
from pipeline.report.progress import Progress, quiet
from pipeline.sources import load_declarations
from pipeline.sources.selection import select_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path

    from pipeline.build import Assembled
    from pipeline.extract.http.fetch import FetchResult
    from pipeline.publish.lock import Lock
    from pipeline.sources import Declaration
    from pipeline.sources.settings import Settings

COMMAND = "twintowns refresh"
#: How many refused releases are kept for inspection.
REFUSED_KEPT = 3


@dataclass(frozen=True)
class RefreshOptions:
    """The options of one refresh.

    Attributes:
        mirror: a folder to fetch from instead of the network.
        older_than: fetch only sources whose publisher last responded longer ago.
        accepted: gates to let through this once, each with its reason.
        keep: releases to keep.
        offline: fetch nothing.
    """

    mirror: Path | None = None
    older_than: timedelta | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
    keep: int = 10
    offline: bool = False


def refresh(
    settings: Settings,
    options: RefreshOptions,
    progress: Progress = quiet,
    on_end: Callable[[Run], None] = lambda _: None,
) -> Run:
    """Bring `current` up to date with the declared sources, and return the run, which is the last line of the log.

    Args:
        settings: what is read and where it is written.
        options: the options.
        progress: shows each step.
        on_end: called with the run however it ends, before an error is raised, and even if the log cannot be written.

    Raises:
        UsageError: a gate to be accepted does not exist.
        LockedError: another build is running; this is not logged.
        TwintownsError: the run failed; it is logged, and the previous release stays current.
    """
    if options.accepted:
        from pipeline.publish.gates import check_gate_names

        check_gate_names(options.accepted)
    with locked(settings.out, COMMAND) as lock:
        return _Refresh(settings, options, progress, lock).run_logged(on_end)


class _Refresh:
    """One refresh, while the lock is held."""

    def __init__(self, settings: Settings, options: RefreshOptions, progress: Progress, lock: Lock) -> None:
        self.settings, self.options, self.progress, self.lock = settings, options, progress, lock
        self.out = settings.out
        self.began = time.monotonic()
        before = next(iter(last_runs(self.out)), None)
        self.run = Run(
            run=before.run + 1 if before else 1,
            command=COMMAND,
            started_at=now().isoformat(timespec="seconds"),
            left=lock.interrupted,
            accepted=dict(options.accepted),
            sources=before.sources if before else {},
            decided=before.decided if before else None,
        )

    def run_logged(self, on_end: Callable[[Run], None]) -> Run:
        """Run, and log the run however it ends."""
        run = self.run
        try:
            self._run()
        except TwintownsError as error:
            run.exit_code, run.message = error.exit_code, str(error)
            raise
        except (KeyboardInterrupt, SystemExit) as error:
            run.outcome, run.message = Outcome.INTERRUPTED, "told to stop; nothing was published"
            code = getattr(error, "code", None)
            run.exit_code = code if isinstance(code, int) else 130
            raise
        except OSError as error:
            run.message = (
                f"{error.filename or self.out}: {error.strerror or error}; the previous release stays current. "
                "Is the disk full, or may it not be written?"
            )
            raise TwintownsError(run.message) from error
        except Exception as error:
            run.message = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._log()
            on_end(run)
        return run

    def _log(self) -> None:
        self.run.release_id, self.run.seconds = current_id(self.out), round(time.monotonic() - self.began, 3)
        try:
            append_run(self.out, self.run)
        except OSError as error:
            # On a full disk there is no log; what is current does not depend on it.
            note = f"the log cannot be written ({error.strerror})"
            self.run.message = f"{self.run.message}; {note}" if self.run.message else note

    def _run(self) -> None:
        notes = [self.run.left, recover(self.out), *(f"removed {name}" for name in remove_unfinished(self.out))]
        declarations = select_sources(
            load_declarations(self.settings.sources), self.settings.enable, self.settings.only
        )
        notes += RawStore(self.settings.raw).damaged_lines(declarations)
        self.run.left = "; ".join(note for note in notes if note) or None
        used = [source for source in declarations.values() if source.enabled and source.files]
        with self._phase("fetch"):
            self._fetch(used)
        with self._phase("compare"):
            key = input_key(declarations.values(), self.settings.raw, self.settings.sources)
        current, decided = current_id(self.out), self.run.decided
        self.run.previous_release_id = current
        if decided and self._is_decided(decided, key, current):
            self._repeat(decided)
        else:
            self._build(key, current, declarations)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self.lock.phase(name)
        began = time.monotonic()
        try:
            with self.progress.step(name) if name in ("fetch", "publish") else nullcontext():
                yield
        finally:
            self.run.phases[name] = round(time.monotonic() - began, 3)

    # Fetch

    def _fetch(self, sources: Iterable[Declaration]) -> None:
        """Fetch what may be new, and note the outcome of each source."""
        store = RawStore(self.settings.raw)
        sources = list(sources)
        keep_local_files(sources, self.settings.raw)
        # A live source is refreshed once somebody has fetched it by name.
        sources = [source for source in sources if not source.live or store.has_manifest(source.id)]
        states = {source.id: self.run.sources.get(source.id, SourceState()) for source in sources}
        self.run.sources = states
        results: dict[str, list[FetchResult]] = {}
        for result in self._fetch_due([source for source in sources if self._is_due(states[source.id])]):
            results.setdefault(result.source_id, []).append(result)
        stamp = now().isoformat(timespec="seconds")
        for source_id, of_source in results.items():
            state, outcomes = states[source_id], [result.outcome for result in of_source]
            state.fetched = next(
                outcome for outcome in ("failed", "new", "unchanged", "missing") if outcome in outcomes
            )
            state.message = next((result.message for result in of_source if result.outcome == "failed"), None)
            if state.fetched != "failed":
                state.checked_at = stamp

    def _is_due(self, state: SourceState) -> bool:
        if self.options.offline:
            return False
        if self.options.older_than is None or state.fetched == "failed":
            return True
        passed = age(state.checked_at)
        return passed is None or passed >= self.options.older_than

    def _fetch_due(self, sources: list[Declaration]) -> Iterator[FetchResult]:
        from pipeline.readers.wikitext import page_filter

        raw, mirror = self.settings.raw, self.options.mirror
        downloads = [source for source in sources if any(file.url for file in source.files)]
        if downloads:
            yield from fetch_files(downloads, raw, mirror)
        client = HttpClient()
        for source in sources:
            if source.live and source.live.service != "dump" and not mirror:
                yield from fetch_live(source, raw, client, page_filter)

    # Decide

    def _is_decided(self, decided: Decision, key: str, current: str | None) -> bool:
        """Return whether the last decision is about this very input, and nobody asks for another one."""
        if (decided.key, decided.release_id) != (key, current) or not (current or decided.refused):
            return False
        return not self.options.accepted or not (decided.refused or decided.stale or decided.missing)

    def _repeat(self, decided: Decision) -> None:
        """Repeat the last decision, because nothing is new since then."""
        self._mark(decided.stale, decided.missing)
        if decided.refused is not None:
            self.run.outcome = Outcome.REFUSED
            raise GateError(f"nothing is new since then:\n{decided.refused}")
        self.run.outcome = Outcome.UNCHANGED
        self.run.exit_code = PARTIAL if self.run.not_fresh else 0

    def _mark(self, stale: Mapping[str, str], missing: Mapping[str, str]) -> None:
        """Set the state of each source: fresh, stale or missing."""
        in_release = snapshots_read(self.out)
        for name, source in self.run.sources.items():
            if name in missing:
                source.state = "missing"
                source.message = (source.message if source.fetched == "failed" else None) or missing[name]
            elif name in stale:
                source.state, source.message = "stale", stale[name]
            elif source.fetched == "failed":
                source.state = "stale" if name in in_release else "missing"
            else:
                source.state, source.message = "fresh", None

    # Build and publish

    def _build(self, key: str, current: str | None, declarations: Mapping[str, Declaration]) -> None:
        # The modules of a build are loaded only where there is something to build, and by the worker at the same time.
        start_worker()
        from pipeline.build import WORK, assemble
        from pipeline.publish.gates import read_previous_ledger
        from pipeline.validate.cache import CheckCache, prune_cache
        from pipeline.validate.source_reader import SourceReader

        cache = self.out / WORK
        reader = SourceReader(
            self.settings.raw,
            snapshots_read(self.out),
            CheckCache(cache, code_hash()),
            self.options.accepted,
            read_previous_ledger(self.out),
        )
        try:
            with self._phase("build"):
                assembled = assemble(self.settings, declarations, reader, self.progress)
        except SourceError:
            self._mark(reader.stale, reader.missing)
            raise
        prune_cache(cache, assembled.used)
        self.run.reread = sorted(reader.reread)
        # A live source is fetched when it is named; that it never was is not a failure.
        never_fetched = {
            source.declaration.id: str(source.reason_unused)
            for source in assembled.inputs.sources
            if source.reason_unused and source.declaration.enabled and not source.declaration.live
        }
        stale, missing = dict(sorted(reader.stale.items())), dict(sorted((never_fetched | reader.missing).items()))
        decided = Decision(key, current, stale=stale, missing=missing)
        self._mark(decided.stale, decided.missing)
        self._publish(assembled, decided)

    def _publish(self, assembled: Assembled, decided: Decision) -> None:
        from pipeline.publish.release import Build, RefusedError, publish
        from schemas import ContractError

        run = self.run
        try:
            with self._phase("publish"):
                build = Build(assembled.inputs, assembled.input_hash, pipeline.__version__)
                published = publish(build, self.out, self.options.accepted)
        except RefusedError as error:
            decided.refused, run.decided, run.outcome = str(error), decided, Outcome.REFUSED
            run.refused_path = str(error.path)
            run.gates = [vars(gate) for gate in error.failed_gates]
            prune(self.out, REFUSED_KEPT, REFUSED)
            raise
        except ContractError as error:
            decided.refused = f"not fit to be published: {error}\nThe previous release stays current."
            run.decided, run.outcome = decided, Outcome.REFUSED
            raise GateError(decided.refused) from error
        decided.release_id, run.decided = published.release_id, decided
        run.gates = [vars(gate) for gate in published.gate_results if not gate.passed]
        run.outcome = Outcome.PUBLISHED if published.is_new else Outcome.UNCHANGED
        run.exit_code = PARTIAL if run.not_fresh else 0
        run.counts = dict(published.counts)
        if published.is_new:
            run.changes = count_changes(published.path)
        with self._phase("prune"), suppress(OSError):
            run.pruned = prune(self.out, self.options.keep)
