"""The dates of a line, and what each of them dates: the start, the end, or something else."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from babel import Locale

from pipeline.dates.months import month_letters
from pipeline.readers.wikitext.places import fold
from pipeline.readers.wikitext.profiles import Profile, common_words, load_profile

_YEAR: Final = r"(?<![\d.,])(?:1[5-9]\d\d|20[0-4]\d)(?![\d%])(?![.,]\d{3})"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|re|º|ª|°|\.)"
#: A whole word: a search within a long one would begin again at each of its letters.
_WORD: Final = r"(?<![^\W\d_])[^\W\d_]{3,}+"
_REIGN_YEAR: Final = (
    r"(?:明治|大正|昭和|平成|令和|民国|民國)\s?(?:元|\d{1,3}|[一二三四五六七八九十百]+)\s?年"
    r"(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?)?"
)
#: The year of the reign repeats the date: 1957年（昭和32年）10月21日.
_REIGN: Final = re.compile(rf"\s?[（(]\s?{_REIGN_YEAR}\s?[）)]")
_DATE_FORMS: Final = (
    rf"{_YEAR}\s?[年년](?:\s?[（(]\s?{_REIGN_YEAR}\s?[）)])?\s?(?:\d{{1,2}}\s?[月월](?:\s?\d{{1,2}}\s?[日일])?)?",
    _REIGN_YEAR,
    r"(?<!\d)(?:1[5-9]|20)\d\d-\d{1,2}-\d{1,2}(?!\d)",
    r"(?<!\d)(?:1[5-9]|20)\d\d[./]\s?\d{1,2}[./]\s?\d{1,2}(?!\d)",
    r"(?<![\d.])\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:1[5-9]|20)\d\d(?!\d)",
    r"(?<![\d.])\d{1,2}[. ]\s?(?:I{1,3}|I?V|VI{1,3}|I?X|XI{1,2})[. ]\s?(?:1[5-9]|20)\d\d(?!\d)",
    rf"(?<!\d)\d{{1,2}}{_ORDINAL}?\s+(?:de\s+|d[’']|of\s+)?(?P<month1>{_WORD})\.?,?\s+(?:del?\s+)?{_YEAR}",
    rf"(?P<month2>{_WORD})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}",
    rf"(?P<month3>{_WORD})\.?,?\s+(?:(?:del?|του)\s+)?{_YEAR}",
    # Lithuanian and Latvian: "1996 m. gegužės 17 d.", "1996. gada 17. maijā".
    rf"{_YEAR}\s?m\.\s+(?P<month5>{_WORD})(?:\s+\d{{1,2}}\s?d\.)?",
    rf"(?P<lv_year>{_YEAR})\. gada (?P<lv_day>\d{{1,2}}\. )?(?P<month6>{_WORD})",
    rf"{_YEAR}\.?\s+(?P<month4>{_WORD})(?:\s+\d{{1,2}}(?!\d))?",
    rf"(?<![\d/])\d{{1,2}}/{_YEAR}",
    r"(?<![\d.,])(?P<year>(?:1[5-9]|20)\d\d)[-.](?P<month>0?[1-9]|1[0-2])(?![\d.,-])",
    rf"{_YEAR}s?",
)
_DATE: Final = re.compile("|".join(_DATE_FORMS))
_ONLY_YEAR: Final = re.compile(_YEAR)
_MONTHS: Final = tuple(f"month{number}" for number in range(1, 7))
#: `12/05/1996`
_SLASHED: Final = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
#: Languages that may print the month of such a date first.
_MONTH_FIRST_LANGUAGES: Final = frozenset({"en", "zh", "ja", "ko", "hu", "lt"})
#: Languages that print `2011.9` for a month.
_POINT_LANGUAGES: Final = frozenset({"zh", "ja", "ko"})
#: Names of months of at most this many letters are words of other languages ("fra").
_SHORT: Final = 4
#: Short forms of May that are no other words.
_SHORT_FORMS: Final = frozenset({"maja", "maju", "maji", "maje", "мае", "маја", "мају"})
_YEAR_LENGTH: Final = 4
_CLAUSE_END: Final = re.compile(r"[,;:()（）\[\]、，；\x0b\ue000-\uf8ff]")
_RANGE: Final = re.compile(r"\s*(?:–|—|-|−|－|~|～|〜|―|至|bis|to)\s*\Z")
#: Languages whose words for what a date dates stand behind it.
_VERB_LAST: Final = frozenset({"zh", "ja", "ko", "hu", "tr", "fi", "et"})
#: Characters before and after a date that may say what it dates.
_BEFORE, _AFTER = 60, 60
#: Words at the start of a sentence that tell of when it is: "As of 2020".
_FEW: Final = 4


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text: its position, what is printed, and what it dates."""

    start: int
    end: int
    text: str  # without the year of a reign
    role: str  # `since`, `until`, `suspended`, `dormant`, `renewed` or `other`
    is_stated: bool  # whether words say the role, not its position alone


