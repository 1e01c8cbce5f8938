"""What a template stands for: a flag, a link, a date, a twinning, or nothing."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.atoms import FLAG_FILE, PRIVATE, SPAN, TWIN, Call, Line, flag_atom, is_link, link_atom
from pipeline.readers.wikitext.places import country_of_flag
from pipeline.readers.wikitext.profiles import common

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

_CODE: Final = re.compile(r"[A-Z]{3}b?")


def read_call(body: str) -> Call:
    """Read what stands between the braces of a template."""
    parts = body.split("|")
    given, named = [], {}
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        if equals and re.fullmatch(r"[\w -]{1,30}", key.strip()) and not key.strip().isdigit():
            named[key.strip().lower()] = value.strip().replace("\x1c", "|")
        else:
            given.append((value if equals and key.strip().isdigit() else part).strip().replace("\x1c", "|"))
    name = parts[0].strip().replace("_", " ")
    return Call(re.sub(r"\A(?:template|modèle|vorlage|模板|plantilla)\s*:\s*", "", name, flags=re.IGNORECASE),
                tuple(given), named)  # fmt: skip


@functools.cache
def _names(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(common(key))})\Z", re.IGNORECASE)


def template_atom(call: Call, line: Line, profile: Profile) -> str:
    """Return what stands for a template."""
    name = call.name
    is_twin = profile.twin_templates.match(name) and not _CODE.fullmatch(name)
    if is_twin and (call.given or call.named) and len(line.twins) < SPAN:
        line.twins.append(call)
        return chr(ord(TWIN) + len(line.twins) - 1)
    links = "".join(char for text in (*call.given, *call.named.values()) for char in text if is_link(char))
    country = country_of_flag(re.sub(r"-vlag\Z", "", name, flags=re.IGNORECASE)) if _may_be_country(name) else None
    if country:
        # {{FRA}}, {{FRA|#}}, {{FRA|Reims}}, {{DE-VLAG}}
        return flag_atom(country, line) + links
    if profile.flags.match(name):
        return _flag_template(call, line, links)
    if _names("silent_templates").match(name):
        return ""
    if _names("link_templates").match(name):
        return _link_template(call, line, links)
    # What an unknown template was given may hold links that were read already.
    return _text_template(call) if _names("text_templates").match(name) else links


def _may_be_country(name: str) -> bool:
    """Return whether a template's name may be a country's: `{{FRA}}`, not `{{fra}}`; `{{Francia}}`, not `{{pays}}`."""
    return (name[:1].isupper() and (len(name) > 3 or name.isupper())) or not name.isascii()


def _flag_template(call: Call, line: Line, links: str) -> str:
    texts = [*call.given, *(call.named[key] for key in ("name", "land", "país", "pays", "1", "2") if key in call.named)]
    for text in texts:
        match = FLAG_FILE.match(text)
        country = country_of_flag(PRIVATE.sub("", match["of"].replace("_", " ") if match else text))
        if country:
            return flag_atom(country, line) + links
    return links


_KEYS: Final = ("lt", "label", "text", "texte", "testo", "trad", "fr", "dt", "nl", "display", "1")


def _link_template(call: Call, line: Line, links: str) -> str:
    """Read `{{ill|Town|de|Stadt}}`, `{{Lien|lang=de|trad=Stadt|fr=Ville}}`, `{{link-en|城|Town}}`."""
    if links:
        return links[0]
    texts = [text for text in call.given if text and not re.fullmatch(r"[a-z-]{2,8}", text)]
    label = next((call.named[key] for key in _KEYS if call.named.get(key)), texts[0] if texts else "")
    return link_atom(texts[0] if texts else label, label, line) if label else ""


def _text_template(call: Call) -> str:
    name = call.name.lower()
    if name.startswith("formatnum"):
        return ""
    if name.startswith(("data", "date", "datum", "dts", "start date")):
        return _date_text([text for text in call.given if text])
    if name in {"sortname", "nihongo"}:
        return " ".join(call.given[:1])
    return (call.given or tuple(call.named.values()) or ("",))[-1]


def _date_text(parts: list[str]) -> str:
    """Write a date that comes in parts so that it can be read: `1974|11|28`, `5|5|1999`, `12|mai|1964`."""
    numbers = [part for part in parts if part.isdigit()]
    if len(numbers) == 3 and len(numbers[0]) == 4:
        return f"{numbers[0]}-{int(numbers[1]):02}-{int(numbers[2]):02}"
    if len(numbers) == 3 and len(numbers[2]) == 4:
        return f"{int(numbers[0])}.{int(numbers[1])}.{numbers[2]}"
    return " ".join(parts)
