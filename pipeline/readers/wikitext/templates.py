"""Templates: a flag, a link, a date, a twinning or nothing; and the partners that a twinning template names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.dates_in_text import find_dates
from pipeline.readers.wikitext.line import PIPE, PLACEHOLDER, Line, Link, TemplateCall, country_of_flag_file
from pipeline.readers.wikitext.partners import Partner
from pipeline.readers.wikitext.places import country_of_flag, is_country
from pipeline.readers.wikitext.profiles import Profile, common_words

if TYPE_CHECKING:
    from pipeline.readers.wikitext.link_classifier import LinkClassifier

#: `{{Jumelages|ville1=…|pays1=…|ville2=…|pays2=…}}`
_NUMBERED: Final = re.compile(r"([^\W\d]+) ?(\d{1,2})")
#: A longer argument with a date is a remark.
_LONGEST_DATE: Final = 25
_COUNTRY_CODE: Final = re.compile(r"[A-Z]{3}b?")
_NAMESPACE: Final = re.compile(r"\A(?:template|modèle|vorlage|模板|plantilla)\s*:\s*", re.IGNORECASE)
#: Named arguments that hold the country of a flag template, or the label of a link template.
_COUNTRY_ARGUMENTS: Final = ("name", "land", "país", "pays", "1", "2")
_LABEL_ARGUMENTS: Final = ("lt", "label", "text", "texte", "testo", "trad", "fr", "dt", "nl", "display", "1")


def parse_call(body: str) -> TemplateCall:
    """Parse the text between the braces of a template."""
    name, *arguments = body.split("|")
    positional, named = [], {}
    for argument in arguments:
        key, equals, value = argument.partition("=")
        key = key.strip()
        if equals and re.fullmatch(r"[\w -]{1,30}", key) and not key.isdigit():
            named[key.lower()] = value.strip().replace(PIPE, "|")
        else:
            positional.append((value if equals and key.isdigit() else argument).strip().replace(PIPE, "|"))
    return TemplateCall(_NAMESPACE.sub("", name.strip().replace("_", " ")), tuple(positional), named)


def add_template(call: TemplateCall, line: Line, profile: Profile) -> str:
    """Return what replaces a template in a line's text; add to the line what its placeholders stand for."""
    name, common = call.name, common_words()
    is_twinning = profile.twin_templates.match(name) and not _COUNTRY_CODE.fullmatch(name)
    if is_twinning and call.arguments:
        return line.add_twinning(call)
    links = "".join(char for text in call.arguments for char in line.links_in(text))
    # {{FRA}}, {{FRA|#}}, {{FRA|Reims}}, {{DE-VLAG}}
    country = _may_be_country(name) and country_of_flag(re.sub(r"-vlag\Z", "", name, flags=re.IGNORECASE))
    if country or profile.flags.match(name):
        country = country or _country_of_flag_template(call)
        return (line.add_flag(country) if country else "") + links
    if common.silent_templates.match(name):
        return ""
    if common.link_templates.match(name):
        return _add_link_template(call, line, links)
    # The links among the arguments of an unknown template are already read.
    return _text_of_template(call) if common.text_templates.match(name) else links


def _may_be_country(name: str) -> bool:
    """Return whether a template's name may be a country's: `{{FRA}}`, not `{{fra}}`; `{{Francia}}`, not `{{pays}}`."""
    return (name[:1].isupper() and (len(name) > 3 or name.isupper())) or not name.isascii()


def _country_of_flag_template(call: TemplateCall) -> str | None:
    named = (call.named[key] for key in _COUNTRY_ARGUMENTS if key in call.named)
    countries = (
        country_of_flag_file(text) or country_of_flag(PLACEHOLDER.sub("", text)) for text in (*call.positional, *named)
    )
    return next(filter(None, countries), None)


def _add_link_template(call: TemplateCall, line: Line, links: str) -> str:
    """Read `{{ill|Town|de|Stadt}}`, `{{Lien|lang=de|trad=Stadt|fr=Ville}}`, `{{link-en|城|Town}}`."""
    if links:
        return links[0]
    titles = [text for text in call.positional if text and not re.fullmatch(r"[a-z-]{2,8}", text)]
    label = next(filter(None, (*map(call.named.get, _LABEL_ARGUMENTS), *titles)), "")
    return line.add_link(titles[0] if titles else label, label) if label else ""


def _text_of_template(call: TemplateCall) -> str:
    name = call.name.lower()
    if name.startswith("formatnum"):
        return ""
    if name.startswith(("data", "date", "datum", "dts", "start date")):
        return _join_date([text for text in call.positional if text])
    if name in {"sortname", "nihongo"}:
        return " ".join(call.positional[:1])
    return (call.positional or tuple(call.named.values()) or ("",))[-1]


def _join_date(pieces: list[str]) -> str:
    """Join the pieces of a date: `1974|11|28`, `5|5|1999`, `12|mai|1964`."""
    numbers = [piece for piece in pieces if piece.isdigit()]
    if len(numbers) == 3 and len(numbers[0]) == 4:
        return f"{numbers[0]}-{int(numbers[1]):02}-{int(numbers[2]):02}"
    if len(numbers) == 3 and len(numbers[2]) == 4:
        return f"{int(numbers[0])}.{int(numbers[1])}.{numbers[2]}"
    return " ".join(pieces)


def read_twinning_template(call: TemplateCall, line: Line, classifier: LinkClassifier) -> list[Partner]:
    """Return the partners that a twinning template names, in whatever order its arguments are."""
    numbered: dict[str, dict[str, str]] = {}
    for key, value in call.named.items():
        match = _NUMBERED.fullmatch(key)
        if match and value:
            numbered.setdefault(match[2], {})[match[1]] = value
    twinnings = [tuple(named.values()) for named in numbered.values()] if len(numbered) > 1 else [call.arguments]
    partners = (_read_twinning(arguments, line, classifier) for arguments in twinnings)
    return [partner for partner in partners if partner.name]


def _read_twinning(arguments: tuple[str, ...], line: Line, classifier: LinkClassifier) -> Partner:
    """Read the arguments of one twinning: a country, a town, a date."""
    partner = Partner("")
    for text in filter(None, arguments):
        plain, dates = line.plain(text), find_dates(text, classifier.profile)
        links = line.links_in(text)
        if links and classifier.is_country(links[0]):
            partner.fill(country=line.links[links[0]].label)
        elif links:
            _fill_name(partner, line.links[links[0]])
        elif dates and len(plain) < _LONGEST_DATE:
            partner.fill(since=dates[0].text)
        elif not partner.country and (country := country_of_flag(plain) or (is_country(plain) and plain)):
            partner.country = country
        elif plain and not dates:
            target, _, label = text.partition("|")
            shown = line.add_link(target, label or None)
            if shown[:1] in line.links:
                _fill_name(partner, line.links[shown[0]])
            else:
                partner.fill(name=plain)
    partner.fill(name=partner.country)
    return partner


def _fill_name(partner: Partner, link: Link) -> None:
    if not partner.name:
        partner.name, partner.article = link.label, link.target
