"""Whether the lines below a heading are a list of towns, where no word says that it is one of partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.page_state import BULLET

if TYPE_CHECKING:
    from pipeline.readers.wikitext.page_state import ParsedLine

#: The share of a list that must be towns with a country.
_MOST_OF: Final = 0.6


def split_blocks(parsed: list[ParsedLine]) -> list[list[ParsedLine]]:
    """Return the lines below each heading of a section."""
    blocks: list[list[ParsedLine]] = [[]]
    for line in parsed:
        if line.raw.startswith("=="):
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def is_list_of_towns(parsed: list[ParsedLine]) -> bool:
    """Return whether most items of a list name towns, most of them with a country."""
    partners = [partner for line in parsed for partner in line.partners]
    item_count = sum(BULLET.match(line.raw) is not None and line.kind != "heading" for line in parsed)
    named_count = sum(BULLET.match(line.raw) is not None and bool(line.partners) for line in parsed)
    countries = sum(
        bool(partner.country or places.country_of_region(partner.region)) and not places.is_country(partner.name)
        for partner in partners
    )
    return bool(partners) and countries >= _MOST_OF * len(partners) and named_count >= _MOST_OF * item_count
