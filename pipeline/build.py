"""The whole flow of a build: read → validate → locate → curate → publish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pipeline
from pipeline.curate import Inputs, UsedSource
from pipeline.curate.reconcile import reconcile
from pipeline.errors import GateError, SourceError
from pipeline.extract.isolation import start_worker
from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.countries import country_names
from pipeline.locate import match_mentions
from pipeline.locate.corrections import load_corrections
from pipeline.locate.statements import locate_towns
from pipeline.publish.lock import locked
from pipeline.publish.published import snapshots_read
from pipeline.publish.release import Build, Published, publish
from pipeline.raw_store.fingerprints import code_hash, input_hash
from pipeline.raw_store.local_files import keep_local_files
from pipeline.raw_store.snapshots import RawStore
from pipeline.report.progress import Progress, quiet
from pipeline.sources import Declaration, load_declarations
from pipeline.sources.selection import select_sources
from pipeline.validate import Checked
from pipeline.validate.cache import CheckCache
from pipeline.validate.source_reader import SourceReader
from schemas import ContractError
from schemas.vocabularies import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb
    import polars as pl

    from pipeline.gazetteer.downloads import Download
    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate import MatchCandidates
    from pipeline.readers.raw_files import Received
    from pipeline.sources.settings import Settings
    from pipeline.validate.source_reader import SourceResult

#: The cache of validated sources in the output folder; deleting it costs some seconds, nothing else.
WORK = ".work"
#: Why a source is not used that could not be read. What was wrong with it is told, and not published.
BROKEN = "broken, and there is no older snapshot"
#: How many sources are read at once: more would only take more memory, because polars uses all cores for each.
_READ_AT_ONCE = 2


@dataclass(frozen=True)
class Built:
    """The result of a build.

    Attributes:
        published: the release.
        notes: which sources that are on were never fetched, and damaged lines of manifests.
        stale: why the newest snapshot of a source is not in it, by source: an older one is.
        missing: why no snapshot of a source is in it, by source.
    """

    published: Published
    notes: tuple[str, ...] = ()
    stale: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Assembled:
    """The inputs of curation, before they are curated.

    Attributes:
        inputs: what was read and located.
        input_hash: hash of raw bytes, declarations and gazetteers.
        named: ids of the sources that the settings name.
        damaged: which lines of manifests are damaged.
    """

    inputs: Inputs
    input_hash: str
    named: frozenset[str] = frozenset()
    damaged: tuple[str, ...] = ()

    @property
    def used(self) -> frozenset[str]:
        """The ids of the sources that were read."""
        return frozenset(source.declaration.id for source in self.inputs.sources if not source.reason_unused)

    @property
    def notes(self) -> tuple[str, ...]:
        """The sources that are on but were not read, each with the reason, and damaged lines of manifests."""
        unread = [source for source in self.inputs.sources if source.declaration.enabled and source.reason_unused]
        return self.damaged + tuple(
            f"{source.declaration.id}: {source.reason_unused}"
            for source in unread
            if source.reason_unused != BROKEN
            # Live services are fetched only on demand. It is worth a note only if the source was named.
            if not source.declaration.live or source.declaration.id in self.named
        )


class Engine(Protocol):
    """Where the work on claims is done. Every engine calls the same functions and gives the same tables."""

    def read(
        self, declarations: Sequence[Declaration], reader: SourceReader, countries: pl.DataFrame, progress: Progress
    ) -> dict[str, SourceResult]:
        """Do the same as `read_sources`."""

    def match(self, mentions: pl.DataFrame, gazetteer: Gazetteer, corrections: pl.DataFrame) -> MatchCandidates:
        """Do the same as `pipeline.locate.match_mentions`."""

    def reconcile(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Do the same as `pipeline.curate.reconcile.reconcile`."""


def build(settings: Settings, progress: Progress = quiet, engine: Engine | None = None) -> Built:
    """Build a release from every source that is on, and make it current.

    A source that cannot be read is taken from the snapshot that the current release was built from, or left out. If an
    error is raised, nothing is published and the previous release stays current.

    Args:
        settings: what is read and where the release is written.
        progress: shows each step.
        engine: where the work on claims is done; this process by default.

    Raises:
        DeclarationError: a declaration or the choice of sources is wrong.
        SourceError: no source could be read.
        GateError: a table breaks its contract.
        LockedError: another build is running.
    """
    engine = engine or LocalEngine()
    declarations = select_sources(load_declarations(settings.sources), settings.enable, settings.only)
    with locked(settings.out):
        keep_local_files((source for source in declarations.values() if source.enabled), settings.raw)
        start_worker()
        reader = SourceReader(settings.raw, snapshots_read(settings.out), CheckCache(settings.out / WORK, code_hash()))
        assembled = assemble(settings, declarations, reader, progress, engine)
        with _refuse_broken_contracts(), progress.step("publish"):
            release = Build(assembled.inputs, assembled.input_hash, pipeline.__version__, engine.reconcile)
            published = publish(release, settings.out)
    return Built(published, assembled.notes, dict(sorted(reader.stale.items())), dict(sorted(reader.missing.items())))


