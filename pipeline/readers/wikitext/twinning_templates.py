"""The partners that a twinning template names: `{{Jumelage|Pau|France|année=1962}}`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.dates_in_text import find_dates
from pipeline.readers.wikitext.partners import Partner
from pipeline.readers.wikitext.places import country_of_flag, is_country
from pipeline.readers.wikitext.profiles import Profile, common_words

if TYPE_CHECKING:
    from pipeline.readers.wikitext.line import Line, Link, TemplateCall
    from pipeline.readers.wikitext.link_classifier import LinkClassifier

#: `{{Jumelages|ville1=…|pays1=…|ville2=…|pays2=…}}`
_NUMBERED: Final = re.compile(r"([^\W\d]+)[ _]?(\d{1,2})")
#: A longer argument with a date is a remark.
_LONGEST_DATE: Final = 25
_COUNTRY_CODE: Final = re.compile(r"[A-Z]{3}b?")
_MOST_WORDS_OF_NAME: Final = 4


def is_twinning(call: TemplateCall, profile: Profile) -> bool:
    """Return whether a template is that of a twinning: by its name, or as its name is the word for a partner town."""
    name = call.name
    if not call.arguments or _COUNTRY_CODE.fullmatch(name):
        return False
    if profile.twin_templates.match(name):
        return True
    if not profile.sections.match(name) or len(name.split()) > _MOST_WORDS_OF_NAME:
        return False
    # A box of links has arguments too: `{{Twin towns of Pau|state=collapsed}}`.
    return any(call.positional) or any(common_words().arguments["town"].match(_stem(key)) for key in call.named)


def _stem(key: str) -> str:
    match = _NUMBERED.fullmatch(key)
    return match[1] if match else key


@dataclass(slots=True)
class _Twinning:
    """The arguments of one twinning: its dates by part, and what else it has in order."""

    texts: list[str] = field(default_factory=list)
    year: str = ""
    month: str = ""
    day: str = ""
    until: str = ""

    def add(self, key: str, text: str) -> None:
        """Add an argument; `key` is "" where it has no name."""
        arguments = common_words().arguments
        part = next((part for part in ("year", "month", "day", "until") if key and arguments[part].match(key)), "")
        if part:
            setattr(self, part, text)
        else:
            self.texts.append(text)

    @property
    def since(self) -> str:
        """The text of the start that the parts make: `17 mai 1996`, `2003-09`, or only the year."""
        if not self.month or not self.year:
            return self.year
        if self.month.isdigit():
            return "-".join([self.year, *(part.zfill(2) for part in (self.month, self.day) if part)])
        return " ".join(filter(None, (self.day, self.month, self.year)))


def read_twinning_template(call: TemplateCall, line: Line, classifier: LinkClassifier) -> list[Partner]:
    """Return the partners that a twinning template names, in whatever order its arguments are."""
    numbered: dict[str, _Twinning] = {}
    for key, value in call.named.items():
        match = _NUMBERED.fullmatch(key)
        if match and value:
            numbered.setdefault(match[2], _Twinning()).add(match[1], value)
    twinnings = [twinning for twinning in numbered.values() if twinning.texts]
    if len(twinnings) < 2:
        twinnings = [_Twinning()]
        for value in call.positional:
            twinnings[0].add("", value)
        for key, value in call.named.items():
            twinnings[0].add(_stem(key), value)
    partners = (_read_twinning(twinning, line, classifier) for twinning in twinnings)
    return [partner for partner in partners if partner.name]


def _read_twinning(twinning: _Twinning, line: Line, classifier: LinkClassifier) -> Partner:
    """Read the arguments of one twinning: a country, a town, a date."""
    partner = Partner("")
    for text in filter(None, twinning.texts):
        _read_argument(partner, text, line, classifier)
    partner.fill(name=partner.country)
    if twinning.year:
        partner.since = line.plain(twinning.since)
    partner.until = line.plain(twinning.until)
    return partner


def _read_argument(partner: Partner, text: str, line: Line, classifier: LinkClassifier) -> None:
    plain, dates = line.plain(text), find_dates(text, classifier.profile)
    links, flags = line.links_in(text), line.flags_in(text)
    if flags:
        partner.fill(country=line.flags[flags[0]])
    if links and classifier.is_country(links[0]):
        partner.fill(country=line.links[links[0]].label)
    elif links:
        _fill_name(partner, line.links[links[0]])
    elif dates and len(plain) < _LONGEST_DATE:
        _read_dates(partner, text, classifier.profile)
    elif not partner.country and (country := country_of_flag(plain) or (is_country(plain) and plain)):
        partner.country = country
    elif plain and not dates:
        target, _, label = text.partition("|")
        shown = line.add_link(target, label or None)
        if shown[:1] in line.links:
            _fill_name(partner, line.links[shown[0]])
        else:
            partner.fill(name=plain)


def _read_dates(partner: Partner, text: str, profile: Profile) -> None:
    for date in find_dates(text, profile):
        if date.role == "until":
            partner.fill(until=date.text)
        else:
            partner.fill(since=date.text)


def _fill_name(partner: Partner, link: Link) -> None:
    if not partner.name:
        partner.name, partner.article = link.label, link.target
