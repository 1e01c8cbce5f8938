"""Where on a page twinnings are."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.extract.mediawiki.page_filter import PageFilter
from pipeline.readers.wikitext.profiles import load_profile

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_HEADING: Final = re.compile(r"(={2,6})\s*(.+?)\s*\1\s*(?:<!--.*?-->\s*|<ref.*)?\Z")
_MARKUP: Final = re.compile(r"<ref\b[^>]*/>|<ref\b.*?</ref>|<!--.*?-->|<[^>]*>|'{2,}|\{\{[^{}]*\}\}")
_LINK: Final = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
#: Sections that end a page in every language.
_END: Final = re.compile(
    r"(?:see also|references?|notes?|external links?|further reading|bibliography|siehe auch|einzelnachweise"
    r"|weblinks|literatur"
    r"|anmerkungen|voir aussi|notes et références|liens externes|références|voci correlate|note"
    r"|collegamenti esterni|altri progetti"
    r"|véase también|referencias|enlaces externos|zie ook|bronnen.*|externe links?|referenties|zobacz też"
    r"|przypisy|bibliografia"
    r"|linki zewnętrzne|reference|související články|externí odkazy|literatura|referencie|pozri aj|iné projekty"
    r"|externé odkazy"
    r"|ver também|referências|ligações externas|se även|referenser"
    r"|källor|externa länkar|脚注|関連項目|外部リンク|注釈|出典|参考文献"
    r"|参见|參見|参考资料|參考資料|外部链接|外部連結|注释|註釋|参考文獻)\Z",
    re.IGNORECASE,
)


@functools.cache
def twinning_pattern(language: str) -> re.Pattern[str]:
    """Return a pattern that finds the heading of a section that may be about twinnings.

    It is a sieve for many pages (`twinning_pattern("it").search(text)`), quick because it begins with the literal
    `==`; what it finds may still turn out to have no twinning. Group `title` is the heading's text.

    Raises:
        SourceError: there is no profile of that language.
    """
    words = load_profile(language).section_words
    return re.compile(rf"==(?!=)(?P<title>[^\n=]{{0,80}}?(?i:{words})[^\n=]*)==")


def page_filter(language: str) -> PageFilter:
    """Return what tells pages about twinnings from others in a language.

    Raises:
        SourceError: there is no profile of that language.
    """
    profile = load_profile(language)
    return PageFilter(language, profile.search, twinning_pattern(language), profile.list_titles)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: how deep, and its text as wikitext."""

    level: int
    title: str

    @classmethod
    def match(cls, line: str) -> Heading | None:
        """Read a line, or return None where it is no heading."""
        found = _HEADING.match(line)
        return cls(len(found[1]), found[2].strip()) if found else None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a page that are about twinnings: from index `first` to before `last`.

    Attributes:
        is_weak: the section may be about other things too.
    """

    first: int
    last: int
    is_weak: bool


def clean_title(title: str) -> str:
    """Return a heading's title as a reader sees it, nearly: without references, markup and links."""
    return _LINK.sub(r"\1", _MARKUP.sub("", title)).strip()


def list_of(title: str, profile: Profile) -> str | None:
    """Return the country or the town whose twinnings a page lists, by its title; None for any other page."""
    for pattern in profile.list_titles:
        match = pattern.search(title)
        if match:
            return (match.groupdict().get("of") or "").strip()
    return None


def find_blocks(lines: list[str], profile: Profile, *, whole: bool = False) -> list[Block]:
    """Return the twinning sections of a page.

    A section ends at the next heading that is as high. One inside another counts once.

    Args:
        lines: of the page.
        profile: whose titles.
        whole: the page as a whole is a list of twinnings: all of it, up to the sections that end every page.
    """
    headings = [
        (place, heading) for place, line in enumerate(lines) if line[:2] == "==" and (heading := Heading.match(line))
    ]
    blocks: list[Block] = []
    for index, (place, heading) in enumerate(headings):
        if blocks and place < blocks[-1].last:
            continue
        title = clean_title(heading.title)
        is_strong = profile.sections.search(title) is not None
        if not is_strong and not profile.weak_sections.search(title):
            continue
        if profile.not_sections.search(title):
            continue
        last = next((later for later, other in headings[index + 1 :] if other.level <= heading.level), len(lines))
        blocks.append(Block(place, last, not is_strong))
    if whole:
        end = next((place for place, heading in headings if _is_end(heading.title)), len(lines))
        return [Block(0, end, is_weak=False)]
    return blocks


def _is_end(title: str) -> bool:
    return _END.match(clean_title(title)) is not None
