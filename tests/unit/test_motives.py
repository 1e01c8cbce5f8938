"""Motives: what sources state, towns of one name, and towns that are near or only look so."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from sql_files import select

from pipeline.gazetteer.country_list import country_borders
from schemas import Claims, PartnershipMotives, Partnerships, Towns, check_table

PARTNERSHIP = "p" + "0" * 16


def motives(
    *,
    countries: tuple[str | None, str | None] = ("DE", "FR"),
    km: float | None = 500.0,
    kind: str = "municipality",
    located_by: str = "unique_name",
    alike: str | None = None,
    stated: tuple[str | None, ...] = (),
) -> list[tuple[str, str, str]]:
    """Return motive, basis and evidence of a partnership.

    `kind` and `located_by` are of its second town; `alike` says why the names are alike, `stated` what claims give as
    motive.
    """
    is_domestic = None if None in countries else countries[0] == countries[1]
    link = {"partnership_id": PARTNERSHIP, "town_a_id": "gn1", "town_b_id": "gn2"}
    towns: list[dict[str, Any]] = [
        {"town_id": "gn1", "country_code": countries[0], "kind": "municipality", "located_by": "unique_name"},
        {"town_id": "gn2", "country_code": countries[1], "kind": kind, "located_by": located_by},
    ]
    claims = [
        {"claim_id": f"c{number:016x}", "partnership_id": PARTNERSHIP, "motive": motive}
        for number, motive in enumerate(stated)
    ]
    names = {"partnership_id": [PARTNERSHIP], "evidence": [alike]}
    table = select(
        "tables",
        "partnership_motives",
        partnerships=pl.DataFrame(
            [link | {"distance_km": km, "is_domestic": is_domestic}], schema=Partnerships.dtypes()
        ),
        towns=pl.DataFrame(towns, schema=Towns.dtypes()),
        claims=pl.DataFrame(claims, schema=Claims.dtypes()),
        similar_names=pl.DataFrame(names, schema_overrides={"evidence": pl.String}).drop_nulls(),
        country_borders=country_borders(),
    )
    check_table(PartnershipMotives, table)
    return table.drop("partnership_id").sort(pl.all()).rows()


# Stated motives and names


def test_a_stated_motive_is_given_with_each_claim_that_states_it() -> None:
    assert motives(stated=("same_name", None, "personal_ties", "same_name")) == [
        ("personal_ties", "stated", "c0000000000000002"),
        ("same_name", "stated", "c0000000000000000"),
        ("same_name", "stated", "c0000000000000003"),
    ]


def test_namesakes_are_derived_with_what_is_alike() -> None:
    assert motives(alike="same: soest") == [("same_name", "derived", "same: soest")]


def test_a_town_can_be_namesake_and_neighbour_whatever_is_stated() -> None:
    assert motives(countries=("PL", "DE"), km=1.6, alike="similar: …", stated=("neighbours",)) == [
        ("neighbours", "derived", "1.6 km, across the border DE–PL"),
        ("neighbours", "stated", "c0000000000000000"),
        ("same_name", "derived", "similar: …"),
    ]


# Neighbours


@pytest.mark.parametrize(
    ("countries", "km", "evidence"),
    [
        (("DE", "PL"), 0.8, "0.8 km, across the border DE–PL"),
        (("PL", "DE"), 50.0, "50.0 km, across the border DE–PL"),
        (("DK", "SE"), 5.2, "5.2 km, abroad DK–SE, no border on land"),
        (("DE", "DE"), 10.0, "10.0 km, within DE"),
    ],
)
def test_neighbours(countries: tuple[str, str], km: float, evidence: str) -> None:
    assert motives(countries=countries, km=km) == [("neighbours", "derived", evidence)]


@pytest.mark.parametrize(
    ("countries", "km"),
    [
        (("DE", "PL"), 50.1),
        (("DE", "DE"), 10.1),
        (("DE", "PL"), None),
        ((None, "PL"), 1.0),
        ((None, None), 1.0),
    ],
)
def test_far_or_unknown_is_no_neighbour(countries: tuple[str | None, str | None], km: float | None) -> None:
    assert motives(countries=countries, km=km) == []


@pytest.mark.parametrize("located_by", ["source_coordinates", "not_located"])
def test_a_guessed_place_is_no_neighbour(located_by: str) -> None:
    assert motives(km=1.0, located_by=located_by) == []


@pytest.mark.parametrize("kind", ["county", "region", "other"])
def test_an_area_is_no_neighbour(kind: str) -> None:
    assert motives(km=1.0, kind=kind) == []


def test_a_district_is_a_neighbour() -> None:
    assert motives(km=1.0, kind="district") == [("neighbours", "derived", "1.0 km, across the border DE–FR")]


def test_borders_are_named_once_in_order() -> None:
    borders = country_borders().rows()
    assert {("DE", "PL"), ("FR", "IT"), ("BE", "NL")} <= set(borders)
    assert len(set(borders)) == len(borders)
    assert all(a < b for a, b in borders)
    assert ("DK", "SE") not in borders
