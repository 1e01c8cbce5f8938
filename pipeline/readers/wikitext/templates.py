"""Templates: a flag, a link, a date, a twinning, the text around which they stand, or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.line import LINE_BREAK, PIPE, PLACEHOLDER, Line, TemplateCall, country_of_flag_file
from pipeline.readers.wikitext.places import country_of_flag, country_of_region, is_country
from pipeline.readers.wikitext.profiles import common_words
from pipeline.readers.wikitext.twinning_templates import is_twinning

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_NAMESPACE: Final = re.compile(
    r"\A(?:template|modèle|vorlage|模板|plantilla|шаблон|szablon|šablona)\s*:\s*", re.IGNORECASE
)
#: Named arguments that hold the country of a flag template, or the label of a link template.
_COUNTRY_ARGUMENTS: Final = ("name", "land", "país", "pays", "1", "2")
_LABEL_ARGUMENTS: Final = ("lt", "label", "text", "texte", "testo", "trad", "fr", "dt", "nl", "display", "1")
#: Shorter texts of a flag template are codes: `{{DEU|BW}}`.
_SHORTEST_TOWN: Final = 4


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
    if is_twinning(call, profile):
        return line.add_twinning(call)
    links = "".join(char for text in call.arguments for char in line.links_in(text))
    # {{FRA}}, {{FRA|#}}, {{FRA|Reims}}, {{DE-VLAG}}
    country = _may_be_country(name) and country_of_flag(re.sub(r"-vlag\Z", "", name, flags=re.IGNORECASE))
    if country or profile.flags.match(name):
        town = _town_of_flag(call, line, has_country=bool(country))
        country = country or _country_of_flag_template(call)
        return (line.add_flag(country) if country else "") + (links or town)
    content = _content(call, line)
    if common.silent_templates.match(name) or (content and common.wrapping_templates.match(name)):
        return content if common.wrapping_templates.match(name) else ""
    if common.link_templates.match(name):
        return _add_link_template(call, line, links)
    if common.text_templates.match(name):
        return _text_of_template(call)
    # An unknown template with a flag or several lines stands around a list; else its links are read already.
    is_list = any(char in line.flags or char in line.twinnings or char == LINE_BREAK for char in content)
    return content if is_list else links


def _content(call: TemplateCall, line: Line) -> str:
    """Return the arguments that hold links, flags or twinnings, each on a line of its own."""
    placeholders = line.links.keys() | line.flags.keys() | line.twinnings.keys()
    return LINE_BREAK.join(text for text in call.arguments if not placeholders.isdisjoint(text))


def _may_be_country(name: str) -> bool:
    """Return whether a template's name may be a country's: `{{FRA}}`, not `{{fra}}`; `{{Francia}}`, not `{{pays}}`."""
    return (name[:1].isupper() and (len(name) > 3 or name.isupper())) or not name.isascii()


def _country_of_flag_template(call: TemplateCall) -> str | None:
    named = (call.named[key] for key in _COUNTRY_ARGUMENTS if key in call.named)
    countries = (
        country_of_flag_file(text) or country_of_flag(PLACEHOLDER.sub("", text)) for text in (*call.positional, *named)
    )
    country = next(filter(None, countries), None)
    # {{flagicon|Bavaria}}: the country is that of the region.
    return country or next(filter(None, map(country_of_region, call.positional)), None)


def _town_of_flag(call: TemplateCall, line: Line, *, has_country: bool) -> str:
    """Return the town that stands within a flag template: `{{FRA|Ziel=Reims}}`, `{{FRA|Reims}}`."""
    linked = next((value for key, value in call.named.items() if common_words().arguments["target"].match(key)), "")
    if linked:
        target, _, label = linked.partition("|")
        return line.add_link(target, label or None)
    # As in `{{państwo|RUS|Peterhof}}`.
    index = 0 if has_country else 1
    text = call.positional[index] if len(call.positional) > index else ""
    is_town = len(text) >= _SHORTEST_TOWN and text[0].isupper() and not any(char.isdigit() for char in text)
    return f" {text} " if is_town and not is_country(text) and not country_of_region(text) else ""


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
    if name.startswith(("data", "date", "datum", "dts", "start date", "fecha", "dato", "dátum", "дата")):
        return _join_date([text for text in call.positional if text])
    if name in {"sortname", "nihongo"}:
        return " ".join(call.positional[:1])
    printed = call.name if call.name[:1].isdigit() else ""  # {{1er}} janvier
    return (call.positional or tuple(call.named.values()) or (printed,))[-1]


def _join_date(pieces: list[str]) -> str:
    """Join the pieces of a date: `1974|11|28`, `5|5|1999`, `12|mai|1964`."""
    numbers = [piece for piece in pieces if piece.isdigit()]
    if len(numbers) == 3 and len(numbers[0]) == 4:
        return f"{numbers[0]}-{int(numbers[1]):02}-{int(numbers[2]):02}"
    if len(numbers) == 3 and len(numbers[2]) == 4:
        return f"{int(numbers[0])}.{int(numbers[1])}.{numbers[2]}"
    return " ".join(pieces)
