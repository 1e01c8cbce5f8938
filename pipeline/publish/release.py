"""A release: curated in a folder of its own, validated, compared with the previous one, made current."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import polars as pl

import schemas
from pipeline.curate import curate
from pipeline.curate.comments import add_comments
from pipeline.curate.database import close_database, create_views, open_database
from pipeline.curate.reconcile import reconcile
from pipeline.curate.references import check_references
from pipeline.curate.sql import sql_files
from pipeline.curate.table_writer import TableWriter
from pipeline.errors import GateError, TwintownsError
from pipeline.page import PAGE, write_report
from pipeline.publish.checksums import DATABASE, compute_checksums, is_intact, write_checksums
from pipeline.publish.croissant import write_croissant
from pipeline.publish.folders import (
    REFUSED,
    RELEASES,
    current_release,
    discard,
    move_into_place,
    release_ids,
    release_number,
    remove_unfinished,
    switch_current,
)
from pipeline.publish.gates import GateResult, check_gates, write_results
from pipeline.publish.hints import with_out
from pipeline.publish.package import write_descriptor
from pipeline.publish.summaries import write_summaries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.curate import Inputs, Reconcile

#: Tables about the release itself. They are no part of its content.
_ABOUT_RELEASE = ("changes", "release")
_CONTENT = tuple(name for name in schemas.MODELS if name not in _ABOUT_RELEASE)


@dataclass(frozen=True)
class Published:
    """A published release.

    Attributes:
        path: its folder.
        release_id: its id.
        is_new: false if the current release has the same content and input.
        counts: rows of each table.
        gate_results: the comparison with the previous release.
    """

    path: Path
    release_id: str
    is_new: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    gate_results: list[GateResult] = field(default_factory=list)


class RefusedError(GateError):
    """A release did not pass the gates. It is in `refused/`; the previous one stays current."""

    def __init__(self, path: Path, gate_results: list[GateResult]) -> None:
        self.path = path
        self.failed_gates = [result for result in gate_results if result.is_refusal]
        options = " ".join(f"--accept {result.gate}" for result in self.failed_gates)
        out = with_out(path.parents[1])
        lines = [
            f"release {path.name} was refused; the previous one stays current:",
            *(f"  {result}" for result in self.failed_gates),
            f"It is in {path}; see what differs with: twintowns diff {path.name}{out}",
            f'If it is right, publish it once with: twintowns refresh {options} --reason "..."{out}',
        ]
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Build:
    """What a release is made of.

    Attributes:
        inputs: what is curated.
        input_hash: hash of raw bytes, declarations and gazetteers.
        code_version: version of the pipeline.
        reconcile: creates `reconciled` and `decided_values` from claims.
    """

    inputs: Inputs
    input_hash: str
    code_version: str
    reconcile: Reconcile = reconcile


def publish(build: Build, out: Path, accepted: Mapping[str, str] | None = None) -> Published:
    """Build a release next to the current one and switch to it. The same release is not published twice.

    Args:
        build: what it is made of.
        out: the folder that holds `current` and `releases/`. The caller holds its lock.
        accepted: gates to let through, each with the reason; None to check contracts only.

    Raises:
        ContractError: a table breaks its contract; nothing was switched.
        RefusedError: the release is worse than the previous one. It is in `refused/`; nothing was switched.
        TwintownsError: the folder cannot be written; nothing was switched.
    """
    staged = out / RELEASES / f".building-{os.getpid()}"
    try:
        remove_unfinished(out)
        previous = current_release(out)
        staged.mkdir(parents=True)
        release_id, counts, gate_results = _write_release(build, previous, staged, out, accepted)
        if previous and release_id == previous.name:
            return Published(previous, previous.name, is_new=False, counts=counts)
        if any(result.is_refusal for result in gate_results):
            move_into_place(staged, out / REFUSED / release_id)
            raise RefusedError(out / REFUSED / release_id, gate_results)
        # The very same release may be there already: after a kill before the switch, or after a rollback.
        if not is_intact(out / RELEASES / release_id):
            move_into_place(staged, out / RELEASES / release_id)
        path = switch_current(out, release_id)
        return Published(path, release_id, is_new=True, counts=counts, gate_results=gate_results)
    except schemas.ContractError:
        if accepted is not None:
            _keep_for_inspection(staged, out)
        raise
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException, duckdb.TransactionException) as error:
        reason = (getattr(error, "strerror", None) or str(error)).splitlines()[0]
        raise TwintownsError(
            f"{out}: the release could not be written ({reason}); the previous one stays current. Is the disk full?"
        ) from error
    finally:
        _remove(staged)


def _write_release(
    build: Build, previous: Path | None, staged: Path, out: Path, accepted: Mapping[str, str] | None
) -> tuple[str, dict[str, int], list[GateResult]]:
    """Write the files of a release; return its id, the rows of each table and what the gates say.

    If content and input are those of the previous release, its id is returned and the release is not finished.
    """
    with open_database(staged / DATABASE) as connection:
        with TableWriter(connection, staged) as tables:
            curate(connection, tables, build.inputs, previous, build.reconcile)
            check_references(connection)
            gate_results = check_gates(connection, accepted) if previous and accepted is not None else []
            counts = _count_rows(connection)
            checksums = compute_checksums(staged, ".parquet")
            release = _describe_release(connection, build, out, _hash_content(checksums))
            if release is None:
                assert previous is not None
                return previous.name, counts, gate_results
            checksums = _add_descriptions(connection, tables, release, staged, checksums)
        close_database(connection)
    if accepted is not None:
        write_results(staged, gate_results)
    write_checksums(staged, checksums)
    return str(release["release_id"]), counts, gate_results


def _describe_release(
    connection: duckdb.DuckDBPyConnection, build: Build, out: Path, content_hash: str
) -> dict[str, str | None] | None:
    """Return the row of the table `release`; None if content and input are those of the previous release."""
    rows = connection.execute("SELECT release_id, content_hash, input_hash FROM previous_release").fetchall()
    previous_id, *hashes = rows[0] if rows else (None, None, None)
    if hashes == [content_hash, build.input_hash]:
        return None
    return {
        "release_id": _release_id(out, content_hash, build.input_hash, previous_id),
        "previous_release_id": previous_id,
        "input_hash": build.input_hash,
        "content_hash": content_hash,
        "code_version": build.code_version,
        "schema_version": schemas.SCHEMA_VERSION,
    }


def _add_descriptions(
    connection: duckdb.DuckDBPyConnection,
    tables: TableWriter,
    release: Mapping[str, str | None],
    staged: Path,
    checksums: Mapping[str, str],
) -> dict[str, str]:
    """Add the tables about the release, its views, summaries, page and descriptors; return all files' checksums."""
    connection.register("this_release", pl.DataFrame([release], schema=schemas.Release.dtypes()))
    tables.create(*_ABOUT_RELEASE)
    create_views(connection)
    # Python writes the page on one core, while DuckDB writes the files on the others.
    with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
        cursor.execute("USE release")
        page = pool.submit(write_report, cursor, staged / PAGE.parent)
        add_comments(connection)
        write_summaries(connection, staged)
        tables.finish()
        checksums = compute_checksums(staged, ".parquet", checksums)
        write_descriptor(connection, staged, str(release["release_id"]), checksums)
        write_croissant(connection, staged, str(release["release_id"]), checksums)
        page.result()
    return checksums


