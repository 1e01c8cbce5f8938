"""The dates of a line, and what each of them dates: the start, the end, or something else."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from babel import Locale

from pipeline.dates.months import month_letters
from pipeline.readers.wikitext.places import fold
from pipeline.readers.wikitext.profiles import Profile, common_words

_YEAR: Final = r"(?<![\d.,])(?:1[5-9]\d\d|20[0-4]\d)(?![\d%])(?![.,]\d{3})"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|re|º|ª|°|\.)"
#: A whole word: a search within a long one would begin again at each of its letters.
_WORD: Final = r"(?<![^\W\d_])[^\W\d_]{3,}+"
_REIGN_YEAR: Final = (
    r"(?:明治|大正|昭和|平成|令和|民国|民國)\s?(?:元|\d{1,3}|[一二三四五六七八九十百]+)\s?年"
    r"(?:\s?\d{1,2}\s?月\s?\d{1,2}\s?日)?"
)
#: The year of the reign repeats the date: 1957年（昭和32年）10月21日.
_REIGN: Final = re.compile(rf"\s?[（(]\s?{_REIGN_YEAR}\s?[）)]")
_DATE_FORMS: Final = (
    rf"{_YEAR}\s?[年년](?:\s?[（(]\s?{_REIGN_YEAR}\s?[）)])?\s?(?:\d{{1,2}}\s?[月월](?:\s?\d{{1,2}}\s?[日일])?)?",
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
)
_DATE: Final = re.compile("|".join(_DATE_FORMS))
_ONLY_YEAR: Final = re.compile(_YEAR)
#: Names of months of at most this many letters are words of other languages ("fra").
_SHORT: Final = 4
_CLAUSE_END: Final = re.compile(r"[,;:()（）\[\]、，；\x0b\ue000-\uf8ff]")
_RANGE: Final = re.compile(r"\s*(?:–|—|-|−|－|~|～|〜|―|至|bis|to)\s*\Z")
#: Characters before and after a date that may say what it dates.
_BEFORE, _AFTER = 60, 30


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text: its position, what is printed, and what it dates."""

    start: int
    end: int
    text: str  # without the year of a reign
    role: str  # `since`, `until`, `suspended`, `renewed` or `other`
    is_stated: bool  # whether words say the role, not its position alone


def find_dates(text: str, profile: Profile) -> list[DateMention]:
    """Return the dates of a text, each with its role."""
    spans = _date_spans(text, profile.language)
    dates: list[DateMention] = []
    for index, (start, end) in enumerate(spans):
        previous_end = spans[index - 1][1] if index else 0
        next_start = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        before = text[max(previous_end, start - _BEFORE) : start]
        after = _CLAUSE_END.split(text[end : end + _AFTER])[0][: max(0, next_start - end)]
        role, is_stated = _role(before, after, dates, profile)
        if role == "until" and index and not is_stated and dates[-1].role != "since":
            role = "other"
        dates.append(DateMention(start, end, _REIGN.sub("", text[start:end]).strip(), role, is_stated))
    return dates


def first_since(dates: list[DateMention]) -> str:
    """Return the text of the first date on which a partnership started, or ""."""
    return next((date.text for date in dates if date.role == "since"), "")


@functools.cache
def _months(language: str) -> frozenset[str]:
    """Return folded names of months: of every language, but the short ones only of this one and English."""
    names_here = {
        fold(name)
        for locale in (Locale.parse(language), Locale.parse("en"))
        for widths in locale.months.values()
        for width in ("wide", "abbreviated")
        for name in widths[width].values()
    }
    names = {name.strip("<>") for name in month_letters(language)}
    return frozenset(name for name in names if len(name) > _SHORT or name in names_here)


def _date_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Return start and end of each date."""
    if not any("0" <= char <= "9" for char in text):
        return []
    spans = []
    for match in _DATE.finditer(text):
        start, end = match.span()
        word = next(filter(None, match.groups()), None)
        if word is not None and fold(word) not in _months(language):
            year = _ONLY_YEAR.search(text, start, end)
            if year is None:
                continue
            start, end = year.span()
        if "年" in text[start:end] or not common_words().counted.match(text[end : end + _AFTER].lstrip()):
            spans.append((start, end))
    return spans


def _is_last_word(pattern: re.Pattern[str], clause: str) -> bool:
    """Return whether a clause before a date ends with words of a pattern."""
    return any(not clause[match.end() :].strip(" .'’:") for match in pattern.finditer(clause))


def _role(before: str, after: str, dates: list[DateMention], profile: Profile) -> tuple[str, bool]:
    """Return what a date dates, and whether words before it, or in its clause after it, say so."""
    clause = _CLAUSE_END.split(before)[-1]
    # In these languages the words that say what a date dates stand behind it.
    suffix = after if "年" in after[:1] or profile.language in {"zh", "ja", "ko"} else ""
    if profile.suspended.search(clause) or profile.suspended.search(suffix):
        return "suspended", True
    if profile.renewed.search(clause) or profile.renewed.search(suffix):
        return "renewed", True
    is_since = _is_last_word(profile.since, clause)
    is_until = _is_last_word(profile.until, clause) and (not is_since or bool(dates))
    is_ended = profile.ended.search(clause) or (
        suffix and (profile.ended.search(suffix) or profile.until.match(suffix))
    )
    if is_until or is_ended:
        return "until", True
    if dates and _RANGE.fullmatch(before):
        return "until", False
    return "since", is_since or bool(suffix and profile.since.search(suffix))
