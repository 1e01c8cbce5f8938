"""Whether a release is whole and true to its contracts, and what to do where the current one is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

import schemas
from pipeline.errors import GateError, TwintownsError, UsageError
from pipeline.publish.checksums import CHECKSUMS, DATABASE, DESCRIPTOR, check_files, is_whole
from pipeline.publish.folders import CURRENT, RELEASES, current_release, release_ids, switch

if TYPE_CHECKING:
    from pathlib import Path


def verify(folder: Path) -> dict[str, Any]:
    """Hold a release against its checksums, contracts, references, descriptor and database.

    Args:
        folder: a release, or a folder with `current`.

    Returns:
        `release_id`, `path`, `files`, `tables` and `rows` that were verified.

    Raises:
        UsageError: there is no release.
        GateError: it is not whole, or breaks a contract; says where.
    """
    if (folder / CURRENT).is_symlink():
        folder = _behind_link(folder)
    if not folder.is_dir():
        raise UsageError(f"{folder}: no release there")
    check_files(folder)
    try:
        tables = {table.name: pl.read_parquet(folder / f"{table.name}.parquet") for table in schemas.TABLES}
        for table in schemas.TABLES:
            table.validate(tables[table.name])
        schemas.check_foreign_keys(schemas.TABLES, tables)
    except (OSError, pl.exceptions.PolarsError, schemas.ContractError) as error:
        raise GateError(f"{folder}: {error}") from error
    _check_descriptor(folder)
    _check_database(folder, tables)
    return {
        "release_id": tables["release"]["release_id"].item(),
        "path": str(folder),
        "files": len((folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()),
        "tables": len(tables),
        "rows": sum(frame.height for frame in tables.values()),
    }


def _behind_link(out: Path) -> Path:
    """Return the current release, which must be one of this folder's own."""
    path = current_release(out)
    assert path is not None
    if path.parent != (out / RELEASES).resolve() or path.name not in release_ids(out):
        raise GateError(
            f"{out / CURRENT}: leads to {path}, which is none of the releases in {out / RELEASES}; "
            "make one of them current with: twintowns rollback RELEASE"
        )
    return path


def _check_descriptor(folder: Path) -> None:
    try:
        described = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        missing = [one["path"] for one in described["resources"] if not (folder / one["path"]).is_file()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GateError(f"{folder / DESCRIPTOR}: cannot be read ({error})") from error
    if missing:
        raise GateError(f"{folder / DESCRIPTOR}: describes what is not there: {', '.join(missing)}")


def _check_database(folder: Path, tables: dict[str, pl.DataFrame]) -> None:
    path = folder / DATABASE
    try:
        with duckdb.connect(path, read_only=True) as connection:
            for name, frame in tables.items():
                row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
                if row != (frame.height,):
                    raise GateError(f"{path}: table {name} has {row and row[0]} rows, {name}.parquet {frame.height}")
            row = connection.execute("SELECT release_id FROM release").fetchone()
    except duckdb.Error as error:
        raise GateError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
    expected = tables["release"]["release_id"].item()
    if row != (expected,):
        raise GateError(f"{path}: is of release {row and row[0]}, the tables beside it of {expected}")


def recover(out: Path) -> str | None:
    """Lead the link to the newest release that is whole, if it leads to a damaged one or nowhere.

    Call it with the lock held.

    Returns:
        What was done, or None if nothing had to be.

    Raises:
        TwintownsError: the current release is damaged, and no other is whole.
    """
    link = out / CURRENT
    if not link.is_symlink() and not link.exists():
        return None
    was = link.resolve().name
    if link.exists() and is_whole(link.resolve()):
        return None
    for name in reversed(release_ids(out)):
        if name != was and is_whole(out / RELEASES / name):
            switch(out, name)
            return f"{was} is damaged or gone; {name} was made current again"
    raise TwintownsError(
        f"{link}: leads to {was}, which is damaged or gone, and no other release in {out / RELEASES} is whole; restore "
        "one from a backup, or remove the link to begin anew"
    )
