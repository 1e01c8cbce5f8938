"""Boroughs, districts and villages of the page's town that have partners of their own."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.line import PLACEHOLDER
from pipeline.readers.wikitext.places import fold, is_continent, is_country
from pipeline.readers.wikitext.profiles import common_words, load_profile

if TYPE_CHECKING:
    from pipeline.readers.wikitext.line import Line
    from pipeline.readers.wikitext.profiles import Profile

_LINK: Final = "[\ue000-\ue7ff]"
#: Between the word "district" and its name: "of", "von", "de la", a number.
_BETWEEN: Final = re.compile(
    r"\s*(?:(?:of|the|von|der|des|de|du|d[’']|la|le|di|del|della|do|da|van|n[r.]*|№)\s*)*[\"„“«']?"
)
_NAME: Final = re.compile(rf"{_LINK}|[^\W\d_a-zà-ÿа-яёіїєґ][\w’'-]*(?:[ -][^\W\d_a-zà-ÿа-яёіїєґ][\w’'-]*){{0,3}}")
_NAME_BEFORE: Final = re.compile(rf"(?:{_LINK}|[^\W\d_a-zà-ÿа-яёіїєґ][\w’'-]*)\s*\(?\Z")
_NAME_AND_REST: Final = re.compile(
    rf"\s*(?P<name>{_LINK}|[^\W\d_][^:：–—\ue000-\uf8ff]{{1,40}}?)\s*(?:[:：]|\s[–—-]\s)\s*(?P<rest>.+)", re.DOTALL
)


def find_borough(text: str, line: Line, title: str, profile: Profile) -> str:
    """Return the borough of the page's town that a text names: `Donaustadt (Vienna)`, or "" where it names none.

    Args:
        text: part of the line's text.
        line: whose placeholders stand in the text.
        title: of the page; its town may be called a district, too.
        profile: whose words.
    """
    for match in profile.boroughs.finditer(text):
        start = _BETWEEN.match(text, match.end())
        name = _NAME.match(text, start.end() if start else match.end())
        found = name or _NAME_BEFORE.search(text, 0, match.start())
        if found is None:
            continue
        shown = line.plain(found[0]).strip(" (")
        is_title = fold(shown) in fold(title) or fold(title) in fold(shown)
        if shown and not is_title and not is_country(shown) and not profile.twin.search(shown):
            return as_borough(shown, title)
    return ""


def as_borough(name: str, title: str) -> str:
    """Return the name of a borough with its town in brackets."""
    return f"{name} ({title.partition(' (')[0].partition(',')[0]})" if title else name


def is_of_boroughs(title: str, profile: Profile) -> bool:
    """Return whether a heading or label is about boroughs in general: "Stadtteile"."""
    match = profile.boroughs.match(title.strip(" :."))
    return match is not None and not title.strip(" :.")[match.end() :].strip() and not profile.sections.search(title)


def split_borough(line: Line, title: str) -> tuple[str, str] | None:
    """Split `[[Donaustadt]]: [[Arakawa]]` into the borough and the text of its partners, or return None."""
    match = _NAME_AND_REST.match(line.text)
    if match is None or not PLACEHOLDER.search(match["rest"]):
        return None
    name = line.plain(match["name"]).strip(" '\"")
    return None if is_country(name) or is_continent(name) else (as_borough(name, title), match["rest"])


@functools.cache
def _subject_pattern(language: str) -> re.Pattern[str]:
    """Return a pattern of a second subject among partners: ", and [[Döbling]] with"."""
    joiners = load_profile(language).joiners.pattern
    with_words = common_words().with_words.pattern.removesuffix(r"\Z")
    return re.compile(
        rf"(?:[,;]|\s(?:{joiners}))\s+(?:[^\W\d_]+\s+){{0,3}}?(?P<subject>{_LINK})\s+{with_words}\s+", re.IGNORECASE
    )


def split_subjects(text: str, language: str) -> list[tuple[str, str]]:
    """Return the parts of "A, and [[B]] with C": the link that is the subject, "" for the first, and the text."""
    parts, subject, start = [], "", 0
    for match in _subject_pattern(language).finditer(text):
        parts.append((subject, text[start : match.start()]))
        subject, start = match["subject"], match.end()
    return [*parts, (subject, text[start:])]
