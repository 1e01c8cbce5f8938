"""Lines that are read as one: a template, a reference or a comment can have several."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.readers.limits import WIKITEXT

if TYPE_CHECKING:
    from collections.abc import Callable

#: Most lines of one logical line; more are a brace that somebody forgot to close.
_MOST: Final = 80
_TOKEN: Final = re.compile(
    r"(?P<comment><!--)|(?P<comment_end>-->)|(?P<reference><ref\b[^<>]*(?<!/)>)|(?P<reference_end></ref\s*>)"
    r"|\{\{|\}\}|\[\[|\]\]",
    re.IGNORECASE,
)
_LIST: Final = re.compile(r"\s*(?:[*#:;]|\{\||\|-|!|\|[^}|=]*\[\[)")
_OPENING: Final = {"{{": (1, 0), "}}": (-1, 0), "[[": (0, 1), "]]": (0, -1)}
#: What a line can begin in: text, a comment, a reference.
_TEXT, _COMMENT, _REFERENCE = "text", "comment", "reference"


@dataclass(slots=True)
class LogicalLine:
    """One or more lines that are read as one."""

    number: int  # of its first line in the page, from 1
    lines: list[str]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


class _Effect(NamedTuple):
    """What a line leaves open: what it ends in, how many braces and brackets more it opens than it closes."""

    ends_in: str
    braces: int
    brackets: int


def join_lines(lines: list[str], first_number: int) -> list[LogicalLine]:
    """Join each line with those that its open brackets, reference or comment need.

    A template of several lines that holds a list (`{{Columns|…* A …* B …}}`) is not joined: its lines are read one by
    one. The lines are numbered from `first_number`.
    """
    joined: list[LogicalLine] = []
    # A line is looked at again for each open line above it, but its marks are read only once.
    effect = functools.cache(lambda index, begins_in: _effect(lines[index], begins_in))
    start = 0
    while start < len(lines):
        end = _end(lines, start, effect)
        if end > start + 1 and _holds_list(lines[start:end]):
            end = start + 1
        joined.append(LogicalLine(first_number + start, lines[start:end]))
        start = end
    return joined


def _end(lines: list[str], start: int, effect: Callable[[int, str], _Effect]) -> int:
    """Return the end of the logical line that begins at an index."""
    if not any(mark in lines[start] for mark in ("{{", "[[", "<")):
        return start + 1
    begins_in, braces, brackets, length, has_comment = _TEXT, 0, 0, 0, False
    for index in range(start, min(len(lines), start + _MOST)):
        line = lines[index]
        length += len(line)
        if index > start and (length > WIKITEXT.line_characters or (line.startswith("==") and not has_comment)):
            break
        has_comment = has_comment or "<!--" in line
        begins_in, more_braces, more_brackets = effect(index, begins_in)
        braces, brackets = braces + more_braces, brackets + more_brackets
        if begins_in == _TEXT and braces <= 0 and brackets <= 0:
            return index + 1
    return start + 1


def _effect(line: str, begins_in: str) -> _Effect:
    """Return what a line leaves open that begins in text, in a comment or in a reference."""
    inside, braces, brackets = begins_in, 0, 0
    for token in _TOKEN.finditer(line):
        kind = token.lastgroup
        if inside == _TEXT and kind in (_COMMENT, _REFERENCE):
            inside = kind
        elif inside != _TEXT and kind == f"{inside}_end":
            inside = _TEXT
        elif inside == _TEXT and kind is None:
            more_braces, more_brackets = _OPENING[token[0]]
            braces, brackets = braces + more_braces, brackets + more_brackets
    return _Effect(inside, braces, brackets)


def _holds_list(lines: list[str]) -> bool:
    return lines[0].lstrip().startswith("{{") and "<!--" not in lines[0] and any(map(_LIST.match, lines[1:]))
