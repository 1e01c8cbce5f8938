"""Where releases lie: listing, switching, pruning, and what a killed build left behind."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from pipeline.errors import TwintownsError, UsageError

CURRENT = "current"
RELEASES = "releases"
REFUSED = "refused"
#: A running number, so that names sort by age, and a hash.
RELEASE_ID = re.compile(r"(\d{6,})-[0-9a-f]{8}")
#: Fewer would take a release from under a reader that has just followed the link to it.
KEPT_AT_LEAST = 2
#: What is being made or removed. The lock says that nobody else is at it.
_UNFINISHED = (f"{RELEASES}/.*-*", f"{REFUSED}/.*-*", f".{CURRENT}-*")


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


def current_id(out: Path) -> str | None:
    """Return the name of the current release; None if there is none, or the link leads nowhere."""
    try:
        path = current_release(out)
    except TwintownsError:
        return None
    return path.name if path else None


def release_ids(out: Path, where: str = RELEASES) -> list[str]:
    """Return the releases that are there, oldest first; a link or a file is none."""
    try:
        found = [path for path in (out / where).iterdir() if RELEASE_ID.fullmatch(path.name)]
    except OSError:
        return []
    return sorted((path.name for path in found if path.is_dir() and not path.is_symlink()), key=_age)


def _age(release_id: str) -> tuple[int, str]:
    return int(release_id.partition("-")[0]), release_id


def release_path(out: Path, release_id: str) -> Path:
    """Return where a release lies, one that was refused too.

    Raises:
        UsageError: that is no name of a release, such as a path or one with `..`, or there is none of that name.
    """
    if RELEASE_ID.fullmatch(release_id):
        for where in (RELEASES, REFUSED):
            if release_id in release_ids(out, where):
                return out / where / release_id
    there = release_ids(out)
    hint = f"; there are {', '.join(there[-5:])}" if there else "; there is none yet"
    raise UsageError(f"{release_id!r} is no release in {out / RELEASES}{hint} (twintowns releases lists them)")


def place(staged: Path, final: Path) -> None:
    """Move a finished folder to its place: everything on disk first, then one rename."""
    for path in staged.rglob("*"):
        sync(path)
    sync(staged)
    final.parent.mkdir(parents=True, exist_ok=True)
    discard(final)
    staged.rename(final)
    sync(final.parent)


def switch(out: Path, release_id: str) -> Path:
    """Make a release the current one, by one rename; whoever reads the other goes on reading it."""
    link = out / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(RELEASES) / release_id)
    link.replace(out / CURRENT)
    sync(out)
    return out / RELEASES / release_id


def sweep(out: Path) -> list[str]:
    """Remove what killed builds left half done, and say what it was. Call it with the lock held."""
    left = [path for pattern in _UNFINISHED for path in sorted(out.glob(pattern))]
    for path in left:
        _remove(path)
    return [path.name for path in left]


def prune(out: Path, keep: int, where: str = RELEASES) -> list[str]:
    """Remove all but the newest releases, the current one and the one before it; return what went.

    A release goes out of sight by one rename before its files go. A reader that has them open keeps them. Call it
    with the lock held.
    """
    there = release_ids(out, where)
    kept = set(there[-max(keep, KEPT_AT_LEAST) :])
    current = current_release(out)
    if current and where == RELEASES:
        kept |= {current.name, *there[: there.index(current.name)][-1:]} if current.name in there else {current.name}
    gone = [name for name in there if name not in kept]
    for name in gone:
        discard(out / where / name)
    return gone


def discard(path: Path) -> None:
    """Remove a folder so that nobody ever sees half of it."""
    if not path.is_symlink() and not path.exists():
        return
    aside = path.with_name(f".removing-{path.name}")
    _remove(aside)
    path.rename(aside)
    _remove(aside)


def _remove(path: Path) -> None:
    """Remove a folder or file; of a link the link, not what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
