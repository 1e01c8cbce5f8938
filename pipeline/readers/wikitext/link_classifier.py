"""What a link or a text is: a town, a country, a region, the name of no town in particular."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import PRIVATE, is_link
from pipeline.readers.wikitext.partners import DISAMBIGUATION
from pipeline.readers.wikitext.parts import DATE, leading_words
from pipeline.readers.wikitext.profiles import common

if TYPE_CHECKING:
    from pipeline.readers.wikitext.atoms import Line
    from pipeline.readers.wikitext.parts import Part
    from pipeline.readers.wikitext.profiles import Profile

_MOST_WORDS: Final = 6  # of a name; more are a sentence
_MOST_CHARACTERS: Final = 16  # of a name in Chinese or Japanese
_CJK_WORDS: Final = re.compile("[。的在是等为為]")
_REGIONS: Final = "州省縣县道府県郡"
_TOWN_BEHIND: Final = re.compile("[\u3040-\u9fff・·]{2,12}?[市县縣区區镇鎮郡町村]")
#: Behind the title of an article on a state: `Georgia (stato)`.
_STATE: Final = frozenset(
    {"state", "country", "stato", "staat", "pays", "land", "país", "stát", "国", "nazione", "kraj", "štát"}
)


@functools.cache
def _not_names() -> re.Pattern[str]:
    return re.compile("|".join(common("not_names")), re.IGNORECASE)


@functools.cache
def _of_region() -> re.Pattern[str]:
    return re.compile("|".join(common("of_region")), re.IGNORECASE)


class Senses:
    """Tells what the links and words of a line are."""

    def __init__(self, line: Line, profile: Profile) -> None:
        self.line, self.profile = line, profile

    def is_country(self, char: str) -> bool:
        """Return whether a link is a country's."""
        link = self.line.link(char)
        if link.label in common("towns"):
            return False
        match = DISAMBIGUATION.match(link.target)
        if match and not DISAMBIGUATION.match(link.label):
            return match["of"].lower() in _STATE and places.is_country(link.label)
        if ", " in link.target and ", " not in link.label:
            return False
        is_short = len(link.label) <= 5 and not link.label[:1].islower()
        return places.is_country(link.label) or (is_short and places.is_country(link.target))

    def is_town(self, char: str) -> bool:
        """Return whether a link may be a town's: it is neither a country's nor about twinning itself."""
        link = self.line.link(char)
        about = self.profile.not_partner
        if about.search(link.target) or about.search(link.label):
            return False
        return not self.is_country(char) and not places.is_continent(link.label)

    def is_region(self, char: str) -> bool:
        """Return whether a link is that of a part of a country."""
        link = self.line.link(char)
        return places.is_region(link.label) or (places.is_region(link.target) and link.label[:1].isupper())

    def has_town(self, text: str) -> bool:
        """Return whether a text has the link of a town."""
        return any(self.is_town(char) for char in text if is_link(char))

    def countries(self, text: str) -> list[str]:
        """Return the countries that a text links to."""
        return [self.line.link(char).label for char in text if is_link(char) and self.is_country(char)]

    def is_only_country(self, part: Part) -> bool:
        """Return whether a part is a country's name and nothing else."""
        text = part.bare.strip(" .")
        if len(text) == 1 and is_link(text):
            return self.is_country(text)
        return places.is_country(PRIVATE.sub("", text).strip())

    def is_within(self, before: str) -> bool:
        """Return whether words are those in front of a region or a country: "in"."""
        words = PRIVATE.sub("", before).strip()
        return bool(words) and self.profile.within.fullmatch(words) is not None

    def country_of_adjective(self, words: str) -> str:
        """Return the code of the country that the last adjective of a country in words means, or ""."""
        found = [(match.end(), code) for of, code in self.profile.adjectives for match in of.finditer(words)]
        return max(found, default=(0, ""))[1]

    def town_behind(self, label: str, behind: str) -> str:
        """Return the town in Chinese or Japanese that stands right behind the link of its region, or ""."""
        match = _TOWN_BEHIND.match(behind) if label[-1:] in _REGIONS else None
        return match[0] if match else ""

    def is_of_region(self, words: str) -> bool:
        """Return whether words are those in front of the region of a town named before: "cittadina dell'"."""
        return _of_region().search(words) is not None

    def behind_within(self, plain: str) -> tuple[str, bool]:
        """Return a text without the words in front of a region or country, and whether there were any."""
        match = self.profile.within.match(plain)
        return (plain[match.end() :].strip(), True) if match and match.end() else (plain, False)

    def is_remark(self, text: str) -> bool:
        """Return whether a text in brackets is a remark and no place."""
        profile = self.profile
        searched = (profile.ended, profile.suspended, profile.dormant, profile.twin, profile.renewed)
        return (
            len(text.split()) > 4
            or any(char.isdigit() for char in text)
            or any(pattern.search(text) for pattern in searched)
            or any(pattern.fullmatch(text) for pattern in (profile.since, profile.until))
        )

    def name(self, text: str) -> str:
        """Return the name that a text without a town's link begins with, or ""."""
        words = self._before_date(PRIVATE.sub("", text))
        cjk = places.is_cjk(words.strip())
        if not cjk:
            words = re.split(rf"\s(?:{self.profile.within.pattern})\s", words)[0] or words
        words = leading_words().sub("", words.strip(" .:：–-\"“”„«»'*#"), count=1)
        first = next((char for char in words if char.isalpha()), "")
        if not words or not (words[0].isalpha() or words[0] in "'’‘") or (first.islower() and not cjk):
            return ""
        if any(char.isdigit() for char in words) or _not_names().search(words):
            return ""
        if self.profile.twin.search(words) or places.is_continent(words):
            return ""
        if cjk:
            return "" if len(words) > _MOST_CHARACTERS or _CJK_WORDS.search(words) else words
        return "" if len(words.split()) > _MOST_WORDS else words

    def _before_date(self, words: str) -> str:
        """Return what stands before a date and the words that belong to it: `Pau` of `Pau since 1974`."""
        before, date, _ = words.partition(DATE)
        if not date or places.is_cjk(before.strip()):
            return before
        for pattern in (self.profile.since, self.profile.until):
            match = next(
                (one for one in pattern.finditer(before) if one[0].strip() and before[: one.start()].strip()), None
            )
            before = before[: match.start()] if match else before
        return before
