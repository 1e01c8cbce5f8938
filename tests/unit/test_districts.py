"""Parts of large towns: one part however a list prints it, and a city that is printed for its parts."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.locate.city_claims import NOT_STATED, assign_to_districts
from pipeline.locate.districts import complete_districts, read_districts

GAZETTEER = load_gazetteer()
BERLIN, BUDAPEST, LONDON, PARIS = "gn2950159", "gn3054643", "gn2643743", "gn2988507"


def part_of(text: str, country: str | None = None) -> tuple[str, str] | None:
    mention = pl.DataFrame(
        {"mention": [1], "text": [text], "country_code": [country], "kind": ["district"]},
        schema_overrides={"country_code": pl.String},
    )
    rows = read_districts(mention, GAZETTEER).select("city_id", "part").rows()
    return rows[0] if rows else None


@pytest.mark.parametrize(
    ("texts", "city", "part"),
    [
        (("Berlin – Pankow", "Pankow (Berlin)", "Berlin (Bezirk Pankow)", "Berlin-Pankow"), BERLIN, "pankow"),
        (
            ("V. Stadtbezirk von Budapest", "Budapest V. kerület", "Budapest V", "5th district of Budapest"),
            BUDAPEST,
            "5",
        ),
        (("Paris (12. Bezirk)", "12e arrondissement de Paris", "Paris 12", "Paris 12 (Paris)"), PARIS, "12"),
        (("London Borough of Barnet", "Barnet (Stadtbezirk v. London)", "Barnet (London)"), LONDON, "barnet"),
    ],
)
def test_a_part_is_one_however_it_is_printed(texts: tuple[str, ...], city: str, part: str) -> None:
    assert {text: part_of(text) for text in texts} == dict.fromkeys(texts, (city, part))


def test_a_part_lies_in_the_stated_country() -> None:
    assert part_of("Mitte (Berlin)", "DE") == (BERLIN, "mitte")
    assert part_of("Mitte (Berlin)", "FR") is None


def test_a_part_that_is_named_alone_is_that_of_the_only_town() -> None:
    rows = [
        (1, "berlin steglitz zehlendorf", "DE", "district", BERLIN, "steglitz zehlendorf", None),
        (2, "steglitz zehlendorf", None, "municipality", None, None, None),
        (3, "steglitz zehlendorf", "AT", "municipality", None, None, None),
        (4, "steglitz zehlendorf", "DE", "municipality", None, None, "gn1"),
    ]
    columns = ["mention", "key", "country_code", "kind", "city_id", "part", "place_id"]
    named = complete_districts(
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String) | {"mention": pl.Int64}, orient="row")
    )
    assert named["city_id"].to_list() == [BERLIN, BERLIN, None, None]
    assert named.row(1, named=True)["country_code"] == "DE"


# Claims: of source, town and partner; one family a source.

CITIES = pl.DataFrame({"town_id": ["part", "other_part"], "city_id": ["city", "city"]})


def assigned(*claims: tuple[str, str, str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return town and partner of each claim, and rule and partner of each finding."""
    frame = pl.DataFrame(
        [
            (f"c{number}", source, source, f"{source}/a", f"line {number}", town, partner)
            for number, (source, town, partner) in enumerate(claims)
        ],
        schema=["claim_id", "source_id", "family", "snapshot_id", "locator", "town_id", "partner_id"],
        orient="row",
    ).with_columns(
        *(pl.col(f"{side}_id").alias(f"{side}_text") for side in ("town", "partner")),
        *(pl.lit("unique_name").alias(f"{side}_located_by") for side in ("town", "partner")),
        *(pl.lit(1.0).alias(f"{side}_location_score") for side in ("town", "partner")),
    )
    result, findings = assign_to_districts(frame, CITIES)
    partners = dict(frame.select("locator", "partner_id").rows())
    noted = sorted((rule, partners[locator]) for rule, locator in findings.select("rule", "locator").rows())
    return result.sort("locator").select("town_id", "partner_id").rows(), noted


def test_a_claim_of_a_city_is_that_of_the_part_to_which_others_give_the_partner() -> None:
    assert assigned(("register", "city", "a"), ("list", "part", "a")) == (
        [("part", "a"), ("part", "a")],
        [("city_for_district", "a")],
    )
    assert assigned(("register", "a", "city"), ("list", "part", "a"))[0][0] == ("a", "part")


def test_what_others_state_of_the_city_is_the_city_s() -> None:
    claims = (("register", "city", "a"), ("list", "part", "a"), ("other", "city", "a"))
    assert assigned(*claims)[0] == [("city", "a"), ("part", "a"), ("city", "a")]


def test_a_source_confirms_nothing_itself() -> None:
    assert assigned(("register", "city", "a"), ("register", "part", "a"))[0][0] == ("city", "a")


def test_two_parts_leave_it_open() -> None:
    claims = (("register", "city", "a"), ("list", "part", "a"), ("list", "other_part", "a"))
    assert assigned(*claims)[0][0] == ("city", "a")


def test_the_rest_of_such_a_list_may_be_a_part_s() -> None:
    usual = [claim for partner in "abc" for claim in (("register", "city", partner), ("list", "part", partner))]
    towns, findings = assigned(*usual, ("register", "city", "d"))
    assert towns[-1] == ("city", "d")
    assert (NOT_STATED, "d") in findings
    # Where most of what can be told is the city's, it is the city's.
    own = [claim for partner in "efgh" for claim in (("register", "city", partner), ("list", "city", partner))]
    assert all(rule != NOT_STATED for rule, _ in assigned(*usual, *own, ("register", "city", "d"))[1])
