"""The files of a source, verified and validated.

`Reader` reads the newest snapshot, and stops the build if it is broken. `FallbackReader` then reads the snapshot of
the previous release, and reports it; it also has a cache of what it validated before.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import BoundsError, SourceError
from pipeline.gazetteer.downloads import Download, find_downloads
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.raw_store.snapshots import RawStore, describe
from pipeline.readers.statements import Received
from pipeline.sources.model import Expect
from pipeline.validate import Checked, check_source
from pipeline.validate.cache import cached_check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import polars as pl

    from pipeline.sources import Declaration

    #: Runs a named step inside the context.
    Step = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True)
class SourceResult:
    """One source's files, without their bytes, and what became of them; empty if it was never fetched."""

    received: tuple[Received, ...] = ()
    checked: Checked | None = None


class Reader:
    """Reads the newest snapshot of each source; a broken one stops the build."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw

    def read(self, declaration: Declaration, countries: pl.DataFrame, step: Step = nullcontext) -> SourceResult:
        """Return the files of one source, validated.

        Raises:
            SourceError: as `load_files` and `check_source`.
        """
        received = load_files(declaration, self.raw)
        if not received:
            return SourceResult()
        with step(f"read {declaration.id}"):
            checked = check_source(declaration, received, countries)
        return SourceResult(tuple(item.without_content() for item in received), checked)

    def gazetteer(self, declarations: Sequence[Declaration]) -> tuple[Gazetteer, dict[str, tuple[Download, ...]]]:
        """Return places and names, and the downloads that they come from, by source.

        Raises:
            SourceError: a download is broken or incomplete.
        """
        downloads = {declaration.id: find_downloads(declaration, self.raw) for declaration in declarations}
        return _load_gazetteer(downloads), downloads


@dataclass
class FallbackReader(Reader):
    """Reads the snapshots of the previous release where the newest ones are broken.

    Several threads can read at once, so what is noted of each source has no order.

    Attributes:
        raw: the raw store.
        last_good: ids of the snapshots that the previous release was built from, by source.
        accepted: gates to let through; here, those of declared bounds.
        cache: folder of what was validated before.
        code: hash of the code, which is part of the cache's key.
        stale: why an older snapshot of a source was read, by source.
        missing: why no snapshot of a source could be read, by source.
        reread: the sources that were not in the cache.
    """

    raw: Path
    last_good: Mapping[str, frozenset[str]]
    accepted: Mapping[str, str]
    cache: Path
    code: str
    stale: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    reread: list[str] = field(default_factory=list)

    def read(self, declaration: Declaration, countries: pl.DataFrame, step: Step = nullcontext) -> SourceResult:
        """Return the files of one source, validated, from its last good snapshot if the newest one is broken."""
        newest: tuple[Received, ...] = ()
        try:
            newest = load_files(declaration, self.raw)
            return self._check(declaration, newest, countries, step)
        except SourceError as error:
            problem = _explain(error, declaration)
        try:
            # A published snapshot was within its bounds, or was accepted.
            received = load_files(declaration, self.raw, self.last_good.get(declaration.id, frozenset()))
            result = self._check(_without_bounds(declaration), received, countries, step)
        except SourceError:
            received, result = (), SourceResult()
        if not received:
            self.missing[declaration.id] = problem
        elif _snapshot_ids(received) != _snapshot_ids(newest):
            self.stale[declaration.id] = problem
        return result

    def _check(
        self, declaration: Declaration, received: tuple[Received, ...], countries: pl.DataFrame, step: Step
    ) -> SourceResult:
        if not received:
            return SourceResult()
        if f"{BoundsError.gate}:{declaration.id}" in self.accepted or BoundsError.gate in self.accepted:
            declaration = _without_bounds(declaration)
        with step(f"read {declaration.id}"):
            checked, is_cached = cached_check(self.cache, self.code, declaration, received, countries)
        if not is_cached:
            self.reread.append(declaration.id)
        return SourceResult(tuple(item.without_content() for item in received), checked)

    def gazetteer(self, declarations: Sequence[Declaration]) -> tuple[Gazetteer, dict[str, tuple[Download, ...]]]:
        """Return places and names; if a download is broken, all come from those of the previous release."""
        try:
            return super().gazetteer(declarations)
        except SourceError as error:
            problem = str(error)
        downloads = {
            declaration.id: find_downloads(declaration, self.raw, self.last_good.get(declaration.id, frozenset()))
            for declaration in declarations
        }
        for source_id, files in downloads.items():
            (self.stale if files else self.missing)[source_id] = problem
        return _load_gazetteer(downloads), downloads


def _load_gazetteer(downloads: Mapping[str, tuple[Download, ...]]) -> Gazetteer:
    return load_gazetteer([file for files in downloads.values() for file in files])


def _snapshot_ids(received: Sequence[Received]) -> set[str]:
    return {item.snapshot.snapshot_id for item in received}


def _explain(error: SourceError, declaration: Declaration) -> str:
    if isinstance(error, BoundsError):
        return (
            f'{error}; if it is right, take it once with: --accept {BoundsError.gate}:{declaration.id} --reason "..."'
        )
    return str(error)


def _without_bounds(declaration: Declaration) -> Declaration:
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
        local = declaration.path.parent / file.name
        if file.url is None and local.exists():
            content = _read_local(local)
            snapshot = describe(declaration, file, content)
            if file.sha256 and snapshot.sha256 != file.sha256:
                raise SourceError(f"{local}: sha256 is {snapshot.sha256}, but {declaration.path} pins {file.sha256}")
            received.append(Received(file, snapshot, content))
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


def _read_local(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
