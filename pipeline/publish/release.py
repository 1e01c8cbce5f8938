"""A release: written aside, held against contracts and gates, moved to its place, made current."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import polars.selectors as cs

import schemas
from pipeline.curate.database import view_files, write_database
from pipeline.errors import GateError, TwintownsError
from pipeline.page import PAGE, write_report
from pipeline.publish import gates
from pipeline.publish.changes import list_changes, list_redirects
from pipeline.publish.checksums import DATABASE, check_files, file_sha256, write_checksums
from pipeline.publish.croissant import write_croissant
from pipeline.publish.folders import (
    CURRENT,
    REFUSED,
    RELEASES,
    current_release,
    discard,
    place,
    release_ids,
    sweep,
    switch,
)
from pipeline.publish.hints import with_out
from pipeline.publish.package import write_descriptor
from pipeline.publish.parquet import write_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Tables = dict[str, pl.DataFrame]
#: A release's own tables: what it is called and how it differs are not part of what it says.
_ABOUT_RELEASE = ("changes", "release")
#: What the next release is compared with. Of claims, it is only where they led to, and what a gate counts.
_COMPARED = ("release", "redirects", "claims", "partnerships", "towns", "ledger")
_COMPARED_OF_CLAIMS = ("claim_id", "town_id", "partner_id", "partnership_id")


@dataclass(frozen=True)
class Published:
    """Where a release is, whether it is a new one, and what the gates said of it."""

    path: Path
    release_id: str
    is_new: bool
    judged: list[gates.Judged] = field(default_factory=list)


class RefusedError(GateError):
    """A release did not pass the gates. It lies in `refused/`; the one before stays current."""

    def __init__(self, path: Path, judged: list[gates.Judged]) -> None:
        self.path = path
        self.judged = [one for one in judged if not one.passed and not one.accepted]
        names = " ".join(f"--accept {one.gate}" for one in self.judged)
        where = with_out(path.parents[1])
        super().__init__(
            "\n".join(
                [
                    f"release {path.name} was refused; the one before stays current:",
                    *(f"  {one}" for one in self.judged),
                    f"It lies in {path}; see what differs with: twintowns diff {path.name}{where}",
                    f'If it is right, publish it once with: twintowns refresh {names} --reason "..."{where}',
                ]
            )
        )


def publish(
    tables: Tables, out: Path, *, input_hash: str, code_version: str, accepted: Mapping[str, str] | None = None
) -> Published:
    """Write a release beside the current one and switch to it; the same content is not published twice.

    Args:
        tables: every published table but `redirects`, `changes` and `release`; claims may be compact.
        out: the folder that holds `current` and `releases/`; its lock is held.
        input_hash: hash of raw bytes, declarations and gazetteers.
        code_version: version of the pipeline.
        accepted: gates to let through, with the reason; None for no gates but the contracts.

    Raises:
        ContractError: a table breaks its contract; nothing was switched.
        RefusedError: the release is worse than the one before; it lies in `refused/`, nothing was switched.
        TwintownsError: the folder cannot be written; nothing was switched.
    """
    previous = current_release(out)
    before = _read_release(previous) if previous else None
    tables = tables | {"redirects": list_redirects(before, tables)}
    try:
        _validate(tables)
    except schemas.ContractError:
        if accepted is not None:
            _keep_to_look_at(tables, out)
        raise
    judged = gates.judge(before, tables, accepted) if before and accepted is not None else []
    staged = out / RELEASES / f".building-{os.getpid()}"
    try:
        sweep(out)
        staged.mkdir(parents=True)
        checksums = _write_parquet(tables, staged)
        content_hash = _hash_content(checksums)
        known = before["release"].row(0, named=True) if before else None
        if known and (known["content_hash"], known["input_hash"]) == (content_hash, input_hash) and previous:
            return Published(previous, known["release_id"], is_new=False)
        release_id = _release_id(out, content_hash, input_hash, known["release_id"] if known else None)
        release = pl.DataFrame(
            {
                "release_id": release_id,
                "previous_release_id": known["release_id"] if known else None,
                "input_hash": input_hash,
                "content_hash": content_hash,
                "code_version": code_version,
                "schema_version": schemas.SCHEMA_VERSION,
            },
            schema=schemas.RELEASE.polars_schema,
        )
        about = {"changes": list_changes(before, tables), "release": release}
        _validate(about)
        checksums |= _write_parquet(about, staged)
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(write_database, staged / DATABASE, staged)
            write_report(staged, staged / PAGE.parent)
            write_descriptor(staged, release_id, checksums)
            write_croissant(staged, release_id, checksums)
            written.result()
        if accepted is not None:
            gates.write_record(staged, judged)
        write_checksums(staged, checksums)
        if any(not one.passed and not one.accepted for one in judged):
            place(staged, out / REFUSED / release_id)
            raise RefusedError(out / REFUSED / release_id, judged)
        if not _is_there(out / RELEASES / release_id):
            place(staged, out / RELEASES / release_id)
        return Published(switch(out, release_id), release_id, is_new=True, judged=judged)
    except (OSError, duckdb.Error, pl.exceptions.PolarsError) as error:
        why = (getattr(error, "strerror", None) or str(error)).splitlines()[0]
        raise TwintownsError(
            f"{out}: the release could not be written ({why}); the one before stays current. Is the disk full?"
        ) from error
    finally:
        _throw_away(staged)


def _keep_to_look_at(tables: Tables, out: Path) -> None:
    """Write tables that break a contract into `refused/`, if that can be done."""
    staged = out / REFUSED / f".building-{os.getpid()}"
    with suppress(OSError, pl.exceptions.PolarsError):
        staged.mkdir(parents=True)
        content_hash = _hash_content(_write_parquet(tables, staged))
        place(staged, out / REFUSED / _release_id(out, content_hash, "", None))
    _throw_away(staged)


def _throw_away(staged: Path) -> None:
    try:
        discard(staged)
    except OSError:
        # The next build sweeps it away.
        return


def _is_there(path: Path) -> bool:
    """Whether the very release lies there whole: a build was killed before the switch, or the link was taken back."""
    if not path.is_dir():
        return False
    try:
        check_files(path)
    except GateError:
        return False
    return True


def _read_release(path: Path) -> Tables:
    """Read the tables of a release that the next one is compared with."""
    counted = [column.partition(".") for column in gates.limits()["fill"]["columns"]]
    wanted = {*_COMPARED_OF_CLAIMS, *(column for table, _, column in counted if table == "claims")}
    kept = {name: cs.all() for name in _COMPARED} | {"claims": cs.by_name(*wanted, require_all=False)}
    try:
        tables = {name: pl.scan_parquet(path / f"{name}.parquet").select(kept[name]).collect() for name in _COMPARED}
        return {name: _contract(name).numbered(frame) for name, frame in tables.items()}
    except (OSError, pl.exceptions.PolarsError) as error:
        raise TwintownsError(
            f"{path}: the current release cannot be read ({error}); point {path.parent.parent / CURRENT} at a good one"
        ) from error


def _validate(tables: dict[str, pl.DataFrame]) -> None:
    contracts = [table for table in schemas.TABLES if table.name in tables]
    for table in contracts:
        table.validate(tables[table.name])
    everything = {table.name for table in schemas.TABLES} - set(_ABOUT_RELEASE)
    if everything <= set(tables):
        schemas.check_foreign_keys(contracts, tables)


def _write_parquet(tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, str]:
    """Write each table and return the checksum of each file, by name."""
    checksums = {}
    for name in sorted(tables):
        path = folder / f"{name}.parquet"
        write_table(_contract(name).published(tables[name]), path)
        checksums[path.name] = file_sha256(path)
    return checksums


def _hash_content(checksums: Mapping[str, str]) -> str:
    """Return the hash of all tables' bytes and of the SQL that goes with them."""
    digest = hashlib.sha256()
    for name, checksum in sorted(checksums.items()):
        digest.update(f"{name.removesuffix('.parquet')}\x1f".encode() + bytes.fromhex(checksum))
    for path in view_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _contract(name: str) -> schemas.Table:
    [contract] = [table for table in schemas.TABLES if table.name == name]
    return contract


