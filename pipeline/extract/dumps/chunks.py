"""A dump in chunks that can be read one by one, however it is compressed."""

from __future__ import annotations

import bz2
import gzip
import mmap
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Bytes of text in one chunk; and of a bzip2 file, which grows about fourfold.
TEXT_CHUNK: Final = 1 << 23
BZIP2_CHUNK: Final = 1 << 21
#: How every bzip2 stream begins: its header and the magic number of its first block.
_BZIP2: Final = b"BZh91AY&SY"
_GZIP: Final = b"\x1f\x8b"
#: A bzip2 file without a second stream within so many bytes is taken for one stream.
_LOOK_AHEAD: Final = 1 << 26


@dataclass(frozen=True)
class Chunk:
    """A piece of a dump.

    Attributes:
        path: the dump.
        start, end: bytes of the file; of its decompressed text where it can only be read from the beginning.
        position: how many bytes of the file are read at the end of the chunk.
        content: the text itself where it can only be read from the beginning.
        is_bzip2: whether the bytes of the file are complete bzip2 streams.
    """

    path: Path
    start: int
    end: int
    position: int
    content: bytes | None = None
    is_bzip2: bool = False

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
                content = file.read(self.end - self.start)
            return bz2.decompress(content) if self.is_bzip2 else content
        except (OSError, ValueError, EOFError) as error:
            raise broken_dump(self.path, error) from error


def read_chunks(path: Path, start: int = 0) -> Iterator[Chunk]:
    """Yield the chunks of a dump in order. Its bytes show how it is compressed, whatever its name.

    Args:
        path: the dump.
        start: the `end` of the last chunk that is not needed any more.

    Raises:
        SourceError: the file cannot be read or decompressed.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_BZIP2))
            # Wikimedia publishes many bzip2 streams in one file, each of which can be read independently.
            is_multistream = magic == _BZIP2 and _BZIP2 in file.read(_LOOK_AHEAD)
    except OSError as error:
        raise broken_dump(path, error) from error
    if is_multistream:
        yield from _read_streams(path, start)
    elif magic == _BZIP2 or magic.startswith(_GZIP):
        yield from _read_sequentially(path, bz2.open if magic == _BZIP2 else gzip.open, start)
    else:
        size = path.stat().st_size
        for first in range(start, size, TEXT_CHUNK):
            end = min(first + TEXT_CHUNK, size)
            yield Chunk(path, first, end, position=end)


def _read_streams(path: Path, start: int) -> Iterator[Chunk]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        while start < len(content):
            end = content.find(_BZIP2, start + BZIP2_CHUNK)
            end = len(content) if end < 0 else end
            yield Chunk(path, start, end, position=end, is_bzip2=True)
            start = end


def _read_sequentially(path: Path, decompress: Callable[..., object], start: int) -> Iterator[Chunk]:
    """Decompress from the beginning: such a file cannot be entered anywhere else."""
    with path.open("rb") as file:
        text = cast("BinaryIO", decompress(file, "rb"))
        end = 0
        try:
            while content := text.read(TEXT_CHUNK):
                first, end = end, end + len(content)
                if end > start:
                    yield Chunk(path, first, end, file.tell(), content[max(0, start - first) :])
        except (OSError, EOFError, zlib.error) as error:
            raise broken_dump(path, error) from error


def broken_dump(path: Path, problem: object) -> SourceError:
    """Return the error for a dump that is not as its publisher made it."""
    reason = (getattr(problem, "strerror", None) or str(problem)).rstrip(".")
    return SourceError(
        f"{path}: cannot be read ({reason}). Compare the file with the checksum that its publisher gives, and download "
        "it again if it differs; then repeat the command, which continues where it stopped if the file is the same"
    )
