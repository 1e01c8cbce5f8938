"""Coordinates far from the country are rejected; those near its places, or its neighbours', are accepted."""

from __future__ import annotations

import polars as pl
import pytest
from builders import values

from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.locate.coordinates import outside_country, report_misplaced, without_coordinates


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer([])


MENTIONS = pl.DataFrame(
    [
        (1, "DE", 43.32, -83.74),  # Gera, as a register has it: Michigan
        (2, "DE", 50.88, 12.08),
        (3, "DE", 1.288, 103.85),  # districts that a geocoder did not find: Singapore
        (4, "FR", -21.1, 55.5),  # Réunion
        (5, "MA", 23.45, -12.83),  # Western Sahara, which lists under Morocco
        (6, None, 1.0, 1.0),
        (7, "DE", None, None),
        (8, "NO", 78.2, 15.6),  # Svalbard
        (9, "US", 21.3, -157.8),  # Hawaii
    ],
    schema={"mention": pl.Int64, "country_code": pl.String, "latitude": pl.Float64, "longitude": pl.Float64},
    orient="row",
)


def test_only_coordinates_far_from_the_country_are_rejected(gazetteer: Gazetteer) -> None:
    misplaced = outside_country(MENTIONS, gazetteer)
    assert misplaced.to_list() == [1, 3]
    accepted = without_coordinates(MENTIONS, misplaced)
    assert accepted.filter(pl.col("latitude").is_not_null())["mention"].to_list() == [2, 4, 5, 6, 8, 9]
    assert accepted["longitude"].is_null().to_list() == accepted["latitude"].is_null().to_list()


def test_without_coordinates_nothing_is_misplaced(gazetteer: Gazetteer) -> None:
    assert outside_country(MENTIONS.filter(pl.col("latitude").is_null()), gazetteer).is_empty()


def test_every_statement_with_such_coordinates_gets_a_finding() -> None:
    claims = pl.DataFrame(
        {
            "source_id": "register",
            "snapshot_id": "register/list.csv@0",
            "locator": ["line 2", "line 3", "line 4"],
            "town_mention": [1, 1, 2],
            "town_latitude": [43.32, 43.32, 50.88],
            "town_longitude": [-83.74, -83.74, 12.08],
            "partner_mention": [3, 2, 1],
            "partner_latitude": None,
            "partner_longitude": None,
        }
    )
    findings = report_misplaced({"claims": claims}, ("town",), pl.Series([1]))
    assert values(findings, "locator", "column_name", "rule", "raw_value", "action") == [
        ("line 2", "town_latitude", "outside_country", "43.32, -83.74", "nulled"),
        ("line 3", "town_latitude", "outside_country", "43.32, -83.74", "nulled"),
    ]
