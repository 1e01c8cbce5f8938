"""Lines on a map: on the great circle, never across the antimeridian."""

from __future__ import annotations

import math
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.export.great_circles import great_circles

Position = list[float]
PLACE = st.tuples(
    st.floats(-90, 90).map(lambda degrees: round(degrees, 5)),
    st.floats(-180, 180).map(lambda degrees: round(degrees, 5)),
)
BERLIN, PARIS, SUVA, APIA = (52.52437, 13.41053), (48.85341, 2.3488), (-18.14161, 178.44149), (-13.83333, -171.76667)


def lines(a: tuple[float, float], b: tuple[float, float]) -> list[list[Position]]:
    ends = pl.DataFrame(
        {"id": ["p"], "latitude_a": [a[0]], "longitude_a": [a[1]], "latitude_b": [b[0]], "longitude_b": [b[1]]}
    )
    [drawn] = great_circles(ends)["lines"].to_list()
    return list(drawn)


def kilometres(a: Position, b: Position) -> float:
    (x1, y1), (x2, y2) = ([math.radians(value) for value in position] for position in (a, b))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(half, 1)))


def test_a_short_line_is_one_line_from_town_to_town() -> None:
    [line] = lines(BERLIN, PARIS)
    assert (line[0], line[-1]) == ([13.41053, 52.52437], [2.3488, 48.85341])


def test_a_long_line_follows_the_great_circle() -> None:
    [line] = lines((50.0, 0.0), (50.0, 100.0))
    # Vertex between two places of one latitude: tan(lat) = tan(50°) / cos(50°).
    assert max(latitude for _, latitude in line) == pytest.approx(
        math.degrees(math.atan(math.tan(math.radians(50)) / math.cos(math.radians(50)))), abs=0.05
    )


@pytest.mark.parametrize(("a", "b", "sign"), [(SUVA, APIA, 1), (APIA, SUVA, -1)])
def test_a_line_across_the_antimeridian_is_cut_there(a: tuple[float, float], b: tuple[float, float], sign: int) -> None:
    before, after = lines(a, b)
    assert before[0] == [a[1], a[0]]
    assert before[-1][0] == 180.0 * sign
    assert after[0] == [-180.0 * sign, before[-1][1]]
    assert after[-1] == [b[1], b[0]]
    assert -18.14161 < before[-1][1] < -13.83333


@pytest.mark.parametrize("longitude", [180.0, -180.0])
def test_a_town_on_the_antimeridian_leaves_no_line_without_length(longitude: float) -> None:
    for ends in (((-16.8, longitude), SUVA), (SUVA, (-16.8, longitude)), ((-16.8, longitude), APIA)):
        [line] = lines(*ends)
        assert len({tuple(position) for position in line}) > 1


def test_two_towns_at_one_place_are_a_line_of_two_positions() -> None:
    assert lines(BERLIN, BERLIN) == [[[13.41053, 52.52437]] * 2]


@given(PLACE, PLACE)
@example((0.0, 0.0), (0.0, 180.0))
@example((90.0, 0.0), (-90.0, 0.0))
@example((45.0, 10.0), (45.0, -170.0))
@example((0.0, -180.0), (90.0, 5.0))
def test_every_line_is_on_the_map_and_no_longer_than_the_way(a: tuple[float, float], b: tuple[float, float]) -> None:
    parts = lines(a, b)
    for part in parts:
        assert len(part) >= 2
        assert all(-180 <= longitude <= 180 and -90 <= latitude <= 90 for longitude, latitude in part)
        assert all(abs(start[0] - end[0]) <= 180 for start, end in pairwise(part))
    assert kilometres(parts[0][0], [a[1], a[0]]) < 0.01
    assert kilometres(parts[-1][-1], [b[1], b[0]]) < 0.01
