"""Which partners a line names: a list's item, a table's cell, the part of a sentence behind "is twinned with"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import PRIVATE, TWIN, Line, is_flag, is_link
from pipeline.readers.wikitext.calls import read_twins
from pipeline.readers.wikitext.name_qualifiers import Beside
from pipeline.readers.wikitext.partners import Context, Partner, untangle
from pipeline.readers.wikitext.parts import AND, COMMAS, DATE, FLAGGED, MARKS, STRONG, Part, cut, leading_words, pieces

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_LINKS: Final = re.compile("[\ue000-\ue7ff]")
_ADMINISTRATIVE: Final = "州省縣县道府県郡区區"
_COLONS: Final = frozenset({":", "："})


def read_partners(line: Line, profile: Profile, context: Context) -> list[Partner]:
    """Return the partners that a line names, in order."""
    partners: list[Partner] = []
    for piece in pieces(line):
        parts = cut(piece, line, profile, as_list=context.as_list)
        partners += _Reader(line, profile, context).read(parts)
    return partners


class _Reader(Beside):
    """Puts parts together to partners, one after the other."""

    def __init__(self, line: Line, profile: Profile, context: Context) -> None:
        super().__init__(line, profile, context)
        #: The country of the partners to come, and whether this line said it.
        self.country, self.is_own_country = context.country, False
        #: When the next partner's twinning began.
        self.since_next = ""
        #: Whether "Germany:" went before.
        self.after_label = False
        self.as_list = context.as_list

    def read(self, parts: list[Part]) -> list[Partner]:
        """Return the partners that the parts name."""
        self.as_list = self.as_list or self._looks_like_list(parts)
        for place, part in enumerate(parts):
            self._take(part, parts[place + 1 :])
        last = next((partner.url for partner in reversed(self.partners) if partner.url), "")
        for partner in self.partners:
            partner.url = partner.url or last
        return self.partners

    def _looks_like_list(self, parts: list[Part]) -> bool:
        towns = [part for part in parts if self.senses.has_town(part.text)]
        if len(towns) < 2:
            return False
        if any(part.separator in STRONG or part.separator in {AND, "/"} for part in towns[1:]):
            return True
        is_flagged = any(map(is_flag, parts[0].text)) and not any(map(self.senses.is_only_country, parts))
        return len(towns) >= (3 if is_flagged else 4)

    def _take(self, part: Part, rest: list[Part]) -> None:
        text = part.text.replace("\x11", " ")
        bare = part.bare
        chars = PRIVATE.findall(bare)
        twin = next((char for char in chars if char >= TWIN), None)
        if twin:
            self._take_twin(part, twin)
            return
        links = [char for char in chars if is_link(char)]
        towns = [char for char in links if self.senses.is_town(char)]
        if towns and self.partners and self._renames(part):
            self._rename(part)
            return
        for flag in filter(is_flag, chars):
            self._take_flag(self.line.flag(flag), is_alone=not towns and not self.senses.name(text))
        if towns:
            self._take_links(part, bare, links, towns, rest)
        elif countries := self.senses.countries(bare):
            self._take_country_link(part, bare, countries[0])
        else:
            self._take_plain(part, text, rest)

    # Countries.

    def _take_flag(self, country: str, *, is_alone: bool) -> None:
        if is_alone and self.partners and not self.partners[-1].country:
            self.partners[-1].country = country
        else:
            self.country, self.is_own_country = country, True

    def _take_country(self, text: str, part: Part) -> None:
        """Take a country: of the partner before it, or of those behind."""
        if self.partners and part.separator != FLAGGED:
            self.set_country(text)
            return
        self.country, self.is_own_country = text, True
        self.as_list = self.as_list or part.separator in {"", ";", "；"}

    def _take_country_link(self, part: Part, bare: str, country: str) -> None:
        name = self.senses.name(PRIVATE.sub("", bare).strip(" .,"))
        is_within = self.senses.is_within(_LINKS.split(bare)[0])
        may_be_new = not self.partners or self.as_list or part.separator in STRONG or part.separator == AND
        if name and not is_within and may_be_new:
            self._new(name, "", part)
            self.set_country(country)
        else:
            self._take_country(country, part)
        self.finish(part, "")

    def _country_in_front(self, text: str, first: str, lead: str) -> str:
        """Take the country in front of a town's link; return the region there: `美国犹他州[[普若佛]]`."""
        countries = self.senses.countries(text[: text.index(first)])
        if countries:
            self.country, self.is_own_country = countries[0], True
        elif lead and places.is_country(lead):
            self.country, self.is_own_country = lead, True
        elif lead and places.is_cjk(lead):
            ends = (end for length in range(min(len(lead), 10), 1, -1) for end in (lead[-length:], lead[:length]))
            country = next((end for end in ends if places.is_country(end)), "")
            if country:
                self.country, self.is_own_country = country, True
            if lead[-1] in _ADMINISTRATIVE:
                return lead.removeprefix(self.country)
        return ""

    # Towns that are linked.

    def _take_links(self, part: Part, text: str, links: list[str], towns: list[str], rest: list[Part]) -> None:
        before = text[: text.index(towns[0])]
        lead = PRIVATE.sub("", before).strip(" :：–-.\"“„«'")
        region = self._country_in_front(text, towns[0], lead)
        if self.partners and (self.senses.is_within(before) or not self._opens(part, towns[0], lead, rest)):
            self.qualify(part, text, links)
            return
        run = self._run(text, towns)
        town = towns[0]
        if len(run) > 1 and all(places.is_cjk(self.line.link(char).label) for char in run):
            # [[イリノイ州]][[シカゴ]]: the last is the town.
            town, region = run[-1], self.line.link(run[-2]).label
        elif len(run) > 1 and self.senses.is_region(town) and not self.as_list:
            town, region = run[1], self.line.link(town).label
        link = self.line.link(town)
        label, target, behind = link.label, link.target, text[text.index(town) + 1 :]
        inner = self.senses.town_behind(label, behind)
        if inner:
            # [[洛杉矶县]]阿罕布拉市: the link is where the town is.
            region, label, target, behind = label, inner, "", behind[len(inner) :]
        self._new(label, target, part, self.country or self.senses.country_of_adjective(lead))
        self.partners[-1].region = self.partners[-1].region or region
        self.after_name(part, behind)

    def _run(self, text: str, towns: list[str]) -> list[str]:
        """Return the towns' links that follow the first with nothing but spaces between."""
        run = [towns[0]]
        for char in towns[1:]:
            if text[text.index(run[-1]) + 1 : text.index(char)].strip("・ ‧的"):
                break
            run.append(char)
        return run

    def _opens(self, part: Part, first: str, lead: str, rest: list[Part]) -> bool:
        """Return whether a part that has a town's link begins another partner."""
        if any(map(is_flag, part.text)) or self.after_label or part.separator in STRONG:
            return True
        is_words = lead[:1].islower() and not leading_words().match(lead + " x")
        if part.separator == AND:
            return self.as_list or not is_words
        if not self.as_list and part.separator in COMMAS and self.senses.is_of_region(lead):
            return False
        if is_words and not (self.as_list and len(lead.split()) < 3):
            return False
        if part.separator in COMMAS:
            return self._opens_behind_comma(first, rest)
        return part.separator == "|" or (part.separator in {"/", "／"} and not self.senses.is_region(first))

    def _opens_behind_comma(self, first: str, rest: list[Part]) -> bool:
        current = self.partners[-1]
        if current.country and self.country_behind:
            return True
        country_follows = bool(rest) and self.senses.is_only_country(rest[0])
        if self.senses.is_region(first) and (not self.as_list or country_follows):
            return False
        if self.as_list:
            # "A, Region, Country; B": what a country follows is a region.
            return self.is_own_country or not (country_follows and rest[0].separator in COMMAS)
        return bool(current.since) and not country_follows

    def _renames(self, part: Part) -> bool:
        """Return whether a part says what a town is called now, or since when: "seit 2001 [[Sittard-Geleen]]"."""
        lead = _LINKS.split(part.text, maxsplit=1)[0].strip()
        if not lead or not (part.separator in COMMAS or not part.separator):
            return False
        if lead.endswith(DATE):
            return self.profile.since.match(lead) is not None
        return self.profile.renamed.fullmatch(lead) is not None

    def _rename(self, part: Part) -> None:
        dates = iter(part.dates)
        text = "".join(next(dates).text + " " if char == DATE else char for char in part.text)
        self.partners[-1].notes.append(self.line.plain(MARKS.sub("", text)))
        for bracket in part.brackets:
            self.bracket(bracket)

    # Partners.

    def _new(self, name: str, article: str, part: Part, country: str = "") -> None:
        context = self.context
        partner = Partner(name.strip(" ,.;:"), article, country or self.country, context.region)
        partner.status, partner.form = context.status, context.form
        self.country_behind = self.after_label = False
        untangle(partner)
        if part.struck:
            partner.status = partner.status or "unknown"
            partner.notes.append("struck through")
        partner.since, self.since_next = self.since_next or self.since, ""
        self.partners.append(partner)

    def _take_twin(self, part: Part, char: str) -> None:
        """Take a template that is a twinning, or several."""
        if not self.is_own_country:
            self.country = self.context.country
        found = read_twins(self.line.twin(char), self.line, self.senses)
        for one in found:
            self.country = one.country or self.country
            self._new(one.name, one.article, part)
            self.partners[-1].since = one.since
        behind = PRIVATE.sub("", part.text[part.text.index(char) + 1 :])
        if found:
            self.after_name(part, behind)
        else:
            self.finish(part, "")

    # Parts without a town's link.

    def _take_plain(self, part: Part, text: str, rest: list[Part]) -> None:
        """Take a country, a region, a date, a name that is not linked, or words."""
        if self._dates_next(part, rest):
            self.since_next = part.dates[0].text
            return
        words = PRIVATE.sub("", part.bare).strip(" .\"“”„«»'")
        first, _, behind = words.partition(" ")
        bare = behind.strip() if behind and self.senses.is_within(first) else words
        name = self.senses.name(text)
        if places.is_country(bare) and self.partners and self._labels(rest):
            self.country, self.is_own_country, self.after_label = bare, True, True
        elif places.is_country(bare):
            self._take_country(bare, part)
            self.finish(part, "")
        elif places.is_continent(bare) or self._labels(rest):
            self.finish(part, "")  # "Other cities: [[A]], [[B]]"
        elif self.partners and not self._plain_opens(part, name):
            self.qualify(part, part.bare, [char for char in part.text if is_link(char)][:1])
        elif name:
            split = places.split_country_prefix(name)
            region = ""
            if split:
                self.country, name = split
            if self.country:
                region, name = places.split_region_prefix(name)
            before = part.bare.partition(name)[0]
            self._new(name, "", part, self.country or self.senses.country_of_adjective(before))
            self.partners[-1].region = self.partners[-1].region or region
            _, _, behind = part.bare.partition(name)
            self.after_name(part, behind)
        else:
            self.finish(part, words)

    def _labels(self, rest: list[Part]) -> bool:
        """Return whether a colon and a town follow."""
        return bool(rest) and rest[0].separator in _COLONS and self.senses.has_town(rest[0].text)

    def _dates_next(self, part: Part, rest: list[Part]) -> bool:
        """Return whether a part is a date of the partner behind it: "with A, since 1995 with B"."""
        if len(part.dates) != 1 or part.brackets or not rest or rest[0].separator != AND:
            return False
        words = PRIVATE.sub("", part.bare).strip()
        few = words.islower() and len(words.split()) in {2, 3}  # "ebenso seit"
        only_date = not words or self.profile.since.fullmatch(words.split()[-1] if few else words)
        is_since = part.dates[0].role == "since" and part.dates[0].stated
        return is_since and bool(only_date) and self.senses.has_town(rest[0].text)

    def _plain_opens(self, part: Part, name: str) -> bool:
        """Return whether a name that is not linked is another partner's."""
        if not name:
            return False
        current = self.partners[-1]
        if any(map(is_flag, part.text)) or part.separator in STRONG:
            return True
        if part.separator == AND:
            return self.as_list or not current.article
        if part.separator not in COMMAS or not self.as_list or places.is_region(name):
            return False
        if current.region and name.startswith(current.region):
            return False  # [[Beppu, Ōita|Beppu]], Ōita Prefecture
        return not (current.country and current.country.startswith(name))
