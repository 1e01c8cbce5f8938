"""The order of awards: a step before a lower one is noted, a missing year is not."""

from __future__ import annotations

import polars as pl
import pytest
from sql_files import select

from schemas import Awards, Claims, Findings, TownCliques, Towns, check_table
from schemas.vocabularies import Award

DIPLOMA, FLAG, PLAQUE, PRIZE = Award


def findings(*awards: tuple[str, Award, int | None], noted: pl.DataFrame | None = None) -> list[tuple[str, str]]:
    """Return locator and value of what is noted of awards, which stand in a list from line 2 on."""
    rows = [
        {
            "town_id": town,
            "town_text": town,
            "award": award.value,
            "award_year": year,
            "source_id": "council",
            "snapshot_id": "council/a.csv@1",
            "locator": f"line {line}",
        }
        for line, (town, award, year) in enumerate(awards, 2)
    ]
    table = select(
        "tables",
        "findings",
        earlier_findings=Findings.empty() if noted is None else noted,
        awards=Awards.coerce(pl.DataFrame(rows, schema=Awards.dtypes())),
        town_cliques=TownCliques.empty(),
        dense_components=pl.DataFrame(schema={"component": pl.Int64, "town_id": pl.String, "links": pl.Int64}),
        claims=Claims.empty(),
        towns=Towns.empty(),
    )
    check_table(Findings, table)
    of_order = table.filter(rule="award_order").sort("locator", "raw_value")
    assert set(of_order.select("source_id", "snapshot_id", "column_name", "severity", "action").rows()) <= {
        ("council", "council/a.csv@1", "award_year", "warning", "kept")
    }
    assert table.height == of_order.height + (0 if noted is None else noted.height)
    return of_order.select("locator", "raw_value").rows()


def test_the_order_is_that_of_the_vocabulary() -> None:
    assert [award.value for award in Award] == [
        "european_diploma",
        "flag_of_honour",
        "plaque_of_honour",
        "europe_prize",
    ]


def test_a_plaque_before_its_flag_is_noted_at_the_plaque() -> None:
    assert findings(("Aarhus", FLAG, 1990), ("Aarhus", PLAQUE, 1980)) == [
        ("line 3", "plaque_of_honour 1980, before flag_of_honour 1990")
    ]


def test_a_prize_before_two_lower_steps_is_noted_for_each() -> None:
    awards = (("Bari", DIPLOMA, 1970), ("Bari", FLAG, 1990), ("Bari", PLAQUE, 1991), ("Bari", PRIZE, 1980))
    assert findings(*awards) == [
        ("line 5", "europe_prize 1980, before flag_of_honour 1990"),
        ("line 5", "europe_prize 1980, before plaque_of_honour 1991"),
    ]


@pytest.mark.parametrize(
    "awards",
    [
        (("Celje", DIPLOMA, 1980), ("Celje", FLAG, 1985), ("Celje", PLAQUE, 1990), ("Celje", PRIZE, 1995)),
        (("Celje", FLAG, 1990), ("Celje", PLAQUE, 1990)),
        (("Celje", PRIZE, 1955),),
        (("Celje", FLAG, None), ("Celje", PLAQUE, 1980)),
        (("Celje", FLAG, 1990), ("Celje", PLAQUE, None)),
        (("Celje", FLAG, 1990), ("Dijon", PLAQUE, 1980)),
        (("Celje", FLAG, 1980), ("Celje", FLAG, 1990), ("Celje", PLAQUE, 1985)),
        (),
    ],
    ids=[
        "in order",
        "one year",
        "steps missing",
        "year of the lower missing",
        "year missing",
        "two towns",
        "a step given twice",
        "none",
    ],
)
def test_awards_in_order_are_not_noted(awards: tuple[tuple[str, Award, int | None], ...]) -> None:
    assert findings(*awards) == []


def test_what_was_noted_of_rows_stays_beside_it() -> None:
    noted = pl.DataFrame(
        [("council", "council/a.csv@1", "line 9", "award_year", "no_year", "warning", "MCMXC", "nulled")],
        schema=Findings.dtypes(),
        orient="row",
    )
    assert len(findings(("Aarhus", FLAG, 1990), ("Aarhus", PLAQUE, 1980), noted=noted)) == 1
