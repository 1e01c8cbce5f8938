"""Publish all or nothing: a release is built aside, held against its contracts, then one link is switched."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

import schemas
from pipeline.curate.database import view_files, write_database
from pipeline.errors import LockedError, TwintownsError
from pipeline.history import list_changes, list_redirects

if TYPE_CHECKING:
    from collections.abc import Iterator

CURRENT = "current"
RELEASES = "releases"
#: A release's own tables: what it is called and how it differs are not part of what it says.
_ABOUT_RELEASE = ("changes", "release")


@dataclass(frozen=True)
class Published:
    """Where a release is, and whether it is a new one."""

    path: Path
    release_id: str
    is_new: bool


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the output folder for one build.

    Raises:
        LockedError: somebody else holds it.
        TwintownsError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        handle = os.open(out / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise TwintownsError(f"{out}: cannot be written ({error.strerror}); nothing was built") from error
    try:
        _hold(handle, out)
        yield
    finally:
        os.close(handle)


def _hold(handle: int, out: Path) -> None:
    """Take the lock, and write down who holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(handle, 100, 0).decode(errors="replace").strip()
        raise LockedError(
            f"{out}: another build is running ({holder or 'unknown process'}); try again later"
        ) from error
    # Who holds it is for the message above alone; a full disk does not matter here.
    with suppress(OSError):
        os.truncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()}\n".encode(), 0)


def current_release(out: Path) -> Path | None:
    """Return the folder of the published release, or None before the first.

    Raises:
        TwintownsError: the link is there, but leads nowhere.
    """
    link = out / CURRENT
    if link.is_symlink() and not link.exists():
        raise TwintownsError(
            f"{link}: leads to {link.readlink()}, which is not there; point it at one of {out / RELEASES}, or remove "
            "the link to begin anew"
        )
    return link.resolve() if link.exists() else None


def publish(tables: dict[str, pl.DataFrame], out: Path, *, input_hash: str, code_version: str) -> Published:
    """Write a release beside the current one and switch to it; the same content is not published twice.

    Args:
        tables: every published table but `redirects`, `changes` and `release`.
        out: the folder that holds `current` and `releases/`.
        input_hash: hash of raw bytes, declarations and gazetteers.
        code_version: version of the pipeline.

    Raises:
        ContractError: a table breaks its contract; nothing was switched.
        TwintownsError: the folder cannot be written; nothing was switched.
    """
    previous = current_release(out)
    before = _read_release(previous) if previous else None
    tables = tables | {"redirects": list_redirects(before, tables)}
    _validate(tables)
    staged = out / RELEASES / f".building-{os.getpid()}"
    try:
        # What killed builds left behind; the lock says that none of them still runs.
        for stale in (out / RELEASES).glob(".building-*"):
            shutil.rmtree(stale, ignore_errors=True)
        staged.mkdir(parents=True)
        content_hash = _write_parquet(tables, staged)
        known = before["release"].row(0, named=True) if before else None
        if known and (known["content_hash"], known["input_hash"]) == (content_hash, input_hash) and previous:
            return Published(previous, known["release_id"], is_new=False)
        release_id = _release_id(content_hash, known["release_id"] if known else None)
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
        _write_parquet(about, staged)
        write_database(staged / "twintowns.duckdb", staged)
        return Published(_switch(staged, out, release_id), release_id, is_new=True)
    except (OSError, duckdb.Error, pl.exceptions.PolarsError) as error:
        why = (getattr(error, "strerror", None) or str(error)).splitlines()[0]
        raise TwintownsError(
            f"{out}: the release could not be written ({why}); the one before stays current. Is the disk full?"
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _read_release(path: Path) -> dict[str, pl.DataFrame]:
    """Read the tables of a release that the next one is compared with."""
    names = ("release", "redirects", "claims", "partnerships", "towns")
    try:
        return {name: pl.read_parquet(path / f"{name}.parquet") for name in names}
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


def _write_parquet(tables: dict[str, pl.DataFrame], folder: Path) -> str:
    """Write each table and return the hash of all bytes and of the SQL that goes with them."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        path = folder / f"{name}.parquet"
        tables[name].write_parquet(path, compression="zstd", compression_level=3, statistics=True)
        digest.update(f"{name}\x1f".encode() + hashlib.sha256(path.read_bytes()).digest())
    for path in view_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _release_id(content_hash: str, previous: str | None) -> str:
    """Return a name that sorts by age and differs where content or predecessor do."""
    number = int(previous.split("-")[0]) + 1 if previous else 1
    own = hashlib.sha256(f"{content_hash}\x1f{previous}".encode()).hexdigest()
    return f"{number:06d}-{own[:8]}"


def _switch(staged: Path, out: Path, release_id: str) -> Path:
    """Make the staged folder the current release: everything on disk first, then one rename."""
    for path in staged.iterdir():
        _sync(path)
    _sync(staged)
    final = out / RELEASES / release_id
    shutil.rmtree(final, ignore_errors=True)
    staged.rename(final)
    _sync(final.parent)
    link = out / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(RELEASES) / release_id)
    link.replace(out / CURRENT)
    _sync(out)
    return final


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
