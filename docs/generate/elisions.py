"""Printed lines with elisions: `…` stands for anything in a line, and alone on a line for any lines."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ELISION: Final = "…"


def is_printed(printed: Sequence[str], actual: Sequence[str]) -> bool:
    """Return whether lines of a page show what was printed; spaces at the end of a line do not count."""
    patterns = [
        r"(?:[^\n]*\n)*?" if line.strip() == ELISION else f"{_pattern(line)}\n" for line in _without_end(printed)
    ]
    text = "".join(f"{line.rstrip()}\n" for line in _without_end(actual))
    return re.fullmatch("".join(patterns), text) is not None


def print_anew(printed: Sequence[str], actual: Sequence[str]) -> list[str]:
    """Return what a page shows of lines that were printed, with the elisions that it had.

    Parts between elisions have as many lines as before, and begin where the text is most like theirs.
    """
    actual = [line.rstrip() for line in _without_end(actual)]
    if is_printed(printed, actual):
        return [*printed]
    parts = _parts(printed)
    if len(parts) == 1:
        return _keep_elisions(parts[0], actual)
    shown: list[str] = []
    position = 0
    for number, part in enumerate(parts):
        if number == len(parts) - 1:
            position = max(position, len(actual) - len(part))
        elif number:
            position = _most_like(part, actual, position)
        shown += _keep_elisions(part, actual[position : position + len(part)])
        position += len(part)
        if number < len(parts) - 1:
            shown.append(ELISION)
    return shown


def _pattern(line: str) -> str:
    return r"[^\n]*".join(re.escape(part) for part in line.rstrip().split(ELISION))


def _without_end(lines: Sequence[str]) -> Sequence[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _parts(printed: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in printed:
        if line.strip() == ELISION:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _most_like(part: Sequence[str], actual: Sequence[str], first: int) -> int:
    def likeness(position: int) -> float:
        window = "\n".join(actual[position : position + len(part)])
        return SequenceMatcher(None, "\n".join(part), window, autojunk=False).ratio()

    return max(range(first, max(first + 1, len(actual) - len(part) + 1)), key=likeness)


def _keep_elisions(printed: Sequence[str], actual: Sequence[str]) -> list[str]:
    """Return lines with the elisions of those that they stand for: of the same text, else at the same place."""
    shown = []
    for number, text in enumerate(actual):
        same = next((line for line in printed if ELISION in line and is_printed([line], [text])), None)
        shown.append(same or _elide(printed[number] if number < len(printed) else "", text))
    return shown


def _elide(printed: str, text: str) -> str:
    """Return a line with the words cut that are cut in another line: those at the same place, or that begin alike."""
    words, others = text.split(" "), printed.split(" ")
    cut = [other.partition(ELISION) for other in others if ELISION in other]
    shown = []
    for number, word in enumerate(words):
        at_place = others[number].partition(ELISION) if len(words) == len(others) else ("", "", "")
        alike = [parts for parts in cut if parts[0] and word.startswith(parts[0]) and word.endswith(parts[2])]
        before, elision, after = at_place if at_place[1] or not alike else alike[0]
        shown.append(word[: len(before)] + ELISION + word[len(word) - len(after) :] if elision else word)
    return " ".join(shown)
