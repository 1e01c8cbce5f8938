"""The files of a source, verified and validated.

Each source is read in a child process with limits; if its newest snapshot is broken, that of the previous release is
read, and reported.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import BoundsError, SourceError
from pipeline.extract.isolation import guarded, run_isolated
from pipeline.gazetteer.downloads import Download, find_downloads
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.raw_store.local_files import read_local_file
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.raw_files import Received
from pipeline.sources.sections import Expect
from pipeline.validate import Checked, check_source
from pipeline.validate.claims import check_claims
from pipeline.validate.source_gates import check_source_gates
from schemas import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import polars as pl

    from pipeline.sources import Declaration
    from pipeline.validate.cache import CheckCache

    #: Runs a named step inside the context.
    Step = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True)
class SourceResult:
    """One source's files, without their bytes, and what became of them; empty if it was never fetched."""

    received: tuple[Received, ...] = ()
    checked: Checked | None = None


def read_source(declaration: Declaration, raw: Path, countries: pl.DataFrame) -> SourceResult:
    """Return the files of one source, validated, from its newest snapshot; all in this process.

    Raises:
        SourceError: as `load_files` and `check_source`, or in place of an error that nobody expected.
        ContractError: an accepted claim breaks its contract.
    """
    received = load_files(declaration, raw)
    if not received:
        return SourceResult()
    checked = guarded(lambda: check_source(declaration, received, countries))
    check_claims(checked.claims)
    return SourceResult(tuple(item.without_content() for item in received), checked)


@dataclass
class SourceReader:
    """Reads each source in a child process; where its newest snapshot is broken, that of the previous release.

    Several threads can read at once, so what is noted of each source has no order.

    Attributes:
        raw: the raw store.
        last_good: ids of the snapshots that the previous release was built from, by source.
        cache: what was validated before.
        accepted: gates to let through; here, those of one source.
        previous_ledger: `source_id`, `rows_read`, `rows_rejected` of the previous release, if it is compared with.
        stale: why an older snapshot of a source was read, by source.
        missing: why no snapshot of a source could be read, by source.
        reread: the sources that were not in the cache.
    """

    raw: Path
    last_good: Mapping[str, frozenset[str]]
    cache: CheckCache
    accepted: Mapping[str, str] = field(default_factory=dict)
    previous_ledger: pl.DataFrame | None = None
    stale: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    reread: list[str] = field(default_factory=list)

    def read(self, declaration: Declaration, countries: pl.DataFrame, step: Step = nullcontext) -> SourceResult:
        """Return the files of one source, validated, from its last good snapshot if the newest one is broken."""
        try:
            return self._check(declaration, None, countries, step)
        except SourceError as error:
            return self.fall_back(declaration, error, countries, step)

    def fall_back(
        self, declaration: Declaration, problem: SourceError, countries: pl.DataFrame, step: Step = nullcontext
    ) -> SourceResult:
        """Return what `read` returns for a source whose newest snapshot is broken, and note why."""
        ids = self.last_good.get(declaration.id, frozenset())
        result, newest = SourceResult(), frozenset[str]()
        with suppress(SourceError):
            newest = _snapshot_ids(load_files(declaration, self.raw))
        with suppress(SourceError):
            # A published snapshot was within its bounds, or was accepted.
            result = self._check(without_bounds(declaration), ids, countries, step)
        if not result.received:
            self.missing[declaration.id] = _explain(problem, declaration)
        elif _snapshot_ids(result.received) != newest:
            self.stale[declaration.id] = _explain(problem, declaration)
        return result

    def _check(
        self, declaration: Declaration, snapshot_ids: frozenset[str] | None, countries: pl.DataFrame, step: Step
    ) -> SourceResult:
        received = load_files(declaration, self.raw, snapshot_ids)
        if not received:
            return SourceResult()
        if f"{BoundsError.gate}:{declaration.id}" in self.accepted or BoundsError.gate in self.accepted:
            declaration = without_bounds(declaration)
        received = tuple(item.without_content() for item in received)
        with step(f"read {declaration.id}"):
            checked = self.cache.load(declaration, received)
            if checked is None:
                self.reread.append(declaration.id)
                work = (declaration, self.raw, snapshot_ids, countries, self.cache)
                checked = run_isolated(_check_and_store, work, declaration.limits)
                checked = checked or self.cache.load(declaration, received)
            if checked is None:
                raise SourceError(f"{declaration.id}: its files changed while they were read; try again")
            try:
                check_claims(checked.claims)
            except ContractError as error:
                raise SourceError(f"{declaration.id}: {error}") from error
        if snapshot_ids is None:
            check_source_gates(declaration.id, checked.ledger, self.previous_ledger, self.accepted)
        return SourceResult(received, checked)

    def gazetteer(self, declarations: Sequence[Declaration]) -> tuple[Gazetteer, dict[str, tuple[Download, ...]]]:
        """Return places and names, and the downloads that they come from, by source.

        If a download is broken, all come from those of the previous release.
        """
        try:
            downloads = {declaration.id: find_downloads(declaration, self.raw) for declaration in declarations}
            return _load_gazetteer(downloads), downloads
        except SourceError as error:
            problem = str(error)
        downloads = {
            declaration.id: find_downloads(declaration, self.raw, self.last_good.get(declaration.id, frozenset()))
            for declaration in declarations
        }
        for source_id, files in downloads.items():
            (self.stale if files else self.missing)[source_id] = problem
        return _load_gazetteer(downloads), downloads


