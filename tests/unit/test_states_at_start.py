"""To which state a town belonged on the day that its partnership began."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pycountry
import pytest
from builders import interval

from pipeline.curate.history import former_states, states_at_start
from schemas import CLAIMS, TOWNS

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


def states(town: tuple[str, str | None, str | None], start: str | None, **claimed: Any) -> str | None:
    """Return the state of a town whose partnership with Paris began then."""
    start_date, precision = interval(start)
    rows = [("gn1", *town), ("gn2", *PARIS)]
    towns = pl.DataFrame(
        [
            {
                "town_id": id_,
                "name": name,
                "country_code": country,
                "admin1_code": admin1,
                "latitude": LATITUDES.get(name),
            }
            for id_, name, country, admin1 in rows
        ],
        schema_overrides={name: TOWNS.polars_schema[name] for name in ("admin1_code", "latitude", "country_code")},
    )
    partnership = pl.DataFrame(
        {
            "partnership_id": ["p1"], "town_a_id": ["gn1"], "town_b_id": ["gn2"], "start_date": [start_date],
            "start_precision": [precision],
        },
        schema_overrides={"start_date": pl.Date},
    )  # fmt: skip
    columns = ("town_id", "partner_id", "town_region_text", "partner_region_text")
    claims = pl.DataFrame(
        [{"town_id": "gn1", "partner_id": "gn2"} | claimed], schema={c: CLAIMS.polars_schema[c] for c in columns}
    )
    row = states_at_start(partnership, towns, claims).row(0, named=True)
    assert row["state_b_at_start"] == ("France" if start else None)
    state: str | None = row["state_a_at_start"]
    return state


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
def test_the_state_on_the_day(town: tuple[str, str | None, str | None], start: str | None, state: str | None) -> None:
    assert states(town, start) == state


def test_a_region_that_sources_print_stands_in_for_one_that_is_not_known() -> None:
    assert states(NOWHERE, "1962", town_region_text="Thüringen") == "East Germany"
    assert states(NOWHERE, "1962", town_region_text="Bayern") == "West Germany"
    assert states(NOWHERE, "1962", town_region_text="Teilstaat") is None


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
    known = (
        {one.alpha_2 for one in pycountry.countries} | {one.alpha_4 for one in pycountry.historic_countries} | {"XK"}
    )
    assert set(rules["country_code"]) <= known
    assert set(rules["state_code"].drop_nulls()) <= known
