"""The folders of releases: list them, switch the current one, remove old and unfinished ones."""

from __future__ import annotations

import os
import re
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from pipeline.errors import TwintownsError, UsageError

CURRENT = "current"
RELEASES = "releases"
REFUSED = "refused"
#: A running number, so that ids sort by age, and a hash.
RELEASE_ID = re.compile(r"(\d{6,})-[0-9a-f]{8}")
#: With fewer, a reader that has just followed the link would lose its release.
MIN_RELEASES = 2
#: Names of what is being written or removed. Only the holder of the lock writes.
_UNFINISHED = (f"{RELEASES}/.*-*", f"{REFUSED}/.*-*", f".{CURRENT}-*")


def current_release(out: Path) -> Path | None:
    """Return the folder of the current release, or None before the first.

    Raises:
        TwintownsError: the link exists, but leads nowhere, or in a circle.
    """
    link = out / CURRENT
    try:
        return link.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        # A circle of links is a RuntimeError before Python 3.13.
        if not link.is_symlink():
            return None
        is_missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        problem = "which is not there" if is_missing else f"and cannot be followed ({_reason(error)})"
        raise TwintownsError(
            f"{link}: leads to {link.readlink()}, {problem}; point it at one of {out / RELEASES}, or remove the link "
            "to start again; twintowns releases lists them, and twintowns rollback RELEASE points it at one"
        ) from error


def _reason(error: OSError | RuntimeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "a link that leads to itself"


def current_id(out: Path) -> str | None:
    """Return the id of the current release; None if there is none, or the link leads nowhere."""
    try:
        path = current_release(out)
    except TwintownsError:
        return None
    return path.name if path else None


def release_ids(out: Path, folder: str = RELEASES) -> list[str]:
    """Return the ids of the releases in a folder, oldest first. Links and files do not count."""
    try:
        paths = [path for path in (out / folder).iterdir() if RELEASE_ID.fullmatch(path.name)]
    except OSError:
        return []
    ids = (path.name for path in paths if path.is_dir() and not path.is_symlink())
    return sorted(ids, key=lambda release_id: (release_number(release_id), release_id))


def release_number(release_id: str) -> int:
    """Return the running number of a release."""
    return int(release_id.partition("-")[0])


def release_path(out: Path, release_id: str) -> Path:
    """Return the folder of a release, published or refused.

    Raises:
        UsageError: there is no such release, or the id is not well-formed (a path, `..`).
    """
    if RELEASE_ID.fullmatch(release_id):
        for folder in (RELEASES, REFUSED):
            if release_id in release_ids(out, folder):
                return out / folder / release_id
    existing = release_ids(out)
    hint = f"; there are {', '.join(existing[-5:])}" if existing else "; there is none yet"
    raise UsageError(f"{release_id!r} is not a release in {out / RELEASES}{hint} (twintowns releases lists them)")


def move_into_place(staged: Path, final: Path) -> None:
    """Move a finished folder to its final path: first everything onto the disk, then one rename.

    A release is made to be read, so a strict umask does not count for its files, nor for the folder of all releases.
    Who may enter the folder above, which nothing here changes, is for the operator to say.
    """
    for path in (*staged.rglob("*"), staged):
        _let_read(path)
        sync(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    _let_read(final.parent)
    discard(final)
    staged.rename(final)
    sync(final.parent)


def _let_read(path: Path) -> None:
    """Let everybody read a file and enter a folder, as `chmod a+rX,u+w` does."""
    mode = stat.S_IMODE(path.stat().st_mode)
    wanted = mode | (0o755 if path.is_dir() else 0o644)
    # Some file systems have no modes, and whoever owns none of the files may not change theirs.
    with suppress(PermissionError):
        if mode != wanted:
            path.chmod(wanted)


def switch_current(out: Path, release_id: str) -> Path:
    """Make a release the current one by one rename, and return its path. Readers of the old one keep reading it."""
    link = out / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(RELEASES) / release_id)
    link.replace(out / CURRENT)
    sync(out)
    return out / RELEASES / release_id


def remove_unfinished(out: Path) -> list[str]:
    """Remove the unfinished files of killed builds, and return their names. The caller holds the lock."""
    paths = [path for pattern in _UNFINISHED for path in sorted(out.glob(pattern))]
    for path in paths:
        _remove(path)
    return [path.name for path in paths]


def prune(out: Path, keep: int, folder: str = RELEASES) -> list[str]:
    """Remove all but the newest releases; return the removed ids. The caller holds the lock.

    The current release and the one before it are kept in any case. A release is first renamed and then deleted, so that
    nobody sees half of it. Whoever has its files open keeps them.
    """
    existing = release_ids(out, folder)
    kept = set(existing[-max(keep, MIN_RELEASES) :])
    current = current_release(out)
    if current and current.name in existing and folder == RELEASES:
        kept |= {current.name, *existing[: existing.index(current.name)][-1:]}
    removed = [release_id for release_id in existing if release_id not in kept]
    for release_id in removed:
        discard(out / folder / release_id)
    return removed


def discard(path: Path) -> None:
    """Remove a folder; rename it first, so that nobody sees half of it."""
    if not path.is_symlink() and not path.exists():
        return
    aside = path.with_name(f".removing-{path.name}")
    _remove(aside)
    path.rename(aside)
    _remove(aside)


def _remove(path: Path) -> None:
    """Remove a folder or file; of a link only the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
