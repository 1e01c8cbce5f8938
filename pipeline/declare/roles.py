"""Which column of a list is which of ours: the header's words and what the cells are, weighed together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.declare.known import likely_country
from pipeline.declare.names import find_names
from pipeline.declare.sides import give_sides, told_side

if TYPE_CHECKING:
    from pipeline.declare.profile import ColumnProfile
    from pipeline.declare.sides import Names

#: At least this share of a column's different cells is of its kind.
_LEAST: Final = {
    "country": 0.6,
    "date": 0.5,
    "wikidata_id": 0.7,
    "point": 0.7,
    "degrees": 0.7,
    "form": 0.6,
}
#: A header that says so is worth this much of a share.
_TOLD: Final = 0.3
#: Ends are few and stand among words: of a column that its header calls an end, this share are dates.
_ENDS: Final = 0.1
#: A column of more different words has no categories; one of which so many are such words needs no header.
_WORDS, _SURE = 40, 0.9
_HALF: Final = 0.5


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
    town, partner = find_names(profiles)
    names = {side: column for side, column in (("town", town), ("partner", partner)) if column}
    found = [Role(side, column, _told(column, "place")) for side, column in names.items()]
    for kind in ("country", "wikidata_id", "point"):
        items = [(profile,) for profile in _left(profiles, found) if _fits(profile, kind)]
        for side, (column,) in give_sides(items, names).items():
            found.append(Role(f"{side}_{kind}", column, _told(column, kind)))
    found += _find_degrees(_left(profiles, found), names)
    found += _find_dates(_left(profiles, found))
    for kind in ("form", "status"):
        fitting = [each for each in _left(profiles, found) if _is_category(each, kind)]
        found += [Role(kind, column, _told(column, kind)) for column in fitting[:1]]
    for ours in ("town_region", "note", "evidence_url"):
        word = ours.removeprefix("town_")
        named = [each for each in _left(profiles, found) if word in each.roles and not each.is_group]
        fitting = [each for each in named if word != "evidence_url" or each.shares["address"] > _HALF]
        if ours == "town_region":
            fitting = [each for each in fitting if town and told_side(each, names) in (None, "town")]
        found += [Role(ours, each, "by its header") for each in fitting[:1]]
    country = likely_country(town.cells) if town and not any(role.ours == "town_country" for role in found) else None
    return Roles(found, _left(profiles, found), country)


def _left(profiles: list[ColumnProfile], found: list[Role]) -> list[ColumnProfile]:
    taken = [role.column.name for role in found]
    return [profile for profile in profiles if profile.name not in taken]


def _is_category(column: ColumnProfile, kind: str) -> bool:
    """Return whether a column of few different words is a form or a status."""
    is_told = kind in column.roles or column.shares[kind] >= _SURE
    return column.shares[kind] >= _LEAST["form"] and column.cells.n_unique() <= _WORDS and is_told


def _fits(profile: ColumnProfile, kind: str) -> bool:
    return "continent" not in profile.roles and profile.shares[kind] >= _LEAST[kind] - _TOLD * (kind in profile.roles)


def _find_degrees(left: list[ColumnProfile], names: Names) -> list[Role]:
    """Return the columns of latitudes and longitudes, which go to a side in pairs."""
    latitudes, longitudes = (
        [each for each in left if word in each.roles and each.shares["number"] >= _LEAST["degrees"]]
        for word in ("latitude", "longitude")
    )
    pairs: list[tuple[ColumnProfile, ...]] = []
    for latitude in latitudes:
        free = [each for each in longitudes if all(each is not pair[1] for pair in pairs)]
        same = [each for each in free if told_side(each, names) == told_side(latitude, names)]
        if same:
            place = latitude.place
            pairs.append((latitude, min(same, key=lambda each: abs(each.place - place))))
    return [
        Role(f"{side}_{suffix}", column, "numbers, and by its header")
        for side, pair in give_sides(pairs, names).items()
        for suffix, column in zip(("latitude", "longitude"), pair, strict=True)
    ]


def _find_dates(left: list[ColumnProfile]) -> list[Role]:
    ends = [each for each in left if "end" in each.roles and "start" not in each.roles and each.shares["date"] >= _ENDS]
    starts = [
        each
        for each in left
        if all(each is not end for end in ends)
        and each.shares["date"] >= _LEAST["date"] - _TOLD * ("start" in each.roles)
    ]
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
