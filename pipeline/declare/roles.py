"""Which column of a list is which of ours: the header's words and what the cells are, weighed together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.declare.known import likely_country, share

if TYPE_CHECKING:
    from pipeline.declare.profile import ColumnProfile

#: At least this share of a column's different cells is of its kind.
_LEAST: Final = {
    "place": 0.35,
    "country": 0.6,
    "date": 0.5,
    "wikidata_id": 0.7,
    "point": 0.7,
    "degrees": 0.7,
    "form": 0.6,
}
#: A header that says so is worth this much of a share.
_HEADER: Final = 0.6
#: A column of more different words has no categories; one of which so many are such words needs no header.
_WORDS, _SURE = 40, 0.9
_HALF: Final = 0.5
#: A header that says one of these is not of a name, unless nearly all cells are places.
_OTHERS: Final = frozenset(("country", "region", "start", "end", "note", "status", "form"))


class Role(NamedTuple):
    """A column of ours, the file's column that has it, and why."""

    ours: str
    column: ColumnProfile
    reason: str


class Roles(NamedTuple):
    """Which columns are which, what is not known, and what else the cells tell.

    Attributes:
        found: the columns of ours that the file has.
        unused: columns of the file that nothing is made of.
        country: the country that most towns are in, and the share of them, where no column gives it.
    """

    found: list[Role]
    unused: list[ColumnProfile]
    country: tuple[str, float] | None

    def column(self, ours: str) -> ColumnProfile | None:
        """Return the file's column that has a column of ours."""
        return next((role.column for role in self.found if role.ours == ours), None)


def find_roles(profiles: list[ColumnProfile]) -> Roles:
    """Return which column is which."""
    town, partner = _find_names(profiles)
    found = [
        Role(ours, column, _told(column, "place")) for ours, column in (("town", town), ("partner", partner)) if column
    ]
    names = {role.ours: role.column for role in found}
    left = [profile for profile in profiles if profile not in names.values()]
    for kind, suffix in (("country", "country"), ("wikidata_id", "wikidata_id"), ("point", "point")):
        for column in [profile for profile in left if _fits(profile, kind)]:
            ours = _nearest(column, names, suffix, {role.ours for role in found})
            if ours:
                found.append(Role(ours, column, _told(column, kind)))
                left.remove(column)
    found += _find_degrees(left, names)
    found += _find_dates(left, found)
    for kind in ("form", "status"):
        taken = [role.column for role in found]
        fitting = [each for each in left if each not in taken and _is_category(each, kind)]
        found += [Role(kind, column, _told(column, kind)) for column in fitting[:1]]
    for ours in ("town_region", "note", "evidence_url"):
        word = ours.removeprefix("town_")
        taken = [role.column for role in found]
        named = [each for each in left if word in each.roles and each not in taken and not each.is_group]
        fitting = [each for each in named if word != "evidence_url" or each.shares["address"] > _HALF]
        found += [Role(ours, each, "by its header") for each in fitting[:1]]
    used = [role.column for role in found]
    country = None
    if town and not any(role.ours == "town_country" for role in found):
        country = likely_country(town.cells)
    return Roles(found, [profile for profile in profiles if profile not in used], country)


def _is_category(column: ColumnProfile, kind: str) -> bool:
    """Return whether a column of few different words is a form or a status."""
    is_told = kind in column.roles or column.shares[kind] >= _SURE
    return column.shares[kind] >= _LEAST["form"] and column.cells.n_unique() <= _WORDS and is_told


