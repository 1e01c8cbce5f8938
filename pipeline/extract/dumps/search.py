"""What is searched in the text of a dump: pages about twinnings, and entities that state a twinning.

A search finds records in a text of complete units; it is sent to other processes. Every unit ends with `end`; `frame`
is how a complete dump begins and ends, apart from blanks; `identity` differs from that of any other search.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pipeline.extract.wikidata import terms as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.extract.mediawiki.page_filter import PageFilter

#: The properties of an entity that are kept.
PROPERTIES: Final = (t.TWINNED, t.COUNTRY, t.REGION, t.COORDINATES, t.GEONAMES, t.POPULATION, t.INSTANCE_OF)
_STATES_PARTNER: Final = f'"{t.TWINNED}":'.encode()
_TITLE: Final = re.compile("<title>([^<]*)</title>")
#: So many characters of a record are quoted where it cannot be read.
_QUOTED: Final = 80


class UnreadableError(Exception):
    """A record that may be about twinnings does not have the structure of the dump's other records."""

    def __init__(self, record: str, problem: Exception) -> None:
        super().__init__(f"{problem}, in the record that begins {record.strip()[:_QUOTED]!r}")


@dataclass(frozen=True)
class Record:
    """A record that was found, as a line of JSON, and the time of its last change."""

    line: bytes
    changed: str


@dataclass(frozen=True)
class PageSearch:
    """Finds pages with a section, or a title, about twinnings, as `page_filter` describes them."""

    page_filter: PageFilter
    end: bytes = b"</page>"
    frame: tuple[bytes, bytes] = (b"<mediawiki", b"</mediawiki>")

    @property
    def identity(self) -> str:
        """Return the language and the patterns."""
        patterns = (self.page_filter.sections, *self.page_filter.list_titles)
        return " ".join([self.page_filter.language, *(pattern.pattern for pattern in patterns)])

    def find(self, units: bytes) -> Iterator[Record]:
        """Yield the pages as the lines that the reader `wikipages` reads: one JSON object each.

        Raises:
            UnreadableError: a page that may be about twinnings cannot be read.
        """
        for page in self._pages(units.decode("utf-8", "replace")):
            record = _page_record(page, self.page_filter.language)
            if record is not None:
                yield record

    def _pages(self, text: str) -> Iterator[str]:
        patterns = self.page_filter.list_titles
        titles = (title for title in _TITLE.finditer(text) if any(pattern.search(title[1]) for pattern in patterns))
        done = 0
        for position in sorted(match.start() for match in (*self.page_filter.sections.finditer(text), *titles)):
            if position < done:
                continue
            start = text.rfind("<page>", done, position)
            end = text.find("</page>", position)
            if end < 0:
                return
            # What stands before is no part of a page, so that it is not searched again.
            done = position if start < 0 else end + len("</page>")
            if start >= 0:
                yield text[start:done]


def _page_record(xml: str, language: str) -> Record | None:
    """Return the last revision of an article; None for redirects and for pages that are not articles."""
    try:
        page = ET.fromstring(xml)  # noqa: S314  (a page has no DTD: nothing can be expanded)
    except ET.ParseError as error:
        raise UnreadableError(xml, error) from error
    revisions = page.findall("revision")
    if page.findtext("ns", "0") != "0" or page.find("redirect") is not None or not revisions:
        return None
    last = revisions[-1]
    changed = last.findtext("timestamp", "")
    try:
        page_id, revision_id = (int(element.findtext("id", "0")) for element in (page, last))
    except ValueError as error:
        raise UnreadableError(xml, error) from error
    record = {
        "language": language,
        "title": page.findtext("title", ""),
        "pageid": page_id,
        "revid": revision_id,
        "timestamp": changed,
        "text": last.findtext("text", ""),
    }
    return Record(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"), changed)


@dataclass(frozen=True)
class EntitySearch:
    """Finds the Wikidata entities that state a twinning, and keeps of them what a reader uses.

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

    def find(self, units: bytes) -> Iterator[Record]:
        """Yield the entities as lines of JSON, with `PROPERTIES` alone; their statements are unchanged.

        Raises:
            UnreadableError: an entity that may state a twinning cannot be read.
        """
        done = 0
        while (position := units.find(_STATES_PARTNER, done)) >= 0:
            start = units.rfind(b"\n", done, position) + 1 or done
            end = units.find(b"\n", position)
            done = len(units) if end < 0 else end + 1
            record = self._entity_record(units[start:done])
            if record is not None:
                yield record

    def _entity_record(self, line: bytes) -> Record | None:
        try:
            entity = json.loads(line.strip().rstrip(b","))
            # PHP writes an empty map as a list.
            maps = {name: dict(entity.get(name) or {}) for name in ("claims", "labels", "aliases")}
        except (AttributeError, RecursionError, TypeError, ValueError) as error:
            raise UnreadableError(line.decode("utf-8", "replace"), error) from error
        claims = {name: maps["claims"][name] for name in PROPERTIES if name in maps["claims"]}
        if t.TWINNED not in claims:
            return None
        record = {name: entity[name] for name in ("type", "id", "lastrevid", "modified") if name in entity}
        for terms in ("labels", "aliases"):
            record[terms] = {tag: maps[terms][tag] for tag in self.languages if tag in maps[terms]}
        text = json.dumps(record | {"claims": claims}, ensure_ascii=False)
        return Record(text.encode("utf-8", "replace"), str(entity.get("modified", "")))


Search = PageSearch | EntitySearch
