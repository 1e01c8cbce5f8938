"""A line cut into parts at its commas, dashes and joining words, outside brackets."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import BREAK, PRIVATE, REF, STRUCK, TWIN, UNSTRUCK, Line, is_flag, is_link
from pipeline.readers.wikitext.periods import find_dates
from pipeline.readers.wikitext.profiles import common

if TYPE_CHECKING:
    from pipeline.readers.wikitext.periods import Dated
    from pipeline.readers.wikitext.profiles import Profile

#: Stand for a date and for a bracket that was taken out.
DATE, BRACKET = "\x10", "\x11"
MARKS: Final = re.compile(f"[{DATE}{BRACKET}]")
#: What `Part.separator` is where a word ("and") or a flag parts.
AND, FLAGGED = "and", "flag"
COMMAS: Final = frozenset({",", "，"})
#: What parts partners, never a town from its region.
STRONG: Final = frozenset({FLAGGED, ";", "；", "、", "·", "•", BREAK})

_OPEN, _CLOSE = "(（[【〔", ")）]】〕"
_SEPARATOR: Final = re.compile(
    r"[,;，；、·•/／|]|\s[–—―-]\s|\s?:(?=\s|[\ue000-\uf8ff]|$)|：|\x0b|(?<=\S)\s?→\s?|\s?—\s?|–(?=[\ue000-\uefff])"
)
_MAY_SEPARATE: Final = frozenset(",;，；、·•/／| \t:：\x0b→—–")
#: "a italské město [[Littau]]", "e dal 1997 con [[Cleveland]]"
_A_FEW_WORDS: Final = re.compile(rf"(?:[^\W\d_]+\s+){{0,3}}(?:[\ue000-\ue7ff]|{DATE})")


@dataclass(slots=True)
class Part:
    """A stretch of text between two separators.

    Attributes:
        separator: in front of it.
        text: with `DATE` and `BRACKET` where these stood.
        brackets, dates, refs: what was taken out, in order.
        struck: whether it is struck through.
    """

    separator: str
    text: str
    brackets: list[str] = field(default_factory=list)
    dates: list[Dated] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    struck: bool = False

    @property
    def bare(self) -> str:
        """The text with spaces for what was taken out."""
        return MARKS.sub(" ", self.text)


@functools.cache
def leading_words() -> re.Pattern[str]:
    """Return the words in front of a name that say what it is: "the city of"."""
    return re.compile("|".join(common("leading")), re.IGNORECASE)


def cut(text: str, line: Line, profile: Profile, *, as_list: bool) -> list[Part]:
    """Cut a text into parts.

    Args:
        text: of the line, or a piece of it.
        line: whose links and references stand in the text.
        profile: whose words join names.
        as_list: names are listed: a few words in front of a name do not keep it from being joined.
    """
    return _Cutter(text, line, profile, as_list=as_list).parts


def pieces(line: Line) -> list[str]:
    """Cut a line at its line breaks; a piece that names nobody belongs to the one above."""
    if BREAK not in line.text:
        return [line.text]
    joined: list[str] = []
    for piece in line.text.split(BREAK):
        if joined and not _names_one(piece, line):
            joined[-1] += ", " + piece
        else:
            joined.append(piece)
    return joined


def _names_one(piece: str, line: Line) -> bool:
    if any(is_link(char) or is_flag(char) or char >= TWIN for char in PRIVATE.findall(piece)):
        return True
    plain = line.plain(piece).strip(" ()–-,;")
    return bool(plain) and plain[0].isalpha() and not plain[0].islower() and not any(c.isdigit() for c in plain[:4])


class _Cutter:
    """Goes through a text once, character by character."""

    def __init__(self, text: str, line: Line, profile: Profile, *, as_list: bool) -> None:
        self.dates = find_dates(text, profile)
        # Dates become marks, so that their commas and points part nothing.
        for one in reversed(self.dates):
            text = f"{text[: one.start]}{DATE}{text[one.end :]}"
        self.text, self.line, self.profile, self.as_list = text, line, profile, as_list
        self.parts = [Part("", "")]
        self.depth, self.is_struck = 0, False
        self.buffer: list[str] = []
        self.bracket: list[str] = []
        place = 0
        while place < len(text):
            place = self._step(place, text[place])
        if self.depth:
            self.parts[-1].brackets.append("".join(self.bracket))
        self.parts[-1].text = "".join(self.buffer)

    def _step(self, place: int, char: str) -> int:
        """Take one character, or the separator that begins with it; return where to go on."""
        if char == DATE:
            self.parts[-1].dates.append(self.dates.pop(0))
            (self.bracket if self.depth else self.buffer).append(DATE)
        elif char in _OPEN or (char in _CLOSE and self.depth):
            self._take_bracket(char)
        elif char in {STRUCK, UNSTRUCK}:
            self.is_struck = char == STRUCK
            self.parts[-1].struck |= self.is_struck
        elif REF <= char < TWIN:
            self._take_reference(char)
        elif self.depth:
            self.bracket.append(char)
        elif is_flag(char) and "".join(self.buffer).strip(" *"):
            self._close(FLAGGED)
            self.buffer.append(char)
        else:
            return self._take_text(place, char)
        return place + 1

    def _close(self, separator: str) -> None:
        self.parts[-1].text = "".join(self.buffer)
        self.buffer.clear()
        self.parts.append(Part(separator, "", struck=self.is_struck))

    def _take_bracket(self, char: str) -> None:
        if char in _OPEN:
            self.depth += 1
            if self.depth == 1:
                self.bracket = []
                self.buffer.append(BRACKET)
            else:
                self.bracket.append(" ")
            return
        self.depth -= 1
        if self.depth:
            self.bracket.append(",")
        else:
            self.parts[-1].brackets.append("".join(self.bracket))

    def _take_reference(self, char: str) -> None:
        url = self.line.ref(char)
        if url:
            self.parts[-1].refs.append(url)
        if not self.depth and self.profile.language not in {"zh", "ja"}:
            self.buffer.append(" ")

    def _take_text(self, place: int, char: str) -> int:
        match = _SEPARATOR.match(self.text, place) if char in _MAY_SEPARATE else None
        if match:
            separator = match[0].strip()
            if "".join(self.buffer).strip() or (separator and separator in ",;，；、"):
                self._close(separator or " ")
                return match.end()
        if place == 0 or not self.text[place - 1].isalnum() or places.is_cjk(char):
            word = self.profile.joiners.match(self.text, place)
            if word and word.end() > place and self._joins(place, word.end()):
                self._close(AND)
                return word.end()
        self.buffer.append(char)
        return place + 1

    def _joins(self, start: int, end: int) -> bool:
        """Return whether a word that joins names does so here: something stands before, a name begins behind."""
        behind = self.text[end:].lstrip()
        if not behind:
            return False
        if not "".join(self.buffer).strip():
            return True
        is_atom = is_link(behind[0]) or is_flag(behind[0])
        if places.is_cjk(self.text[start]):
            # 和 and 与 are parts of names too: they join links, not letters.
            return is_atom or PRIVATE.match(self.text[start - 1 : start]) is not None
        return self.text[start - 1 : start].isspace() and (
            is_atom
            or behind[0].isupper()
            or behind[0] in "“\"'„«"
            or leading_words().match(behind) is not None
            or (self.as_list and _A_FEW_WORDS.match(behind) is not None)
        )
