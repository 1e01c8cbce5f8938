"""A large file of lines, read by all cores, a part at a time: Python's texts and objects need many times its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from pipeline.extract.parallel import map_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

R = TypeVar("R")

#: Bytes of a part.
PART_SIZE: Final = 8_000_000
#: Fewer parts are read at once by this process: to start others takes as long as some parts do.
MANY_PARTS: Final = 4


class Part(NamedTuple):
    """Some lines of a file, and the number of the first of them."""

    first: int
    content: bytes


def is_large(content: bytes) -> bool:
    """Return whether a file is worth cutting."""
    return len(content) >= MANY_PARTS * PART_SIZE


def read_parts(content: bytes, read: Callable[[Part], R]) -> Iterator[R]:
    """Yield what is made of each part of a file, in order.

    Args:
        content: text whose lines end in the byte of a line feed, and in no other way.
        read: what makes it, in another process: it is pickled.

    Raises:
        TwintownsError: a process was ended from outside.
        Exception: what `read` raises; of several parts, the first.
    """
    return (made for _, made in map_in_order(read, _cut(content)))


def _cut(content: bytes) -> Iterator[Part]:
    """Cut between lines; what is blank is left out."""
    start, line = 0, 1
    while start < len(content):
        end = content.find(b"\n", start + PART_SIZE) + 1 or len(content)
        part = content[start:end]
        if not part.isspace():
            yield Part(line, part)
        start, line = end, line + part.count(b"\n")
