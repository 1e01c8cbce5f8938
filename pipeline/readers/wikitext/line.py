"""A line of wikitext as text in which one character stands for each link, flag, reference and twinning template.

Patterns can then read the rest of the line: it has the same shape whatever the links and flags are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pipeline.dates.months import month_letters
from pipeline.readers.limits import WIKITEXT
from pipeline.readers.wikitext.places import country_of_flag, fold
from pipeline.readers.wikitext.profiles import common_words

T = TypeVar("T")

#: The first placeholder of each sort, in Unicode's private use area; the next ones follow it, at most so many.
_LINK, _FLAG, _REFERENCE, _TWINNING = "\ue000", "\ue800", "\uf000", "\uf400"
_MOST: Final = 0x3FF
PLACEHOLDER: Final = re.compile("[\ue000-\uf8ff]")
LINE_BREAK, STRUCK, UNSTRUCK = "\x0b", "\x0e", "\x0f"
#: `{{!}}` inside a link or template: a `|` that separates nothing yet.
PIPE: Final = "\x1c"

_DATE_LINK: Final = re.compile(
    r"[\s\d.年月日년월일º°]+|(?:\d{1,2}[.º°]?|1er)\s*+(?:de\s++|d')?[^\W\d_]{3,}|[^\W\d_]{3,}\s+\d{1,2}"
    r"|[^\W\d_]{3,}\s+\d{4}|\d+월 ?\d*일?"
)
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_REIGNS: Final = frozenset({"明治", "大正", "昭和", "平成", "令和"})
_LANGUAGE_PREFIX: Final = re.compile(r"\A[a-z-]{2,12}:(?=\S)")
_PIPE_TRICK: Final = re.compile(r"(?<!\s)\s*+\([^()]*\)\Z|,.*\Z")


@dataclass(slots=True)
class Link:
    """A link: the title of its article and the text that it prints."""

    target: str
    label: str


@dataclass(slots=True)
class TemplateCall:
    """A template: its name and its arguments as wikitext, those without a name in order."""

    name: str
    positional: tuple[str, ...]
    named: dict[str, str]

    @property
    def arguments(self) -> tuple[str, ...]:
        """All arguments, those without a name first."""
        return (*self.positional, *self.named.values())


@dataclass(slots=True)
class Line:
    """A line's text, and what its placeholders stand for: links, countries of flags, URLs of references, templates."""

    text: str
    links: dict[str, Link] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    twinnings: dict[str, TemplateCall] = field(default_factory=dict)
    image_count: int = 0
    is_too_long: bool = False  # beyond a limit, and so without its text

    @property
    def first_link(self) -> Link | None:
        """The first link of the line."""
        return next(iter(self.links.values()), None)

    @property
    def first_url(self) -> str:
        """The first URL that a reference gives, or ""."""
        return next(filter(None, self.references.values()), "")

    def links_in(self, text: str) -> list[str]:
        """Return the placeholders of links in a part of the text."""
        return [char for char in text if char in self.links]

    def flags_in(self, text: str) -> list[str]:
        """Return the placeholders of flags in a part of the text."""
        return [char for char in text if char in self.flags]

    def plain(self, text: str | None = None) -> str:
        """Return a part of the text, by default all of it, as a reader of the page sees it."""
        shown = PLACEHOLDER.sub(
            lambda match: self.links[match[0]].label if match[0] in self.links else "",
            self.text if text is None else text,
        )
        return " ".join(shown.replace(LINE_BREAK, " ").replace(STRUCK, "").replace(UNSTRUCK, "").split())

    def add_flag(self, country: str) -> str:
        """Add a flag and return its placeholder."""
        return _add(self.flags, _FLAG, country)

    def add_twinning(self, call: TemplateCall) -> str:
        """Add a twinning template and return its placeholder."""
        return _add(self.twinnings, _TWINNING, call)

    def add_reference(self, url: str) -> str:
        """Add a reference and return its placeholder; those after the last placeholder share it."""
        return _add(self.references, _REFERENCE, url) or next(reversed(self.references))

    def add_link(self, target: str, label: str | None) -> str:
        """Add a link; return its placeholder, or its text where it links to a date, or "" for a file or category."""
        target = target.strip().replace("_", " ")
        namespace, colon, name = target.removeprefix(":").partition(":")
        if colon and common_words().file_namespaces.match(namespace.strip()):
            return self._add_file(name.partition("|")[0])
        if is_category(target):
            return ""
        if len(target) > WIKITEXT.title_characters:
            return target if label is None else label
        shown = _label(target, label)
        words = PLACEHOLDER.sub("", shown)
        is_only_flag = not words.strip() and bool(self.flags_in(shown))
        if not shown or _is_date(words) or is_only_flag or target in _REIGNS:
            return shown
        return _add(self.links, _LINK, Link(PLACEHOLDER.sub("", target), " ".join(words.split()))) or shown

    def _add_file(self, name: str) -> str:
        country = country_of_flag_file(name.strip())
        self.image_count += not country
        return self.add_flag(country) if country else ""


def _add(meanings: dict[str, T], first: str, meaning: T) -> str:
    """Add a meaning under the next placeholder and return that; "" where all placeholders have one."""
    if len(meanings) > _MOST:
        return ""
    placeholder = chr(ord(first) + len(meanings))
    meanings[placeholder] = meaning
    return placeholder


def is_category(target: str) -> bool:
    """Return whether a link puts the page into a category."""
    namespace, colon, _ = target.partition(":")
    return bool(colon) and common_words().category_namespaces.match(namespace.strip()) is not None


def country_of_flag_file(name: str) -> str | None:
    """Return the country whose flag a file shows, by its name, or None."""
    match = common_words().flag_file.match(name)
    return country_of_flag(PLACEHOLDER.sub("", match["of"].replace("_", " "))) if match else None


def _is_date(words: str) -> bool:
    """Return whether a link's text is a date: `1974`, `5 maggio`, but not `Praga 1`."""
    if _DATE_LINK.fullmatch(words) is None or not any(char.isdigit() for char in words):
        return False
    names = _WORD.findall(words)
    return not names or any(f"<{fold(name)}>" in month_letters("en") for name in names) or not words.isascii()


def _label(target: str, label: str | None) -> str:
    """Return the text that a link prints."""
    if label is None:
        return _LANGUAGE_PREFIX.sub("", target.lstrip(":").replace(PIPE, "|"))
    shown = label.replace(PIPE, "|").rsplit("|", 1)[-1].strip()
    # [[Cambridge (Massachusetts)|]]: the pipe trick.
    return shown or _PIPE_TRICK.sub("", target)
