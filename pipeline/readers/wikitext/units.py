"""Lines that belong together: a template, a reference or a comment can go over several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_MOST: Final = 80  # lines of one unit; more is a brace that somebody forgot
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_REF: Final = re.compile(r"<ref\b[^<>]*(?<!/)>.*?</ref\s*>", re.DOTALL | re.IGNORECASE)
_OPEN_REF: Final = re.compile(r"<ref\b[^<>]*(?<!/)>(?!.*</ref)", re.DOTALL | re.IGNORECASE)
_LIST: Final = re.compile(r"\s*(?:[*#:;]|\{\||\|-|!|\|[^}|=]*\[\[)")


@dataclass(slots=True)
class Unit:
    """One or more lines that are read as one.

    Attributes:
        number: of its first line in the page, from 1.
        lines: as printed.
    """

    number: int
    lines: list[str]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def split_units(lines: list[str], first: int) -> list[Unit]:
    """Put lines together that a bracket, a reference or a comment keeps open.

    A template that goes over several lines and holds a list (`{{Columns|…* A …* B …}}`) is no unit: its lines are
    read one by one.

    Args:
        lines: of a section.
        first: number of the first line in the page.
    """
    units: list[Unit] = []
    place = 0
    while place < len(lines):
        end = _end(lines, place)
        if end > place + 1 and _holds_list(lines[place:end]):
            end = place + 1
        units.append(Unit(first + place, lines[place:end]))
        place = end
    return units


def _end(lines: list[str], place: int) -> int:
    """Return where the unit that begins at a line ends."""
    text = lines[place]
    if not _is_open(text):
        return place + 1
    for end in range(place + 1, min(len(lines), place + _MOST)):
        if lines[end].startswith("==") and "<!--" not in text:
            break
        text += "\n" + lines[end]
        if not _is_open(text):
            return end + 1
    return place + 1


def _is_open(text: str) -> bool:
    if "<!--" in text:
        text = _COMMENT.sub("", text)
        if "<!--" in text:
            return True
    if "<ref" in text or "<REF" in text:
        text = _REF.sub("", text)
        if _OPEN_REF.search(text):
            return True
    return text.count("{{") > text.count("}}") or text.count("[[") > text.count("]]")


def _holds_list(lines: list[str]) -> bool:
    return lines[0].lstrip().startswith("{{") and "<!--" not in lines[0] and any(map(_LIST.match, lines[1:]))
