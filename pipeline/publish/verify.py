"""Verification of a release, and the way back to an intact one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

import schemas
from pipeline.curate.database import read_slices
from pipeline.curate.references import check_references
from pipeline.curate.sql import quote
from pipeline.errors import GateError, UsageError
from pipeline.publish.checksums import CHECKSUMS, DATABASE, DESCRIPTOR, verify_checksums
from pipeline.publish.folders import CURRENT, RELEASES, current_release, release_ids
from pipeline.publish.read_only import open_read_only
from schemas import check_slices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def verify(folder: Path) -> dict[str, Any]:
    """Verify a release: its checksums, contracts, references, descriptor and database.

    Args:
        folder: a release, or a folder with `current`.

    Returns:
        `release_id`, `path`, `files`, `tables` and `rows` that were verified.

    Raises:
        UsageError: there is no release.
        GateError: a file is missing or altered, or a table breaks its contract; the message says where.
    """
    if (folder / CURRENT).is_symlink():
        folder = _behind_link(folder)
    if not folder.is_dir():
        raise UsageError(f"{folder}: no release there")
    verify_checksums(folder)
    try:
        with duckdb.connect() as connection:
            for name in schemas.MODELS:
                path = quote(str(folder / f"{name}.parquet"))
                connection.execute(f"CREATE VIEW {name} AS FROM read_parquet({path})")
            rows = {name: check_slices(model, read_slices(connection, name)) for name, model in schemas.MODELS.items()}
            check_references(connection)
            release_id = str(connection.sql("SELECT release_id FROM release").pl().item())
    except (OSError, ValueError, duckdb.Error, schemas.ContractError) as error:
        raise GateError(f"{folder}: {error}") from error
    _check_descriptor(folder)
    _check_database(folder, rows, release_id)
    return {
        "release_id": release_id,
        "path": str(folder),
        "files": len((folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()),
        "tables": len(rows),
        "rows": sum(rows.values()),
    }


def _behind_link(out: Path) -> Path:
    """Return the current release, which must be in this folder."""
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
        descriptor = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        paths = [resource["path"] for resource in descriptor["resources"]]
        missing = [path for path in paths if not (folder / path).is_file()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GateError(f"{folder / DESCRIPTOR}: cannot be read ({error})") from error
    if missing:
        raise GateError(f"{folder / DESCRIPTOR}: describes what is not there: {', '.join(missing)}")


def _check_database(folder: Path, rows: Mapping[str, int], release_id: str) -> None:
    path = folder / DATABASE
    try:
        with open_read_only(path) as connection:
            for name, expected in rows.items():
                [(count,)] = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
                if count != expected:
                    raise GateError(f"{path}: table {name} has {count} rows, {name}.parquet {expected}")
            [(database_id,)] = connection.execute("SELECT release_id FROM release").fetchall()
    except duckdb.Error as error:
        raise GateError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
    if database_id != release_id:
        raise GateError(f"{path}: is of release {database_id}, but the tables are of {release_id}")
