"""What the cells of each column of a list are."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.declare.known import KINDS, header_roles, is_place, kinds_of, share
from pipeline.declare.separators import find_separators, split_cells
from pipeline.readers.header import NUMBER
from pipeline.readers.raw_rows import VALUE_SEPARATOR

if TYPE_CHECKING:
    from pipeline.declare.sample import Sample

#: Rows that are looked at.
ROWS: Final = 2_000
#: Two columns that differ in a number only are a town and its partner, unless another column is the town.
_SEVERAL: Final = 2
_HALF, _NAMES = 0.5, 0.35
#: The columns of ours that a header of a town's name does not mean.
_OTHERS: Final = frozenset(("partner", "country", "region", "start", "end", "note", "status", "form"))


@dataclass(frozen=True)
class ColumnProfile:
    """A column of the file, or several that stand side by side under one name with `{n}`.

    Attributes:
        name: as a declaration names it.
        place: of the column in the file, from 0.
        filled: share of rows in which it is filled.
        distinct: share of its filled cells that are different.
        shares: share of its different cells of each of `KINDS`.
        roles: columns of ours that its header may mean.
        cells: its cells that are filled.
        rows: its cell in each row, "" where it is empty; none of these where rows have several.
        separators: what parts the names in its cells.
        is_group: whether it is several columns.
        steps: of its path, where it is one of nested records.
        is_inside: whether it lies in a list of the record.
    """

    name: str
    place: int
    filled: float
    distinct: float
    shares: dict[str, float]
    roles: frozenset[str]
    cells: pl.Series
    rows: pl.Series
    separators: tuple[str, ...] = ()
    is_group: bool = False
    steps: tuple[str, ...] = ()
    is_inside: bool = False

    @property
    def place_share(self) -> float:
        """Share of its different cells, or of the names in them, that are places."""
        return self.shares["place"]


def profile_columns(sample: Sample) -> list[ColumnProfile]:
    """Return the profile of each column that is not empty and holds no nested JSON, in the order of the file."""
    table = sample.table
    names = [name for name in table.columns if not name.startswith("\x1f")]
    rows = table.rows.head(ROWS)
    groups = _numbered_columns(names)
    grouped = {name for members in groups.values() for name in members}

    def profile(name: str) -> ColumnProfile:
        return _profile(name, names.index(name), [rows[name]], sample)

    profiles = [profile(name) for name in names if name not in grouped]
    has_town = any(_is_town(each) for each in profiles)
    for pattern, members in groups.items():
        if len(members) <= _SEVERAL and not has_town and "partner" not in header_roles(pattern.replace(NUMBER, " ")):
            profiles += [profile(name) for name in members]
        else:
            columns = [rows[name] for name in members]
            profiles.append(_profile(pattern, names.index(members[0]), columns, sample, is_group=True))
    told = [profile for profile in profiles if profile.cells.len() and not profile.cells[0].startswith(("{", "["))]
    return sorted(told, key=lambda profile: profile.place)


def _is_town(profile: ColumnProfile) -> bool:
    """Return whether a column beside numbered ones is the town."""
    if profile.roles & _OTHERS or profile.shares["number"] >= _HALF:
        return False
    return "town" in profile.roles or profile.place_share >= max(_NAMES, profile.shares["country"])


def _numbered_columns(names: list[str]) -> dict[str, list[str]]:
    """Return the columns whose names differ in a number only, by their pattern: `partner_{n}`."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        # `column_3` is the name of a column without one.
        for match in re.finditer(r"\d+", name) if not re.fullmatch(r"(?:column_)?\d+", name) else ():
            found[name[: match.start()] + NUMBER + name[match.end() :]].append(name)
    return {pattern: members for pattern, members in found.items() if len(members) > 1}


def _profile(
    name: str, place: int, columns: list[pl.Series], sample: Sample, *, is_group: bool = False
) -> ColumnProfile:
    rows = pl.concat([column.alias("cell") for column in columns])
    cells, has_several = rows, is_group
    if cells.str.contains(VALUE_SEPARATOR, literal=True).any():
        cells, has_several = cells.str.split(VALUE_SEPARATOR).explode(), True
    cells = cells.str.strip_chars()
    filled = cells.filter(cells != "")
    steps = tuple(name.split(".")) if sample.has_paths else ()
    roles = path_roles(steps or (name.replace(NUMBER, " "),))
    kinds = kinds_of(filled)
    shares = {kind: share(kinds[kind]) for kind in KINDS}
    if "start" in roles and shares["date"] < _HALF:
        # Years in two digits are numbers anywhere else.
        shares["date"] += share(kinds["text"].str.contains(r"^'?\d{2}$"))
    separators: tuple[str, ...] = ()
    if max(shares["date"], shares["number"], shares["address"], shares["point"]) <= _HALF:
        separators = find_separators(filled)
    if separators:
        shares["place"] = share(is_place(split_cells(filled, separators)))
    return ColumnProfile(
        name=name,
        place=place,
        filled=filled.len() / max(cells.len(), 1),
        distinct=filled.n_unique() / max(filled.len(), 1),
        shares=shares,
        roles=roles,
        cells=filled,
        rows=rows.clear() if has_several else cells,
        separators=separators,
        is_group=is_group,
        steps=steps,
        is_inside=name in sample.inside,
    )


def path_roles(steps: tuple[str, ...]) -> frozenset[str]:
    """Return what the steps of a path may mean; the first that names a side says whose it is: `b.city`."""
    found: set[str] = set()
    for step in steps:
        roles = header_roles(step)
        found |= roles - {"town", "partner"} if found & {"town", "partner"} else roles
    return frozenset(found)
