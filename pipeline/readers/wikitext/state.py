"""What is known while a page is read, and what became of its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import PRIVATE, Line, is_flag
from pipeline.readers.wikitext.markup import named_references, read_line
from pipeline.readers.wikitext.partners import Context, Partner
from pipeline.readers.wikitext.sections import list_of
from pipeline.readers.wikitext.words import form_of

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile
    from pipeline.readers.wikitext.tables import Table
    from pipeline.readers.wikitext.units import Unit

#: What a line is that names no partner: a declaration ignores these.
NOISE: Final = (
    "heading", "blank", "markup", "intro", "image", "note", "category", "template_end", "comment", "continuation",
    "reference", "detail", "table_cell", "other",
)  # fmt: skip
#: A list's item: its marks and the rest.
BULLET: Final = re.compile(r"\s*([*#:;]+)\s*(.*)", re.DOTALL)
#: A heading that is but a letter of the alphabet.
_LETTER: Final = re.compile(r"[A-Z](?:\s?[–-]\s?[A-Z])?")
#: Only the top of a page, where its infobox is, tells its country, and the categories at its end.
_HEAD: Final = 20_000
_FOOT: Final = 5_000


@dataclass(slots=True)
class Read:
    """What became of one line.

    Attributes:
        number: in the page's wikitext, from 1.
        kind: `partner`, or what sort of noise it is.
        raw: the line as printed.
        town, town_country: whose partners they are.
        partners: that it names.
    """

    number: int
    kind: str
    raw: str
    town: str = ""
    town_country: str = ""
    partners: list[Partner] = field(default_factory=list)


class PageState:
    """What headings, lines above and the page itself say of the line that is read."""

    def __init__(self, title: str, text: str, profile: Profile) -> None:
        self.title, self.text, self.profile = title, text, profile
        self.references = named_references(text)
        self.list_of = list_of(title, profile)
        self.town, self.town_country = self._whose()
        self.reads: list[Read] = []
        #: What holds for the line that is read, below the last label; below the last heading; and above all of them.
        self.context = self.base = self.top = Context()
        #: Headings above: how deep, what they say, whether they are about twinnings, and the town that they name.
        self.headings: list[tuple[int, Context, bool, str]] = []
        self.levels: dict[int, Context] = {}
        self.table: Table | None = None
        self.in_gallery = False
        #: Whether the section may be about other things too, and whether what is read is about twinnings.
        self.is_weak, self.is_on = False, True
        #: The last item that named partners, and how deep it was.
        self.last_item: tuple[int, list[Partner]] | None = None

    def _whose(self) -> tuple[str, str]:
        country = find_country(self.text, self.profile)
        if self.list_of is None:
            return self.title, country
        if places.is_country(self.list_of):
            return "", self.list_of
        return self.list_of, country

    def _note(self, unit: Unit, kind: str, partners: list[Partner] | None = None) -> None:
        for offset, raw in enumerate(unit.lines):
            first = offset == 0
            self.reads.append(
                Read(unit.number + offset, kind if first else "continuation" if raw.strip() else "blank", raw,
                     self.town, self.town_country, partners or [] if first else [])
            )  # fmt: skip

    def _is_many(self) -> bool:
        """Return whether the page lists the partners of many towns."""
        return self.list_of is not None and places.is_country(self.list_of)

    def _town_heading(self, title: str, line: Line) -> str:
        if len(title) <= 2 or places.is_continent(title) or self.profile.twin.search(title):
            return ""
        if places.is_country(title):
            self.town_country = title
            return ""
        if line.links:
            return line.links[0].label
        if self.profile.not_partner.search(title) or _LETTER.fullmatch(title):
            return ""
        return "" if places.is_region(title) else title

    def _under(self, title: str, line: Line, outer: Context) -> Context:
        """Return what a heading says of the lines below it."""
        context = outer
        form = form_of(title, self.profile)
        if form is not None:
            context = replace(context, form=form)
        if self.profile.former.search(title) and not places.is_country(title):
            context = replace(context, status="ended")
        elif self.profile.suspended.search(title):
            context = replace(context, status="suspended")
        if not self._is_many():
            if self.profile.domestic.match(title):
                context = replace(context, country=self.town_country or self.profile.home, region="")
            country = places.is_country(title.strip(" :.")) and title.strip(" :.")
            flags = [char for char in line.text if is_flag(char)]
            if country:
                context = replace(context, country=country, region="")
            elif flags and not PRIVATE.sub("", line.text).strip() and not line.links:
                context = replace(context, country=line.flag(flags[0]), region="")
        return context

    def _read_content(self, unit: Unit, text: str, following: list[Unit]) -> None:
        """Read a line that holds more than markup."""
        raise NotImplementedError


def find_country(text: str, profile: Profile) -> str:
    """Return the country that a page is about, where its infobox says it, else ""."""
    head = text if len(text) <= _HEAD + _FOOT else f"{text[:_HEAD]}\n{text[-_FOOT:]}"
    for evidence in profile.town_country:
        match = evidence.pattern.search(head)
        if match:
            if evidence.country:
                return evidence.country
            line = read_line(match["country"] or "", profile, {})
            name = re.split(r"[|}<(]", line.plain(line.text))[0].strip()
            linked = [link.label for link in line.links if places.is_country(link.label)]
            return (*linked, *line.flags, name)[0]
    return ""
