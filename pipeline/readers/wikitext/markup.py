"""Wikitext of one line, to a text in which single characters stand for what is no plain text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.atoms import BREAK, REF, SPAN, STRUCK, UNSTRUCK, Line, link_atom
from pipeline.readers.wikitext.parser import flatten
from pipeline.readers.wikitext.templates import read_call, template_atom

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

#: What stands for something here, and would be mistaken for it.
_RESERVED: Final = re.compile("[\ue000-\uf8ff\x0b-\x1f]")
_ENTITY: Final = re.compile(r"&#?\w{1,10};")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_REF: Final = re.compile(r"<ref\b([^<>]*?)/\s*>|<ref\b([^<>]*)>(.*?)(?:</ref\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_REF_NAME: Final = re.compile(r"""name\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/>]+))""", re.IGNORECASE)
_URL: Final = re.compile(r"https?://[^\s|\]}<>\"]+")
_VARIANT: Final = re.compile(r"-\{(?!\{)([^{}]*)\}-")
_STRIKE: Final = re.compile(r"<(/?)(?:s|del|strike)\b[^<>]*>", re.IGNORECASE)
_BR: Final = re.compile(r"<br\b[^<>]*>|</?p\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_HIDDEN: Final = re.compile(
    r"<(sup|math|score|timeline|ref|gallery|imagemap)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_FLAT_LINK: Final = re.compile(
    r"\[\[(?P<target>[^\[\]|{}]*)(?:\|(?P<label>[^\[\]{}]*))?\]\]"
    r"|(?<!\[)\[(?P<url>(?:https?:)?//[^\s\]]+)\s*(?P<words>[^\]]*)\]"
)
_FLAT_TEMPLATE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_LEFT: Final = re.compile(r"\[\[|\]\]|\{\{|\}\}")


def named_references(text: str) -> dict[str, str]:
    """Return the address that each named reference of a page gives."""
    found: dict[str, str] = {}
    if "<ref" not in text:
        return found
    for match in _REF.finditer(text):
        name = _REF_NAME.search(match[2] or "")
        url = _URL.search(match[3] or "")
        if name and url:
            found.setdefault(_first(name), url[0])
    return found


def _first(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None).strip()


def read_line(source: str, profile: Profile, references: dict[str, str]) -> Line:
    """Read the wikitext of a line (without what makes it a list item)."""
    line = Line("")
    text = _COMMENT.sub("", _RESERVED.sub("", source))

    def reference(match: re.Match[str]) -> str:
        name = _REF_NAME.search(match[1] or match[2] or "")
        url = _URL.search(match[3] or "")
        line.refs.append(url[0] if url else references.get(_first(name), "") if name else "")
        return chr(ord(REF) + min(len(line.refs) - 1, SPAN))

    text = _REF.sub(reference, text)
    text = _HIDDEN.sub("", text)
    text = _BR.sub(BREAK, text)
    text = _STRIKE.sub(lambda match: UNSTRUCK if match[1] else STRUCK, text)
    text = _TAG.sub("", text)
    text = (
        _ENTITY.sub(lambda match: _RESERVED.sub("", html.unescape(match[0])), text)
        .replace("'''", "")
        .replace("''", "")
        .replace("\xa0", " ")
        .replace("\u3000", " ")
        .replace("\n", " ")
    )
    text = _VARIANT.sub(_variant, text)
    text = text.replace("{{!}}", "\x1c").replace("{{=}}", "=").replace("{{,}}", ",").replace("{{·}}", "·")
    line.text = _replace(text, line, profile)
    return line


def _variant(match: re.Match[str]) -> str:
    """Choose one of the spellings of `-{zh-hans:意大利;zh-hant:義大利}-`."""
    body = match[1]
    if "|" in body:
        body = body.split("|", 1)[1]
    spellings = [part.partition(":") for part in body.split(";") if part.strip()]
    if not spellings or not all(colon for _, colon, _ in spellings):
        return body
    by_code = {code.strip().lower(): text.strip() for code, _, text in spellings}
    return next((by_code[code] for code in ("zh-hans", "zh-cn", "zh", "zh-hant", "zh-tw") if code in by_code),
                next(iter(by_code.values())))  # fmt: skip


def _replace(text: str, line: Line, profile: Profile) -> str:
    """Put a character in the place of each link and template, from the innermost outwards."""
    while "[" in text or "{{" in text:
        flat = _FLAT_LINK.sub(lambda match: _link(match, line), text)
        flat = _FLAT_TEMPLATE.sub(lambda match: template_atom(read_call(match[1]), line, profile), flat)
        if flat == text:
            break
        text = flat
    if not _LEFT.search(text):
        return text
    return flatten(text, line, profile)


def _link(match: re.Match[str], line: Line) -> str:
    if match["target"] is not None:
        return link_atom(match["target"], match["label"], line)
    line.refs.append(match["url"])
    return (match["words"] or "") + chr(ord(REF) + min(len(line.refs) - 1, SPAN))
