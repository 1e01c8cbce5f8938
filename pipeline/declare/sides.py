"""Whose country, item, point a column is: the town's or the partner's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.declare.known import country_codes, place_keys, place_positions, search_keys, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.declare.profile import ColumnProfile

    #: The columns of the names, by side.
    Names = dict[str, ColumnProfile]
    #: Columns that go to one side together: one, or a latitude and its longitude.
    Item = tuple[ColumnProfile, ...]

_TOWN, _PARTNER = "town", "partner"
#: Two columns of countries that agree in so many rows are one in two languages.
_SAME: Final = 0.8
#: A point is near a place within so many degrees; a side is told by so many more rows of the other one's.
_NEAR, _LEAD = 0.7, 0.3
_FEWEST_PAIRS: Final = 2


def give_sides(items: Iterable[Item], names: Names) -> dict[str, Item]:
    """Return which of several columns of one kind is the town's and which the partner's.

    Those whose path or header names their side are served first; then points by where they lie, and the others by the
    name that stands nearest. A second column of the same countries is nobody's.
    """
    sides: dict[str, Item] = {}
    left: list[Item] = []
    for item in items:
        side = told_side(item[0], names)
        if side is None:
            left.append(item)
        elif side in names:
            sides.setdefault(side, item)
    for item in left:
        free = [side for side in _possible(item[0], names) if side not in sides]
        placed = _side_of_position(item, names) if _is_position(item) else None
        nearest = placed or min(_possible(item[0], names), key=lambda each: _distance(item[0], names[each]), default="")
        if nearest in free:
            sides[nearest] = item
        elif free and placed is None and not _says_the_same(item[0], sides[nearest][0]):
            sides[free[0]] = item
    return sides


def told_side(column: ColumnProfile, names: Names) -> str | None:
    """Return the side that a column's path or header names, if it does."""
    if len({name.is_inside for name in names.values()}) > 1:
        return _PARTNER if column.is_inside else _TOWN
    common = {side: _common_steps(column.steps, name.steps) for side, name in names.items()}
    if len(set(common.values())) > 1:
        return max(common, key=common.__getitem__)
    if column.is_group:
        return None
    for side in (_PARTNER, _TOWN):
        if side in column.roles:
            return side
    numbers = {side: re.findall(r"\d+$", name.name) for side, name in names.items()}
    number = re.findall(r"\d+$", column.name)
    same = [side for side in names if number and numbers[side] == number]
    if same:
        return same[0] if len(same) == 1 else None
    return _side_in_header(column, names)


def _side_in_header(column: ColumnProfile, names: Names) -> str | None:
    """Return the side whose name's header begins or ends this one: `fromc` beside `from`."""
    header = search_keys([column.name.replace("_", " ")])[0]
    keys = {side: search_keys([name.name.replace("_", " ")])[0] for side, name in names.items()}
    found = [side for side, key in keys.items() if len(key) > 1 and (header.startswith(key) or header.endswith(key))]
    return max(found, key=lambda side: len(keys[side]), default=None)


def _common_steps(one: Sequence[str], other: Sequence[str]) -> int:
    steps = [first == second for first, second in zip(one[:-1], other[:-1], strict=False)]
    return steps.index(False) if False in steps else len(steps)


def _possible(column: ColumnProfile, names: Names) -> list[str]:
    """Return the sides whose name stands beside columns like this: groups beside groups."""
    same = [side for side in names if names[side].is_group == column.is_group]
    return same or ([] if column.is_group else [*names])


def _distance(column: ColumnProfile, name: ColumnProfile) -> tuple[int, bool]:
    return abs(name.place - column.place), name.place > column.place


def _says_the_same(one: ColumnProfile, other: ColumnProfile) -> bool:
    if one.rows.len() != other.rows.len() or one.rows.is_empty():
        return False
    pairs = pl.DataFrame({"one": one.rows, "other": other.rows}).filter(pl.col("one") != "", pl.col("other") != "")
    same = country_codes(pairs["one"]) == country_codes(pairs["other"])
    return share(same.fill_null(value=False)) >= _SAME


def _is_position(item: Item) -> bool:
    return len(item) > 1 or item[0].shares["point"] > item[0].shares["country"]


def _side_of_position(item: Item, names: Names) -> str | None:
    """Return whose position columns are: by known places, or the town's if it is the same in all rows of a town."""
    if _PARTNER not in names or _TOWN not in names:
        return None
    town, partner = names[_TOWN], names[_PARTNER]
    if (partner.separators or partner.is_group) and not item[0].is_group:
        return _TOWN
    rows = [column.rows for column in (*item, town, partner)]
    if len({cells.len() for cells in rows}) > 1 or rows[0].is_empty():
        return None
    points = _positions(rows[:-2]).with_columns(town=town.rows, partner=partner.rows).drop_nulls().unique()
    near = {side: _share_near(points, side) for side in (_TOWN, _PARTNER)}
    if abs(near[_TOWN] - near[_PARTNER]) >= _LEAD:
        return max(near, key=near.__getitem__)
    by_town = (
        pl.DataFrame({"point": rows[0], "town": town.rows, "partner": partner.rows})
        .filter(pl.col("town") != "")
        .group_by("town")
        .agg(pl.col("point", "partner").n_unique())
        .filter(pl.col("partner") >= _FEWEST_PAIRS)
    )
    if by_town.is_empty():
        return None
    return _TOWN if share(by_town["point"] == 1) >= _SAME else _PARTNER


def _positions(rows: list[pl.Series]) -> pl.DataFrame:
    """Return `latitude` and `longitude` of two columns, or of one with points."""
    if len(rows) == 1:
        numbers = rows[0].str.extract_all(r"-?\d+(?:\.\d+)?").list
        is_wkt = rows[0].str.contains(r"(?i)^point")
        first, second = (numbers.get(place, null_on_oob=True) for place in (0, 1))
        rows = [first.zip_with(~is_wkt, second), second.zip_with(~is_wkt, first)]
    latitude, longitude = (cells.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False) for cells in rows)
    return pl.DataFrame({"latitude": latitude, "longitude": longitude})


def _share_near(points: pl.DataFrame, side: str) -> float:
    """Return the share of the points near a known place with the name that stands in their row."""
    if points.is_empty():
        return 0.0
    keyed = points.with_columns(key=place_keys(points[side])).with_row_index("row")
    known = keyed.join(place_positions(), on="key", suffix="_known")
    is_near = (pl.col("latitude") - pl.col("latitude_known")).abs() + (
        pl.col("longitude") - pl.col("longitude_known")
    ).abs() < _NEAR
    return known.filter(is_near)["row"].n_unique() / points.height
