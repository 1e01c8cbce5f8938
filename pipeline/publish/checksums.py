"""The names of a release's files, and the checksums that show whether the files are as they were written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.errors import GateError
from pipeline.raw_store.atomic import open_regular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DESCRIPTOR = "datapackage.json"
CHECKSUMS = "SHA256SUMS"
DATABASE = "twintowns.duckdb"


def compute_checksums(folder: Path, suffix: str = "", computed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the SHA-256 of the files in a release.

    Args:
        folder: of the release.
        suffix: only of files whose name ends in this.
        computed: checksums that are already computed.

    Returns:
        Each checksum by the file's path in the release.
    """
    files = {name: path for name, path in _files(folder).items() if name.endswith(suffix)}
    return {name: (computed or {}).get(name) or file_sha256(path) for name, path in files.items()}


def write_checksums(folder: Path, computed: Mapping[str, str] | None = None) -> None:
    """Write `SHA256SUMS` for every file in a release; `sha256sum -c SHA256SUMS` reads it. Call it last.

    Args:
        folder: of the release.
        computed: checksums that are already computed.
    """
    checksums = compute_checksums(folder, computed=computed)
    lines = [f"{checksum}  {name}\n" for name, checksum in sorted(checksums.items())]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def verify_checksums(folder: Path) -> None:
    """Compare the files of a release with its checksums.

    Raises:
        GateError: a file is missing, altered, or not listed, such as a `.wal` that a writer left. The message names
            all of them.
    """
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GateError(f"{folder / CHECKSUMS}: cannot be read ({error}); the release is incomplete") from error
    listed = {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
    files = _files(folder)
    problems = [f"{name} is missing" for name in sorted(listed.keys() - files.keys())]
    problems += [f"{name} does not belong here" for name in sorted(files.keys() - listed.keys())]
    for name in sorted(listed.keys() & files.keys()):
        try:
            if file_sha256(files[name]) != listed[name]:
                problems.append(f"{name} was altered")
        except OSError as error:
            problems.append(f"{name} cannot be read ({error.strerror})")
    if not listed:
        problems.append(f"{CHECKSUMS} lists nothing")
    if problems:
        raise GateError(f"{folder}: {'; '.join(problems)}")


def is_intact(release: Path) -> bool:
    """Return whether the files of a release are as they were written."""
    try:
        verify_checksums(release)
    except GateError:
        return False
    return True


def file_sha256(path: Path) -> str:
    """Return the checksum of a file.

    Raises:
        OSError: it cannot be read, or is not a regular file.
    """
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    """Return all files in a release by their path in it, except the checksums. A link counts as a file."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path for name, path in paths.items() if name != CHECKSUMS and (path.is_symlink() or not path.is_dir())
    }
