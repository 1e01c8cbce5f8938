"""The lines of a page's twinning sections: each names partners, or is of a named kind that names none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.limits import WIKITEXT
from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.blocks import is_list_of_towns, split_blocks
from pipeline.readers.wikitext.boroughs import find_borough
from pipeline.readers.wikitext.introductions import (
    holds_country,
    introduces,
    is_numbered,
    parse_parameter,
)
from pipeline.readers.wikitext.line import PLACEHOLDER, Line, is_category
from pipeline.readers.wikitext.list_reader import ListReader
from pipeline.readers.wikitext.logical_lines import LogicalLine, join_lines
from pipeline.readers.wikitext.page_state import BULLET, OpenHeading, ParsedLine
from pipeline.readers.wikitext.partner_parser import read_partners
from pipeline.readers.wikitext.profiles import common_words
from pipeline.readers.wikitext.prose import read_prose
from pipeline.readers.wikitext.sections import Heading, Section, find_sections
from pipeline.readers.wikitext.table_reader import TableReader

if TYPE_CHECKING:
    from pipeline.readers.wikitext.partners import Partner

_IMAGE: Final = re.compile(r"\s*\[\[[^\[\]|:]{2,14}:[^\[\]|]+\.(?:svg|png|jpe?g|gif|tiff?|webp|ogg)\b", re.IGNORECASE)
_GALLERY: Final = re.compile(r"<(/?)gallery\b[^<>]*>", re.IGNORECASE)
_LINK_AT_START: Final = re.compile(r"\s*\[\[([^\[\]|]*)")
#: Possessive (`++`): the same text can be divided among the repetitions in many ways.
_MARKUP: Final = re.compile(r"\s*+(?:(?:</?\w[^<>]*>|__[A-Z]+__|-{4,}+)\s*+)++\Z")
_COMMENT: Final = re.compile(r"\s*+(?:(?><!--.*?-->)\s*+)++\Z", re.DOTALL)
_TEMPLATE_END: Final = re.compile(r"\s*+\|?+\s*+\}\}++\s*+\Z")
#: `{{columns|3|`: its list is on the lines below.
_TEMPLATE_BEGIN: Final = re.compile(r"\s*+\{\{[^{}\[\]]*+\Z")
_BOLD: Final = re.compile(r"\s*+(?:'''|<b>)(.+?)(?:'''|</b>)\s*+:?+\s*+(?:<ref.*|\{\{.*)?\Z", re.IGNORECASE | re.DOTALL)
_LIST_OR_TABLE: Final = re.compile(r"\s*(?:[*#]|\{\||\{\{\s*(?:div ?col|col|multicol|columns))", re.IGNORECASE)
#: More characters in Chinese or Japanese are a paragraph, fewer may be a list.
_LONG_CJK: Final = 60
#: More characters about twinnings are no introduction of a list.
_LONG_INTRO: Final = 120
#: More words under a picture are a view of a town and not its arms.
_MOST_CAPTION_WORDS: Final = 8


class PageReader(ListReader, TableReader):
    """Reads one page."""

    def read(self) -> list[ParsedLine]:
        """Return what was made of each line of the page's twinning sections, in order."""
        lines = self.text.removesuffix("\n").split("\n")
        for section in find_sections(lines, self.profile, is_list_page=self.listed_place is not None):
            if not section.is_parameter or not any(parsed.partners for parsed in self.parsed):
                self._read_section(section, lines)
        self._complete_statuses()
        self.parsed.sort(key=lambda parsed: parsed.number)  # an infobox stands above
        return self.parsed

    def _read_section(self, section: Section, lines: list[str]) -> None:
        count = len(self.parsed)
        self._read_lines(section, lines, is_weak=section.is_weak)
        if section.is_sentence and not any(parsed.partners for parsed in self.parsed[count:]):
            del self.parsed[count:]
        if not section.is_weak:
            return
        certain = split_blocks(self.parsed[count:])
        del self.parsed[count:]
        # No word says that these lists are of partners; that they are of towns and their countries may.
        self._read_lines(section, lines, is_weak=False)
        possible = split_blocks(self.parsed[count:])
        del self.parsed[count:]
        for block, other in zip(certain, possible, strict=True):
            is_certain = any(parsed.partners for parsed in block) and not section.is_list
            self.parsed += block if is_certain or not is_list_of_towns(other) else other
        if not any(parsed.partners for parsed in self.parsed[count:]) or (
            section.is_list and not is_list_of_towns(self.parsed[count:])
        ):
            del self.parsed[count:]  # not about twinnings after all

    def _read_lines(self, section: Section, lines: list[str], *, is_weak: bool) -> None:
        self._begin_section(is_weak=is_weak)
        self.in_parameter, self.in_sentence = section.is_parameter, section.is_sentence
        sources = join_lines(lines[section.first : section.last], section.first + 1)
        for index, source in enumerate(sources):
            self._read_line(source, sources[index + 1 : index + 3])
        self._end_table()

    def _complete_statuses(self) -> None:
        """Give the status that a sentence states of a partner to the item of a list that names the partner, too."""
        first: dict[tuple[str, str], Partner] = {}
        for parsed in self.parsed:
            for partner in parsed.partners:
                earlier = first.setdefault(
                    (parsed.town + partner.town, places.fold(partner.article or partner.name)), partner
                )
                if partner.status and not earlier.status and not earlier.until:
                    earlier.status, earlier.until = partner.status, partner.until
                    earlier.notes += partner.notes

    def _read_line(self, source: LogicalLine, following: list[LogicalLine]) -> None:
        text = source.text
        if len(text) > WIKITEXT.line_characters:
            self._add_unread(source)
        elif kind := _kind_without_content(text):
            self.item_contexts = {} if kind == "blank" else self.item_contexts
            self._add(source, kind)
        elif heading := Heading.match(text):
            self._read_heading(source, heading)
        elif (link := _LINK_AT_START.match(text)) and is_category(link[1]):
            self._add(source, "category")
        elif tags := _GALLERY.findall(text):
            self.in_gallery = not tags[-1]
            self._add(source, "markup")
        elif self.in_gallery:
            self._read_picture(source)
        elif self.table is not None or text.lstrip().startswith("{|"):
            self._read_table_line(source, self.table, following)
        elif _TEMPLATE_END.match(text):
            self._add(source, "template_end")
        elif _MARKUP.match(text) or (_TEMPLATE_BEGIN.match(text) and len(source.lines) == 1):
            self._add(source, "markup")
        else:
            self._read_content(source, text, following)

    def _add_unread(self, source: LogicalLine) -> None:
        """Add a line that is too long: where the lines are about twinnings, it is one of a partner that has no name."""
        self._add(source, "partner" if self.is_relevant else "other")

    def _read_picture(self, source: LogicalLine) -> None:
        """Read a picture of a gallery: under arms and flags stands the name of the town."""
        partners = []
        _, bar, caption = source.text.partition("|")
        if bar and self.is_relevant:
            line = self._parse(caption)
            if line.links and len(line.plain().split()) <= _MOST_CAPTION_WORDS:
                partners = read_partners(line, self.profile, self.context)
        self._add(source, "partner" if partners else "image", partners)

    def _read_heading(self, source: LogicalLine, heading: Heading) -> None:
        self._end_table()
        self.item_contexts, self.last_item = {}, None
        while self.headings[-1].level >= heading.level:
            self.headings.pop()
        outer = self.headings[-1]
        line = self._parse(heading.title)
        title = line.plain()
        self.context = self.heading_context = self._context_below(title, line, outer.context)
        is_twinning = outer.is_relevant or self.profile.sections.search(title) is not None
        is_other = self.profile.not_sections.search(title) or self.profile.planned.search(title)
        self.is_relevant = is_twinning and not is_other
        town = outer.town
        if self.has_many_towns:
            self.town = town = self._town_of_heading(title, line) or outer.town
        self.headings.append(OpenHeading(heading.level, self.context, self.is_relevant, town))
        self._add(source, "heading")

    def _read_content(self, source: LogicalLine, text: str, following: list[LogicalLine]) -> None:
        if parameter := parse_parameter(text) if self.in_parameter else None:
            key, text = parameter[0].replace("_", " "), parameter[1]
            if is_numbered(key):
                self._read_numbered(source, key, text)
                return
            self.context = replace(self.context, form=self.profile.form_of(key) or "", as_list=True)
        item = BULLET.match(text)
        marks, body = (item[1], item[2].rstrip()) if item else ("", text.lstrip("|").rstrip())
        if body.endswith("}}") and body.count("}}") > body.count("{{"):
            body = body[:-2].rstrip()
        line = self._parse(body)
        if line.is_too_long:
            self._add_unread(source)
            return
        shown = line.plain()
        is_image = _IMAGE.match(text) is not None
        if not shown and not any(char in line.flags or char in line.twinnings for char in line.text):
            is_image = is_image or line.image_count > 0
            self._add(source, "image" if is_image else "reference" if line.references else "markup")
            return
        if is_image and not PLACEHOLDER.search(line.text) and len(shown) < 3:
            self._add(source, "image")
            return
        if not line.text.strip(" .:,;"):
            self._add(source, "markup")
            return
        is_bold = (not item or marks in {":", ";", "*"}) and _BOLD.match(body) is not None
        if marks.endswith(";") or (is_bold and not self._names_partner(line, marks, shown)):
            self._read_label(source, line, shown)
        elif item:
            self._read_item(source, line, shown, len(marks), following)
        else:
            self._read_paragraph(source, line, shown, following)

    def _read_numbered(self, source: LogicalLine, key: str, text: str) -> None:
        """Read a parameter of one partner, or of the country of the one before it: `twin1`, `twin1_country`."""
        line = self._parse(text.strip())
        if not holds_country(key):
            partners = read_partners(line, self.profile, self.context)[:1]
            self._add(source, "partner" if partners else "markup", partners)
            return
        country = next(iter(line.flags.values()), line.plain())
        for partner in self.parsed[-1].partners if self.parsed and places.is_country(country) else []:
            partner.set_country(country)
        self._add(source, "detail")

    def _names_partner(self, line: Line, marks: str, shown: str) -> bool:
        """Return whether a line in bold is a partner, and not a label above partners."""
        if self.has_many_towns and marks in {"", "*", ";"}:
            return False
        if any(char in line.twinnings for char in line.text):
            return True
        if not line.links or shown.endswith(":"):
            return False
        return marks not in {"", ";"} and not places.is_country(shown)

    def _read_label(self, source: LogicalLine, line: Line, shown: str) -> None:
        """Read a line above others: `;Partnership cities`, `'''Francia'''`, in a list of many towns the town."""
        title, colon, behind = line.text.partition(":")
        if colon and line.links_in(behind) and not line.links_in(title):
            # `;Francia: [[Parigi]]`
            context = self._context_below(line.plain(title), replace(line, text=title), self.heading_context)
            partners = read_partners(replace(line, text=behind), self.profile, replace(context, as_list=True))
            self._add(source, "partner" if partners else "heading", partners)
            return
        is_flagged = line.flags and line.links and not places.is_country(shown) and not self.has_many_towns
        if line.twinnings or is_flagged:
            partners = read_partners(line, self.profile, self.context) if self.is_relevant else []
            self._add(source, "partner", partners)
            return
        label = shown.strip(" :")
        self.item_contexts = {}
        if self.profile.not_sections.search(label) or self.profile.planned.search(label):
            self.is_relevant = False
        elif self.profile.twin.search(label) or not self.is_weak:
            self.is_relevant = True
        if self.has_many_towns:
            self.town = self._town_of_heading(label, line) or self.town
        self.context = self._context_below(label, line, self.heading_context)
        self._add(source, "heading")

    def _read_paragraph(self, source: LogicalLine, line: Line, shown: str, following: list[LogicalLine]) -> None:
        if line.twinnings:
            partners = read_partners(line, self.profile, self.context) if self.is_relevant else []
            self._add(source, "partner" if partners else "other", partners)
            return
        has_colon = shown.endswith((":", "：")) or self._opens_list(shown, following)
        mentions_twinning = self.profile.twin.search(shown) is not None or introduces(shown, self.profile)
        next_text = next((other.text for other in following if other.text.strip()), "")
        if mentions_twinning and not self.is_relevant and (has_colon or _LIST_OR_TABLE.match(next_text)):
            self.is_relevant = self.is_weak
            if self.is_weak and self.profile.form_of(shown):
                self.context = self._context_below(shown, line, self.heading_context)
        if not self.is_relevant and not mentions_twinning:
            self._add(source, "other")
            return
        partners = self._partners_of_paragraph(line, shown, mentions_twinning=mentions_twinning)
        label = shown.strip(" :")
        if partners:
            self._add(source, "partner", partners)
        elif has_colon or (mentions_twinning and len(shown) < _LONG_INTRO):
            is_of_borough = has_colon and find_borough(line.text, line, self.town, self.profile)
            if has_colon and (is_of_borough or self.profile.form_of(label) != ""):
                self.context = self._context_below(label, line, self.heading_context)
            self.item_contexts = {}
            self._add(source, "intro")
        elif places.is_country(label):
            self.context = replace(self.heading_context, country=label)
            self._add(source, "heading")
        else:
            self._add(source, "note")

    def _opens_list(self, shown: str, following: list[LogicalLine]) -> bool:
        """Return whether a line without a colon ends in "with" and a list follows."""
        next_text = next((other.text for other in following if other.text.strip()), "")
        last = shown.rpartition(" ")[2]
        return common_words().with_words.match(last) is not None and _LIST_OR_TABLE.match(next_text) is not None

    def _partners_of_paragraph(self, line: Line, shown: str, *, mentions_twinning: bool) -> list[Partner]:
        title = "" if self.has_many_towns else self.town
        partners = read_prose(line, self.profile, self.context, title=title, in_text=self.in_sentence)
        if self.in_sentence:
            return [partner for partner in partners if self._is_plausible(partner, line)]
        if not partners and self.is_relevant and not mentions_twinning and _is_item_without_bullet(line, shown):
            partners = read_partners(line, self.profile, self.context)
        # Most paragraphs name nobody: only for the others is the last partner looked for.
        lines = reversed(self.parsed) if partners else ()
        last_form = next((parsed.partners[-1].form for parsed in lines if parsed.partners), "")
        for partner in partners:
            partner.fill(form=last_form)  # "The link with X was suspended"
        return [partner for partner in partners if self._is_plausible(partner, line)]


def _is_item_without_bullet(line: Line, shown: str) -> bool:
    """Return whether a line is an item of a list all the same: it begins with a flag or a link."""
    first = line.text.strip()[:1]
    if places.is_cjk(shown) and line.links and len(shown) < _LONG_CJK and "。" not in shown:
        return True
    return first in line.flags or (first in line.links and len(shown.split()) <= 10)


def _kind_without_content(text: str) -> str | None:
    """Return the kind of a line that says nothing; None if it may say something."""
    if not text.strip():
        return "blank"
    return "comment" if _COMMENT.match(text) else None
