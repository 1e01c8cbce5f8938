"""The words that a declaration may use."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal

from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

Holds = Literal[
    "claims", "names", "awards", "group_members", "figures",
    "places", "country_extract", "place_names", "admin1", "admin2",
]  # fmt: skip
#: What only a gazetteer's files hold, and its files hold nothing else.
GAZETTEER_FILES = ("places", "country_extract", "place_names", "admin1", "admin2")
Side = Literal["town", "partner"]
SIDES: tuple[Side, ...] = ("town", "partner")

#: Columns whose values come from a vocabulary.
CODED: dict[str, type[StrEnum]] = {
    "form": v.Form,
    "status": v.Status,
    "start_event": v.Event,
    "end_cause": v.EndCause,
    "motive": v.Motive,
    "authority": v.Authority,
    "rank": v.ClaimRank,
    "town_kind": v.TownKind,
    "partner_kind": v.TownKind,
    "award": v.Award,
    "group_kind": v.GroupKind,
    "confirmation": v.Confirmation,
}

_SIDED = (
    "", "_country", "_region", "_latitude", "_longitude", "_population", "_wikidata_id", "_geonames_id", "_kind",
)  # fmt: skip
_CLAIM_COLUMNS = (
    *(side + suffix for side in SIDES for suffix in _SIDED),
    "form", "status", "start", "start_event", "end", "end_cause", "motive", "rank",
    "note", "evidence_url", "publisher", "authority",
)  # fmt: skip
_OTHER_COLUMNS = (
    "award", "award_year",
    "group", "group_kind", "stated_member_count", "group_since", "since", "until",
    "subject", "value", "unit", "year", "confirmation",
    "id", "name",
    # What sort of line of a page a row is: most are noise of a named kind.
    "line_kind",
)  # fmt: skip
#: Everything that a declaration's [columns] and [constants] may name.
COLUMNS: tuple[str, ...] = (*_CLAIM_COLUMNS, *_OTHER_COLUMNS)
#: What a file of names may give for an identifier beside the name; `wikidata_id` is the item that a redirect leads to.
LOOKUP_COLUMNS: tuple[str, ...] = (
    "id", "name", "country", "region", "latitude", "longitude", "population", "kind", "geonames_id", "wikidata_id",
    "names",
)  # fmt: skip

#: For each kind of file, what it cannot do without: one of each group.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "claims": (
        ("town", "town_wikidata_id", "town_geonames_id"),
        ("partner", "partner_wikidata_id", "partner_geonames_id"),
    ),
    "names": (("id",), ("name",)),
    "awards": (("town",), ("award",)),
    "group_members": (("group",), ("group_kind",)),
    "figures": (("subject",), ("value",), ("unit",)),
    # A gazetteer's files have the columns that their format fixes.
    **dict.fromkeys(GAZETTEER_FILES, ()),
}  # fmt: skip


def nearest(key: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest of the known words, or at all of them where none is near and they are few."""
    known = list(known)
    close = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known)}" if len(known) <= 15 else ""