def _release_id(out: Path, content_hash: str, input_hash: str, previous: str | None) -> str:
    """Return a name that sorts by age and differs where content or predecessor do.

    The same release gets the name that it had, if it is there: a build was killed before the switch, or the link was
    taken back. Any other gets a number that none there has.
    """
    own = hashlib.sha256(f"{content_hash}\x1f{previous}".encode()).hexdigest()[:8]
    there = release_ids(out)
    for known in reversed(there):
        if known.endswith(f"-{own}") and _input_of(out / RELEASES / known) == input_hash:
            return known
    number = max((int(known.split("-")[0]) for known in [*there, *([previous] if previous else [])]), default=0) + 1
    return f"{number:06d}-{own}"


def _input_of(release: Path) -> str | None:
    try:
        return str(pl.read_parquet(release / "release.parquet")["input_hash"].item())
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None


def snapshots_read(out: Path) -> dict[str, frozenset[str]]:
    """Return the ids of the snapshots that the current release was built from, by source; none if it is not there."""
    try:
        path = current_release(out)
        frame = pl.read_parquet(path / "snapshots.parquet") if path else None
    except (OSError, TwintownsError, pl.exceptions.PolarsError):
        return {}
    if frame is None:
        return {}
    by_source = frame.group_by("source_id").agg("snapshot_id")
    return {source: frozenset(snapshots) for source, snapshots in by_source.iter_rows()}


def count_changes(release: Path) -> dict[str, dict[str, int]]:
    """Return how many partnerships and towns of a release were added, removed and changed."""
    frame = pl.read_parquet(release / "changes.parquet").unique(["entity", "entity_id", "change"])
    counts: dict[str, dict[str, int]] = {}
    for entity, change, count in frame.group_by("entity", "change").len().sort("entity", "change").iter_rows():
        counts.setdefault(entity, {})[change] = count
    return counts
