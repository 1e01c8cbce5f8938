"""The ladder of awards: a step before a lower one is noted, a missing year is not."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.curate.ladder import check_ladder
from schemas import AWARDS, FINDINGS
from schemas.vocabularies import Award

DIPLOMA, FLAG, PLAQUE, PRIZE = Award


def findings(*awards: tuple[str, Award, int | None]) -> list[tuple[str, str]]:
    rows = [
        {"town_id": town, "town_text": town, "award": award.value, "award_year": year, "source_id": "council",
         "snapshot_id": "council/a.csv@1", "locator": f"line {line}"}
        for line, (town, award, year) in enumerate(awards, 2)
    ]  # fmt: skip
    found = check_ladder(AWARDS.conform(pl.DataFrame(rows, schema_overrides={"award_year": pl.Int32})))
    FINDINGS.validate(found)
    assert set(found["rule"]) <= {"award_order"}
    assert set(found["action"]) <= {"kept"}
    return found.select("locator", "raw_value").rows()


def test_the_order_is_that_of_the_vocabulary() -> None:
    assert [award.value for award in Award] == [
        "european_diploma", "flag_of_honour", "plaque_of_honour", "europe_prize",
    ]  # fmt: skip


def test_a_plaque_before_its_flag_is_noted_at_the_plaque() -> None:
    assert findings(("Aarhus", FLAG, 1990), ("Aarhus", PLAQUE, 1980)) == [
        ("line 3", "plaque_of_honour 1980, before flag_of_honour 1990")
    ]


def test_a_prize_before_two_lower_steps_is_noted_for_each() -> None:
    awards = (("Bari", DIPLOMA, 1970), ("Bari", FLAG, 1990), ("Bari", PLAQUE, 1991), ("Bari", PRIZE, 1980))
    assert [value for _, value in findings(*awards)] == [
        "europe_prize 1980, before flag_of_honour 1990", "europe_prize 1980, before plaque_of_honour 1991",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "awards",
    [
        (("Celje", DIPLOMA, 1980), ("Celje", FLAG, 1985), ("Celje", PLAQUE, 1990), ("Celje", PRIZE, 1995)),
        (("Celje", FLAG, 1990), ("Celje", PLAQUE, 1990)),
        (("Celje", PRIZE, 1955),),
        (("Celje", FLAG, None), ("Celje", PLAQUE, 1980)),
        (("Celje", FLAG, 1990), ("Dijon", PLAQUE, 1980)),
        (("Celje", FLAG, 1980), ("Celje", FLAG, 1990), ("Celje", PLAQUE, 1985)),
        (),
    ],
    ids=["in order", "one year", "steps missing", "year missing", "two towns", "a step given twice", "none"],
)
def test_a_ladder_in_order_is_not_noted(awards: tuple[tuple[str, Award, int | None], ...]) -> None:
    assert findings(*awards) == []
