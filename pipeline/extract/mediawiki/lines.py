"""Pages that are on the disk, as lines of a snapshot."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Line:
    """A page of which only this is kept in memory: its text is a line of a file.

    Attributes:
        title, pageid, revid: the page and its revision.
        place, size: where its line begins, and how long it is with its end, in bytes.
        has_twinnings: whether it has a section on twinnings, or is a list of them by its title.
        file: that has the line.
    """

    title: str
    pageid: int
    revid: int
    place: int
    size: int
    has_twinnings: bool
    file: Path

    def as_entry(self) -> dict[str, Any]:
        """Return what a log needs to find it again in the same file."""
        return {name: value for name, value in vars(self).items() if name != "file"}


def read_lines(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield the lines, in the order given."""
    with ExitStack() as stack:
        streams: dict[Path, BinaryIO] = {}
        for line in lines:
            if line.file not in streams:
                streams[line.file] = stack.enter_context(line.file.open("rb"))
            streams[line.file].seek(line.place)
            yield streams[line.file].read(line.size)
