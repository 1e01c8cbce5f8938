"""The columns and words that a declaration may use."""

from __future__ import annotations

import csv
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from schemas import vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

#: What the rows of a file are.
Content = Literal[
    "claims",
    "names",
    "awards",
    "group_members",
    "figures",
    "places",
    "country_extract",
    "place_names",
    "admin1",
    "admin2",
]
#: The files of gazetteers have only these contents, and other files have none of them.
GAZETTEER_CONTENTS = ("places", "country_extract", "place_names", "admin1", "admin2")
Side = Literal["town", "partner"]
SIDES: tuple[Side, ...] = ("town", "partner")

with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as _stream:
    _ROWS = list(csv.DictReader(_stream))
#: The columns that [columns] and [constants] of a declaration may name.
COLUMNS = tuple(row["column"] for row in _ROWS if row["file"] == "rows")
#: The columns that a file of names may have; `wikidata_id` is the item that a redirect leads to.
LOOKUP_COLUMNS = tuple(row["column"] for row in _ROWS if row["file"] == "names")
#: What a pattern under [parts] can find beside the name: columns of that side, and columns of the link.
PARTS: tuple[str, ...] = (
    *("name", "country", "region", "latitude", "longitude", "population", "kind", "wikidata_id", "geonames_id", "key"),
    *("form", "status", "start", "end", "note"),
)
#: Columns whose values come from a vocabulary.
CODED: dict[str, type[StrEnum]] = {
    row["column"]: getattr(vocabularies, row["vocabulary"]) for row in _ROWS if row["vocabulary"]
}
#: The required columns of each content: one of each group.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "claims": (
        ("town", "town_wikidata_id", "town_geonames_id", "town_key"),
        ("partner", "partner_wikidata_id", "partner_geonames_id", "partner_key"),
    ),
    "names": (("id",), ("name",)),
    "awards": (("town",), ("award",)),
    "group_members": (("group",), ("group_kind",)),
    "figures": (("subject",), ("value",), ("unit",)),
    # The columns of a gazetteer's files are fixed by their format.
    **dict.fromkeys(GAZETTEER_CONTENTS, ()),
}


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """Return a hint at the most similar valid word, or at all of them where none is similar and they are few."""
    valid = list(valid)
    if similar := difflib.get_close_matches(word.lower(), valid, n=1, cutoff=0.5):
        return f"; did you mean {similar[0]!r}?"
    return f"; known: {', '.join(valid)}" if len(valid) <= 15 else ""
