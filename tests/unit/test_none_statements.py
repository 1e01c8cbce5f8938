"""Cells that name no partner but say something, and remarks that tell a status; all in words of many languages."""

from __future__ import annotations

import polars as pl
import pytest
from builders import account, check, table, values

from pipeline.validate.none_statements import find_none_statements, read_remarks

ANYTHING = {"rows": {"min": 0}, "max_rejected_share": 1}
OF_PARTNERS = ("country", "region", "latitude", "wikidata_id", "geonames_id", "key")


def statements(partners: list[str], **columns: str) -> pl.DataFrame:
    names = [*(f"partner_{name}" for name in OF_PARTNERS), "start_event", "status", "end", "end_cause"]
    empty = {name: pl.lit(columns.get(name), dtype=pl.String) for name in names}
    return pl.DataFrame({"partner": partners}, schema={"partner": pl.String}).with_columns(**empty)


@pytest.mark.parametrize(
    "text",
    [
        "keine", "None", "–", "-", "žádné", "Brak", "нет", "нема", "ei ole", "nincs", "なし", "无", "없음", "n/a",
        "nessuno",
        "keine Partnerstädte", "no twin towns yet", "pas de jumelage", "geen zustersteden", "нет городов-побратимов",
        "Nemá partnerská města", "ninguna ciudad hermana", "inga vänorter",
    ],
)  # fmt: skip
def test_a_cell_that_says_that_there_is_no_partner(text: str) -> None:
    none, over = find_none_statements(statements([text]))
    assert (none.item(), over.item()) == (True, False)


@pytest.mark.parametrize("text", ["Nonnweiler", "Keinton", "Brakel", "Partenstein", "Nay", "Sem", "Partenkirchen"])
def test_a_town_is_a_town(text: str) -> None:
    none, over = find_none_statements(statements([text], partner_country="DE"))
    assert (none.item(), over.item()) == (False, False)


def test_a_town_that_is_called_none_has_a_country() -> None:
    assert find_none_statements(statements(["None"], partner_country="Italy"))[0].item() is False


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("alle Partnerschaften wurden 2021 beendet", {}, True),
        ("all twinnings ended in 2015", {}, True),
        ("toutes les villes jumelées : jumelages rompus, suspendu", {}, True),
        ("all", {"status": "ended"}, True),
        ("all", {}, False),
        ("Allendorf", {"status": "ended"}, False),
    ],
)
def test_a_statement_that_all_are_over(text: str, columns: dict[str, str], expected: bool) -> None:
    assert find_none_statements(statements([text], **columns))[1].item() is expected


def test_nobody_is_counted_and_told_and_a_statement_about_all_is_used() -> None:
    rows = [["Horn", "keine"], ["Zwettl", "alle Partnerschaften 2021 beendet"], ["Laa", "Telč"], ["", ""]]
    checked = check(table(["town", "partner"], rows), expect=ANYTHING)
    assert account(checked) == (4, 2, 0, 2, 1)
    assert values(checked.findings, "locator", "rule", "raw_value") == [("line 2", "states_none", "keine")]
    assert checked.town_ends.select("town_text", "status", "end_date").rows()[0][:2] == ("Zwettl", "ended")
    assert checked.town_ends["end_date"].dt.year().to_list() == [2021]


@pytest.mark.parametrize(
    ("note", "status", "has_end"),
    [
        ("2019 einvernehmlich beendet", "ended", True),
        ("stopgezet per 1-1-2010", "ended", True),
        ("расторгнуто в 2022 г.", "ended", True),
        ("seit 2022 ausgesetzt", "suspended", True),
        ("seit 2003 inaktiv", "dormant", True),
        ("dormant", "dormant", False),
        ("suspended 2014, ended 2022", "suspended", False),
        ("nach der Wende beendet, 1995 wieder aufgenommen", None, False),
        ("Projekt 2010 beendet", None, False),
        ("partnership with Leeds football club ended 2011", None, False),
        ("agreement ended? no, renewed 2009", None, False),
        ("not ended", None, False),
        ("former mining town", None, False),
    ],
)
def test_a_remark_gives_a_status_only_where_it_is_about_nothing_else(
    note: str, status: str | None, has_end: bool
) -> None:
    empty = dict.fromkeys(("status", "end", "start_event"), pl.lit(None, pl.String))
    [row] = read_remarks(pl.DataFrame({"note": [note]}).with_columns(**empty)).to_dicts()
    assert (row["status"], row["end"]) == (status, note if has_end else None)


def test_what_a_column_says_wins_over_a_remark() -> None:
    rows = [["A", "B", "ended in 2019", "active"], ["A", "C", "ended in 2019", ""]]
    claims = check(table(["town", "partner", "note", "status"], rows)).claims
    assert values(claims, "partner_text", "status") == [("B", "active"), ("C", "ended")]


def test_na_among_names_of_countries_is_no_country() -> None:
    rows = [["A", "B", "NA"], ["A", "C", "Germany"], ["A", "D", "Poland"]]
    header = ["town", "partner", "partner_country"]
    assert values(check(table(header, rows)).claims, "partner_text", "partner_country_code") == [
        ("B", None), ("C", "DE"), ("D", "PL"),
    ]  # fmt: skip
    rows = [["A", "Windhoek", "NA"], ["A", "C", "DE"], ["A", "D", "PL"]]
    assert values(check(table(header, rows)).claims, "partner_country_code") == ["DE", "NA", "PL"]


def test_codes_of_countries_are_those_of_the_list() -> None:
    rows = [["A", "B", "A"], ["A", "C", "F"], ["A", "D", "Polen"]]
    codes = {"partner_country": {"A": "Austria", "F": "France"}}
    claims = check(table(["town", "partner", "partner_country"], rows), codes=codes).claims
    assert values(claims, "partner_country_text", "partner_country_code") == [("A", "AT"), ("F", "FR"), ("Polen", "PL")]


def test_several_names_in_a_cell_that_nothing_parts_are_told() -> None:
    content = 'town,partner\nKöln,"Lille\nTurin"\nBonn,Oxford; Potsdam\nUlm,Jinotega\n'
    checked = check(content)
    assert values(checked.claims, "partner_text") == ["Jinotega", "Lille Turin", "Oxford; Potsdam"]
    assert values(checked.findings, "rule", "raw_value") == [
        ("may_be_several", "Lille Turin"), ("may_be_several", "Oxford; Potsdam"),
    ]  # fmt: skip
    parted = check(content, split={"partner": ["\n", ";"]})
    assert values(parted.claims, "town_text", "partner_text") == [
        ("Bonn", "Oxford"), ("Bonn", "Potsdam"), ("Köln", "Lille"), ("Köln", "Turin"), ("Ulm", "Jinotega"),
    ]  # fmt: skip


def test_grouped_numbers_are_populations() -> None:
    rows = [["A", "B", "152,450"], ["A", "C", "287 228"], ["A", "D", "675.301"], ["A", "E", "12.5"]]
    checked = check(table(["town", "partner", "town_population"], rows))
    assert checked.claims["town_population"].to_list() == [152_450, 287_228, 675_301, None]
