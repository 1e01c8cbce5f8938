"""The dates of a line, and what each of them dates: the beginning, the end, or something else."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel import Locale

from pipeline.dates.words import month_letters
from pipeline.readers.wikitext.places import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.readers.wikitext.profiles import Profile

_YEAR: Final = r"(?<![\d.,])(?:1[5-9]\d\d|20[0-4]\d)(?![\d%])(?![.,]\d{3})"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|re|º|ª|°|\.)"
_WORD: Final = r"[^\W\d_]{3,}"
_ERA: Final = (
    r"(?:明治|大正|昭和|平成|令和|民国|民國)\s?(?:元|\d{1,3}|[一二三四五六七八九十百]+)\s?年"
    r"(?:\s?\d{1,2}\s?月\s?\d{1,2}\s?日)?"
)
#: The year of the reign says the same again: 1957年（昭和32年）10月21日.
_REIGN: Final = re.compile(rf"\s?[（(]\s?{_ERA}\s?[）)]")
_DATE: Final = re.compile(
    "|".join([
        rf"{_YEAR}\s?[年년](?:\s?[（(]\s?{_ERA}\s?[）)])?\s?(?:\d{{1,2}}\s?[月월](?:\s?\d{{1,2}}\s?[日일])?)?",
        r"(?<!\d)(?:1[5-9]|20)\d\d-\d{1,2}-\d{1,2}(?!\d)",
        r"(?<!\d)(?:1[5-9]|20)\d\d[./]\s?\d{1,2}[./]\s?\d{1,2}(?!\d)",
        r"(?<![\d.])\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:1[5-9]|20)\d\d(?!\d)",
        rf"(?<!\d)\d{{1,2}}{_ORDINAL}?\s+(?:de\s+|d[’']|of\s+)?(?P<month1>{_WORD})\.?,?\s+(?:del?\s+)?{_YEAR}",
        rf"(?P<month2>{_WORD})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"(?P<month3>{_WORD})\.?,?\s+(?:del?\s+)?{_YEAR}",
        rf"{_YEAR}\.?\s+(?P<month4>{_WORD})(?:\s+\d{{1,2}}(?!\d))?",
        rf"(?<![\d/])\d{{1,2}}/{_YEAR}",
        rf"{_YEAR}s?",
        r"(?<!\d)(?:1[5-9]|20)\d\d-(?:0\d|1[0-2])(?!\d)",
    ])
)  # fmt: skip
#: Letters of a month's name that may be a word of another language.
_SHORT: Final = 4
_ONLY_YEAR: Final = re.compile(_YEAR)
#: What makes a number of four digits no year.
_COUNTED: Final = re.compile(
    r"\s*(?:inhabit|einwohn|abitant|habit|inwon|mieszk|obyv|invån|km|m²|people|residents|ab\.|hab|人|口|世帯|户|戶|€|\$)",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[,;:()（）\[\]、，；\x0b\ue000-\uf8ff]")
_RANGE: Final = re.compile(r"\s*(?:–|—|-|−|－|~|～|〜|―|至|bis|to)\s*\Z")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date: where it stands, its text, and its role: `since`, `until`, `suspended`, `renewed`."""

    start: int
    end: int
    text: str
    role: str
    #: Whether words say the role, or its place alone.
    stated: bool


@functools.cache
def _months(language: str) -> frozenset[str]:
    """Return names of months, folded: of every language, but the short ones, which are words elsewhere ("fra")."""
    own: set[str] = set()
    for locale in (Locale.parse(language), Locale.parse("en")):
        for widths in locale.months.values():
            for width in ("wide", "abbreviated"):
                own.update(fold(name) for name in widths[width].values())
    named = {name.strip("<>") for name in month_letters(language)}
    return frozenset({name for name in named if len(name) > _SHORT or name in own} | (own & named))


def _spans(text: str, language: str) -> list[tuple[int, int]]:
    """Return where dates stand."""
    if not any("0" <= char <= "9" for char in text):
        return []
    found = []
    for match in _DATE.finditer(text):
        start, end = match.span()
        word = next((group for group in match.groups() if group), None)
        if word is not None and fold(word) not in _months(language):
            year = _ONLY_YEAR.search(text, start, end)
            if year is None:
                continue
            start, end = year.span()
        if _COUNTED.match(text, end) and "年" not in text[start:end]:
            continue
        found.append((start, end))
    return found


def _last_word(pattern: re.Pattern[str], before: str) -> bool:
    """Return whether words of the pattern are the last before the date."""
    return any(not before[match.end() :].strip(" .'’:") for match in pattern.finditer(before))


def find_dates(text: str, profile: Profile) -> list[Dated]:
    """Return the dates of a text, each with its role."""
    spans: Sequence[tuple[int, int]] = _spans(text, profile.language)
    dates: list[Dated] = []
    for place, (start, end) in enumerate(spans):
        floor = spans[place - 1][1] if place else 0
        before = text[max(floor, start - 60) : start]
        clause = _CLAUSE.split(before)[-1]
        after = _CLAUSE.split(text[end : end + 30])[0]
        if place + 1 < len(spans):
            after = after[: max(0, spans[place + 1][0] - end)]
        role, stated = _role(clause, after, before, dates, profile)
        if role == "until" and place and not stated and dates[-1].role != "since":
            role = "other"
        dates.append(Dated(start, end, _REIGN.sub("", text[start:end]).strip(), role, stated))
    return dates


def _role(clause: str, after: str, before: str, dates: list[Dated], profile: Profile) -> tuple[str, bool]:
    """Return what a date dates, and whether words say so."""
    suffix = after if "年" in after[:1] or profile.language in {"zh", "ja", "ko"} else ""
    since = _last_word(profile.since, clause)
    until = _last_word(profile.until, clause) and (not since or bool(dates))
    ended = profile.ended.search(clause) or (suffix and (profile.ended.search(suffix) or profile.until.match(suffix)))
    if profile.suspended.search(clause) or profile.suspended.search(suffix):
        return "suspended", True
    if profile.renewed.search(clause) or profile.renewed.search(suffix):
        return "renewed", True
    if until or ended:
        return "until", True
    if dates and _RANGE.fullmatch(before):
        return "until", False
    return "since", since or bool(suffix and profile.since.search(suffix))
