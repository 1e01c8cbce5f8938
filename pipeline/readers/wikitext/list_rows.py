"""Items of a list: a partner, a heading of those below it, or more of the partner above."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.items import read_partners
from pipeline.readers.wikitext.name_qualifiers import add_date
from pipeline.readers.wikitext.partners import Context, Partner
from pipeline.readers.wikitext.periods import find_dates
from pipeline.readers.wikitext.profiles import common
from pipeline.readers.wikitext.prose import read_prose
from pipeline.readers.wikitext.state import BULLET, PageState

if TYPE_CHECKING:
    from pipeline.readers.wikitext.atoms import Line
    from pipeline.readers.wikitext.units import Unit

_ENDS_NAME: Final = re.compile(r"[,(（，;]")
#: More words than these are a sentence.
_FEW_WORDS: Final = 7


class ListRows(PageState):
    """Reads items."""

    def _read_item(self, unit: Unit, line: Line, shown: str, marks: str, following: list[Unit]) -> None:
        depth = len(marks)
        self.levels = {level: one for level, one in self.levels.items() if level < depth}
        above = self.levels[max(self.levels)] if self.levels else self.context
        is_of_schools = places.is_cjk(shown) and not line.flags and self.profile.not_sections.search(shown)
        if not self.is_on or is_of_schools:
            said = [] if is_of_schools or not self.is_weak else self._item_prose(line, shown, above)
            self._note(unit, "partner" if said else "other", said)
            return
        has_children = bool(following) and len(_marks(following[0].text)) > depth
        label = self._label_above(line, shown, has_children=has_children)
        if label is not None:
            context = self._under(shown.strip(" :."), line, above)
            self.levels[depth] = replace(context, country=label, region="") if label else context
            self._note(unit, "heading")
        elif prose := self._item_prose(line, shown, above):
            self._note(unit, "partner", prose)
        elif shown.endswith(":") and self.profile.twin.search(shown) and not line.twins:
            self.levels[depth] = self._under(shown, line, above)
            self._note(unit, "intro")
        elif self._is_detail(line, depth):
            self._add_detail(line, shown)
            self._note(unit, "detail")
        else:
            self._read_partner(unit, line, shown, depth, above, has_children=has_children)

    def _item_prose(self, line: Line, shown: str, above: Context) -> list[Partner]:
        """Return the partners of an item that is a sentence about twinning."""
        if not self.profile.twin.search(shown) or line.flags or line.twins:
            return []
        is_few = len(shown.split()) <= _FEW_WORDS
        if places.is_cjk(shown) or shown[:1].isdigit():
            is_few = is_few and not any(pattern.search(line.text) for pattern in self.profile.prose)
        if not shown.endswith(":") and is_few:
            return []
        return read_prose(line, self.profile, above)

    def _read_partner(
        self, unit: Unit, line: Line, shown: str, depth: int, above: Context, *, has_children: bool
    ) -> None:
        partners = [one for one in read_partners(line, self.profile, above) if self._is_plausible(one, line)]
        is_region = places.is_region(shown) and len(partners) == 1 and partners[0].country == above.country
        if has_children and is_region:
            self.levels[depth] = replace(above, region=shown)
            self._note(unit, "heading")
            return
        if not partners and (self._is_remark(line, shown) or (self.levels and not line.flags)):
            self._note(unit, "note")
            return
        partners = partners or self._city_state(line, shown, above)
        self._note(unit, "partner", partners)
        if partners:
            self.last_item = (depth, partners)

    def _is_detail(self, line: Line, depth: int) -> bool:
        """Return whether an item says more of the partner in the item above it: `** signed in 1974`."""
        if self.last_item is None or depth <= self.last_item[0] or line.flags or line.twins:
            return False
        if self.levels and max(self.levels) >= self.last_item[0]:
            return False
        dates = find_dates(line.text, self.profile)
        if not dates:
            return False
        shown = line.plain(line.text)
        lead = line.plain(line.text[: dates[0].start]).strip(" :–-(（")
        return not lead or lead[:1].islower() or bool(self.profile.since.search(shown)) or len(shown) > 60

    def _add_detail(self, line: Line, shown: str) -> None:
        assert self.last_item is not None
        for partner in self.last_item[1]:
            for one in find_dates(line.text, self.profile):
                add_date(partner, one)
            partner.notes.append(shown)
            partner.url = partner.url or next((ref for ref in line.refs if ref), "")

    def _label_above(self, line: Line, shown: str, *, has_children: bool) -> str | None:
        """Return None for an item that may be a partner; "" for a heading of those below, or the country it names."""
        label = shown.strip(" :.")
        if places.is_continent(label):
            return ""
        if places.is_country(label):
            return label if has_children or shown.endswith(":") else None
        if not has_children or (line.links and line.flags):
            return None
        if line.flags:
            return None if label else line.flags[0]
        if line.links and self._is_many():
            self.town = line.links[0].label
            return ""
        return None if line.links or find_dates(line.text, self.profile) else ""

    def _city_state(self, line: Line, shown: str, above: Context) -> list[Partner]:
        """Return the partner of an item that names but a country, where that is a town too: Singapore."""
        dates = find_dates(line.text, self.profile)
        before = line.plain(line.text[: dates[0].start]) if dates else shown
        name = _ENDS_NAME.split(before)[0].strip(" .:")
        if not places.is_country(name) or places.country_code(name) not in common("city_states"):
            return []
        partner = Partner(name, name, name, status=above.status, form=above.form)
        partner.since = next((one.text for one in dates if one.role == "since"), "")
        partner.url = next((ref for ref in line.refs if ref), "")
        return [partner]

    def _is_remark(self, line: Line, shown: str) -> bool:
        """Return whether an item without a partner is words rather than a name that could not be read."""
        return not line.flags and (len(shown.split()) > 8 or shown[:1].islower() or shown.startswith("("))

    def _is_plausible(self, partner: Partner, line: Line) -> bool:
        name = partner.name
        if self.title and places.fold(name) == places.fold(self.town) and not partner.country and not partner.region:
            return len(line.links) < 2 and bool(line.flags)
        return not places.is_continent(name)


def _marks(text: str) -> str:
    match = BULLET.match(text)
    return match[1] if match else ""
