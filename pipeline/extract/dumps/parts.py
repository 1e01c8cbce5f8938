"""A dump in parts that can be read one by one, however it is compressed."""

from __future__ import annotations

import bz2
import gzip
import mmap
import os
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Bytes of a plain file, or of decompressed text, in one part; and of a bzip2 file, which grows about fourfold.
PLAIN_PART: Final = 1 << 23
BZIP2_PART: Final = 1 << 21
#: How every bzip2 stream begins: its header and the magic number of its first block.
_BZIP2: Final = b"BZh91AY&SY"
_GZIP: Final = b"\x1f\x8b"
#: A bzip2 file without a second stream within so many bytes is taken for one stream.
_LOOK_AHEAD: Final = 1 << 26


class Packing(StrEnum):
    """How the bytes of a dump are packed."""

    PLAIN = "plain"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    #: Many bzip2 streams, each of which can be read for itself, as Wikimedia publishes them.
    MULTISTREAM = "multistream"


@dataclass(frozen=True)
class Part:
    """A piece of a dump.

    Attributes:
        path: the dump.
        packing: how it is packed.
        start, end: bytes of the file; of its decompressed text where the packing has to be read from the beginning.
        content: the text itself in that case.
        position: how many bytes of the file have been read when this part has.
    """

    path: Path
    packing: Packing
    start: int
    end: int
    position: int
    content: bytes | None = None

    def read(self) -> bytes:
        """Return the decompressed text.

        Raises:
            SourceError: the file cannot be read or decompressed.
        """
        if self.content is not None:
            return self.content
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                packed = file.read(self.end - self.start)
            return bz2.decompress(packed) if self.packing is Packing.MULTISTREAM else packed
        except (OSError, ValueError, EOFError) as error:
            raise broken(self.path, error) from error


def packing_of(path: Path) -> Packing:
    """Tell how a dump is packed from its bytes, whatever its name.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_BZIP2))
            if magic[:2] == _GZIP:
                return Packing.GZIP
            if magic != _BZIP2:
                return Packing.PLAIN
            following = file.read(_LOOK_AHEAD)
    except OSError as error:
        raise broken(path, error) from error
    return Packing.MULTISTREAM if _BZIP2 in following else Packing.BZIP2


def parts_of(path: Path, packing: Packing, start: int = 0) -> Iterator[Part]:
    """Yield the parts of a dump in order.

    Args:
        path: the dump.
        packing: from `packing_of`.
        start: the `end` of the last part that is not needed any more.

    Raises:
        SourceError: the file cannot be read or decompressed.
    """
    size = os.stat(path).st_size  # noqa: PTH116  (the file was opened before)
    if packing is Packing.PLAIN:
        for first in range(start, size, PLAIN_PART):
            end = min(first + PLAIN_PART, size)
            yield Part(path, packing, first, end, position=end)
    elif packing is Packing.MULTISTREAM:
        yield from _streams(path, start, size)
    else:
        yield from _sequence(path, packing, start)


def _streams(path: Path, start: int, size: int) -> Iterator[Part]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as packed:
        while start < size:
            end = packed.find(_BZIP2, start + BZIP2_PART)
            end = size if end < 0 else end
            yield Part(path, Packing.MULTISTREAM, start, end, position=end)
            start = end


def _sequence(path: Path, packing: Packing, start: int) -> Iterator[Part]:
    """Decompress from the beginning: such a file cannot be entered anywhere else."""
    with path.open("rb") as file:
        plain = cast("BinaryIO", (gzip.open if packing is Packing.GZIP else bz2.open)(file, "rb"))
        done = 0
        try:
            while content := plain.read(PLAIN_PART):
                first, done = done, done + len(content)
                if done > start:
                    yield Part(path, packing, first, done, file.tell(), content[max(0, start - first) :])
        except (OSError, EOFError, zlib.error) as error:
            raise broken(path, error) from error


def broken(path: Path, why: object) -> SourceError:
    """Return what to do about a dump that is not as its publisher made it."""
    why = (getattr(why, "strerror", None) or str(why)).rstrip(".")
    return SourceError(
        f"{path}: cannot be read ({why}). Compare the file with the checksum that its publisher gives, and download it "
        "again if it differs; then repeat the command, which goes on where it stopped if the file is the same"
    )
