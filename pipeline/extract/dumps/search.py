"""What to look for in the text of a dump: pages that speak of twinnings, entities that state one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.extract.mediawiki.page_filter import PageFilter

#: Properties that are kept of an entity: partners, country, region, coordinates, GeoNames id, inhabitants, kind.
KEPT_PROPERTIES: Final = ("P190", "P17", "P131", "P625", "P1566", "P1082", "P31")
_STATES_PARTNER: Final = b'"P190":'
_TITLE: Final = re.compile("<title>([^<]*)</title>")


#: So much of a record is quoted where it cannot be read.
_QUOTED: Final = 80


class UnreadableError(Exception):
    """A record that may speak of twinnings is not what the dump's other records are."""

    def __init__(self, record: str, why: Exception) -> None:
        super().__init__(f"{why}, in the record that begins {record.strip()[:_QUOTED]!r}")


@dataclass(frozen=True)
class Hit:
    """One record of what was found, and when it was last changed."""

    line: bytes
    changed: str


class Search(Protocol):
    """Finds records in whole units of a dump; it is sent to other processes."""

    @property
    def end(self) -> bytes:
        """Return what every unit ends with."""

    @property
    def frame(self) -> tuple[bytes, bytes]:
        """Return what a whole dump begins and ends with, besides blanks; one that begins in another way has no end."""

    @property
    def identity(self) -> str:
        """Return what tells this search from any other."""

    def hits(self, units: bytes) -> Iterator[Hit]:
        """Yield what is wanted of a text of whole units.

        Raises:
            UnreadableError: a unit that may be wanted cannot be read.
        """


@dataclass(frozen=True)
class PageSearch:
    """Looks for pages that have a section, or a title, of twinnings.

    Args:
        language: of the wiki.
        sections: matches where such a section begins, or a template that stands for one.
        titles: match the titles of lists of twinnings.
    """

    language: str
    sections: re.Pattern[str]
    titles: tuple[re.Pattern[str], ...] = ()
    end: bytes = b"</page>"
    frame: tuple[bytes, bytes] = (b"<mediawiki", b"</mediawiki>")

    @classmethod
    def of(cls, page_filter: PageFilter) -> PageSearch:
        """Return the search for the pages that a filter accepts."""
        return cls(page_filter.language, page_filter.sections, page_filter.list_titles)

    @property
    def identity(self) -> str:
        """Return the language and what is looked for."""
        return " ".join([self.language, *(one.pattern for one in (self.sections, *self.titles))])

    def hits(self, units: bytes) -> Iterator[Hit]:
        """Yield the pages as the lines that `wikipages` reads: one JSON object each."""
        text = units.decode("utf-8", "replace")
        for page in self._pages(text):
            found = _page(page, self.language)
            if found is not None:
                yield found

    def _pages(self, text: str) -> Iterator[str]:
        places = [match.start() for match in self.sections.finditer(text)]
        places += [
            title.start() for title in _TITLE.finditer(text) if any(one.search(title.group(1)) for one in self.titles)
        ]
        done = 0
        for place in sorted(places):
            if place < done:
                continue
            start = text.rfind("<page>", done, place)
            end = text.find("</page>", place)
            if start < 0 or end < 0:
                continue
            done = end + len("</page>")
            yield text[start:done]


def _page(xml: str, language: str) -> Hit | None:
    """Return the last revision of an article; None for redirects and for pages that are no articles."""
    try:
        page = ET.fromstring(xml)  # noqa: S314  (a page has no DTD: nothing can be expanded)
    except ET.ParseError as error:
        raise UnreadableError(xml, error) from error
    revisions = page.findall("revision")
    if page.findtext("ns", "0") != "0" or page.find("redirect") is not None or not revisions:
        return None
    last = revisions[-1]
    changed = last.findtext("timestamp", "")
    record = {
        "language": language,
        "title": page.findtext("title", ""),
        "pageid": int(page.findtext("id", "0")),
        "revid": int(last.findtext("id", "0")),
        "timestamp": changed,
        "text": last.findtext("text", ""),
    }
    return Hit(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"), changed)


@dataclass(frozen=True)
class EntitySearch:
    """Looks for the Wikidata entities that state a twinning, and keeps of them what we read.

    Args:
        languages: whose labels and aliases are kept.
    """

    languages: tuple[str, ...]
    end: bytes = b"\n"
    frame: tuple[bytes, bytes] = (b"[", b"]")

    @property
    def identity(self) -> str:
        """Return the languages."""
        return " ".join(self.languages)

    def hits(self, units: bytes) -> Iterator[Hit]:
        """Yield the entities as lines of JSON, with `KEPT_PROPERTIES` alone; their statements are unchanged."""
        done = 0
        while (place := units.find(_STATES_PARTNER, done)) >= 0:
            start = units.rfind(b"\n", done, place) + 1 or done
            end = units.find(b"\n", place)
            done = len(units) if end < 0 else end + 1
            found = self._entity(units[start:done])
            if found is not None:
                yield found

    def _entity(self, line: bytes) -> Hit | None:
        try:
            entity = json.loads(line.strip().rstrip(b","))
        except ValueError as error:
            raise UnreadableError(line.decode("utf-8", "replace"), error) from error
        claims = {name: entity["claims"][name] for name in KEPT_PROPERTIES if name in entity.get("claims", {})}
        if "P190" not in claims:
            return None
        kept = {name: entity[name] for name in ("type", "id", "lastrevid", "modified") if name in entity}
        for terms in ("labels", "aliases"):
            kept[terms] = {tag: entity[terms][tag] for tag in self.languages if tag in entity.get(terms, {})}
        record = json.dumps(kept | {"claims": claims}, ensure_ascii=False)
        return Hit(record.encode("utf-8", "replace"), str(entity.get("modified", "")))
