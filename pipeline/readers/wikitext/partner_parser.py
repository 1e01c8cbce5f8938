"""The partners that a line names: an item of a list, a cell of a table, the rest of a sentence after "twinned with"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.line import PLACEHOLDER, Line
from pipeline.readers.wikitext.partner_boundaries import LINKS, PartnerBoundaries
from pipeline.readers.wikitext.partners import Context, Partner
from pipeline.readers.wikitext.profiles import common_words
from pipeline.readers.wikitext.segments import BRACKET, DATE, DATE_OR_BRACKET, Segment, split_line
from pipeline.readers.wikitext.twinning_templates import read_twinning_template

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_DIVISIONS: Final = "州省縣县道府県郡区區"


def read_partners(line: Line, profile: Profile, context: Context) -> list[Partner]:
    """Return the partners that a line names, in order."""
    partners: list[Partner] = []
    for segments in split_line(line, profile, as_list=context.as_list):
        partners += _PartnerParser(line, profile, context).parse(segments)
    return partners


class _PartnerParser(PartnerBoundaries):
    """Makes partners of segments, one after the other."""

    def __init__(self, line: Line, profile: Profile, context: Context) -> None:
        super().__init__(line, profile, as_list=context.as_list)
        self.context, self.country = context, context.country
        #: The country that an adjective states of several towns: "den französischen Städten A und B".
        self.shared_country = ""
        #: The start of the next partner.
        self.next_since = ""
        #: The start that words before several partners state, and those that have it unless they have their own.
        self.stated_since = ""
        self.inherited: list[tuple[Partner, str]] = []

    def parse(self, segments: list[Segment]) -> list[Partner]:
        """Return the partners that the segments name."""
        self.as_list = self.as_list or self.looks_like_list(segments)
        for index, segment in enumerate(segments):
            self._read_segment(segment, segments[index + 1 : index + 2])
        for partner, since in self.inherited:
            partner.fill(since=since)
        last_url = next((partner.url for partner in reversed(self.partners) if partner.url), "")
        for partner in self.partners:
            partner.fill(url=last_url)
        return self.partners

    def _read_segment(self, segment: Segment, rest: list[Segment]) -> None:
        links = self.line.links_in(segment.text)
        towns = [char for char in links if self.classifier.is_town(char)]
        twinning = next((char for char in segment.text if char in self.line.twinnings), None)
        if twinning:
            self._read_template(segment, twinning)
            return
        if towns and self.partners and self.renames(segment):
            self._add_new_name(segment)
            return
        text = segment.text.replace(BRACKET, " ")
        for flag in self.line.flags_in(segment.text):
            is_alone = not towns and not self.classifier.name(text)
            is_label = is_alone and self.is_label(rest)
            self.is_after_label = self.is_after_label or is_label
            self.as_list = self.as_list or is_label  # "{{FRA}}: [[A]], [[B]]"
            self._read_flag(self.line.flags[flag], is_alone=is_alone and not is_label)
        if not towns and segment.is_joined and (town := self._city_state(segment)):
            self._state_country(self.line.links[town].label)
            towns = [town]
        if towns:
            self._read_towns(segment, links, towns, rest)
        elif countries := self.classifier.countries(segment.text):
            self._read_country_link(segment, countries[0])
        else:
            self._read_unlinked(segment, text, rest)

    def _city_state(self, segment: Segment) -> str:
        """Return the link of a country that is a town, too, where it stands alone behind "and" or "with", or ""."""
        links = self.line.links_in(segment.text)
        is_alone = len(links) == 1 and not segment.text.partition(links[0])[0].strip() and self.as_list
        code = places.country_code(self.line.links[links[0]].label) if is_alone else None
        return links[0] if code in common_words().city_states else ""

    # Countries

    def _read_flag(self, country: str, *, is_alone: bool) -> None:
        if is_alone and self.partners and not self.partners[-1].country:
            self.partners[-1].country = country
        else:
            self._state_country(country)

    def _read_country(self, country: str, segment: Segment) -> None:
        """Read a country: of the partner before it, or of those behind it."""
        if self.partners and not segment.is_flagged:
            self.set_country(country)
            return
        self._state_country(country)
        self.as_list = self.as_list or segment.separator in {"", ";", "；"}

    def _read_country_link(self, segment: Segment, country: str) -> None:
        bare = segment.bare
        name = self.classifier.name(PLACEHOLDER.sub("", bare).strip(" .,"))
        is_within = self.classifier.is_within(LINKS.split(bare)[0])
        may_be_new = not self.partners or self.as_list or segment.is_strong or segment.is_joined
        if name and not is_within and may_be_new:
            self._add_partner(name, "", segment)
            self.set_country(country)
        else:
            self._read_country(country, segment)
        self.add_rest(segment, "")

    def _state_country(self, country: str) -> None:
        self.country, self.is_country_stated = country, True

    def _read_country_before(self, before: str, words: str) -> str:
        """Read the country before a town's link; return the region there: `美国犹他州[[普若佛]]`."""
        countries = self.classifier.countries(before)
        if countries or places.is_country(words):
            self._state_country(countries[0] if countries else words)
        elif places.is_cjk(words):
            ends = (end for length in range(min(len(words), 10), 1, -1) for end in (words[-length:], words[:length]))
            country = next(filter(places.is_country, ends), "")
            if country:
                self._state_country(country)
            if words[-1] in _DIVISIONS:
                return words.removeprefix(self.country)
        return ""

    # Linked towns

    def _read_towns(self, segment: Segment, links: list[str], towns: list[str], rest: list[Segment]) -> None:
        text, town = segment.bare, towns[0]
        before = text[: text.index(town)]
        words = PLACEHOLDER.sub("", before).strip(" :：–-.\"“”„«'")
        region = self._read_country_before(before, words)
        if self.partners and (self.classifier.is_within(before) or not self.begins_partner(segment, town, words, rest)):
            self.add_segment(segment, text, links)
            return
        adjacent = _adjacent(text, towns)
        if len(adjacent) > 1 and all(places.is_cjk(self.line.links[char].label) for char in adjacent):
            # [[イリノイ州]][[シカゴ]]: the last is the town.
            town, region = adjacent[-1], self.line.links[adjacent[-2]].label
        elif len(adjacent) > 1 and self.classifier.is_region(town) and not self.as_list:
            town, region = adjacent[1], self.line.links[town].label
        link, behind = self.line.links[town], text[text.index(town) + 1 :]
        label, target = link.label, link.target
        town_behind = self.classifier.town_behind(label, behind)
        if town_behind:
            # [[洛杉矶县]]阿罕布拉市: the link is the region.
            region, label, target, behind = label, town_behind, "", behind[len(town_behind) :]
        self._add_partner(label, target, segment, self._country_by_words(words))
        self.partners[-1].fill(region=region)
        self.add_text_behind(segment, behind)

    def _country_by_words(self, words: str) -> str:
        """Return the country that an adjective before a name means, or one before the names that it follows."""
        country = self.classifier.country_of_adjective(words)
        if country or words.strip():
            is_of_several = country and common_words().several_towns.search(words)
            self.shared_country = country if is_of_several else ""
        return self.country or country or self.shared_country

    def _add_new_name(self, segment: Segment) -> None:
        dates = iter(segment.dates)
        text = "".join(next(dates).text + " " if char == DATE else char for char in segment.text)
        self.partners[-1].notes.append(self.line.plain(DATE_OR_BRACKET.sub("", text)))
        for bracket in segment.brackets:
            self.add_bracket(bracket)

    # Partners

    def _add_partner(self, name: str, article: str, segment: Segment, country: str = "") -> None:
        context, since = self.context, self.next_since or self.since
        partner = Partner(
            " ".join(name.strip(" ,.;:").split()), article, country or self.country, context.region, since
        )
        partner.status, partner.form, partner.town = context.status, context.form, context.town
        partner.split_disambiguation()
        if segment.is_struck:
            partner.fill(status="unknown")
            partner.notes.append("struck through")
        self.is_country_behind = self.is_after_label = False
        if self.next_since:
            self.stated_since = self.next_since
        elif self.stated_since:
            self.inherited.append((partner, self.stated_since))
        self.next_since = ""
        self.partners.append(partner)

    def _read_template(self, segment: Segment, char: str) -> None:
        """Read a template of one twinning or more."""
        if not self.is_country_stated:
            self.country = self.context.country
        twinnings = read_twinning_template(self.line.twinnings[char], self.line, self.classifier)
        form = self.classifier.profile.form_of(self.line.twinnings[char].name) or ""
        for twinning in twinnings:
            self.country = twinning.country or self.country
            self._add_partner(twinning.name, twinning.article, segment)
            self.partners[-1].since, self.partners[-1].until = twinning.since, twinning.until
            self.partners[-1].fill(form=form)
        if twinnings:
            self.add_text_behind(segment, PLACEHOLDER.sub("", segment.text.partition(char)[2]))
        else:
            self.add_rest(segment, "")

    # Segments without a town's link

    def _read_unlinked(self, segment: Segment, text: str, rest: list[Segment]) -> None:
        """Read a country, a region, a date, a name without a link, or words."""
        if self.dates_next_partner(segment, rest):
            self.next_since = segment.dates[0].text
            return
        words = PLACEHOLDER.sub("", segment.bare).strip(" .\"“”„«»'")
        first_word, _, behind = words.partition(" ")
        place = behind.strip() if behind and self.classifier.is_within(first_word) else words
        dated = self.classifier.before_date(PLACEHOLDER.sub("", text)).strip(" .") if segment.dates else ""
        place = dated if places.is_country(dated) else place  # "Germany since 1990"
        place = self.classifier.in_nominative(place)
        name = self.classifier.name(text)
        if places.is_country(name) and common_words().verbs.search(words):
            place = name  # "Nicaragua was ended in 2019"
        is_label = self.is_label(rest)
        self.as_list = self.as_list or (is_label and places.is_country(place))  # "in Germany: [[A]], [[B]]"
        if places.is_country(place) and self.partners and is_label:
            self._state_country(place)
            self.is_after_label = True
        elif places.is_country(place):
            self._read_country(place, segment)
            self.add_rest(segment, words.removeprefix(name) if place == name else "")
        elif places.is_continent(place) or is_label:
            self.add_rest(segment, "")  # "Other cities: [[A]], [[B]]"
        elif self.partners and not self.is_new_name(segment, name):
            self.add_segment(segment, segment.bare, self.line.links_in(segment.text)[:1])
        elif name:
            self._read_name(segment, name)
        else:
            self.add_rest(segment, words)

    def _read_name(self, segment: Segment, name: str) -> None:
        region = ""
        if split := places.split_country_prefix(name):
            self.country, name = split
        if self.country:
            region, name = places.split_region_prefix(name)
        before, _, behind = segment.bare.partition(name)
        self._add_partner(name, "", segment, self._country_by_words(before))
        self.partners[-1].fill(region=region)
        self.add_text_behind(segment, behind)


def _adjacent(text: str, towns: list[str]) -> list[str]:
    """Return the links that follow the first with nothing but spaces between."""
    adjacent = [towns[0]]
    for char in towns[1:]:
        if text[text.index(adjacent[-1]) + 1 : text.index(char)].strip("・ ‧的"):
            break
        adjacent.append(char)
    return adjacent
