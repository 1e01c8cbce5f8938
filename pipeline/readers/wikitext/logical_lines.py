"""Lines that are read as one: a template, a reference or a comment can have several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: Most lines of one logical line; more are a brace that somebody forgot to close.
_MOST: Final = 80
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE: Final = re.compile(r"<ref\b[^<>]*(?<!/)>.*?</ref\s*>", re.DOTALL | re.IGNORECASE)
_OPEN_REFERENCE: Final = re.compile(r"<ref\b[^<>]*(?<!/)>(?!.*</ref)", re.DOTALL | re.IGNORECASE)
_LIST: Final = re.compile(r"\s*(?:[*#:;]|\{\||\|-|!|\|[^}|=]*\[\[)")


@dataclass(slots=True)
class LogicalLine:
    """One or more lines that are read as one."""

    number: int  # of its first line in the page, from 1
    lines: list[str]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def join_lines(lines: list[str], first_number: int) -> list[LogicalLine]:
    """Join each line with those that its open brackets, reference or comment need.

    A template of several lines that holds a list (`{{Columns|…* A …* B …}}`) is not joined: its lines are read one by
    one. The lines are numbered from `first_number`.
    """
    joined: list[LogicalLine] = []
    start = 0
    while start < len(lines):
        end = _end(lines, start)
        if end > start + 1 and _holds_list(lines[start:end]):
            end = start + 1
        joined.append(LogicalLine(first_number + start, lines[start:end]))
        start = end
    return joined


def _end(lines: list[str], start: int) -> int:
    """Return the end of the logical line that begins at an index."""
    text = lines[start]
    if not _is_open(text):
        return start + 1
    for index in range(start + 1, min(len(lines), start + _MOST)):
        if lines[index].startswith("==") and "<!--" not in text:
            break
        text += "\n" + lines[index]
        if not _is_open(text):
            return index + 1
    return start + 1


def _is_open(text: str) -> bool:
    text = _REFERENCE.sub("", _COMMENT.sub("", text))
    if "<!--" in text or _OPEN_REFERENCE.search(text):
        return True
    return text.count("{{") > text.count("}}") or text.count("[[") > text.count("]]")


def _holds_list(lines: list[str]) -> bool:
    return lines[0].lstrip().startswith("{{") and "<!--" not in lines[0] and any(map(_LIST.match, lines[1:]))
