"""The whole flow: raw bytes → read → check → locate → reconcile → curate → publish."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

import pipeline
from pipeline.check import Checked, check_source
from pipeline.check.late import refuse_self_located
from pipeline.curate.tables import CLAIM_SIDES, RECORD_SIDE, Tables, Used, make_tables
from pipeline.declarations import Declaration, load_declarations
from pipeline.errors import GateError, SourceError
from pipeline.ids import pair_ids
from pipeline.locate import Located, index_mentions, locate
from pipeline.locate.coordinates import report_misplaced
from pipeline.locate.corrections import load_corrections, unused_corrections
from pipeline.locate.countries import country_names
from pipeline.locate.downloads import Download, find_downloads
from pipeline.locate.gazetteer import Gazetteer, cache_folder, load_gazetteer
from pipeline.publish import Published, locked, publish
from pipeline.readers.statements import Received
from pipeline.report.progress import Progress, quiet
from pipeline.select import choose
from pipeline.snapshots import RawStore, Snapshot, describe
from schemas import ContractError
from schemas.vocabularies import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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


def build(settings: Settings, progress: Progress = quiet) -> Built:
    """Build every source that is on into a release and make it current.

    Raises:
        DeclarationError: a declaration or the choice of sources is wrong.
        SourceError: raw bytes are missing, altered or not what their declaration expects.
        GateError: a table breaks its contract.
        LockedError: another build is running.

    In each case nothing is published and the release before stays current.
    """
    declarations = choose(load_declarations(settings.sources), settings.enable, settings.only)
    with locked(settings.out):
        try:
            return _build(settings, declarations, progress)
        except ContractError as error:
            raise GateError(f"not fit to be published: {error}\nThe release before stays current.") from error


def _build(settings: Settings, declarations: Mapping[str, Declaration], progress: Progress) -> Built:
    on = {name: one for name, one in declarations.items() if one.enabled and one.files}
    downloads = {
        name: find_downloads(one, settings.raw) for name, one in on.items() if one.kind is SourceKind.GAZETTEER
    }
    received = {name: gather(one, settings.raw) for name, one in on.items() if name not in downloads}
    with progress.step("gazetteer"):
        gazetteer = load_gazetteer([file for files in downloads.values() for file in files])
        countries = country_names(cache_folder())
    checked = check_sources(declarations, received, countries, progress)
    with progress.step("locate"):
        located = find_towns(checked, gazetteer, load_corrections(settings.sources), received)
    used = tuple(_used(one, downloads.get(one.id) or received.get(one.id, ())) for one in declarations.values())
    with progress.step("reconcile"):
        tables = make_tables(used, checked, located, gazetteer)
    with progress.step("publish"):
        published = publish(
            tables,
            settings.out,
            input_hash=input_hash(declarations.values(), received, gazetteer),
            code_version=pipeline.__version__,
        )
    notes = tuple(
        f"{one.declaration.id}: {one.reason_unused}"
        for one in used
        # What is asked live is fetched when somebody wants it; that it was not is nothing to note.
        if one.declaration.enabled and one.reason_unused and not one.declaration.live
    )
    return Built(published, tables, used, notes)


def gather(declaration: Declaration, raw: Path) -> tuple[Received, ...]:
    """Return the verified bytes of a source's files; none if it was never fetched.

    A file that lies beside its declaration is read from there, any other from the raw store.

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
        latest: Snapshot | None = store.latest(declaration, file)
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


def check_sources(
    declarations: Mapping[str, Declaration], received: Mapping[str, Sequence[Received]], countries: pl.DataFrame,
    progress: Progress,
) -> Checked:  # fmt: skip
    """Read and check every source that was received, and put the results together."""
    parts = []
    for name, files in received.items():
        if files:
            with progress.step(f"read {name}"):
                parts.append(check_source(declarations[name], files, countries))
    if not parts:
        # Files that are downloaded are a matter of seconds; services are named where there is nothing else. Of several
        # languages, the name that means all of them.
        missing = [name for name, files in received.items() if not files]
        named = [name for name in missing if not declarations[name].live] or missing
        together = " ".join(dict.fromkeys(declarations[name].edition_of or name for name in named))
        raise SourceError(f"none of the sources that are on was ever fetched; fetch with: twintowns fetch {together}")
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
    present = {name: frame for name in sides if not (frame := getattr(checked, name)).is_empty()}
    mentions, indexed = index_mentions([(frame, sides[name]) for name, frame in present.items()])
    frames = dict(zip(present, indexed, strict=True))
    # A row that only states a group names nobody.
    mentions = mentions.filter(pl.col("text").is_not_null())
    claims = frames.get("claims", checked.claims.with_columns(town_mention=None, partner_mention=None))
    located = locate(mentions, claims, gazetteer, corrections)
    noted = (
        unused_corrections(corrections, located.corrected, read),
        report_misplaced(frames, CLAIM_SIDES, located.misplaced),
    )
    checked.findings = pl.concat([checked.findings, *noted])
    for name, frame in frames.items():
        for side in sides[name]:
            frame = located.assign(frame, side)  # noqa: PLW2901
        setattr(checked, name, frame)
    if "claims" in frames:
        claims = refuse_self_located(checked, checked.claims)
        checked.claims = claims.with_columns(partnership_id=pair_ids(claims["town_id"], claims["partner_id"]))
    return located.with_parted(checked.claims)


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
