"""A partner as a line names it, and what headings above say of it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.profiles import common

DISAMBIGUATION: Final = re.compile(r"(?P<base>.+?)\s*[(（](?P<of>[^()（）]*)[)）]\s*\Z")


@dataclass(slots=True)
class Partner:
    """A partner that a line names, every value as text."""

    name: str
    article: str = ""
    country: str = ""
    region: str = ""
    since: str = ""
    until: str = ""
    status: str = ""
    form: str = ""
    end_cause: str = ""
    url: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What headings and lines above say of a line.

    Attributes:
        country: of the partners.
        region: of the partners.
        form: what was agreed.
        status: whether it lasts.
        as_list: a comma parts partners rather than a town from its region.
    """

    country: str = ""
    region: str = ""
    form: str = ""
    status: str = ""
    as_list: bool = False


@functools.cache
def _kinds() -> frozenset[str]:
    return frozenset(common("kinds"))


def untangle(partner: Partner) -> None:
    """Take apart a name and what its article's title adds: `Cambridge (Massachusetts)`, `Grass Valley, California`."""
    match = DISAMBIGUATION.match(partner.article)
    if match and not DISAMBIGUATION.match(partner.name):
        _place_hint(partner, match["of"])
    own = DISAMBIGUATION.match(partner.name)
    if own and partner.name == partner.article:
        _place_hint(partner, own["of"])
        partner.name = own["base"]
    if ", " in partner.article:
        base, _, hint = partner.article.partition(", ")
        if partner.name in {base, partner.article}:
            partner.name = base
            _place_hint(partner, hint.split("#")[0])


def _place_hint(partner: Partner, hint: str) -> None:
    hint = hint.strip()
    if hint.lower() in _kinds() or not hint or any(char.isdigit() for char in hint):
        return
    if places.is_country(hint):
        partner.country = partner.country or hint
    elif not partner.region:
        region, _, country = hint.rpartition(", ")
        if region and places.is_country(country):
            partner.country = partner.country or country
            hint = region
        partner.region = hint


def set_country(partner: Partner, text: str) -> None:
    """Give a partner the country that is printed beside it: nearer than a flag, unless it is a part of the flag's."""
    flagged = places.country_code(partner.country)
    if flagged and flagged != places.country_code(text) and places.is_region(text):
        # Behind the flag of the United States, Georgia is a state.
        partner.region = partner.region or text
        return
    if places.is_part(partner.country) and not places.is_part(text) and not partner.region:
        partner.region = partner.country
    partner.country = text
