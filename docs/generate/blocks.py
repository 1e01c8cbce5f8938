"""The fenced blocks of a Markdown page, and what a comment above a block says of it.

A comment in the page's source, on the line above the fence, is one of these:

    <!-- not run: why -->       the block is shown only: it needs a network, rights, or another program
    <!-- file: name -->         the block is a file that the examples below it use
    <!-- file: name, below other -->    the same, after the lines of another file
    <!-- prints: name -->       the block is what a command has written to that file
    <!-- exit code: 2 -->       the last command of the block ends with that code
    <!-- runs in: .venv-readers -->     the block is Python for another environment, and is run where that is there

A block that follows a line such as "`my_sources/alsace.csv`:" is that file too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FENCE: Final = re.compile(r"(?P<indent> *)(?P<fence>```+)(?P<language>[\w-]*)")
_MARKER: Final = re.compile(r" *<!-- (?P<kind>not run|file|prints|exit code|runs in): (?P<value>.+) -->")
_NAME_ABOVE: Final = re.compile(r".*`(?P<name>[\w./-]+\.\w+)`[^`]*:")
#: The languages of blocks that are run: none of them is a file.
RUN: Final = frozenset({"console", "pycon", "python", "sql"})


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: what is written behind the fence.
        lines: what is shown, without the block's indentation.
        start: the index of its first line in the page.
        indent: the spaces before the block.
        marker: the kind of its comment, or none.
        value: what the comment says.
    """

    language: str
    lines: tuple[str, ...]
    start: int
    indent: str
    marker: str
    value: str

    @property
    def text(self) -> str:
        """Return what is shown, as one text."""
        return "\n".join(self.lines) + "\n"


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    lines = page.split("\n")
    index = 0
    while index < len(lines):
        opening = _FENCE.fullmatch(lines[index])
        index += 1
        if opening is None:
            continue
        start = index
        while index < len(lines) and lines[index].strip() != opening["fence"]:
            index += 1
        marker, value = _about(lines[: start - 1], opening["language"])
        shown = dedent("\n".join(lines[start:index])).split("\n") if index > start else []
        yield Block(opening["language"], tuple(shown), start, opening["indent"], marker, value)
        index += 1


def without_blocks(page: str) -> str:
    """Return a page with the lines of its blocks left empty."""
    lines = page.split("\n")
    for block in blocks(page):
        end = block.start + len(block.lines)
        lines[block.start - 1 : end + 1] = [""] * (len(block.lines) + 2)
    return "\n".join(lines)


def _about(above: Sequence[str], language: str) -> tuple[str, str]:
    if above and (marker := _MARKER.fullmatch(above[-1])):
        return marker["kind"], marker["value"]
    if language not in RUN and len(above) > 1 and not above[-1] and (named := _NAME_ABOVE.fullmatch(above[-2])):
        return "file", named["name"]
    return "", ""
