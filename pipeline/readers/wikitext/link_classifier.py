"""What a link or a text is: a town, a country, a region, or the name of no town in particular."""

from __future__ import annotations

import re
from typing import Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.line import PLACEHOLDER, Line
from pipeline.readers.wikitext.partners import DISAMBIGUATION
from pipeline.readers.wikitext.profiles import Profile, common_words
from pipeline.readers.wikitext.segments import DATE, Segment

#: A name has at most this many words, or characters in Chinese or Japanese; more are a sentence.
_MOST_WORDS, _MOST_CHARACTERS = 6, 16
#: Words of an apposition: "a German town".
_MOST_WORDS_OF_KIND: Final = 5
_CJK_WORDS: Final = re.compile("[。的在是等为為]")
_CJK_REGIONS: Final = "州省縣县道府県郡"
_CJK_TOWN: Final = re.compile("[\u3040-\u9fff・·]{2,12}?[市县縣区區镇鎮郡町村]")


class LinkClassifier:
    """Classifies the links and words of a line."""

    def __init__(self, line: Line, profile: Profile) -> None:
        self.line, self.profile = line, profile

    def is_country(self, char: str) -> bool:
        """Return whether a link is a country's."""
        link = self.line.links[char]
        if link.label in common_words().towns:
            return False
        title = DISAMBIGUATION.match(link.target)
        if title and not DISAMBIGUATION.match(link.label):
            return title["of"].lower() in common_words().states and places.is_country(link.label)
        if ", " in link.target and ", " not in link.label:
            return False
        is_short = len(link.label) <= 5 and not link.label[:1].islower()
        return places.is_country(link.label) or (is_short and places.is_country(link.target))

    def country_behind(self, char: str) -> str:
        """Return the country that a link means whose text is another word: `[[Francia|francese]]`; or ""."""
        link = self.line.links[char]
        if link.target == link.label or places.is_country(link.label) or not places.is_country(link.target):
            return ""
        # [[Luxembourg|Luxembourg-Ville]]: the town has no article of its own, or the writer did not look for it.
        is_city_state = places.country_code(link.target) in common_words().city_states
        return "" if is_city_state and link.label[:1].isupper() else link.target

    def is_town(self, char: str) -> bool:
        """Return whether a link may be a town's: it is neither a country's nor about twinning itself."""
        link, not_partner = self.line.links[char], self.profile.not_partner
        if not_partner.search(link.target) or not_partner.search(link.label):
            return False
        is_country = self.is_country(char) or bool(self.country_behind(char))
        return not is_country and not places.is_continent(link.label)

    def is_region(self, char: str) -> bool:
        """Return whether a link is that of a part of a country."""
        link = self.line.links[char]
        return places.is_region(link.label) or (places.is_region(link.target) and link.label[:1].isupper())

    def has_town(self, text: str) -> bool:
        """Return whether a text has the link of a town."""
        return any(map(self.is_town, self.line.links_in(text)))

    def countries(self, text: str) -> list[str]:
        """Return the countries that a text links to."""
        countries = (
            self.line.links[char].label if self.is_country(char) else self.country_behind(char)
            for char in self.line.links_in(text)
        )
        return list(filter(None, countries))

    def is_only_country(self, segment: Segment) -> bool:
        """Return whether a segment is the name of a country and nothing else."""
        text = segment.bare.strip(" .")
        if text in self.line.links:
            return self.is_country(text)
        return places.is_country(PLACEHOLDER.sub("", text).strip())

    def is_within(self, before: str) -> bool:
        """Return whether words are those before a region or a country: "in"."""
        words = PLACEHOLDER.sub("", before).strip()
        return bool(words) and self.profile.within.fullmatch(words) is not None

    def in_nominative(self, place: str) -> str:
        """Return the country that a name in another case means ("Soomes"), or the name itself."""
        return places.country_in_case(place, self.profile) or place

    def country_of_adjective(self, words: str) -> str:
        """Return the code of the country that the last adjective of a country in words means, or ""."""
        adjectives = [
            (match.end(), country)
            for country, pattern in self.profile.adjectives.items()
            for match in pattern.finditer(words)
        ]
        if adjectives:
            return max(adjectives)[1]
        # Lithuanian and others have the country in the genitive: Vokietijos.
        declined = (places.country_in_case(word, self.profile) for word in reversed(words.split()[-4:]))
        return next(filter(None, declined), "")

    def is_kind_of_town(self, words: str) -> bool:
        """Return whether words in lower case only say what a town is: "ville allemande"."""
        return words[:1].islower() and 1 < len(words.split()) <= _MOST_WORDS_OF_KIND

    def town_behind(self, label: str, behind: str) -> str:
        """Return the town in Chinese or Japanese that stands right behind the link of its region, or ""."""
        match = _CJK_TOWN.match(behind) if label[-1:] in _CJK_REGIONS else None
        return match[0] if match else ""

    def strip_within(self, plain: str) -> tuple[str, bool]:
        """Return a text without the words before a region or country, and whether it had any."""
        match = self.profile.within.match(plain)
        place, is_within = (plain[match.end() :].strip(), True) if match and match.end() else (plain, False)
        return self.in_nominative(place), is_within

    def is_remark(self, text: str) -> bool:
        """Return whether a text in brackets is a remark and not a place."""
        profile = self.profile
        patterns = (profile.ended, profile.suspended, profile.dormant, profile.twin, profile.renewed)
        return (
            len(text.split()) > 4
            or any(char.isdigit() for char in text)
            or any(pattern.search(text) for pattern in patterns)
            or profile.goes_with_date(text)
        )

    def name(self, text: str) -> str:
        """Return the name that a text without a town's link begins with, or ""."""
        words = self.before_date(PLACEHOLDER.sub("", text))
        is_cjk = places.is_cjk(words.strip())
        if not is_cjk:
            # "the German town of Rees": "of" is no place's.
            words = common_words().leading.sub("", words.strip(" .:：–-\"“”„«»'*#"), count=1)
            words = re.split(rf"\s(?:{self.profile.within.pattern})\s", words)[0] or words
            verb = common_words().verbs.search(words, 1)
            words = words[: verb.start()] if verb and words[verb.start() - 1].isspace() else words
        words = common_words().leading.sub("", words.strip(" .:：–-\"“”„«»'*#"), count=1)
        first_letter = next((char for char in words if char.isalpha()), "")
        if not words or not (words[0].isalpha() or words[0] in "'’‘") or (first_letter.islower() and not is_cjk):
            return ""
        if any(char.isdigit() for char in words) or common_words().not_names.search(words):
            return ""
        if self.profile.twin.search(words) or places.is_continent(words):
            return ""
        if is_cjk:
            return "" if len(words) > _MOST_CHARACTERS or _CJK_WORDS.search(words) else words
        return "" if len(words.split()) > _MOST_WORDS else words

    def before_date(self, text: str) -> str:
        """Return the text before a date and the words that belong to it: `Pau` of `Pau since 1974`."""
        before, date, _ = text.partition(DATE)
        if not date or places.is_cjk(before.strip()):
            return before
        for pattern in (self.profile.since, self.profile.until):
            for match in pattern.finditer(before):
                if match[0].strip() and before[: match.start()].strip():
                    before = before[: match.start()]
                    break
        return before
