"""Which columns of a list are the names of the town and of the partner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.declare.known import share as share_of

if TYPE_CHECKING:
    from pipeline.declare.profile import ColumnProfile

#: At least this share of the different cells of a column of names are places.
LEAST_PLACES: Final = 0.35
#: A header that says so is worth this much of a share, and each further word of it less.
_HEADER, _WORD = 0.6, 0.02
_SURE, _HALF = 0.9, 0.5
#: A header that says one of these is not of a name, unless nearly all cells are places.
_OTHERS: Final = frozenset(("country", "region", "start", "end", "note", "status", "form"))


def find_names(profiles: list[ColumnProfile]) -> tuple[ColumnProfile | None, ColumnProfile | None]:
    """Return the columns of the town and of the partner.

    What lies in a list of the record is the partner; then what its header calls so; then what stands side by side or
    has several names in a cell. Where nothing tells, the town comes first.
    """
    candidates = [profile for profile in profiles if _can_be_name(profile)]
    if not candidates:
        return None, None
    inner = [profile for profile in candidates if profile.is_inside]
    outer = [profile for profile in candidates if not profile.is_inside]
    if inner and outer:
        return _best(outer, "town"), _best(inner, "partner")
    told = [profile for profile in candidates if "partner" in profile.roles]
    several = [profile for profile in candidates if profile.is_group or profile.separators]
    if told or several:
        partner = _best([each for each in told if each in several and each.is_group] or told or several, "partner")
        others = [each for each in candidates if each is not partner and not each.is_group]
        towns = [each for each in others if "partner" not in each.roles or _differ_in_end(each, partner)]
        town = _best(towns, "town") if towns else None
        if town and "partner" in town.roles and town.place > partner.place:
            town, partner = partner, town
        return town, partner
    if len(candidates) == 1:
        return None, candidates[0]
    first, *rest = sorted(candidates, key=lambda each: (-_score(each, "town"), each.place))[:2]
    town, partner = sorted([first, *rest], key=lambda each: each.place)
    return town, partner


def _score(profile: ColumnProfile, role: str) -> float:
    other = "partner" if role == "town" else "town"
    told = _HEADER * (role in profile.roles) - _HEADER * (other in profile.roles and role not in profile.roles)
    return profile.place_share + told - _WORD * len(re.findall(r"[^\W_]+", profile.name))


def _best(candidates: list[ColumnProfile], role: str) -> ColumnProfile:
    return min(candidates, key=lambda each: (-_score(each, role), each.place))


def _differ_in_end(one: ColumnProfile, other: ColumnProfile) -> bool:
    """Return whether two headers are the same but for their last sign: `Partner A`, `Partner B`."""
    return one.name[:-1] == other.name[:-1]


def _can_be_name(profile: ColumnProfile) -> bool:
    """Return whether a column's cells are places, or its header says nothing else and they are nothing else."""
    is_told = bool(profile.roles & {"town", "partner"})
    if profile.place_share < profile.shares["country"] or profile.shares["number"] >= _HALF:
        return False
    if profile.place_share >= LEAST_PLACES:
        return not profile.roles & _OTHERS or profile.place_share >= _SURE or (is_told and _is_name_too(profile))
    is_else = max(share for kind, share in profile.shares.items() if kind != "place") >= _HALF
    # Ids have digits, and names that no gazetteer knows have none.
    is_else |= share_of(profile.cells.str.contains(r"^\S*\d\S*$")) >= _HALF
    return is_told and not is_else and not profile.roles & _OTHERS


def _is_name_too(profile: ColumnProfile) -> bool:
    """Return whether a header that says a name and something else has cells that are rather names."""
    return profile.place_share > max(profile.shares["date"], profile.shares["status"], profile.shares["form"])
