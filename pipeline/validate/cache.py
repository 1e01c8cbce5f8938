"""A cache of validated sources between refreshes; its key is made of the bytes, the declaration and the code."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.raw_store.atomic import write_atomically
from pipeline.readers.statements import RawFile
from pipeline.validate.checked import Checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.readers.raw_files import Received
    from pipeline.sources import Declaration

_FRAMES = Checked.frame_names()
_SUFFIX = ".checked"


@dataclass(frozen=True)
class CheckCache:
    """The cache: one file a source. A file that cannot be read or written is no error.

    Attributes:
        folder: where the files are.
        code: hash of the code.
    """

    folder: Path
    code: str

    def load(self, declaration: Declaration, received: Sequence[Received]) -> Checked | None:
        """Return what was stored for these bytes and this declaration; None unless all of it is there."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            return _decode(self._path(declaration).read_bytes(), _key(self.code, declaration, received))
        return None

    def store(self, declaration: Declaration, received: Sequence[Received], checked: Checked) -> bool:
        """Store what was made of a source; return whether it could be written."""
        try:
            write_atomically(self._path(declaration), _encode(checked, _key(self.code, declaration, received)))
        except OSError:
            return False
        return True

    def _path(self, declaration: Declaration) -> Path:
        return self.folder / f"{declaration.id}{_SUFFIX}"


def prune_cache(folder: Path, source_ids: frozenset[str]) -> None:
    """Remove all files but those of some sources; this includes the unfinished files of killed runs."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name.removesuffix(_SUFFIX) not in source_ids:
                path.unlink(missing_ok=True)


def _key(code: str, declaration: Declaration, received: Sequence[Received]) -> str:
    snapshots = [
        f"{item.snapshot.snapshot_id} {item.snapshot.sha256} {item.snapshot.as_of_date} {item.snapshot.url}"
        for item in received
    ]
    return hashlib.sha256("\x1f".join([code, declaration.model_dump_json(), *snapshots]).encode()).hexdigest()


def _encode(checked: Checked, key: str) -> bytes:
    """Return one line of JSON (key, checksum, sizes), then the frames in Arrow IPC format, one after the other."""
    encoded = []
    for frame in (*(getattr(checked, name) for name in _FRAMES), *(file.rows for file in checked.raw)):
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression="lz4")
        encoded.append(buffer.getvalue())
    body = b"".join(encoded)
    head = {
        "key": key,
        "sha256": hashlib.sha256(body).hexdigest(),
        "sizes": [len(content) for content in encoded],
        "raw": [(file.source_id, file.snapshot_id) for file in checked.raw],
    }
    return json.dumps(head).encode() + b"\n" + body


def _decode(content: bytes, key: str) -> Checked:
    line, _, body = content.partition(b"\n")
    head = json.loads(line)
    if head["key"] != key or head["sha256"] != hashlib.sha256(body).hexdigest():
        raise ValueError("made of other bytes, or damaged")
    stream = io.BytesIO(body)
    frames = [pl.read_ipc(stream.read(size)) for size in head["sizes"]]
    raw = zip(head["raw"], frames[len(_FRAMES) :], strict=True)
    return Checked(
        **dict(zip(_FRAMES, frames, strict=False)),
        raw=tuple(RawFile(source_id, snapshot_id, rows) for (source_id, snapshot_id), rows in raw),
    )
