"""Where the partners of a line begin: whether a segment names another partner or says more of the one before."""

from __future__ import annotations

import re
from typing import Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.line import PLACEHOLDER, Line
from pipeline.readers.wikitext.name_qualifiers import NameQualifiers
from pipeline.readers.wikitext.profiles import Profile, common_words
from pipeline.readers.wikitext.segments import DATE, Segment

LINKS: Final = re.compile("[\ue000-\ue7ff]")
_COLONS: Final = frozenset({":", "："})


class PartnerBoundaries(NameQualifiers):
    """Tells whether a segment begins a partner, by the segment and by the partners before it."""

    def __init__(self, line: Line, profile: Profile, *, as_list: bool) -> None:
        super().__init__(line, profile)
        self.as_list = as_list
        #: Whether the line states the country of the next partners.
        self.is_country_stated = False
        #: Whether "Germany:" stands before.
        self.is_after_label = False

    def looks_like_list(self, segments: list[Segment]) -> bool:
        """Return whether segments are a list of towns, so that every comma separates partners."""
        towns = [segment for segment in segments if self.classifier.has_town(segment.text)]
        if len(towns) < 2:
            return False
        if any(segment.is_strong or segment.is_joined or segment.separator == "/" for segment in towns[1:]):
            return True
        has_flag = self.line.flags_in(segments[0].text) and not any(map(self.classifier.is_only_country, segments))
        return len(towns) >= (3 if has_flag else 4)

    def begins_partner(self, segment: Segment, town: str, words: str, rest: list[Segment]) -> bool:
        """Return whether a segment with a town's link names another partner; `words` stand before the link."""
        if self.line.flags_in(segment.text) or self.is_after_label or segment.is_strong:
            return True
        is_lower = words[:1].islower() and not common_words().leading.match(words + " x")
        if segment.is_joined:
            return self.as_list or not is_lower
        is_comma = segment.is_after_comma
        if not self.as_list and is_comma and common_words().of_region.search(words):
            return False  # "A, cittadina dell'Engadina"
        if is_lower and not (self.as_list and len(words.split()) < 3):
            return False
        if is_comma:
            return self._begins_partner_behind_comma(town, rest)
        return segment.separator == "|" or (segment.separator in {"/", "／"} and not self.classifier.is_region(town))

    def _begins_partner_behind_comma(self, town: str, rest: list[Segment]) -> bool:
        partner = self.partners[-1]
        if partner.region and partner.region in {self.line.links[town].label, self.line.links[town].target}:
            return False  # [[Columbia, Carolina de Sud|Columbia]], [[Carolina de Sud]]
        if partner.country and self.is_country_behind:
            return True
        is_country_next = bool(rest) and self.classifier.is_only_country(rest[0])
        if self.classifier.is_region(town) and (not self.as_list or is_country_next):
            return False
        if self.as_list:
            # "A, Region, Country; B": what a country follows is a region.
            return self.is_country_stated or not (is_country_next and rest[0].is_after_comma)
        return bool(partner.since) and not is_country_next

    def is_new_name(self, segment: Segment, name: str) -> bool:
        """Return whether a name without a link is another partner's."""
        if not name:
            return False
        partner = self.partners[-1]
        if self.line.flags_in(segment.text) or segment.is_strong:
            return True
        if segment.is_joined:
            return self.as_list or not partner.article
        if not segment.is_after_comma or not self.as_list or places.is_region(name):
            return False
        if partner.region and name.startswith(partner.region):
            return False  # [[Beppu, Ōita|Beppu]], Ōita Prefecture
        return not (partner.country and partner.country.startswith(name))

    def dates_next_partner(self, segment: Segment, rest: list[Segment]) -> bool:
        """Return whether a segment is a date of the partner behind it: "with A, since 1995 with B"."""
        if len(segment.dates) != 1 or segment.brackets or not rest or not rest[0].is_joined:
            return False
        words = PLACEHOLDER.sub("", segment.bare).strip()
        is_few = words.islower() and len(words.split()) in {2, 3}  # "ebenso seit"
        has_only_date = not words or self.profile.since.fullmatch(words.split()[-1] if is_few else words)
        date = segment.dates[0]
        is_since = date.role == "since" and date.is_stated
        return is_since and bool(has_only_date) and self.classifier.has_town(rest[0].text)

    def renames(self, segment: Segment) -> bool:
        """Return whether a segment says the name of a town today: "seit 2001 [[Sittard-Geleen]]"."""
        words = LINKS.split(segment.text, maxsplit=1)[0].strip()
        if not words or (segment.separator and not segment.is_after_comma):
            return False
        if words.endswith(DATE):
            return self.profile.since.match(words) is not None
        return self.profile.renamed.fullmatch(words) is not None

    def is_label(self, rest: list[Segment]) -> bool:
        """Return whether a colon and a town follow."""
        return bool(rest) and rest[0].separator in _COLONS and self.classifier.has_town(rest[0].text)
