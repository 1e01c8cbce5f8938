"""What the cells of each column of a list are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.declare.known import KINDS, header_roles, is_place, kinds_of, share
from pipeline.readers.header import NUMBER
from pipeline.readers.raw_rows import VALUE_SEPARATOR

if TYPE_CHECKING:
    from pipeline.readers.raw_rows import RawRows

#: Rows that are looked at.
ROWS: Final = 2_000
#: What may part names in one cell; a comma last, since it parts a name from its country as well.
SEPARATORS: Final = (";", "\n", " | ", "|", " / ", "、", "，", ",", "/", " - ", " und ", " et ", " and ")
#: A cell has several names where so many more of its pieces are places than of the cells as they are.
_GAIN: Final = 0.15
_NEXT_GAIN: Final = 0.05


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
        separators: what parts the names in its cells.
        is_group: whether it is several columns.
    """

    name: str
    place: int
    filled: float
    distinct: float
    shares: dict[str, float]
    roles: frozenset[str]
    cells: pl.Series
    separators: tuple[str, ...] = ()
    is_group: bool = False

    @property
    def place_share(self) -> float:
        """Share of its different cells, or of the names in them, that are places."""
        return self.shares["place"]


def profile_columns(table: RawRows) -> list[ColumnProfile]:
    """Return the profile of each column that is not empty and holds no nested JSON, in the order of the file."""
    names = [name for name in table.columns if not name.startswith("\x1f")]
    rows = table.rows.head(ROWS)
    groups = _numbered_columns(names)
    grouped = {name for members in groups.values() for name in members}
    profiles = [
        _profile(name, place, [rows[name]], is_group=False) for place, name in enumerate(names) if name not in grouped
    ]
    profiles += [
        _profile(pattern, names.index(members[0]), [rows[name] for name in members], is_group=True)
        for pattern, members in groups.items()
    ]
    told = [profile for profile in profiles if profile.cells.len() and not profile.cells[0].startswith(("{", "["))]
    return sorted(told, key=lambda profile: profile.place)


def _numbered_columns(names: list[str]) -> dict[str, list[str]]:
    """Return the columns whose names differ in a number only, by their pattern: `partner_{n}`."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        # `column_3` is the name of a column without one.
        for match in re.finditer(r"\d+", name) if not re.fullmatch(r"(?:column_)?\d+", name) else ():
            found[name[: match.start()] + NUMBER + name[match.end() :]].append(name)
    return {pattern: members for pattern, members in found.items() if len(members) > 1}


def _profile(name: str, place: int, columns: list[pl.Series], *, is_group: bool) -> ColumnProfile:
    cells = pl.concat([column.alias("cell") for column in columns])
    if cells.str.contains(VALUE_SEPARATOR, literal=True).any():
        cells = cells.str.split(VALUE_SEPARATOR).explode()
    cells = cells.str.strip_chars()
    filled = cells.filter(cells != "")
    kinds = kinds_of(filled)
    shares = {kind: share(kinds[kind]) for kind in KINDS}
    separators = _separators(filled, shares)
    if separators:
        shares["place"] = _share_of_pieces(filled, separators)
    return ColumnProfile(
        name=name,
        place=place,
        filled=filled.len() / max(cells.len(), 1),
        distinct=filled.n_unique() / max(filled.len(), 1),
        shares=shares,
        roles=frozenset(header_roles(name.replace(NUMBER, " ").rpartition(".")[2])),
        cells=filled,
        separators=separators,
        is_group=is_group,
    )


def _separators(cells: pl.Series, shares: dict[str, float]) -> tuple[str, ...]:
    """Return what parts the names of a cell: the signs with which far more of the pieces are places."""
    if shares["date"] > 0.5 or shares["number"] > 0.5 or shares["address"] > 0.5:
        return ()
    best: tuple[float, tuple[str, ...]] = (shares["place"] + _GAIN, ())
    present = [sign for sign in SEPARATORS if share(cells.str.contains(sign, literal=True)) > 0.02]
    chosen: tuple[str, ...] = ()
    for sign in present:
        known = _share_of_pieces(cells, (*chosen, sign))
        if known > best[0] + (_NEXT_GAIN if chosen else 0):
            chosen = (*chosen, sign)
            best = (known, chosen)
    return best[1]


def _share_of_pieces(cells: pl.Series, signs: tuple[str, ...]) -> float:
    text = cells
    for sign in signs:
        text = text.str.replace_all(sign, VALUE_SEPARATOR, literal=True)
    pieces = text.str.split(VALUE_SEPARATOR).explode().str.strip_chars().unique()
    return share(is_place(pieces.filter(pieces != "")))


def most_common(profile: ColumnProfile, count: int) -> list[str]:
    """Return its most frequent cells."""
    return [cell for cell, _ in Counter(profile.cells.to_list()).most_common(count)]
