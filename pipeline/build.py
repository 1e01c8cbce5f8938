"""The whole flow: raw bytes → read → check → locate → reconcile → curate → publish."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

import pipeline
from pipeline.curate.reconcile import conclude
from pipeline.curate.reconcile.pairs import with_pairs
from pipeline.curate.tables import CLAIM_SIDES, RECORD_SIDE, Tables, Used, make_tables
from pipeline.errors import GateError, SourceError
from pipeline.gazetteer.countries import country_names
from pipeline.gazetteer.gazetteer import Gazetteer, cache_folder
from pipeline.locate import index_mentions, locate
from pipeline.locate.coordinates import report_misplaced
from pipeline.locate.corrections import load_corrections, unused_corrections
from pipeline.publish.lock import locked
from pipeline.publish.release import Published, publish
from pipeline.report.progress import Progress, quiet
from pipeline.sources import Declaration, load_declarations
from pipeline.sources.selection import choose
from pipeline.validate import Checked
from pipeline.validate.self_links import refuse_self_located
from pipeline.validate.source_reader import Read, Reader
from schemas import ContractError
from schemas.vocabularies import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.curate.reconcile import Reconciled
    from pipeline.gazetteer.downloads import Download
    from pipeline.locate.located import Located
    from pipeline.readers.statements import Received

#: What tells claims' mentions apart, and is needed no more when they are found. Of partners, some are named later.
_SOUGHT: Final = [
    column for side, columns in CLAIM_SIDES.items() for key, column in columns.items()
    if key not in ("text", "country", "region") and (side, key) != ("partner", "country_code")
]  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What one build reads and where it writes."""

    raw: Path = Path("raw")
    out: Path = Path("curated")
    sources: tuple[Path, ...] = ()
    enable: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Built:
    """What one build made."""

    published: Published
    tables: Tables
    used: tuple[Used, ...]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Assembled:
    """What was made of all sources, before it is published."""

    tables: Tables
    used: tuple[Used, ...]
    input_hash: str
    named: frozenset[str] = frozenset()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was on but not read, and why."""
        return tuple(
            f"{one.declaration.id}: {one.reason_unused}"
            for one in self.used
            # What is asked live is fetched when somebody wants it; that it was not is to be noted where it was named.
            if one.declaration.enabled and one.reason_unused
            and (not one.declaration.live or one.declaration.id in self.named)
        )  # fmt: skip


class Engine(Protocol):
    """Where the work on claims is done; whatever it is, the same functions do it and the tables are the same."""

    def read(
        self, declarations: Sequence[Declaration], reader: Reader, countries: pl.DataFrame, progress: Progress
    ) -> dict[str, Read]:
        """Do what `read_sources` does."""

    def find_towns(
        self, checked: Checked, gazetteer: Gazetteer, corrections: pl.DataFrame, read: Iterable[str]
    ) -> Located:
        """Do what `find_towns` does."""

    def conclude(self, claims: pl.DataFrame, sources: pl.DataFrame) -> Reconciled:
        """Do what `pipeline.curate.reconcile.conclude` does."""


class LocalEngine:
    """Everything in this process."""

    def read(
        self, declarations: Sequence[Declaration], reader: Reader, countries: pl.DataFrame, progress: Progress
    ) -> dict[str, Read]:
        """Read and check one source after the other."""
        return read_sources(declarations, reader, countries, progress)

    def find_towns(
        self, checked: Checked, gazetteer: Gazetteer, corrections: pl.DataFrame, read: Iterable[str]
    ) -> Located:
        """Locate all mentions at once."""
        return find_towns(checked, gazetteer, corrections, read)

    def conclude(self, claims: pl.DataFrame, sources: pl.DataFrame) -> Reconciled:
        """Reconcile all pairs at once."""
        return conclude(claims, sources)


LOCAL: Final = LocalEngine()


def build(settings: Settings, progress: Progress = quiet, engine: Engine = LOCAL) -> Built:
    """Build every source that is on into a release and make it current.

    Args:
        settings: what is read and where it is written.
        progress: told of each step.
        engine: where the work on claims is done.

    Raises:
        DeclarationError: a declaration or the choice of sources is wrong.
        SourceError: raw bytes are missing, altered or not what their declaration expects.
        GateError: a table breaks its contract.
        LockedError: another build is running.

    In each case nothing is published and the release before stays current.
    """
    declarations = choose(load_declarations(settings.sources), settings.enable, settings.only)
    with locked(settings.out):
        made = assemble(settings, declarations, Reader(settings.raw), progress, engine)
        try:
            with progress.step("publish"):
                published = publish(
                    made.tables, settings.out, input_hash=made.input_hash, code_version=pipeline.__version__
                )
        except ContractError as error:
            raise GateError(f"not fit to be published: {error}\nThe release before stays current.") from error
    return Built(published, made.tables, made.used, made.notes)


def assemble(
    settings: Settings,
    declarations: Mapping[str, Declaration],
    reader: Reader,
    progress: Progress,
    engine: Engine = LOCAL,
) -> Assembled:
    """Make the tables of every source that is on; nothing is written.

    Raises:
        SourceError: as the reader says, or nothing can be read at all.
        GateError: what was read breaks its contract.
    """
    on = [one for one in declarations.values() if one.enabled and one.files]
    with ThreadPoolExecutor(1) as pool:
        # It is read while sources are, which ask for names of countries alone.
        loading = pool.submit(reader.gazetteer, [one for one in on if one.kind is SourceKind.GAZETTEER])
        sources = [one for one in on if one.kind is not SourceKind.GAZETTEER]
        read = engine.read(sources, reader, country_names(cache_folder()), progress)
        with progress.step("gazetteer"):
            gazetteer, downloads = loading.result()
    received = {name: one.received for name, one in read.items()}
    try:
        checked = together(read, declarations)
        # Whatever columns are dropped from now on are gone.
        del read
        with progress.step("locate"):
            located = engine.find_towns(checked, gazetteer, load_corrections(settings.sources), received)
        used = tuple(_used(one, downloads.get(one.id) or received.get(one.id, ())) for one in declarations.values())
        with progress.step("reconcile"):
            tables = make_tables(used, checked, located, gazetteer, engine.conclude)
    except ContractError as error:
        raise GateError(f"not fit to be published: {error}\nThe release before stays current.") from error
    key = input_hash(declarations.values(), received, gazetteer)
    return Assembled(tables, used, key, named=settings.enable | settings.only)


def read_sources(
    declarations: Iterable[Declaration], reader: Reader, countries: pl.DataFrame, progress: Progress = quiet
) -> dict[str, Read]:
    """Read and check every source, by id."""
    return {one.id: reader.read(one, countries, progress.step) for one in declarations}


def together(read: Mapping[str, Read], declarations: Mapping[str, Declaration]) -> Checked:
    """Put the results of all sources into one.

    Raises:
        SourceError: there are none.
    """
    parts = [one.checked for one in read.values() if one.checked]
    if not parts:
        # Files that are downloaded are a matter of seconds; services are named where there is nothing else. Of several
        # languages, the name that means all of them.
        missing = [declarations[name] for name, one in read.items() if not one.received]
        named = [one for one in missing if not one.live] or missing
        words = " ".join(dict.fromkeys(one.edition_of or one.id for one in named))
        raise SourceError(f"none of the sources that are on was ever fetched; fetch with: twintowns fetch {words}")
    return Checked.together(parts)


def find_towns(checked: Checked, gazetteer: Gazetteer, corrections: pl.DataFrame, read: Iterable[str]) -> Located:
    """Give every statement its towns, and every claim its partnership.

    Args:
        checked: its statements get their towns; a correction that matches nothing any more becomes a finding.
        gazetteer: places and names.
        corrections: reviewed decisions.
        read: ids of the sources that were read.
    """
    sides = {"claims": CLAIM_SIDES, "awards": {"town": RECORD_SIDE}, "group_members": {"town": RECORD_SIDE}}
    # Sources of awards alone have claims too: none.
    present = {name: frame for name in sides if not (frame := getattr(checked, name)).is_empty() or name == "claims"}
    mentions, indexed = index_mentions([(frame, sides[name]) for name, frame in present.items()])
    frames = dict(zip(present, indexed, strict=True))
    del present, indexed
    # A row that only states a group names nobody.
    mentions = mentions.filter(pl.col("text").is_not_null())
    links = frames["claims"].select("town_mention", "partner_mention")
    located = locate(mentions, links, gazetteer, corrections)
    noted = (
        unused_corrections(corrections, located.corrected, read),
        report_misplaced(frames, CLAIM_SIDES, located.misplaced),
    )
    checked.findings = pl.concat([checked.findings, *noted])
    for name in list(frames):
        setattr(checked, name, _assigned(located, frames.pop(name), sides[name]))
    checked.claims = with_pairs(refuse_self_located(checked, checked.claims.drop(_SOUGHT)))
    return located.with_parted(checked.claims)


def _assigned(located: Located, frame: pl.DataFrame, sides: Iterable[str]) -> pl.DataFrame:
    for side in sides:
        frame = located.assign(frame, side)
    return frame


def _used(declaration: Declaration, received: Sequence[Received | Download]) -> Used:
    reason = None
    if not declaration.enabled:
        reason = "off; turn it on with --enable"
    elif not received and not declaration.package:
        reason = f"never fetched; fetch it with: twintowns fetch {declaration.id}"
    return Used(declaration, tuple(one.snapshot for one in received), reason)


def input_hash(
    declarations: Iterable[Declaration], received: Mapping[str, Sequence[Received]], gazetteer: Gazetteer
) -> str:
    """Return the hash of all that a build reads: raw bytes, declarations, gazetteer."""
    digest = hashlib.sha256(gazetteer.version.encode())
    for one in declarations:
        digest.update(f"{one.id} {one.enabled}".encode() + one.path.read_bytes())
        for file in received.get(one.id, ()):
            digest.update(f"{file.snapshot.snapshot_id} {file.snapshot.sha256} {file.snapshot.as_of_date}".encode())
    return digest.hexdigest()
