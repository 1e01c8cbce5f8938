"""A partner as a line names it, and the context that the headings above a line give."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.profiles import common_words

if TYPE_CHECKING:
    from pipeline.readers.wikitext.dates_in_text import DateMention

DISAMBIGUATION: Final = re.compile(r"(?P<base>.*?\S)\s*+[(（](?P<of>[^()（）]*)[)）]\s*\Z")


@dataclass(frozen=True, slots=True)
class Context:
    """What headings and lines above say of the partners in a line."""

    country: str = ""
    region: str = ""
    form: str = ""
    status: str = ""
    town: str = ""  # whose partners they are, where that is a borough of the page's town
    of_boroughs: bool = False  # each item names the borough, too
    as_list: bool = False  # a comma separates partners, not a town from its region


@dataclass(slots=True)
class Partner:
    """A partner that a line names, every value as text."""

    name: str
    article: str = ""
    country: str = ""
    region: str = ""
    since: str = ""
    until: str = ""
    status: str = ""
    form: str = ""
    url: str = ""
    town: str = ""  # as in `Context`
    notes: list[str] = field(default_factory=list)

    def fill(self, **values: str) -> None:
        """Set the values that are still empty."""
        for name, value in values.items():
            if not getattr(self, name):
                setattr(self, name, value)

    def add_date(self, date: DateMention) -> bool:
        """Add a date: the start, the end, that of a pause; return False where that is set already."""
        if date.role == "since" and not self.since:
            self.since = date.text
            return True
        if date.role in {"suspended", "dormant"} and self.status in {"", "unknown", "suspended", "dormant"}:
            self.status = date.role
        if date.role == "renewed" and self.status in {"suspended", "dormant", "ended"}:
            self.status = "active"
        if date.role in {"until", "suspended", "dormant"} and not self.until and self.status != "active":
            self.until = date.text
            return True
        return False

    def set_country(self, text: str) -> None:
        """Set the country that is printed next to the name; it replaces that of a flag, unless it is a part of it."""
        flag = places.country_code(self.country)
        if flag and flag != places.country_code(text) and places.is_region(text):
            # Behind the flag of the United States, Georgia is a state.
            self.fill(region=text)
            return
        if places.is_country_part(self.country) and not places.is_country_part(text):
            self.fill(region=self.country)
        self.country = text

    def split_disambiguation(self) -> None:
        """Move to the region or country what the article's title adds: `Cambridge (Massachusetts)`, `Rye, New York`."""
        in_name, in_title = DISAMBIGUATION.match(self.name), DISAMBIGUATION.match(self.article)
        if in_title and not in_name:
            self._add_qualifier(in_title["of"])
        if in_name and self.name == self.article:
            self._add_qualifier(in_name["of"])
            self.name = in_name["base"]
        if ", " in self.article:
            base, _, qualifier = self.article.partition(", ")
            if self.name in {base, self.article}:
                self.name = base
                self._add_qualifier(qualifier.split("#")[0])

    def _add_qualifier(self, qualifier: str) -> None:
        qualifier = qualifier.strip()
        is_kind = qualifier.lower() in common_words().kinds
        if is_kind or not qualifier or any(char.isdigit() for char in qualifier):
            return
        if places.is_country(qualifier):
            self.fill(country=qualifier)
        elif not self.region:
            region, _, country = qualifier.rpartition(", ")
            if region and places.is_country(country):
                self.fill(country=country)
                qualifier = region
            self.region = qualifier
