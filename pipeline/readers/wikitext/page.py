"""A page's twinning sections, line by line: each line is a partner's, or of a named kind of noise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import PRIVATE, TWIN, Line, is_flag, is_link
from pipeline.readers.wikitext.items import read_partners
from pipeline.readers.wikitext.list_rows import ListRows
from pipeline.readers.wikitext.markup import read_line
from pipeline.readers.wikitext.partners import Context, Partner
from pipeline.readers.wikitext.prose import read_prose
from pipeline.readers.wikitext.sections import Heading, find_blocks
from pipeline.readers.wikitext.state import BULLET, Read
from pipeline.readers.wikitext.table_rows import TableRows
from pipeline.readers.wikitext.units import Unit, split_units
from pipeline.readers.wikitext.words import form_of

if TYPE_CHECKING:
    from pipeline.readers.wikitext.sections import Block

_IMAGE: Final = re.compile(r"\s*\[\[[^\[\]|:]{2,14}:[^\[\]|]+\.(?:svg|png|jpe?g|gif|tiff?|webp|ogg)\b", re.IGNORECASE)
_GALLERY: Final = re.compile(r"</?gallery\b[^>]*>", re.IGNORECASE)
_GALLERY_LINE: Final = re.compile(r"\s*(?:[^:|\n]{2,14}:)?[^|\n]+\.(?:svg|png|jpe?g|gif|tiff?)\b", re.IGNORECASE)
_CATEGORY: Final = re.compile(
    r"\s*\[\[\s*(?:category|kategorie|categor\w+|catégorie|kategor\w+|luokka|категор\w+|分类|分類)\s*:", re.IGNORECASE
)
_MARKUP: Final = re.compile(r"\s*(?:</?\w[^<>]*>\s*|__[A-Z]+__\s*|----+\s*)+\Z")
_COMMENT: Final = re.compile(r"\s*(?:<!--.*?-->\s*)+\Z", re.DOTALL)
_TEMPLATE_END: Final = re.compile(r"\s*\|?\s*\}\}+\s*\Z")
_BOLD: Final = re.compile(r"\s*(?:'''|<b>)(.+?)(?:'''|</b>)\s*:?\s*(?:<ref.*|\{\{.*)?\Z", re.IGNORECASE | re.DOTALL)
#: Characters of a line in Chinese or Japanese that may be a list; more are a paragraph.
_SHORT: Final = 60


#: A list or a table begins.
_LISTED: Final = re.compile(r"\s*(?:[*#]|\{\||\{\{\s*(?:div ?col|col|multicol|columns))", re.IGNORECASE)


def _first_filled(units: list[Unit]) -> list[Unit]:
    """Return the first unit that is not blank, in a list."""
    return [unit for unit in units if unit.text.strip()][:1]


class PageReader(ListRows, TableRows):
    """Reads one page."""

    def read(self) -> list[Read]:
        """Return what became of each line of the page's twinning sections, in order."""
        lines = self.text.removesuffix("\n").split("\n")
        for block in find_blocks(lines, self.profile, whole=self.list_of is not None):
            self._read_block(lines, block)
        return self.reads

    def _read_block(self, lines: list[str], block: Block) -> None:
        form = form_of(self.title, self.profile) if self.list_of is not None else None
        self.context = Context(form=form or "")
        self.base = self.top = self.context
        self.headings = []
        self.levels, self.table, self.in_gallery = {}, None, False
        self.is_weak, before = block.is_weak, len(self.reads)
        self.is_on = not block.is_weak
        units = split_units(lines[block.first : block.last], block.first + 1)
        for place, unit in enumerate(units):
            following = units[place + 1 : place + 3]
            self._read_unit(unit, following)
        if self.table is not None:
            self._end_row()
        if block.is_weak and not any(read.partners for read in self.reads[before:]):
            del self.reads[before:]  # not about twinnings after all

    def _read_unit(self, unit: Unit, following: list[Unit]) -> None:
        text = unit.text
        stripped = text.strip()
        if not stripped:
            self.levels = {depth: one for depth, one in self.levels.items() if depth == 0}
            self._note(unit, "blank")
        elif _COMMENT.match(text):
            self._note(unit, "comment")
        elif heading := Heading.match(text):
            self._read_heading(unit, heading)
        elif _CATEGORY.match(text):
            self._note(unit, "category")
        elif self._gallery(unit, text):
            pass
        elif self.table is not None or stripped.startswith("{|"):
            self._read_table_line(unit, text, following)
        elif _TEMPLATE_END.match(text):
            self._note(unit, "template_end")
        elif _MARKUP.match(text):
            self._note(unit, "markup")
        else:
            self._read_content(unit, text, following)

    def _gallery(self, unit: Unit, text: str) -> bool:
        if _GALLERY.search(text):
            opens = [match[0][1] != "/" for match in _GALLERY.finditer(text)]
            self.in_gallery = opens[-1]
            self._note(unit, "markup")
            return True
        if not self.in_gallery:
            return False
        partners = []
        if "|" in text and self.is_on:
            caption = text.split("|", 1)[1]
            line = read_line(caption, self.profile, self.references)
            # A gallery of arms or flags: the caption names the town. Views have words.
            if line.links and len(line.plain(line.text).split()) <= 8:
                partners = read_partners(line, self.profile, self.context)
        self._note(unit, "partner" if partners else "image", partners)
        return True

    def _read_heading(self, unit: Unit, heading: Heading) -> None:
        self.table, self.levels, self.last_item = None, {}, None
        while self.headings and self.headings[-1][0] >= heading.level:
            self.headings.pop()
        outer = self.headings[-1][1] if self.headings else self.top
        was_on = self.headings[-1][2] if self.headings else not self.is_weak
        town = self.headings[-1][3] if self.headings else (self.town if self.list_of and not self._is_many() else "")
        line = read_line(heading.title, self.profile, self.references)
        title = line.plain(line.text)
        self.context = self._under(title, line, outer)
        strong = self.profile.sections.search(title) is not None
        self.is_on = (was_on or strong) and not self.profile.not_sections.search(title)
        if self._is_many():
            town = self._town_heading(title, line) or town
            self.town = town
        self.headings.append((heading.level, self.context, self.is_on, town))
        self._note(unit, "heading")
        self.base = self.context

    def _read_content(self, unit: Unit, text: str, following: list[Unit]) -> None:
        item = BULLET.match(text)
        marks, body = (item[1], item[2]) if item else ("", text.lstrip("|") if text.startswith("|") else text)
        body = body.rstrip()
        if body.endswith("}}") and body.count("}}") > body.count("{{"):
            body = body[:-2].rstrip()
        line = read_line(body, self.profile, self.references)
        shown = line.plain(line.text)
        if not shown and not any(is_flag(char) or char >= TWIN for char in line.text):
            self._note(unit, "image" if line.images or _IMAGE.match(text) else "reference" if line.refs else "markup")
            return
        if _IMAGE.match(text) and not PRIVATE.search(line.text) and len(shown) < 3:
            self._note(unit, "image")
            return
        if line.text.strip(" .:,;") == "":
            self._note(unit, "markup")
            return
        bold = _BOLD.match(body) if not item or marks in {":", ";", "*"} else None
        if marks.endswith(";") or (bold and not self._names_partner(line, marks, shown)):
            self._read_label(unit, line, shown)
        elif item:
            self._read_item(unit, line, shown, marks, following)
        elif self._is_many() and bold:
            self._read_label(unit, line, shown)
        else:
            self._read_paragraph(unit, line, shown, following)

    def _names_partner(self, line: Line, marks: str, shown: str) -> bool:
        """Return whether a line in bold is a partner rather than a label above partners."""
        if self._is_many() and marks in {"", "*", ";"}:
            return False
        if any(char >= TWIN for char in line.text):
            return True
        if not line.links or shown.endswith(":"):
            return False
        return marks not in {"", ";"} and not places.is_country(shown)

    def _read_label(self, unit: Unit, line: Line, shown: str) -> None:
        """Read a line above others: `;Partnership cities`, `'''Francia'''`, in a list of many towns the town."""
        title, colon, behind = line.text.partition(":")
        if colon and any(map(is_link, behind)) and not any(map(is_link, title)):
            # `;Francia: [[Parigi]]`
            head = Line(title, line.links, line.flags, line.refs, line.twins)
            context = self._under(head.plain(title), head, self.base)
            rest = Line(behind, line.links, line.flags, line.refs, line.twins)
            partners = read_partners(rest, self.profile, replace(context, as_list=True))
            self._note(unit, "partner" if partners else "heading", partners)
            return
        if line.twins or (line.flags and line.links and not places.is_country(shown) and not self._is_many()):
            self._note(unit, "partner", read_partners(line, self.profile, self.context) if self.is_on else [])
            return
        label = shown.strip(" :")
        self.levels = {}
        strong = self.profile.sections.search(label) or self.profile.twin.search(label)
        if self.profile.not_sections.search(label):
            self.is_on = False
        elif strong or not self.is_weak:
            self.is_on = True
        if self._is_many():
            town = self._town_heading(label, line)
            if town:
                self.town = town
        self.context = self._under(label, line, self.base)
        self._note(unit, "heading")

    def _read_paragraph(self, unit: Unit, line: Line, shown: str, following: list[Unit]) -> None:
        if line.twins:
            partners = read_partners(line, self.profile, self.context) if self.is_on else []
            self._note(unit, "partner" if partners else "other", partners)
            return
        is_about = self.profile.twin.search(shown) is not None
        opens = shown.endswith((":", "：")) or any(_LISTED.match(one.text) for one in _first_filled(following))
        if self.is_weak and not self.is_on and is_about and opens:
            self.is_on = True
            if form_of(shown, self.profile):
                self.context = self._under(shown, line, self.base)
        if not self.is_on and not is_about:
            self._note(unit, "other")
            return
        is_intro = shown.rstrip().endswith((":", "："))
        prose = read_prose(line, self.profile, self.context)
        if not prose and self.is_on and not is_about:
            prose = self._bare_line(line, shown)
        prose = [partner for partner in prose if self._is_plausible(partner, line)]
        if prose:
            self._note(unit, "partner", prose)
            return
        label = shown.strip(" :")
        if is_intro or (is_about and len(shown) < 120):
            if is_intro and form_of(label, self.profile) != "":
                self.context = self._under(label, line, self.base)
            self.levels = {}
            self._note(unit, "intro")
        elif places.is_country(label) and not line.twins:
            self.context = replace(self.base, country=label)
            self._note(unit, "heading")
        else:
            self._note(unit, "note")

    def _bare_line(self, line: Line, shown: str) -> list[Partner]:
        """Read a line without a bullet that is a list item all the same: it begins with a flag or a link."""
        text = line.text.strip()
        begins = text[:1]
        is_list = places.is_cjk(shown) and line.links and len(shown) < _SHORT and "。" not in shown
        is_item = is_flag(begins or " ") or (is_link(begins or " ") and len(shown.split()) <= 10)
        if not begins or not (is_item or is_list):
            return []
        return read_partners(line, self.profile, self.context)
