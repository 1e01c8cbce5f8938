"""To which state a town belonged on the day that its partnership began."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pycountry
import pytest
from builders import interval
from sql_files import select

from pipeline.curate.inputs import former_states
from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.country_list import countries_of_today
from pipeline.gazetteer.regions import regions
from schemas import Claims, Partnerships, Towns

#: Name, country and first-level division.
Town = tuple[str, str | None, str | None]

GERA, BONN, SAARLOUIS, BERLIN = (
    ("Gera", "DE", "15"),
    ("Bonn", "DE", "07"),
    ("Saarlouis", "DE", "09"),
    ("Berlin", "DE", "16"),
)
NOWHERE = ("Nirgendwo", "DE", None)
PRAGUE, KYIV, LJUBLJANA, BELGRADE = (
    ("Praha", "CZ", "52"),
    ("Kyiv", "UA", "12"),
    ("Ljubljana", "SI", "61"),
    ("Beograd", "RS", "SE"),
)
HONG_KONG, PARIS, NAHA, OSAKA = (
    ("Hong Kong", "HK", None),
    ("Paris", "FR", "11"),
    ("Naha", "JP", "47"),
    ("Osaka", "JP", "27"),
)
LATITUDES = {"Naha": 26.2, "Osaka": 34.7, "Huế": 16.46, "Hanoi": 21.0}


def states_at_starts(town: Town, *starts: str | None, **claimed: Any) -> list[str | None]:
    """Return the states of a town whose partnerships with Paris began then; one claim is of them."""
    towns = [
        {"town_id": "gn1", "name": town[0], "country_code": town[1], "admin1_code": town[2]},
        {"town_id": "gn2", "name": PARIS[0], "country_code": PARIS[1], "admin1_code": PARIS[2]},
    ]
    intervals = [interval(start) for start in starts]
    partnerships = [
        {"town_a_id": "gn1", "town_b_id": "gn2", "start_date": start_date, "start_precision": precision}
        for start_date, precision in intervals
    ]
    table = select(
        "decisions",
        "states_at_start",
        reconciled=pl.DataFrame(partnerships, schema=Partnerships.dtypes()),
        claims=pl.DataFrame([{"town_id": "gn1", "partner_id": "gn2"} | claimed], schema=Claims.dtypes()),
        towns=pl.DataFrame(towns, schema=Towns.dtypes()).with_columns(latitude=LATITUDES.get(town[0])),
        divisions=regions(cache_folder()),
        former_states=former_states(),
        countries=countries_of_today(),
    )
    states = {(town_id, *dated): state for town_id, *dated, state in table.iter_rows()}
    assert table.height == len(states) == 2 * len({dated for dated in intervals if dated[0]})
    assert {state for (town_id, *_), state in states.items() if town_id == "gn2"} <= {"France"}
    return [states.get(("gn1", *dated)) for dated in intervals]


@pytest.mark.long
@pytest.mark.parametrize(
    ("town", "start", "state"),
    [
        (GERA, "1962", "East Germany"),
        (GERA, "1990-10-02", "East Germany"),
        (GERA, "1990-10-03", "Germany"),
        (GERA, "1990-09", "East Germany"),
        (GERA, "1990-10", None),  # coarser than the change
        (GERA, "1990", None),
        (GERA, "1980s", "East Germany"),
        (GERA, "1949-06-01", "Allied-occupied Germany"),
        (GERA, "1991", "Germany"),
        (GERA, None, None),
        (BONN, "1947", "Allied-occupied Germany"),
        (BONN, "1949-06-01", "West Germany"),
        (BONN, "1930", "German Reich"),
        (SAARLOUIS, "1955", "Saar Protectorate"),
        (SAARLOUIS, "1956-12-31", "Saar Protectorate"),
        (SAARLOUIS, "1957-01-01", "West Germany"),
        (SAARLOUIS, "1930", "Territory of the Saar Basin"),
        (BERLIN, "1967", None),
        (BERLIN, "1930", "German Reich"),
        (BERLIN, "1995", "Germany"),
        (("Pankow", "DE", "16"), "1967", "East Germany"),
        (("Berlin – Treptow-Köpenick", "DE", None), "1967", "East Germany"),
        (("Spandau", "DE", "16"), "1967", "West Berlin"),
        (("Berlin (Bezirk Steglitz-Zehlendorf)", "DE", None), "1967", "West Berlin"),
        (("Friedrichshain-Kreuzberg (Berlin)", "DE", None), "1967", None),
        (("Lichtenberg", "DE", "02"), "1967", "West Germany"),
        (NOWHERE, "1962", None),
        (NOWHERE, "1930", None),  # the Saar was none of it
        (NOWHERE, "1991", "Germany"),
        (PRAGUE, "1970", "Czechoslovakia"),
        (PRAGUE, "1992-12-31", "Czechoslovakia"),
        (PRAGUE, "1993", "Czechia"),
        (PRAGUE, "1990s", None),
        (PRAGUE, "1943", None),
        (KYIV, "1961", "Soviet Union"),
        (KYIV, "1992", "Ukraine"),
        (KYIV, "1991", None),
        (("Vilnius", "LT", "65"), "1990-06-01", "Lithuania"),
        (LJUBLJANA, "1965", "Yugoslavia"),
        (LJUBLJANA, "1992", "Slovenia"),
        (BELGRADE, "1992", "Yugoslavia"),
        (BELGRADE, "2004", "Serbia and Montenegro"),
        (BELGRADE, "2007", "Serbia"),
        (("Kinshasa", "CD", "06"), "1975", "Zaire"),
        (("Kinshasa", "CD", "06"), "1965", "Democratic Republic of the Congo"),
        (("Ouagadougou", "BF", "53"), "1974", "Upper Volta"),
        (("Harare", "ZW", "10"), "1970", "Rhodesia"),
        (HONG_KONG, "1980", "British Hong Kong"),
        (HONG_KONG, "1998", "Hong Kong"),
        (NAHA, "1960", "Ryukyu Islands (United States)"),
        (NAHA, "1973", "Japan"),
        (OSAKA, "1957", "Japan"),
        (("Huế", "VN", "46"), "1968", "South Vietnam"),
        (("Hanoi", "VN", "01"), "1968", "North Vietnam"),
        (("Somewhere", None, None), "1968", None),
    ],
)
def test_the_state_on_the_day(town: Town, start: str | None, state: str | None) -> None:
    assert states_at_starts(town, start) == [state]


def test_each_start_of_a_town_has_its_state() -> None:
    # 1 January 1990 is before the change, the year 1990 is not.
    starts = ("1962", "1990-01-01", "1990", None, "1991", "1991")
    assert states_at_starts(GERA, *starts) == ["East Germany", "East Germany", None, None, "Germany", "Germany"]


def test_a_region_that_sources_print_stands_in_for_one_that_is_not_known() -> None:
    assert states_at_starts(NOWHERE, "1962", town_region_text="Thüringen") == ["East Germany"]
    assert states_at_starts(NOWHERE, "1962", town_region_text="Bayern") == ["West Germany"]
    assert states_at_starts(NOWHERE, "1962", town_region_text="Teilstaat") == [None]


# The table


def test_no_two_rules_of_one_kind_contradict_each_other() -> None:
    rules = former_states().filter(pl.col("narrowness") < 3).explode("admin1_codes", empty_as_null=True)
    columns = ("country_code", "narrowness", "admin1_codes", "min_latitude", "max_latitude")
    before = pl.col("valid_to").shift().over(columns)
    overlapping = rules.sort(*columns, "valid_from").filter(before > pl.col("valid_from"))
    assert overlapping.is_empty()
    assert rules.height > 150


def test_every_rule_is_a_span_and_says_what_it_means() -> None:
    rules = former_states()
    assert (rules["valid_from"] < rules["valid_to"]).all()
    assert (rules["valid_to"] < date(2020, 1, 1)).all()
    assert rules.filter(
        pl.col("state").is_null() & pl.col("note").is_null() & (pl.col("valid_from") > date(1945, 1, 1))
    ).is_empty()
    today = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    codes = today | {country.alpha_4 for country in pycountry.historic_countries}
    assert set(rules["country_code"]) <= codes
    assert set(rules["state_code"].drop_nulls()) <= codes