def _find_names(profiles: list[ColumnProfile]) -> tuple[ColumnProfile | None, ColumnProfile | None]:
    """Return the columns of the town and of the partner."""

    def score(profile: ColumnProfile, role: str) -> float:
        other = "partner" if role == "town" else "town"
        told = _HEADER * (role in profile.roles) - _HEADER * (other in profile.roles and role not in profile.roles)
        return profile.place_share + told

    candidates = [profile for profile in profiles if _can_be_name(profile)]
    if not candidates:
        return None, None
    groups = [profile for profile in candidates if profile.is_group or profile.separators]
    partner = max(groups or candidates, key=lambda each: (score(each, "partner"), each.place))
    others = [profile for profile in candidates if profile is not partner and not profile.is_group]
    if not groups and others and not any("partner" in profile.roles for profile in candidates):
        # Nothing tells which is which: the town comes first.
        first, *rest = sorted([partner, *others], key=lambda each: -score(each, "town"))[:2]
        town, partner = sorted([first, *rest], key=lambda each: each.place)
        return town, partner
    towns = sorted(others, key=lambda each: (-score(each, "town"), each.place))
    return next(iter(towns), None), partner


def _can_be_name(profile: ColumnProfile) -> bool:
    """Return whether a column's cells are places, or its header says so and they are nothing else."""
    if profile.place_share < profile.shares["country"]:
        return False
    if profile.place_share >= _LEAST["place"]:
        return not profile.roles & _OTHERS or bool(profile.roles & {"town", "partner"}) or profile.place_share >= _SURE
    is_else = max(each for kind, each in profile.shares.items() if kind != "place") >= _HALF
    # Ids have digits, and names that no gazetteer knows have none.
    is_else |= share(profile.cells.str.contains(r"\d")) >= _HALF
    return bool(profile.roles & {"town", "partner"}) and not is_else


def _fits(profile: ColumnProfile, kind: str) -> bool:
    role = "country" if kind == "country" else kind
    return profile.shares[kind] >= _LEAST[kind] - 0.3 * (role in profile.roles)


def _nearest(column: ColumnProfile, names: dict[str, ColumnProfile], suffix: str, taken: set[str]) -> str | None:
    """Return the column of ours for the name that stands nearest, the one on the left before the one on the right."""
    sides = [side for side in names if f"{side}_{suffix}" not in taken and names[side].is_group == column.is_group]
    sides = sides or [side for side in names if f"{side}_{suffix}" not in taken and not column.is_group]
    hinted = [side for side in sides if side in column.roles or side in column.name.lower()]
    distance = {side: (abs(names[side].place - column.place), names[side].place > column.place) for side in sides}
    return f"{min(hinted or sides, key=distance.__getitem__)}_{suffix}" if sides else None


def _find_degrees(left: list[ColumnProfile], names: dict[str, ColumnProfile]) -> list[Role]:
    found: list[Role] = []
    for suffix in ("latitude", "longitude"):
        for column in left:
            if suffix in column.roles and column.shares["number"] >= _LEAST["degrees"]:
                ours = _nearest(column, names, suffix, {role.ours for role in found})
                if ours:
                    found.append(Role(ours, column, "numbers, and by its header"))
    sides = {role.ours.rpartition("_")[0] for role in found}
    complete = {side for side in sides if {f"{side}_latitude", f"{side}_longitude"} <= {role.ours for role in found}}
    return [role for role in found if role.ours.rpartition("_")[0] in complete]


def _find_dates(left: list[ColumnProfile], found: list[Role]) -> list[Role]:
    taken = [role.column for role in found]
    dates = [
        each
        for each in left
        if each not in taken and each.shares["date"] >= _LEAST["date"] - 0.3 * ("start" in each.roles)
    ]
    ends = [each for each in dates if "end" in each.roles and "start" not in each.roles]
    starts = [each for each in dates if each not in ends]
    starts.sort(key=lambda each: (-("start" in each.roles), -each.filled))
    roles = [Role("start", starts[0], _told(starts[0], "date"))] if starts else []
    return [*roles, *(Role("end", column, _told(column, "date")) for column in ends[:1])]


def _told(column: ColumnProfile, kind: str) -> str:
    what = {
        "place": "names of places", "country": "countries", "date": "dates", "wikidata_id": "items of Wikidata",
        "point": "points", "form": "words for forms", "status": "words for states",
    }[kind]  # fmt: skip
    count = column.cells.n_unique()
    pieces = " (parted)" if kind == "place" and column.separators else ""
    return f"{column.shares[kind]:.0%} of its {count:,} different cells{pieces} are {what}"