def find_dates(text: str, profile: Profile) -> list[DateMention]:
    """Return the dates of a text, each with its role."""
    matches = _date_matches(text, profile.language)
    dates: list[DateMention] = []
    for index, (start, end, shown) in enumerate(matches):
        previous_end = matches[index - 1][1] if index else 0
        next_start = matches[index + 1][0] if index + 1 < len(matches) else len(text)
        before = text[max(previous_end, start - _BEFORE) : start]
        after = _CLAUSE_END.split(text[end : end + _AFTER])[0]
        is_last = len(after) <= next_start - end
        is_first = start == len(before) and len(before.split()) <= _FEW and not _CLAUSE_END.search(before)
        if is_first and _is_last_word(profile.as_of, before):
            dates.append(DateMention(start, end, shown, "other", is_stated=True))
            continue
        role, is_stated = _role(before, after[: max(0, next_start - end)], dates, profile, is_last_of_clause=is_last)
        if role == "until" and index and not is_stated and dates[-1].role != "since":
            role = "other"
        bound = _bound(before, profile) if role == "since" else ""
        dates.append(DateMention(start - len(bound), end, bound + shown, role, is_stated))
    return dates


def _bound(before: str, profile: Profile) -> str:
    """Return the words of a bound that a text ends with, and what stands behind them: `before `; else ""."""
    behind = (before[match.end() :].strip() for match in profile.bounds.finditer(before))
    matches = (
        match
        for match, words in zip(profile.bounds.finditer(before), behind, strict=True)
        if not words or profile.years.fullmatch(words)
    )
    match = next(matches, None)
    return before[match.start() :] if match and before[match.end() :] else ""


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
    own = frozenset(fold(name) for name in load_profile(language).months)
    return own | {name for name in names if len(name) > _SHORT or name in names_here or name in _SHORT_FORMS}


def _date_matches(text: str, language: str) -> list[tuple[int, int, str]]:
    """Return start, end and text of each date."""
    if not any("0" <= char <= "9" for char in text):
        return []
    found: list[tuple[int, int, str]] = []
    position = 0
    while match := _DATE.search(text, position):
        start, position = match.span()
        word = next((match[name] for name in _MONTHS if match[name]), None)
        if word is not None and not _is_month(word, match, language):
            # "France, 1985. május": what begins at the year may be a date.
            year = _ONLY_YEAR.search(text, start, position)
            behind = _DATE.match(text, year.start()) if year else None
            if behind is None or (behind["month4"] and not _is_month(behind["month4"], behind, language)):
                behind = year
            if behind is None:
                continue
            match = behind
            start, position = match.span()
        elif match["month"] is not None and "." in match[0] and language not in _POINT_LANGUAGES:
            position = start + _YEAR_LENGTH
        shown = _shown(match, language) if position == match.end() else text[start:position]
        if "年" in text[start:position] or not common_words().counted.match(
            text[position : position + _AFTER].lstrip()
        ):
            found.append((start, position, shown))
    return found


def _is_month(word: str, match: re.Match[str], language: str) -> bool:
    """Return whether a word of a date is a month; behind a day, a short one is that, too ("12. maja")."""
    key = fold(word)
    if word == match["month3"] and load_profile(language).since.fullmatch(_ONLY_YEAR.sub("", match[0]).strip()):
        return False  # Catalan "des del 1985", where "des." is December
    is_behind_day = word == match["month1"] or word == match["month6"]
    return key in _months(language) or (is_behind_day and f"<{key}>" in month_letters(language))


def _shown(match: re.Match[str], language: str) -> str:
    """Return the text of a date in an order that the reader of dates knows."""
    if match.re is not _DATE:
        return match[0]
    if _SLASHED.fullmatch(match[0]) and language not in _MONTH_FIRST_LANGUAGES:
        return match[0].replace("/", ".")
    if match["month"]:
        return f"{match['year']}-{match['month'].zfill(2)}"
    if match["lv_year"]:
        return f"{match['lv_day'] or ''}{match['month6']} {match['lv_year']}"
    return _REIGN.sub("", match[0]).strip()


def _is_last_word(pattern: re.Pattern[str], clause: str) -> bool:
    """Return whether a clause before a date ends with words of a pattern."""
    return any(not clause[match.end() :].strip(" .'’:") for match in pattern.finditer(clause))


def _role(
    before: str, after: str, dates: list[DateMention], profile: Profile, *, is_last_of_clause: bool
) -> tuple[str, bool]:
    """Return what a date dates, and whether words before it, or in its clause after it, say so."""
    clause = _CLAUSE_END.split(before)[-1]
    # "2023 beendet": in all languages the words may stand behind the date, unless they are those of the next one.
    is_behind = "年" in after[:1] or profile.language in _VERB_LAST
    behind = after if is_behind or is_last_of_clause else ""
    for role in ("renewed", "suspended", "dormant"):
        pattern = getattr(profile, role)
        if pattern.search(clause) or pattern.search(behind):
            return role, True
    is_since = _is_last_word(profile.since, clause)
    is_until = _is_last_word(profile.until, clause) and (not is_since or bool(dates))
    suffix = after if is_behind else ""
    is_ended = profile.ended.search(clause) or profile.states_end(behind) or (suffix and profile.until.match(suffix))
    if is_until or is_ended:
        return "until", True
    if dates and _RANGE.fullmatch(before):
        return "until", False
    return "since", is_since or bool(suffix and profile.since.search(suffix))
