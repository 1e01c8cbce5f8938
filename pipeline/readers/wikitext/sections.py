"""The sections of a page that are about twinnings."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from pipeline.extract.mediawiki.page_filter import PageFilter
from pipeline.readers.limits import WIKITEXT
from pipeline.readers.wikitext.introductions import (
    find_introduced,
    find_parameters,
    find_sentences,
    is_about_partners,
    page_pattern,
)
from pipeline.readers.wikitext.profiles import Profile, common_words, load_profile

#: The marks at the end of a heading; a comment or a reference may follow.
_HEADING_END: Final = re.compile(r"(?<!=)(={2,}+)\s*+(?:\Z|(?=<!--(?=.*-->\s*\Z)|<ref))")
_MARKUP: Final = re.compile(r"<ref\b[^<>]*/>|<ref\b.*?</ref>|<!--.*?-->|<[^<>]*>|'{2,}|\{\{[^{}]*\}\}")
_LINK: Final = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")


@functools.cache
def twinning_pattern(language: str) -> re.Pattern[str]:
    """Return a pattern that finds the heading of a section that may be about twinnings; its group is `title`.

    It is a quick filter for many pages, because it begins with the literal `==`. A page that it finds may still have
    no twinning.

    Raises:
        SourceError: the language has no profile.
    """
    words = load_profile(language).section_words
    return re.compile(rf"==(?!=)(?P<title>[^\n=]{{0,80}}?(?i:{words})[^\n=]*)==")


def page_filter(language: str) -> PageFilter:
    """Return what tells pages about twinnings from others in a language.

    Raises:
        SourceError: the language has no profile.
    """
    profile = load_profile(language)
    return PageFilter(language, profile.search, page_pattern(language), profile.list_titles)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level and its wikitext."""

    level: int
    title: str

    @classmethod
    def match(cls, line: str) -> Heading | None:
        """Return the heading of a line, or None."""
        most = min(len(line) - len(line.lstrip("=")), 6)
        if most < 2 or len(line) > WIKITEXT.heading_characters or "\n" in line.rstrip():
            return None
        ends = list(_HEADING_END.finditer(line, most))
        for level in range(most, 1, -1):
            for end in ends:
                title = line[level : end.end(1) - level].strip()
                if title and len(end[1]) >= level:
                    return cls(level, title)
        return None

    @property
    def plain_title(self) -> str:
        """The title almost as a reader of the page sees it: without references, markup and links."""
        return _LINK.sub(r"\1", _MARKUP.sub("", self.title)).strip()


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of a page that are about twinnings: from index `first` to before `last`."""

    first: int
    last: int
    is_weak: bool  # it may be about other things too
    #: No heading says that it is about twinnings: it counts where its list is one of towns with their countries.
    is_list: bool = False
    is_parameter: bool = False  # of an infobox: it counts where nothing else names partners
    is_sentence: bool = False  # a paragraph somewhere: its sentences about twinnings count where nothing else does


def listed_place(title: str, profile: Profile) -> str | None:
    """Return the country or town whose twinnings a page lists, by its title; None for any other page."""
    match = next(filter(None, (pattern.search(title) for pattern in profile.list_titles)), None)
    return (match.groupdict().get("of") or "").strip() if match else None


def find_sections(lines: list[str], profile: Profile, *, is_list_page: bool = False) -> list[Section]:
    """Return the twinning sections of a page.

    A section ends at the next heading of the same or a higher level. A section inside another is part of it. The
    section of a page that lists twinnings is all of it, up to the sections that end every page.
    """
    headings = [
        (index, heading) for index, line in enumerate(lines) if line[:2] == "==" and (heading := Heading.match(line))
    ]
    if is_list_page:
        end_sections = common_words().end_sections
        end = next((index for index, heading in headings if end_sections.match(heading.plain_title)), len(lines))
        return [Section(0, end, is_weak=False)]
    sections: list[Section] = []
    for number, (index, heading) in enumerate(headings):
        title = heading.plain_title
        is_strong = profile.sections.search(title) is not None
        is_inside = bool(sections) and index < sections[-1].last
        is_weak = profile.weak_sections.search(title) or is_about_partners(title, profile)
        if is_inside or not (is_strong or is_weak) or profile.not_sections.search(title):
            continue
        later = (headings[later] for later in range(number + 1, len(headings)))
        last = next((later_index for later_index, other in later if other.level <= heading.level), len(lines))
        sections.append(Section(index, last, not is_strong))
    taken = [(section.first, section.last) for section in sections]
    introduced = [
        Section(first, last, is_weak=True, is_list=True) for first, last in find_introduced(lines, taken, profile)
    ]
    taken += [(section.first, section.last) for section in introduced]
    parameters = [
        Section(first, last, is_weak=False, is_parameter=True)
        for first, last in find_parameters(lines, profile)
        if not any(start <= first < end for start, end in taken)
    ]
    found = sorted([*sections, *introduced], key=lambda section: section.first) + parameters
    if sections or introduced:
        return found
    in_parameters = {index for section in parameters for index in range(section.first, section.last)}
    return found + [
        Section(first, last, is_weak=False, is_sentence=True)
        for first, last in find_sentences(lines)
        if first not in in_parameters
    ]
