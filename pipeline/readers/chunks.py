"""Large files of lines, read chunk by chunk on all cores: the objects of Python need many times a file's bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from pipeline.extract.parallel import map_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

R = TypeVar("R")

#: Bytes of a chunk.
CHUNK_SIZE: Final = 8_000_000
#: Fewer chunks are read by this process: starting others takes as long as reading some chunks.
MIN_CHUNKS: Final = 4


class Chunk(NamedTuple):
    """Some lines of a file, and the number of the first."""

    first_line: int
    content: bytes


def is_large(content: bytes) -> bool:
    """Return whether a file is worth splitting into chunks."""
    return len(content) >= MIN_CHUNKS * CHUNK_SIZE


def map_chunks(read: Callable[[Chunk], R], content: bytes) -> Iterator[R]:
    """Yield what `read` returns for each chunk of a file, in order.

    Args:
        read: runs in another process, so it is pickled.
        content: text whose lines end in a line feed.

    Raises:
        TwintownsError: a process was ended from outside.
        Exception: what `read` raises; for several chunks, the first.
    """
    return (result for _, result in map_in_order(read, _split(content)))


def _split(content: bytes) -> Iterator[Chunk]:
    """Split between lines; leave out chunks that are blank."""
    start, line = 0, 1
    while start < len(content):
        end = content.find(b"\n", start + CHUNK_SIZE) + 1 or len(content)
        chunk = Chunk(line, content[start:end])
        if not chunk.content.isspace():
            yield chunk
        start, line = end, line + chunk.content.count(b"\n")
