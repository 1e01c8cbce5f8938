"""Templates that are a twinning: `{{Gemellaggio|Francia|Parigi|1956}}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import Call, is_link, link_atom
from pipeline.readers.wikitext.partners import Partner
from pipeline.readers.wikitext.periods import find_dates

if TYPE_CHECKING:
    from pipeline.readers.wikitext.atoms import Line
    from pipeline.readers.wikitext.link_classifier import Senses

_NUMBERED = re.compile(r"([^\W\d]+) ?(\d{1,2})")
_LONGEST_DATE = 25


def read_twins(call: Call, line: Line, senses: Senses) -> list[Partner]:
    """Return the partners that a template names, in whatever order its arguments are."""
    found = (_read_one(one, line, senses) for one in _each(call))
    return [partner for partner in found if partner.name]


def _each(call: Call) -> list[Call]:
    """Take apart a template of several twinnings: `ville1`, `pays1`, `ville2`, `pays2`."""
    groups: dict[str, dict[str, str]] = {}
    for key, value in call.named.items():
        match = _NUMBERED.fullmatch(key)
        if match and value:
            groups.setdefault(match[2], {})[match[1]] = value
    return [Call(call.name, (), named) for named in groups.values()] if len(groups) > 1 else [call]


def _read_one(call: Call, line: Line, senses: Senses) -> Partner:
    partner = Partner("")
    for text in filter(None, (*call.given, *call.named.values())):
        plain = line.plain(text)
        dates = find_dates(text, senses.profile)
        link = next(filter(is_link, text), None)
        if link and senses.is_country(link):
            partner.country = partner.country or line.link(link).label
        elif link:
            _name(partner, line, link)
        elif dates and len(plain) < _LONGEST_DATE:
            partner.since = partner.since or dates[0].text
        elif not partner.country and (places.country_of_flag(plain) or places.is_country(plain)):
            partner.country = places.country_of_flag(plain) or plain
        elif plain and not dates:
            target, _, label = text.partition("|")
            shown = link_atom(target, label or None, line)
            if is_link(shown[:1] or " "):
                _name(partner, line, shown[0])
            else:
                partner.name = partner.name or plain
    partner.name = partner.name or partner.country
    return partner


def _name(partner: Partner, line: Line, char: str) -> None:
    if not partner.name:
        partner.name, partner.article = line.link(char).label, line.link(char).target
