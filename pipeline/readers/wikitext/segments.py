"""A line split into segments at its commas, dashes and joining words outside brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.dates_in_text import DateMention, find_dates
from pipeline.readers.wikitext.line import LINE_BREAK, PLACEHOLDER, STRUCK, UNSTRUCK, Line
from pipeline.readers.wikitext.profiles import Profile, common_words

#: Stand in a segment's text for a date and for a bracket.
DATE, BRACKET = "\x10", "\x11"
DATE_OR_BRACKET: Final = re.compile(f"[{DATE}{BRACKET}]")
#: The separator of a segment that a word ("and") or a flag begins.
_JOINED, _FLAGGED = "and", "flag"
#: Separators between partners, never between a town and its region.
_STRONG: Final = frozenset({_FLAGGED, ";", "；", "、", "·", "•", LINE_BREAK})
_OPENING, _CLOSING = "(（[【〔", ")）]】〕"
_SEPARATOR: Final = re.compile(
    r"[,;，；、·•/／|]|\s[–—―-]\s|\s?:(?=\s|[\ue000-\uf8ff]|$)|：|\x0b|(?<=[^\W\d_]{4})\.(?=\s+[^\W\d_a-zà-ÿа-я])|(?<=\S)\s?→\s?|\s?—\s?|–(?=[\ue000-\uefff])"
)
_MAY_SEPARATE: Final = frozenset(",.;，；、·•/／| \t:：\x0b→—–")
#: Characters behind a joining word that tell whether a name begins there.
_BEHIND: Final = 200
#: Words of a country's name before "and".
_MOST_WORDS_OF_COUNTRY: Final = 3
_FIRST_WORD: Final = re.compile(r"\s*[^\W\d_]+")
#: A town, or few words and one: "a italské město [[Littau]]", "e dal 1997 con [[Cleveland]]".
_FEW_WORDS_AND_LINK: Final = re.compile(rf"(?:[^\W\d_]+\s+){{0,3}}(?:[\ue000-\ue7ff]|{DATE})")


@dataclass(slots=True)
class Segment:
    """A stretch of text behind a separator; dates, brackets and references are taken out of the text."""

    separator: str
    text: str  # with `DATE` and `BRACKET` in their places
    brackets: list[str] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    is_struck: bool = False

    @property
    def bare(self) -> str:
        """The text with spaces for what was taken out."""
        return DATE_OR_BRACKET.sub(" ", self.text)

    @property
    def is_after_comma(self) -> bool:
        """Whether a comma stands before it."""
        return self.separator in {",", "，"}

    @property
    def is_joined(self) -> bool:
        """Whether a joining word ("and") stands before it."""
        return self.separator == _JOINED

    @property
    def is_flagged(self) -> bool:
        """Whether its flag separates it from the segment before."""
        return self.separator == _FLAGGED

    @property
    def is_strong(self) -> bool:
        """Whether its separator stands between partners, never between a town and its region."""
        return self.separator in _STRONG


def split_line(line: Line, profile: Profile, *, as_list: bool) -> list[list[Segment]]:
    """Return the segments between the line breaks of a line; what names nobody stays with the text before it.

    Args:
        line: to split.
        profile: whose words join names.
        as_list: the line lists names: few words before a name do not keep it from being joined.
    """
    texts: list[str] = []
    for text in line.text.split(LINE_BREAK):
        if texts and not _may_name_town(text, line):
            texts[-1] += ", " + text
        else:
            texts.append(text)
    return [_Splitter(text, line, profile, as_list=as_list).segments for text in texts]


def _may_name_town(text: str, line: Line) -> bool:
    if any(char in line.links or char in line.flags or char in line.twinnings for char in text):
        return True
    plain = line.plain(text).strip(" ()–-,;")
    return bool(plain) and plain[0].isalpha() and not plain[0].islower() and not any(c.isdigit() for c in plain[:4])


class _Splitter:
    """Reads a text once, character by character."""

    def __init__(self, text: str, line: Line, profile: Profile, *, as_list: bool) -> None:
        self.dates = find_dates(text, profile)
        # The commas and points of a date separate nothing.
        for date in reversed(self.dates):
            text = f"{text[: date.start]}{DATE}{text[date.end :]}"
        self.text, self.line, self.profile, self.as_list = text, line, profile, as_list
        self.segments = [Segment("", "")]
        self.depth, self.is_struck = 0, False
        self.outside: list[str] = []
        #: Whether more than blanks stand in `outside`, and more than blanks and stars.
        self.has_text = self.has_name = False
        self.bracket: list[str] = []
        position = 0
        while position < len(text):
            position = self._read_character(position, text[position])
        if self.depth:
            self.segments[-1].brackets.append("".join(self.bracket))
        self.segments[-1].text = "".join(self.outside)

    def _read_character(self, position: int, char: str) -> int:
        """Read one character, or the separator that begins with it; return the next position."""
        if char == DATE:
            self.segments[-1].dates.append(self.dates.pop(0))
            if self.depth:
                self.bracket.append(DATE)
            else:
                self._append(DATE)
        elif char in _OPENING or (char in _CLOSING and self.depth):
            self._read_bracket(char)
        elif char in {STRUCK, UNSTRUCK}:
            self.is_struck = char == STRUCK
            self.segments[-1].is_struck |= self.is_struck
        elif char in self.line.references:
            self._read_reference(char)
        elif self.depth:
            self.bracket.append(char)
        elif char in self.line.flags and self.has_name:
            self._end_segment(_FLAGGED)
            self._append(char)
        else:
            return self._read_text(position, char)
        return position + 1

    def _append(self, char: str) -> None:
        self.outside.append(char)
        self.has_text = self.has_text or not char.isspace()
        self.has_name = self.has_name or char not in " *"

    def _end_segment(self, separator: str) -> None:
        self.segments[-1].text = "".join(self.outside)
        self.outside.clear()
        self.has_text = self.has_name = False
        self.segments.append(Segment(separator, "", is_struck=self.is_struck))

    def _read_bracket(self, char: str) -> None:
        if char in _OPENING:
            self.depth += 1
            if self.depth == 1:
                self.bracket = []
                self._append(BRACKET)
            else:
                self.bracket.append(" ")
            return
        self.depth -= 1
        if self.depth:
            self.bracket.append(",")
        else:
            self.segments[-1].brackets.append("".join(self.bracket))

    def _read_reference(self, char: str) -> None:
        url = self.line.references[char]
        if url:
            self.segments[-1].urls.append(url)
        if not self.depth and self.profile.language not in {"zh", "ja"}:
            self.outside.append(" ")

    def _read_text(self, position: int, char: str) -> int:
        match = _SEPARATOR.match(self.text, position) if char in _MAY_SEPARATE else None
        if match:
            separator = match[0].strip()
            if self.has_text or (separator and separator in ",;，；、"):
                self._end_segment(separator or " ")
                return match.end()
        if position == 0 or not self.text[position - 1].isalnum() or places.is_cjk(char):
            word = self.profile.joiners.match(self.text, position)
            if word and word.end() > position and self._joins_names(position, word.end()):
                self._end_segment(_JOINED)
                return word.end()
        self._append(char)
        return position + 1

    def _joins_names(self, start: int, end: int) -> bool:
        """Return whether a joining word joins names here: text stands before it, and a name begins behind it."""
        behind = self.text[end : end + _BEHIND].lstrip()
        if not behind:
            return False
        if not self.has_text:
            return True
        if self._is_within_country(start, end):
            return False
        is_atom = behind[0] in self.line.links or behind[0] in self.line.flags
        if places.is_cjk(self.text[start]):
            # 和 and 与 are parts of names too: they join links, not letters.
            return is_atom or PLACEHOLDER.match(self.text[start - 1 : start]) is not None
        return self.text[start - 1 : start].isspace() and (
            is_atom
            or behind[0].isupper()
            or behind[0] in "“\"'„«"
            or common_words().leading.match(behind) is not None
            or (self.as_list and _FEW_WORDS_AND_LINK.match(behind) is not None)
        )

    def _is_within_country(self, start: int, end: int) -> bool:
        """Return whether a joining word is one of a country's name: "Bosna i Hercegovina"."""
        behind = _FIRST_WORD.match(self.text, end)
        if behind is None or not behind[0].strip()[:1].isupper():
            return False
        words = self.text[max(0, start - _BEHIND) : start].split()
        joiner, last = self.text[start:end].strip(), behind[0].strip()
        lengths = range(1, min(len(words), _MOST_WORDS_OF_COUNTRY) + 1)
        return any(places.is_country(f"{' '.join(words[-length:])} {joiner} {last}") for length in lengths)
