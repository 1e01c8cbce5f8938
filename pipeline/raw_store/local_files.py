"""Lists that lie beside their declarations: read from there, and kept in the raw store like what was fetched."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.raw_store.atomic import read_regular
from pipeline.raw_store.snapshots import RawStore, describe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration, SourceFile


def read_local_file(declaration: Declaration, file: SourceFile) -> tuple[Snapshot, bytes] | None:
    """Return the description and the bytes of a file beside its declaration; None if there is none.

    Raises:
        SourceError: it cannot be read, or is not the one that the declaration pins.
    """
    path = declaration.path.parent / file.name
    if file.url is not None or not path.exists():
        return None
    try:
        content = read_regular(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    snapshot = describe(declaration, file, content)
    if file.sha256 and snapshot.sha256 != file.sha256:
        raise SourceError(f"{path}: sha256 is {snapshot.sha256}, but {declaration.path} pins {file.sha256}")
    return snapshot, content


def keep_local_files(declarations: Iterable[Declaration], raw: Path) -> None:
    """Copy files that lie beside their declarations into the raw store, unless their last snapshot is the same.

    So a list that is edited, and is broken then, has an older snapshot. What cannot be read or written is left out.
    """
    store = RawStore(raw)
    for declaration in declarations:
        for file in declaration.files:
            with suppress(SourceError):
                found = read_local_file(declaration, file)
                if found:
                    store.add(*found)  # which lists nothing twice