def assemble(
    settings: Settings,
    declarations: Mapping[str, Declaration],
    reader: SourceReader,
    progress: Progress,
    engine: Engine | None = None,
) -> Assembled:
    """Read every source that is on, and locate the towns that they mention. Only the reader's cache is written.

    Raises:
        SourceError: from the reader, or because nothing could be read.
        GateError: a frame breaks its contract.
    """
    engine = engine or LocalEngine()
    declared = [declaration for declaration in declarations.values() if declaration.enabled and declaration.files]
    gazetteers = [declaration for declaration in declared if declaration.kind is SourceKind.GAZETTEER]
    lists = [declaration for declaration in declared if declaration.kind is not SourceKind.GAZETTEER]
    with ThreadPoolExecutor(1) as pool:
        # The gazetteer is loaded while the lists are read, which only needs the names of countries.
        loading = pool.submit(reader.gazetteer, gazetteers)
        read = engine.read(lists, reader, country_names(cache_folder()), progress)
        with progress.step("gazetteer"):
            gazetteer, downloads = loading.result()
    received = {source_id: result.received for source_id, result in read.items()}
    with _refuse_broken_contracts():
        checked = concat_sources(read, declarations, reader.missing)
        # Frees the memory of columns that are dropped from here on.
        del read
        with progress.step("locate"):
            corrections = load_corrections(settings.sources)
            checked, located = locate_towns(checked, gazetteer, corrections, received, engine.match)
    snapshots = {source_id: [file.snapshot for file in files] for source_id, files in received.items()}
    key = input_hash(declarations.values(), snapshots, gazetteer.version)
    sources = tuple(
        _used_source(
            declaration,
            downloads.get(declaration.id) or received.get(declaration.id, ()),
            reader.missing.get(declaration.id),
        )
        for declaration in declarations.values()
    )
    damaged = tuple(RawStore(settings.raw).damaged_lines(declaration.id for declaration in declared))
    return Assembled(Inputs(sources, checked, located, gazetteer), key, settings.enable | settings.only, damaged)


@contextmanager
def _refuse_broken_contracts() -> Iterator[None]:
    try:
        yield
    except ContractError as error:
        raise GateError(f"not fit to be published: {error}\nThe previous release stays current.") from error


def read_sources(
    declarations: Iterable[Declaration], reader: SourceReader, countries: pl.DataFrame, progress: Progress = quiet
) -> dict[str, SourceResult]:
    """Read and validate sources, a few at a time; return the results by source id, in the order of the declarations."""
    declarations = list(declarations)
    with ThreadPoolExecutor(_READ_AT_ONCE) as pool:
        results = pool.map(lambda declaration: reader.read(declaration, countries, progress.step), declarations)
        return {declaration.id: result for declaration, result in zip(declarations, results, strict=True)}


def concat_sources(
    read: Mapping[str, SourceResult], declarations: Mapping[str, Declaration], broken: Mapping[str, str]
) -> Checked:
    """Return the results of all sources as one.

    Args:
        read: the results by source; empty for a source that is broken or was never fetched.
        declarations: of all sources.
        broken: why a source could not be read, by source.

    Raises:
        SourceError: there are none.
    """
    results = [result.checked for result in read.values() if result.checked]
    if not results and broken:
        problems = [f"  {name}: {reason}" for name, reason in sorted(broken.items())]
        raise SourceError("\n".join(["no source could be read:", *problems, "The previous release stays current."]))
    if not results:
        missing = [declarations[source_id] for source_id, result in read.items() if not result.received]
        # Files are fetched in seconds, live services are not: suggest these only if there is nothing else.
        suggested = [declaration for declaration in missing if not declaration.live] or missing
        # Editions of one source in several languages are fetched by their common name.
        names = " ".join(dict.fromkeys(declaration.edition_of or declaration.id for declaration in suggested))
        raise SourceError(f"none of the sources that are on was ever fetched; fetch with: twintowns fetch {names}")
    return Checked.concat(results)


class LocalEngine:
    """Does all work in this process."""

    read = staticmethod(read_sources)
    match = staticmethod(match_mentions)
    reconcile = staticmethod(reconcile)


def _used_source(declaration: Declaration, received: Sequence[Received | Download], problem: str | None) -> UsedSource:
    reason = None
    if not declaration.enabled:
        reason = "off; turn it on with --enable"
    elif problem and not received:
        reason = BROKEN
    elif not received and not declaration.package:
        reason = f"never fetched; fetch it with: twintowns fetch {declaration.id}"
    return UsedSource(declaration, tuple(file.snapshot for file in received), reason)
