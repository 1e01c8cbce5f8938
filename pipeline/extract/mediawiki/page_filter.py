"""Which pages of one language are about twinnings; its words come from the profile of the wikitext reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


@dataclass(frozen=True)
class PageFilter:
    """Tells pages that are about twinnings from others.

    Attributes:
        language: code of the language.
        search: what to search for, to discover such pages.
        sections: matches where a section on twinnings begins, or a template that stands for one.
        list_titles: match titles of pages that list twinnings.
    """

    language: str
    search: tuple[str, ...]
    sections: re.Pattern[str]
    list_titles: tuple[re.Pattern[str], ...] = ()

    def accepts(self, title: str, text: str) -> bool:
        """Return whether a page has a section on twinnings, or is a list of them by its title."""
        return bool(self.sections.search(text)) or any(pattern.search(title) for pattern in self.list_titles)
