"""Wikitext of one line to a `Line`: without tags and comments, with placeholders for links, flags and templates."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import mwparserfromhell
from mwparserfromhell.nodes import Template, Wikilink

from pipeline.readers.limits import WIKITEXT
from pipeline.readers.wikitext.line import LINE_BREAK, PIPE, STRUCK, UNSTRUCK, Line
from pipeline.readers.wikitext.templates import add_template, parse_call

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

#: Characters of a page that would be mistaken for placeholders.
_RESERVED: Final = re.compile("[\ue000-\uf8ff\x0b-\x1f]")
_ENTITY: Final = re.compile(r"&#?\w{1,10};")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_REFERENCE: Final = re.compile(r"<ref\b([^<>]*?)/\s*>|<ref\b([^<>]*)>(.*?)(?:</ref\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_REFERENCE_NAME: Final = re.compile(r"""name\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/>]+))""", re.IGNORECASE)
_URL: Final = re.compile(r"https?://[^\s|\]}<>\"]+")
_VARIANT: Final = re.compile(r"-\{(?!\{)([^{}]*)\}-")
#: Codes of `-{…}-`, the preferred one first.
_VARIANT_CODES: Final = ("zh-hans", "zh-cn", "zh", "zh-hant", "zh-tw")
_STRIKE: Final = re.compile(r"<(/?)(?:s|del|strike)\b[^<>]*>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br\b[^<>]*>|</?p\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
#: Tags around what is no text: their begin, and their end.
_HIDDEN: Final = re.compile(
    r"<(?:(sup|math|score|timeline|ref|gallery|imagemap)\b[^<>]*|/(sup|math|score|timeline|ref|gallery|imagemap)\s*)>",
    re.IGNORECASE,
)
_BOLD_OR_ITALIC: Final = re.compile("'''|''")
_SPACE: Final = re.compile("[\xa0\u3000\n]")
_CHARACTER_TEMPLATES: Final = {"{{!}}": PIPE, "{{=}}": "=", "{{,}}": ",", "{{·}}": "·"}
_INNERMOST_LINK: Final = re.compile(
    r"\[\[(?P<target>[^\[\]|{}]*)(?:\|(?P<label>[^\[\]{}]*))?\]\]"
    r"|(?<!\[)\[(?P<url>(?:https?:)?//[^\s\[\]]++)\s*+(?P<words>[^\]]{0,1000}+)\]"
)
_INNERMOST_TEMPLATE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES: Final = re.compile(r"\[\[|\]\]|\{\{|\}\}")


def named_references(text: str) -> dict[str, str]:
    """Return the address of each named reference of a page."""
    urls: dict[str, str] = {}
    for match in _REFERENCE.finditer(text) if "<ref" in text else ():
        name, url = _reference_name(match[2]), _URL.search(match[3] or "")
        if name is not None and url:
            urls.setdefault(name, url[0])
    return urls


def _reference_name(attributes: str | None) -> str | None:
    match = _REFERENCE_NAME.search(attributes or "")
    return next(group for group in match.groups() if group is not None).strip() if match else None


def parse_line(wikitext: str, profile: Profile, references: dict[str, str]) -> Line:
    """Parse the wikitext of a line.

    Args:
        wikitext: without the marks of a list item.
        profile: whose templates.
        references: addresses of the page's named references.

    Returns:
        The line; without a text, and marked as too long, where it is beyond a limit.
    """
    line = Line("")
    if len(wikitext) > WIKITEXT.line_characters:
        line.is_too_long = True
        return line

    def add_reference(match: re.Match[str]) -> str:
        name, url = _reference_name(match[1] or match[2]), _URL.search(match[3] or "")
        return line.add_reference(url[0] if url else references.get(name, "") if name else "")

    text = _COMMENT.sub("", _RESERVED.sub("", wikitext))
    text = _remove_hidden(_REFERENCE.sub(add_reference, text))
    text = _STRIKE.sub(lambda match: UNSTRUCK if match[1] else STRUCK, _BREAK.sub(LINE_BREAK, text))
    text = _ENTITY.sub(lambda match: _RESERVED.sub("", html.unescape(match[0])), _TAG.sub("", text))
    text = _SPACE.sub(" ", _BOLD_OR_ITALIC.sub("", text))
    text = _VARIANT.sub(_choose_variant, text)
    for template, character in _CHARACTER_TEMPLATES.items():
        text = text.replace(template, character)
    text = _replace_links_and_templates(text, line, profile)
    line.is_too_long = line.is_too_long or len(text) > WIKITEXT.text_characters
    line.text = "" if line.is_too_long else text
    return line


def _remove_hidden(text: str) -> str:
    """Remove the tags of `_HIDDEN` with what stands between begin and end; a tag without an end stays."""
    if "</" not in text:
        return text
    tags = list(_HIDDEN.finditer(text))
    last_end = {match[2].lower(): match.end() for match in tags if match[2]}
    pieces, position, opened = [], 0, ""
    for tag in tags:
        if not opened and tag[1] and tag.start() < last_end.get(tag[1].lower(), 0):
            opened = tag[1].lower()
            pieces.append(text[position : tag.start()])
        elif opened and tag[2] and tag[2].lower() == opened:
            opened, position = "", tag.end()
    return "".join(pieces) + text[position:]


def _choose_variant(match: re.Match[str]) -> str:
    """Choose a spelling of `-{zh-hans:意大利;zh-hant:義大利}-`."""
    body = match[1].partition("|")[2] if "|" in match[1] else match[1]
    variants = [variant.partition(":") for variant in body.split(";") if variant.strip()]
    if not variants or not all(colon for _, colon, _ in variants):
        return body
    by_code = {code.strip().lower(): spelling.strip() for code, _, spelling in variants}
    return next((by_code[code] for code in _VARIANT_CODES if code in by_code), next(iter(by_code.values())))


def _replace_links_and_templates(text: str, line: Line, profile: Profile) -> str:
    """Replace links and templates by placeholders, the innermost first."""

    def replace_link(match: re.Match[str]) -> str:
        if match["target"] is not None:
            return line.add_link(match["target"], match["label"])
        return (match["words"] or "") + line.add_reference(match["url"])

    def replace_template(match: re.Match[str]) -> str:
        return add_template(parse_call(match[1]), line, profile)

    for _ in range(WIKITEXT.nesting):
        if "[" not in text and "{{" not in text:
            return text
        replaced = _INNERMOST_TEMPLATE.sub(replace_template, _INNERMOST_LINK.sub(replace_link, text))
        if replaced == text:
            break
        text = replaced
    braces = len(_BRACES.findall(text))
    if braces > WIKITEXT.unpaired_braces:
        line.is_too_long = True
        return ""
    return _parse_unpaired(text, line, profile) if braces else text


def _parse_unpaired(text: str, line: Line, profile: Profile) -> str:
    """Replace the links and templates of a text whose braces do not pair, with a full parser of wikitext."""
    pieces = []
    for node in mwparserfromhell.parse(text, skip_style_tags=True).nodes:
        if isinstance(node, Wikilink):
            label = None if node.text is None else _BRACES.sub("", str(node.text))
            pieces.append(line.add_link(_BRACES.sub("", str(node.title)), label))
        elif isinstance(node, Template):
            pieces.append(add_template(parse_call(_BRACES.sub("", str(node)[2:-2])), line, profile))
        else:
            pieces.append(_BRACES.sub("", str(node)))
    return "".join(pieces)
