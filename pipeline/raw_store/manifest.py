"""The manifest of a source: one line of JSON for each file that was received."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date  # noqa: TC003 (pydantic reads it)
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from pipeline.errors import SourceError
from pipeline.raw_store.atomic import read_regular, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MANIFEST: Final = "manifest.jsonl"
#: Lines of a manifest that were no entries.
DAMAGED: Final = "manifest.damaged"


@dataclass(frozen=True)
class Snapshot:
    """Raw bytes of one file of a source, and where they came from: one line of the manifest.

    `path` is relative to the source's folder in the raw store. `retrieved_at` is for the operator only;
    nothing published depends on it.
    """

    source_id: str
    file_name: str
    path: str
    sha256: str
    byte_count: int
    as_of_date: date
    url: str | None
    retrieved_at: str | None
    etag: str | None
    licence: str

    @property
    def snapshot_id(self) -> str:
        """Readable and unique: source/file@first 12 digits of the checksum."""
        return f"{self.source_id}/{self.file_name}@{self.sha256[:12]}"

    def to_json(self) -> str:
        """Return the manifest line, in ASCII: whatever a server sent is escaped."""
        return json.dumps(asdict(self) | {"as_of_date": self.as_of_date.isoformat()})

    @classmethod
    def from_json(cls, line: bytes) -> Snapshot:
        """Read a manifest line.

        Raises:
            ValueError: it is no entry, or its path leads out of the folder of its source.
        """
        snapshot = _SNAPSHOT.validate_json(line)
        if (path := PurePosixPath(snapshot.path)).is_absolute() or ".." in path.parts:
            raise ValueError(f"{snapshot.path} is not inside the folder of its source")
        return snapshot

    def is_repeated_by(self, later: Snapshot) -> bool:
        """Return whether a later fetch of the same bytes adds only its time.

        Bytes whose only date is that of their fetch describe the day on which they first came.
        """
        dated_by_fetch = bool(later.url) and str(later.retrieved_at).startswith(later.as_of_date.isoformat())
        as_of_date = self.as_of_date if dated_by_fetch else later.as_of_date
        return self == replace(later, as_of_date=as_of_date, retrieved_at=self.retrieved_at, etag=self.etag)


#: Reads a manifest line.
_SNAPSHOT: Final = TypeAdapter(Snapshot)


def read_manifest(folder: Path) -> tuple[list[Snapshot], dict[int, bytes]]:
    """Return the snapshots of a source, oldest first, and the damaged lines by number. A blank line is nothing.

    Args:
        folder: of the source in the raw store.

    Raises:
        SourceError: the manifest cannot be read.
    """
    path = folder / MANIFEST
    try:
        content = read_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return [], {}
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    snapshots: list[Snapshot] = []
    damaged: dict[int, bytes] = {}
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            snapshots += [Snapshot.from_json(line)] if line.strip() else []
        except ValueError:
            damaged[number] = line
    return snapshots, damaged


def write_manifest(folder: Path, snapshots: Iterable[Snapshot], damaged: Mapping[int, bytes]) -> None:
    """Write the manifest of a source, and move its damaged lines into a file beside it.

    Raises:
        OSError: the folder cannot be written.
    """
    if damaged:
        with (folder / DAMAGED).open("ab") as stream:
            stream.writelines(line + b"\n" for line in damaged.values())
    write_atomically(folder / MANIFEST, "".join(f"{snapshot.to_json()}\n" for snapshot in snapshots).encode())
