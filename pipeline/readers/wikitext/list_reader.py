"""Items of a list: a partner, a heading of the items below, or more about the partner above."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.boroughs import as_borough, split_borough
from pipeline.readers.wikitext.city_states import read_city_state
from pipeline.readers.wikitext.dates_in_text import find_dates
from pipeline.readers.wikitext.page_state import BULLET, PageState
from pipeline.readers.wikitext.partner_parser import read_partners
from pipeline.readers.wikitext.prose import read_prose

if TYPE_CHECKING:
    from pipeline.readers.wikitext.line import Line
    from pipeline.readers.wikitext.logical_lines import LogicalLine
    from pipeline.readers.wikitext.partners import Context, Partner

#: An item of more words is a sentence; one of more words that names no partner is a remark.
_MOST_WORDS, _MOST_WORDS_UNREAD = 7, 8
#: An item of more characters below a partner is about it.
_LONG: Final = 60


class ListReader(PageState):
    """Reads the items of a list."""

    def _read_item(self, source: LogicalLine, line: Line, shown: str, depth: int, following: list[LogicalLine]) -> None:
        """Read an item of a depth, its number of marks; `shown` is its plain text."""
        self.item_contexts = {level: context for level, context in self.item_contexts.items() if level < depth}
        above = self.item_contexts[max(self.item_contexts)] if self.item_contexts else self.context
        is_about_schools = places.is_cjk(shown) and not line.flags and self.profile.not_sections.search(shown)
        if not self.is_relevant or is_about_schools:
            partners = self._read_item_prose(line, shown, above) if self.is_weak and not is_about_schools else []
            self._add(source, "partner" if partners else "other", partners)
            return
        has_children = bool(following) and _depth(following[0].text) > depth
        country = self._country_label(line, shown, has_children=has_children)
        if above.of_boroughs and has_children and not line.flags and not country:
            borough = as_borough(shown.strip(" :."), self.town)
            self.item_contexts[depth] = replace(above, town=borough, of_boroughs=False)
            self._add(source, "heading")
        elif country is not None:
            context = self._context_below(shown.strip(" :."), line, above)
            self.item_contexts[depth] = replace(context, country=country, region="") if country else context
            self._add(source, "heading")
        elif partners := self._read_item_prose(line, shown, above):
            self._add(source, "partner", partners)
        elif shown.endswith(":") and self.profile.twin.search(shown) and not line.twinnings:
            self.item_contexts[depth] = self._context_below(shown, line, above)
            self._add(source, "intro")
        elif self._is_detail(line, shown, depth, is_continued=_is_continued(source.text)):
            self._add_detail(line, shown)
            self._add(source, "detail")
        else:
            self._read_partner_item(source, line, shown, depth, above, has_children=has_children)

    def _read_item_prose(self, line: Line, shown: str, above: Context) -> list[Partner]:
        """Return the partners of an item that is a sentence about twinning."""
        if not self.profile.twin.search(shown) or line.flags or line.twinnings:
            return []
        is_short = len(shown.split()) <= _MOST_WORDS
        if places.is_cjk(shown) or shown[:1].isdigit():
            is_short = is_short and not any(pattern.search(line.text) for pattern in self.profile.prose)
        return read_prose(line, self.profile, above, title=self.town) if shown.endswith(":") or not is_short else []

    def _read_partner_item(
        self, source: LogicalLine, line: Line, shown: str, depth: int, above: Context, *, has_children: bool
    ) -> None:
        if above.of_boroughs and (split := split_borough(line, self.town)):
            above = replace(above, town=split[0], of_boroughs=False)
            line = replace(line, text=split[1])
        partners = read_partners(line, self.profile, above)
        partners = [partner for partner in partners if self._is_plausible(partner, line)]
        if len(partners) == 1 and self.profile.planned.search(shown):
            self._add(source, "note")
            return
        is_region = places.is_region(shown) and len(partners) == 1 and partners[0].country == above.country
        if has_children and is_region:
            self.item_contexts[depth] = replace(above, region=shown)
            self._add(source, "heading")
        elif not partners and not line.flags and (self.item_contexts or _is_remark(shown)):
            self._add(source, "note")
        else:
            partners = partners or read_city_state(line, self.profile, above)
            self._add(source, "partner", partners)
            if partners:
                self.last_item = (depth, partners)

    def _is_detail(self, line: Line, shown: str, depth: int, *, is_continued: bool) -> bool:
        """Return whether an item says more of the partner in the item above it: `** signed in 1974`.

        `is_continued`: its marks (`*:`) continue the item above, and so it is about it unless it begins with a link.
        """
        if self.last_item is None or depth <= self.last_item[0] or line.flags or line.twinnings:
            return False
        if self.item_contexts and max(self.item_contexts) >= self.last_item[0]:
            return False
        dates = find_dates(line.text, self.profile)
        if is_continued and not (line.links and self._names_town_first(line)):
            return True
        if not dates:
            return False
        before = line.plain(line.text[: dates[0].start]).strip(" :–-(（")
        return not before or before[:1].islower() or bool(self.profile.since.search(shown)) or len(shown) > _LONG

    def _names_town_first(self, line: Line) -> bool:
        return line.text.strip()[:1] in line.links and not find_dates(line.text, self.profile)

    def _add_detail(self, line: Line, shown: str) -> None:
        assert self.last_item is not None
        for partner in self.last_item[1]:
            for date in find_dates(line.text, self.profile):
                if not partner.add_date(date):
                    partner.notes.append(date.text)
            partner.notes.append(shown)
            partner.fill(status=self.profile.status_of(shown), url=line.first_url)

    def _country_label(self, line: Line, shown: str, *, has_children: bool) -> str | None:
        """Return the country that an item above others names, "" where it names none; None for any other item."""
        label = shown.strip(" :.")
        if places.is_continent(label):
            return ""
        if places.is_country(label):
            return label if has_children or shown.endswith(":") else None
        if not has_children or (line.links and line.flags):
            return None
        if line.flags:
            return None if label else next(iter(line.flags.values()))
        if line.first_link and self.has_many_towns:
            self.town = line.first_link.label
            return ""
        return None if line.links or find_dates(line.text, self.profile) else ""

    def _is_plausible(self, partner: Partner, line: Line) -> bool:
        """Return whether a partner is neither a continent nor the page's own town."""
        has_place = partner.country or partner.region
        if self.title and places.fold(partner.name) == places.fold(self.town) and not has_place:
            return len(line.links) < 2 and bool(line.flags)
        return not places.is_continent(partner.name)


def _is_remark(shown: str) -> bool:
    """Return whether an item that names no partner is words, and not a name that could not be read."""
    return len(shown.split()) > _MOST_WORDS_UNREAD or shown[:1].islower() or shown.startswith("(")


def _is_continued(text: str) -> bool:
    """Return whether the marks of a list item continue the item above: `*:`, `#:`."""
    match = BULLET.match(text)
    return match is not None and len(match[1]) > 1 and match[1].endswith(":") and match[1][0] in "*#"


def _depth(text: str) -> int:
    """Return how many marks of a list item a line begins with."""
    match = BULLET.match(text)
    return len(match[1]) if match else 0
