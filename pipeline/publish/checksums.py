"""A release's files: what they are called, and the checksums by which they are known to be as they were written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DESCRIPTOR = "datapackage.json"
CHECKSUMS = "SHA256SUMS"
DATABASE = "twintowns.duckdb"


def write_checksums(folder: Path, known: Mapping[str, str] | None = None) -> None:
    """Write `SHA256SUMS` of every file in the folder, as `sha256sum -c SHA256SUMS` reads it. Call it last.

    Args:
        folder: of the release.
        known: checksums of files that were reckoned when they were written, by name.
    """
    files = {name: path for name, path in sorted(_files(folder).items()) if name != CHECKSUMS}
    checksums = {name: (known or {}).get(name) or file_sha256(path) for name, path in files.items()}
    lines = [f"{checksum}  {name}\n" for name, checksum in checksums.items()]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def check_files(folder: Path) -> None:
    """Hold a release's files against its checksums.

    Raises:
        GateError: a file is missing, altered, or not listed, such as a `.wal` that a writer left; names all of them.
    """
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GateError(f"{folder / CHECKSUMS}: cannot be read ({error}); this is no whole release") from error
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = _files(folder)
    problems = [f"{name} is missing" for name in sorted(listed.keys() - there.keys())]
    problems += [f"{name} does not belong here" for name in sorted(there.keys() - listed.keys() - {CHECKSUMS})]
    for name in sorted(listed.keys() & there.keys()):
        try:
            whole = file_sha256(there[name]) == listed[name]
        except OSError as error:
            problems.append(f"{name} cannot be read ({error.strerror})")
            continue
        if not whole:
            problems.append(f"{name} was altered")
    if not listed:
        problems.append(f"{CHECKSUMS} lists nothing")
    if problems:
        raise GateError(f"{folder}: {'; '.join(problems)}")


def is_whole(release: Path) -> bool:
    """Whether a release's files are as they were written; one from before there were checksums need only be there."""
    if not (release / CHECKSUMS).exists() and not (release / DESCRIPTOR).exists():
        return (release / "release.parquet").is_file() and (release / DATABASE).is_file()
    try:
        check_files(release)
    except GateError:
        return False
    return True


def file_sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    """Return what lies in a release, also in its folders, by its name there; a link counts as a file."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
