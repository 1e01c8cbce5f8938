"""What a page reader knows when it reads a line, and what it made of the lines before."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.boroughs import find_borough, is_of_boroughs
from pipeline.readers.wikitext.line import PLACEHOLDER, Line
from pipeline.readers.wikitext.markup import named_references, parse_line
from pipeline.readers.wikitext.partners import Context, Partner
from pipeline.readers.wikitext.sections import listed_place

if TYPE_CHECKING:
    from pipeline.readers.wikitext.logical_lines import LogicalLine
    from pipeline.readers.wikitext.profiles import Profile
    from pipeline.readers.wikitext.table_layout import Table

#: An item of a list: its marks and its text.
BULLET: Final = re.compile(r"\s*([*#:;]+)\s*(.*)", re.DOTALL)
_HEADING: Final = re.compile(r"^(?:==|;|\'\'\').*$", re.MULTILINE)
#: A heading of an alphabetical list.
_LETTER: Final = re.compile(r"[A-Z](?:\s?[–-]\s?[A-Z])?")
#: Characters at the top of a page (its infobox) and at its end (its categories) that may tell its country.
_TOP, _END = 20_000, 5_000


@dataclass(slots=True)
class ParsedLine:
    """What was made of one line: its partners and whose partners they are, or a kind that names none."""

    number: int  # in the page's wikitext, from 1
    kind: str  # `partner`, or one of `common_words().line_kinds`
    raw: str
    town: str = ""
    town_country: str = ""
    partners: list[Partner] = field(default_factory=list)


class OpenHeading(NamedTuple):
    """A heading above the line: what it says of it, whether it is about twinnings, and the town that it names."""

    level: int
    context: Context
    is_relevant: bool
    town: str


class PageState:
    """What the page, its headings and the lines above say of the line that is read."""

    def __init__(self, title: str, text: str, profile: Profile) -> None:
        self.title, self.text, self.profile = title, text, profile
        self.references = named_references(text)
        #: The country or town whose twinnings the page lists; None for a page about a town.
        self.listed_place = listed_place(title, profile)
        #: Whether the page lists the partners of many towns.
        self.has_many_towns = self.listed_place is not None and places.is_country(self.listed_place)
        self.town = "" if self.has_many_towns else title if self.listed_place is None else self.listed_place
        self.town_country = (self.listed_place or "") if self.has_many_towns else find_country(text, profile)
        self.parsed: list[ParsedLine] = []
        #: Whether a line that was parsed was too long to be read.
        self.has_too_long = False
        self._begin_section(is_weak=False)

    @functools.cached_property
    def keeps_friendships_apart(self) -> bool:
        """Whether the page has headings for partnerships besides those that may mean friendships."""
        headings = (match[0] for match in _HEADING.finditer(self.text))
        is_partnership = self.profile.forms["partnership"].search
        return any(is_partnership(text) and not self.profile.friendly.search(text) for text in headings)

    def _begin_section(self, *, is_weak: bool) -> None:
        form = self.profile.form_of(self.title) if self.listed_place is not None else None
        #: What holds below the last heading, and below the last label under it.
        self.heading_context = self.context = Context(form=form or "")
        #: The headings above, the outermost first: the section itself stands for all that are missing.
        self.headings = [OpenHeading(0, self.context, not is_weak, "")]
        #: What holds below the items of the list above, by depth.
        self.item_contexts: dict[int, Context] = {}
        self.table: Table | None = None
        self.in_gallery = self.in_parameter = self.in_sentence = False
        #: Whether the section may be about other things too, and whether the lines are about twinnings.
        self.is_weak, self.is_relevant = is_weak, not is_weak
        #: Depth and partners of the last item that named any.
        self.last_item: tuple[int, list[Partner]] | None = None

    def _add(self, source: LogicalLine, kind: str, partners: list[Partner] | None = None) -> None:
        """Add what was made of a logical line: its kind is that of the first line."""
        for number, raw in enumerate(source.lines, source.number):
            if number > source.number:
                kind, partners = "continuation" if raw.strip() else "blank", None
            self.parsed.append(ParsedLine(number, kind, raw, self.town, self.town_country, partners or []))

    def _parse(self, wikitext: str) -> Line:
        line = parse_line(wikitext, self.profile, self.references)
        self.has_too_long = self.has_too_long or line.is_too_long
        return line

    def _town_of_heading(self, title: str, line: Line) -> str:
        """Return the town that a heading of a list of many towns names, or ""; note the country that it names."""
        if len(title) <= 2 or places.is_continent(title) or self.profile.twin.search(title):
            return ""
        if places.is_country(title):
            self.town_country = title
            return ""
        if line.first_link:
            return line.first_link.label
        if self.profile.not_partner.search(title) or _LETTER.fullmatch(title) or places.is_region(title):
            return ""
        return title

    def _context_below(self, title: str, line: Line, outer: Context) -> Context:
        """Return what holds below a heading or label; `outer` holds above it, `title` is its plain text."""
        context = outer
        form = self._form_below(title)
        if form is not None:
            context = replace(context, form=form)
        if self.profile.former.search(title) and not places.is_country(title):
            context = replace(context, status="ended")
        elif self.profile.suspended.search(title):
            context = replace(context, status="suspended")
        if self.has_many_towns:
            return context
        if borough := find_borough(line.text, line, self.town, self.profile):
            context = replace(context, town=borough)
        elif is_of_boroughs(title, self.profile):
            context = replace(context, of_boroughs=True)
        name = title.strip(" :.")
        if places.is_country(name):
            return replace(context, country=name, region="")
        flags = line.flags_in(line.text)
        if flags and not PLACEHOLDER.sub("", line.text).strip() and not line.links:
            return replace(context, country=line.flags[flags[0]], region="")
        if self.profile.domestic.match(title):
            return replace(context, country=self.town_country or self.profile.home, region="")
        return context

    def _form_below(self, title: str) -> str | None:
        """Return the form that a heading or label means, "" for several, None for none."""
        # "International cooperation" says no more of what follows than "Relations".
        if self.profile.weak_sections.search(title) and not self.profile.sections.search(title):
            return None
        form = self.profile.form_of(title)
        is_apart = form == "partnership" and self.profile.friendly.search(title) and self.keeps_friendships_apart
        return "friendship" if is_apart else form

    def _read_content(self, source: LogicalLine, text: str, following: list[LogicalLine]) -> None:
        """Read a line that holds more than markup."""
        raise NotImplementedError


def find_country(text: str, profile: Profile) -> str:
    """Return the country that a page is about, where its infobox or its categories state it, else ""."""
    searched = text if len(text) <= _TOP + _END else f"{text[:_TOP]}\n{text[-_END:]}"
    for evidence in profile.town_country:
        match = evidence.pattern.search(searched)
        if match:
            if evidence.country:
                return evidence.country
            line = parse_line(match["country"] or "", profile, {})
            links = [link.label for link in line.links.values() if places.is_country(link.label)]
            return (*links, *line.flags.values(), re.split(r"[|}<(]", line.plain())[0].strip())[0]
    return ""