def _check_and_store(
    declaration: Declaration,
    raw: Path,
    snapshot_ids: frozenset[str] | None,
    countries: pl.DataFrame,
    cache: CheckCache,
) -> Checked | None:
    """Read and validate a source, and store the result in the cache; return it only if it cannot be stored."""
    received = load_files(declaration, raw, snapshot_ids)
    checked = check_source(declaration, received, countries)
    return None if cache.store(declaration, received, checked) else checked


def _load_gazetteer(downloads: Mapping[str, tuple[Download, ...]]) -> Gazetteer:
    return guarded(lambda: load_gazetteer([file for files in downloads.values() for file in files]))


def _snapshot_ids(received: Sequence[Received]) -> frozenset[str]:
    return frozenset(item.snapshot.snapshot_id for item in received)


def _explain(error: SourceError, declaration: Declaration) -> str:
    if isinstance(error, BoundsError):
        return (
            f'{error}; if it is right, take it once with: --accept {BoundsError.gate}:{declaration.id} --reason "..."'
        )
    return str(error)


def without_bounds(declaration: Declaration) -> Declaration:
    """Return the declaration without floors and ceilings; the limit of shifted rows stays."""
    expect = Expect(
        rows={"min": 0},
        max_rejected_share=1.0,
        max_shifted_rows=declaration.expect.max_shifted_rows,
        earliest_year=declaration.expect.earliest_year,
    )
    return declaration.model_copy(update={"expect": expect})


def load_files(declaration: Declaration, raw: Path, snapshot_ids: frozenset[str] | None = None) -> tuple[Received, ...]:
    """Return the verified bytes of a source's files; none if it was never fetched.

    A file in the folder of its declaration is read from there, any other from the raw store.

    Args:
        declaration: of the source.
        raw: the raw store.
        snapshot_ids: read these snapshots instead of the newest ones.

    Raises:
        SourceError: a file is missing, truncated, altered or not the one that the declaration pins.
    """
    store, received, missing = RawStore(raw), [], []
    for file in declaration.files:
        local = None
        with nullcontext() if snapshot_ids is None else suppress(SourceError):
            local = read_local_file(declaration, file)
        if local and (snapshot_ids is None or local[0].snapshot_id in snapshot_ids):
            received.append(Received(file, *local))
        elif latest := store.latest(declaration, file, snapshot_ids):
            received.append(Received(file, latest, store.read(latest)))
        else:
            missing.append(file)
    if received and missing:
        raise SourceError(
            f"{declaration.id}: {len(missing)} of {len(declaration.files)} files are not in {raw / declaration.id}, "
            f"such as {missing[0].name}; fetch them with: twintowns fetch {declaration.id}"
        )
    if missing and missing[0].url is None and not declaration.live:
        raise SourceError(
            f"{declaration.id}: {missing[0].name} is neither beside {declaration.path} nor listed in "
            f"{raw / declaration.id / 'manifest.jsonl'}; put it beside its declaration"
        )
    return tuple(received)