def _count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = "UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name} " for name in _CONTENT)
    return dict(connection.execute(counts).fetchall())


def _keep_for_inspection(staged: Path, out: Path) -> None:
    """Move the tables that were written into `refused/`, if possible."""
    with suppress(OSError):
        (staged / DATABASE).unlink()
        content_hash = _hash_content(compute_checksums(staged))
        move_into_place(staged, out / REFUSED / _release_id(out, content_hash, "", None))


def _remove(staged: Path) -> None:
    # If it cannot be removed now, the next build removes it.
    with suppress(OSError):
        discard(staged)


def _hash_content(checksums: Mapping[str, str]) -> str:
    """Return the hash of the bytes of all tables, and of the SQL that creates tables and views."""
    digest = hashlib.sha256()
    for name, checksum in sorted(checksums.items()):
        digest.update(f"{name.removesuffix('.parquet')}\x1f".encode() + bytes.fromhex(checksum))
    for path in sql_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _release_id(out: Path, content_hash: str, input_hash: str, previous_id: str | None) -> str:
    """Return an id that sorts by age, with a hash of content and predecessor.

    If the same release is there already, its id is returned. Any other release gets a number that is not in use.
    """
    suffix = hashlib.sha256(f"{content_hash}\x1f{previous_id}".encode()).hexdigest()[:8]
    existing = release_ids(out)
    for release_id in reversed(existing):
        if release_id.endswith(f"-{suffix}") and _input_hash(out / RELEASES / release_id) == input_hash:
            return release_id
    numbers = [release_number(release_id) for release_id in [*existing, previous_id] if release_id]
    return f"{max(numbers, default=0) + 1:06d}-{suffix}"


def _input_hash(release: Path) -> str | None:
    """Return the input hash of a release; None if it cannot be read."""
    try:
        return str(pl.read_parquet(release / "release.parquet")["input_hash"].item())
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None
