"""A source's bytes, verified, to checked statements: strictly for a build, with care for a refresh.

`Reader` takes the newest snapshot, and what is wrong with it stops the build. `CarefulReader` goes back to the
snapshot of the release before, and notes it; what it has read before it takes from where it was kept.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import BoundsError, SourceError
from pipeline.gazetteer.downloads import Download, find_downloads
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.raw_store.snapshots import RawStore, describe
from pipeline.readers.statements import Received
from pipeline.sources.model import Expect
from pipeline.validate import Checked, check_source
from pipeline.validate.cache import kept_check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from pipeline.sources import Declaration

    #: Runs a named step inside the context.
    Step = Callable[[str], AbstractContextManager[None]]


def _silent(_: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Read:
    """One source's files, without their bytes, and what became of them; neither where it was never fetched."""

    received: tuple[Received, ...] = ()
    checked: Checked | None = None


class Reader:
    """Reads the newest snapshot of each source; what is wrong with one stops the build."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw

    def read(self, declaration: Declaration, countries: pl.DataFrame, step: Step = _silent) -> Read:
        """Read and check one source; `Read()` if it was never fetched.

        Raises:
            SourceError: as `gather` and `check_source`.
        """
        received = gather(declaration, self.raw)
        if not received:
            return Read()
        with step(f"read {declaration.id}"):
            checked = check_source(declaration, received, countries)
        return Read(tuple(one.done() for one in received), checked)

    def gazetteer(self, declarations: Sequence[Declaration]) -> tuple[Gazetteer, dict[str, tuple[Download, ...]]]:
        """Return places and names, and the files that they come from besides the embedded ones.

        Raises:
            SourceError: a download is broken or incomplete.
        """
        downloads = {one.id: find_downloads(one, self.raw) for one in declarations}
        return load_gazetteer([file for files in downloads.values() for file in files]), downloads


@dataclass
class CarefulReader(Reader):
    """Reads the snapshots of the release before where the newest ones are broken.

    Attributes:
        raw: the raw store.
        last_good: ids of the snapshots that the release before was built from, by source.
        accepted: gates to let through; those that are declared bounds are meant here.
        kept: folder of what was read before.
        code: hash of the code, which decides what is made of bytes.
        stale: why a source is as it was before, by source.
        missing: why nothing could be made of a source, by source.
        reread: the sources that were not taken from where they are kept.
    """

    raw: Path
    last_good: Mapping[str, frozenset[str]]
    accepted: Mapping[str, str]
    kept: Path
    code: str
    stale: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    reread: list[str] = field(default_factory=list)

    def read(self, declaration: Declaration, countries: pl.DataFrame, step: Step = _silent) -> Read:
        """Read and check one source, from its last good snapshot if need be; `Read()` where there is none."""
        newest: tuple[Received, ...] = ()
        try:
            newest = gather(declaration, self.raw)
            return self._read(declaration, newest, countries, step)
        except SourceError as error:
            problem = _explain(error, declaration)
        try:
            # What was published once was within its bounds then, or accepted.
            received = gather(declaration, self.raw, self.last_good.get(declaration.id, frozenset()))
            read = self._read(_without_bounds(declaration), received, countries, step)
        except SourceError:
            received, read = (), Read()
        if not received:
            self.missing[declaration.id] = problem
        elif _ids(received) != _ids(newest):
            self.stale[declaration.id] = problem
        return read

    def _read(
        self, declaration: Declaration, received: tuple[Received, ...], countries: pl.DataFrame, step: Step
    ) -> Read:
        if not received:
            return Read()
        if f"{BoundsError.gate}:{declaration.id}" in self.accepted or BoundsError.gate in self.accepted:
            declaration = _without_bounds(declaration)
        with step(f"read {declaration.id}"):
            checked, was_kept = kept_check(self.kept, self.code, declaration, received, countries)
        if not was_kept:
            self.reread.append(declaration.id)
        return Read(tuple(one.done() for one in received), checked)

    def gazetteer(self, declarations: Sequence[Declaration]) -> tuple[Gazetteer, dict[str, tuple[Download, ...]]]:
        """Return places and names; from all the downloads of the release before where one is broken now."""
        try:
            return super().gazetteer(declarations)
        except SourceError as error:
            problem = str(error)
        downloads = {
            one.id: find_downloads(one, self.raw, self.last_good.get(one.id, frozenset())) for one in declarations
        }
        gazetteer = load_gazetteer([file for files in downloads.values() for file in files])
        for name, files in downloads.items():
            (self.stale if files else self.missing)[name] = problem
        return gazetteer, downloads


def _ids(received: Sequence[Received]) -> set[str]:
    return {one.snapshot.snapshot_id for one in received}


def _explain(error: SourceError, declaration: Declaration) -> str:
    if isinstance(error, BoundsError):
        return (
            f'{error}; if it is right, take it once with: --accept {BoundsError.gate}:{declaration.id} --reason "..."'
        )
    return str(error)


def _without_bounds(declaration: Declaration) -> Declaration:
    """Return the declaration without floors and ceilings; shifted rows are no matter of opinion."""
    kept = {name: getattr(declaration.expect, name) for name in ("max_shifted_rows", "earliest_year")}
    bounds = {"rows": {"min": 0}, "max_rejected_share": 1.0}
    return declaration.model_copy(update={"expect": Expect.model_validate(kept | bounds)})


def gather(declaration: Declaration, raw: Path, wanted: frozenset[str] | None = None) -> tuple[Received, ...]:
    """Return the verified bytes of a source's files; none if it was never fetched.

    A file that lies beside its declaration is read from there, any other from the raw store.

    Args:
        declaration: the source.
        raw: the raw store.
        wanted: ids of the snapshots to take instead of the newest ones.

    Raises:
        SourceError: a file is missing, truncated, altered or not the one that the declaration pins.
    """
    store, found, missing = RawStore(raw), [], []
    for file in declaration.files:
        beside = declaration.path.parent / file.name
        if file.url is None and beside.exists():
            content = _read_beside(beside)
            snapshot = describe(declaration, file, content)
            if file.sha256 and snapshot.sha256 != file.sha256:
                raise SourceError(f"{beside}: sha256 is {snapshot.sha256}, but {declaration.path} pins {file.sha256}")
            found.append(Received(file, snapshot, content))
            continue
        latest = store.latest(declaration, file) if wanted is None else store.one_of(declaration, file, wanted)
        if latest is None:
            missing.append(file)
            continue
        found.append(Received(file, latest, store.read(latest)))
    if found and missing:
        raise SourceError(
            f"{declaration.id}: {len(missing)} of {len(declaration.files)} files are not in {raw / declaration.id}, "
            f"such as {missing[0].name}; fetch them with: twintowns fetch {declaration.id}"
        )
    if missing and missing[0].url is None and not declaration.live:
        raise SourceError(
            f"{declaration.id}: {missing[0].name} is neither beside {declaration.path} nor listed in "
            f"{raw / declaration.id / 'manifest.jsonl'}; put it beside its declaration"
        )
    return tuple(found)


def _read_beside(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
