"""What was made of a source's bytes, kept between refreshes: unchanged bytes, declaration and code give it again."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from typing import TYPE_CHECKING

import polars as pl

from pipeline.raw_store.snapshots import write_atomically
from pipeline.readers.statements import RawFile
from pipeline.validate import Checked, check_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.readers.statements import Received
    from pipeline.sources import Declaration

_FRAMES = ("claims", "awards", "group_members", "figures", "rejects", "findings", "ledger", "item_names")
_SUFFIX = ".checked"


def kept_check(
    folder: Path, code: str, declaration: Declaration, received: Sequence[Received], countries: pl.DataFrame
) -> tuple[Checked, bool]:
    """Return what `check_source` returns, and whether it was kept from before.

    Args:
        folder: where it is kept, one file a source; what cannot be read or written there is done without.
        code: hash of the code.
        declaration: the source.
        received: its files' bytes.
        countries: names of countries, a function of the code.

    Raises:
        SourceError: as `check_source`.
    """
    key = _key(code, declaration, received)
    path = folder / f"{declaration.id}{_SUFFIX}"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return _unpack(path.read_bytes(), key), True
    checked = check_source(declaration, received, countries)
    with contextlib.suppress(OSError):
        write_atomically(path, _pack(checked, key))
    return checked, False


def forget_others(folder: Path, wanted: frozenset[str]) -> None:
    """Remove what is kept of sources that are not read any more, and what killed runs left."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name.removesuffix(_SUFFIX) not in wanted:
                path.unlink(missing_ok=True)


def _key(code: str, declaration: Declaration, received: Sequence[Received]) -> str:
    snapshots = [
        f"{one.snapshot.snapshot_id} {one.snapshot.sha256} {one.snapshot.as_of_date} {one.snapshot.url}"
        for one in received
    ]
    return hashlib.sha256("\x1f".join([code, declaration.model_dump_json(), *snapshots]).encode()).hexdigest()


def _pack(checked: Checked, key: str) -> bytes:
    """Return one line of JSON with the key, a checksum and what follows: the frames, one after the other."""
    frames = [(name, getattr(checked, name)) for name in _FRAMES] + [("raw", file.rows) for file in checked.raw]
    parts = []
    for _, frame in frames:
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression="lz4")
        parts.append(buffer.getvalue())
    body = b"".join(parts)
    head = {
        "key": key,
        "sha256": hashlib.sha256(body).hexdigest(),
        "sizes": [len(part) for part in parts],
        "raw": [(file.source_id, file.snapshot_id) for file in checked.raw],
    }
    return json.dumps(head).encode() + b"\n" + body


def _unpack(content: bytes, key: str) -> Checked:
    line, _, body = content.partition(b"\n")
    head = json.loads(line)
    if head["key"] != key or head["sha256"] != hashlib.sha256(body).hexdigest():
        raise ValueError("of other bytes, or damaged")
    frames, start = [], 0
    for size in head["sizes"]:
        frames.append(pl.read_ipc(io.BytesIO(body[start : start + size])))
        start += size
    raw = [
        RawFile(source, snapshot, rows)
        for (source, snapshot), rows in zip(head["raw"], frames[len(_FRAMES) :], strict=True)
    ]
    return Checked(**dict(zip(_FRAMES, frames, strict=False)), raw=raw)
