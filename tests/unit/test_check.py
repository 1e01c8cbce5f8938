"""Every row is used, rejected or ignored; a bad value in a good row is a finding, and its text stays."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import account, check, declare, receive, table, values
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.gazetteer.countries import country_names
from pipeline.readers.category_words import decode_words
from pipeline.readers.name_cells import split_cells
from pipeline.validate import Checked, check_source
from schemas import ClaimsRead, Findings, Rejects, check_table
from schemas import vocabularies as v

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from enum import StrEnum

ANYTHING = {"rows": {"min": 0}, "max_rejected_share": 1, "max_shifted_rows": 1_000_000}


def findings(checked: Checked) -> list[tuple[str, str, str, str, str]]:
    return values(checked.findings, "locator", "column_name", "rule", "raw_value", "action")


def rejects(checked: Checked) -> list[tuple[str, str]]:
    return values(checked.rejects, "locator", "rules")


def ids(checked: Checked) -> dict[tuple[str, ...], str]:
    """Return the id of each claim by what it says and how often that was said before."""
    said = ("town_text", "partner_text", "start_text", "form_text")
    return {row[:-1]: row[-1] for row in checked.claims.select(*said, "claim_id").iter_rows()}


def dated(counts: Mapping[str, int]) -> str:
    """Return a list in which each start stands as often as is said."""
    years = [year for year, count in counts.items() for _ in range(count)]
    return table(["town", "partner", "start"], [[f"A{place}", "B", year] for place, year in enumerate(years)])


# Rows


def test_each_row_is_used_rejected_or_ignored() -> None:
    checked = check(
        "town,partner,start\nA,B,1967\nTotal,3,\nC,,1970\nD,D,1980\nE,F,\n",
        ignore=[{"column": "town", "pattern": "Total", "reason": "a sum"}],
    )
    assert account(checked) == (5, 2, 2, 1, 2)
    assert values(checked.claims, "town_text", "partner_text", "start_date", "start_precision") == [
        ("A", "B", date(1967, 1, 1), "year"),
        ("E", "F", None, "unknown"),
    ]
    assert rejects(checked) == [("line 4", "partner_missing"), ("line 5", "self_twinned")]
    assert findings(checked) == []


def test_a_pattern_of_rows_to_ignore_speaks_of_the_whole_cell() -> None:
    ignore = [{"column": "town", "pattern": "Total|Sum", "reason": "a sum"}]
    assert account(check("town,partner\nTotal,A\nSummer,B\nTotality,C\n", ignore=ignore)) == (3, 2, 0, 1, 2)


def test_a_row_of_which_nothing_can_be_made_is_rejected_with_its_reasons() -> None:
    header = ["town", "partner", "town_country", "partner_country", "start"]
    cases = {
        "|B|DE|DE|1967": ("town_missing", "no town is named"),
        "A|\u200b |DE|DE|1967": ("partner_missing", "no partner is named"),
        "||DE||": ("town_missing,partner_missing", "no town is named; no partner is named"),
        "A|a|DE|Germany|": ("self_twinned", "a town cannot be its own partner, and nothing tells the two apart"),
        "A|77|DE|DE|": ("partner_missing", "no partner is named"),
        "A|B|17|DE|Köln": ("row_shifted", "several cells hold what belongs in other columns"),
        "A|7|Neverland|DE|": ("row_shifted,partner_missing", "several cells hold what belongs in other columns"),
    }
    rows = [row.split("|") for row in (*cases, "good|row|||")]
    checked = check(table(header, rows), expect=ANYTHING)
    assert rejects(checked) == [(f"line {line}", rules) for line, (rules, _) in enumerate(cases.values(), start=2)]
    messages = values(checked.rejects, "locator", "message")
    for (_, message), (_, expected) in zip(messages, cases.values(), strict=True):
        assert message.startswith(expected)
    assert account(checked) == (8, 1, 7, 0, 1)


def test_a_reject_keeps_the_row_as_it_came() -> None:
    checked = check(
        'town,partner,since,by\nA,B,,\n," x ",1967,"a\nb"\n', columns={"town": "town", "partner": "partner"}
    )
    [row] = checked.rejects.to_dicts()
    assert row["row_json"] == '{"town":"","partner":" x ","since":"1967","by":"a\\nb"}'
    assert row["snapshot_id"] == checked.ledger["snapshot_id"].item()
    assert (row["source_id"], row["locator"]) == ("quelle", "line 3")
    check_table(Rejects, checked.rejects)


def test_a_namesake_is_a_partner_where_anything_tells_them_apart() -> None:
    tells = {
        "country": ("DE", "NL"), "region": ("Hessen", "Brandenburg"), "latitude": ("50.1", "52.3"),
        "wikidata_id": ("Q1794", "Q4024"), "geonames_id": ("2925533", "2925535"),
    }  # fmt: skip
    header = ["town", "partner", *(f"{side}_{what}" for what in tells for side in ("town", "partner"))]
    apart, same = [], []
    for number, (own, differing) in enumerate(tells.values()):
        before, after = [""] * 2 * number, [""] * 2 * (len(tells) - number - 1)
        apart.append(["Soest", "Soest", *before, own, differing, *after])
        same.append(["Soest", "SOEST", *before, own, own, *after])
    checked = check(table(header, apart + same))
    assert rejects(checked) == [(f"line {line}", "self_twinned") for line in (10, 11, 7, 8, 9)]
    assert account(checked) == (10, 5, 5, 0, 5)


def test_one_item_is_one_town_whatever_it_is_called() -> None:
    header = "town,partner,town_wikidata_id,partner_wikidata_id"
    checked = check(f"{header}\nKöln,Cologne,Q365,Q365\nKöln,Bonn,Q365,Q586\n")
    assert rejects(checked) == [("line 2", "self_twinned")]


def test_a_town_may_be_named_by_its_identifier_alone() -> None:
    columns = {"town_wikidata_id": "a", "partner_wikidata_id": "b"}
    checked = check("a,b\nhttp://www.wikidata.org/entity/Q64,Q90\n,Q90\n", columns=columns)
    assert values(checked.claims, "town_wikidata_id", "partner_wikidata_id") == [("Q64", "Q90")]
    assert rejects(checked) == [("line 3", "town_missing")]


def test_a_name_that_is_an_item_of_wikidata_is_that_item() -> None:
    # The second one ends in an Arabic digit, which no item has.
    checked = check("town,partner\nQ13,B\nQ1٣,B\n")
    assert values(checked.claims, "town_text", "town_wikidata_id") == [("Q13", "Q13"), ("Q1٣", None)]
    check_table(ClaimsRead, ClaimsRead.coerce(checked.claims))


# Several partners in a cell


def test_several_partners_in_a_cell_are_several_claims_of_one_row() -> None:
    checked = check('town,partner,start\nA,"B; C;D;",1967\nE,F,\n', split={"partner": [";"]})
    assert values(checked.claims, "town_text", "partner_text") == [("A", "B"), ("A", "C"), ("A", "D"), ("E", "F")]
    assert account(checked) == (2, 2, 0, 0, 4)
    assert checked.claims["claim_id"].n_unique() == 4


def test_a_cell_of_separators_alone_names_no_partner() -> None:
    checked = check("town,partner\nA,;\nB,C\n", split={"partner": [";"]})
    assert rejects(checked) == [("line 2", "partner_missing")]
    assert account(checked) == (2, 1, 1, 0, 1)


def test_a_statement_without_a_partner_stays_beside_others_of_its_row() -> None:
    rows = pl.DataFrame({"row": [0, 0, 1], "partner": ["B; C;", None, "D"], "note": ["one", "two", "three"]})
    apart = split_cells(rows, {"partner": [";"]}, "de", country_names())
    assert apart.rows() == [(0, "B", "one"), (0, "C", "one"), (0, None, "two"), (1, "D", "three")]


def test_a_bad_one_among_several_partners_is_a_finding() -> None:
    checked = check('town,partner\nA,"B/a|C"\nE,"E|e"\nF,\n', split={"partner": ["|", "/"]}, expect=ANYTHING)
    assert values(checked.claims, "town_text", "partner_text") == [("A", "B"), ("A", "C")]
    assert findings(checked) == [("line 2", "partner", "part_of_row_rejected", "a", "kept")]
    assert rejects(checked) == [("line 3", "self_twinned"), ("line 4", "partner_missing")]
    assert account(checked) == (3, 1, 2, 0, 2)


# Claims


def test_a_claim_says_what_the_row_says() -> None:
    header = [
        "town", "town_country", "town_latitude", "town_longitude", "town_population", "town_geonames_id", "partner",
        "partner_country", "partner_wikidata_id", "form", "status", "start", "end", "end_cause", "motive", "rank",
        "note", "evidence_url", "publisher", "authority",
    ]  # fmt: skip
    row = [
        " Frankfurt\u00a0 am Main", "Deutschland", "50,11", "8.68", "750000", "2925533", "Lyon", "Frankreich", "Q456",
        "friendship", "dormant", "15.10.1960", "1991", "expired", "same_name", "preferred", "a note",
        "https://example.org", "The town", "municipality",
    ]  # fmt: skip
    checked = check(table(header, [row]))
    [claim] = checked.claims.to_dicts()
    expected: dict[str, Any] = {
        "source_id": "quelle", "family": "quelle", "locator": "line 2", "as_of_date": date(2024, 6, 30),
        "town_text": "Frankfurt am Main", "town_country_text": "Deutschland", "town_country_code": "DE",
        "partner_country_code": "FR", "town_latitude": 50.11, "town_longitude": 8.68, "town_population": 750_000,
        "town_geonames_id": 2925533, "partner_wikidata_id": "Q456", "form": "friendship", "form_text": "friendship",
        "status": "dormant", "start_event": "friendship_agreed", "start_text": "15.10.1960",
        "start_date": date(1960, 10, 15), "start_precision": "day", "end_text": "1991", "end_date": date(1991, 1, 1),
        "end_precision": "year", "end_cause": "expired", "motive": "same_name", "claim_rank": "preferred",
        "note": "a note", "evidence_url": "https://example.org", "publisher": "The town", "authority": "municipality",
    }  # fmt: skip
    assert {key: claim[key] for key in expected} == expected
    assert findings(checked) == []
    check_table(ClaimsRead, ClaimsRead.coerce(checked.claims))


def test_what_a_row_does_not_say_comes_from_the_declaration() -> None:
    checked = check("town,partner\nA,B\n", authority="register", listed_means="active", family="rgre")
    said = ("publisher", "authority", "status", "family", "form", "claim_rank", "start_event", "start_precision")
    assert values(checked.claims, *said) == [
        ("Publisher", "register", "active", "rgre", "unspecified", "normal", None, "unknown")
    ]


def test_what_a_bare_year_dates_depends_on_what_was_agreed() -> None:
    events = {
        "contact": "first_contact", "friendship": "friendship_agreed", "partnership": "charter_signed",
        "project_partnership": "charter_signed", "": "charter_signed",
    }  # fmt: skip
    checked = check(table(["town", "partner", "form", "start"], [["A", "B", form, "1967"] for form in events]))
    expected = {form or "unspecified": event for form, event in events.items()}
    assert dict(values(checked.claims, "form", "start_event")) == expected


def test_an_end_says_that_it_ended() -> None:
    content = "partner,start,start_event,end,end_cause\nA,1978,,2002,\nB,1978,,,merger\nC,2002,ended,,\nD,1978,,,\n"
    checked = check(content, constants={"town": "T"}, listed_means="active")
    assert values(checked.claims, "partner_text", "status", "start_date", "start_event", "end_date") == [
        ("A", "ended", date(1978, 1, 1), "charter_signed", date(2002, 1, 1)),
        ("B", "ended", date(1978, 1, 1), "charter_signed", None),
        ("C", "ended", None, None, date(2002, 1, 1)),
        ("D", "active", date(1978, 1, 1), "charter_signed", None),
    ]


def test_a_row_that_tells_of_a_change_says_how_the_link_stands() -> None:
    content = (
        "partner,start,start_event,status,end,end_cause\n"
        "A,2022,suspended,,,war\nB,2016,resumed,,,\nC,1990,,suspended,2022,war\nD,1990,,,2002,\n"
    )
    checked = check(content, constants={"town": "T"}, listed_means="unknown")
    assert values(checked.claims, "partner_text", "status", "status_is_stated", "start_event", "end_cause") == [
        ("A", "suspended", True, "suspended", "war"),
        ("B", "active", True, "resumed", None),
        ("C", "suspended", True, "charter_signed", "war"),
        ("D", "ended", True, "charter_signed", None),
    ]


def test_an_end_may_be_printed_with_until() -> None:
    content = "partner,end\nA,bis 2002\nB,until 2002\nC,vor 2002\n"
    checked = check(content, constants={"town": "T"})
    assert values(checked.claims, "partner_text", "end_text", "end_date") == [
        ("A", "bis 2002", date(2002, 1, 1)),
        ("B", "until 2002", date(2002, 1, 1)),
        ("C", "vor 2002", None),
    ]
    assert findings(checked) == [("line 4", "end", "date_bound_only", "vor 2002", "nulled")]


def test_a_bound_is_no_start() -> None:
    checked = check("town,partner,start\nA,B,vor 1990\nA,C,bis 2004\nA,D,unklar\n")
    assert values(checked.claims, "start_text", "start_date", "start_precision") == [
        ("bis 2004", None, "unknown"), ("unklar", None, "unknown"), ("vor 1990", None, "unknown"),
    ]  # fmt: skip
    assert [(line, rule) for line, _, rule, *_ in findings(checked)] == [
        ("line 2", "date_bound_only"), ("line 3", "date_bound_only"), ("line 4", "unreadable_date"),
    ]  # fmt: skip


def test_a_second_date_stays_in_the_text() -> None:
    checked = check("town,partner,start\nA,B,1952/1977\n")
    assert values(checked.claims, "start_text", "start_date") == [("1952/1977", date(1952, 1, 1))]
    assert findings(checked) == [("line 2", "start", "date_two_dates", "1952/1977", "kept")]


def test_words_are_decoded_in_any_language_and_the_word_stays() -> None:
    words = {
        "Städtepartnerschaft": "partnership", "JUMELAGE": "partnership", "patto d’amicizia": "friendship",
        "umowa o współpracy": "project_partnership", "姉妹都市": "partnership", "Kontakte": "contact",
    }  # fmt: skip
    checked = check(table(["town", "partner", "form"], [["A", "B", word] for word in words]))
    assert dict(values(checked.claims, "form_text", "form")) == words
    assert findings(checked) == []
    content = "town,partner,status,end_cause\nA,B,ruht,\nA,C,ehemalige,Eingemeindung\nA,D,приостановлено,война\n"
    assert values(check(content).claims, "partner_text", "status", "end_cause") == [
        ("B", "dormant", None), ("C", "ended", "merger"), ("D", "suspended", "war"),
    ]  # fmt: skip


def test_own_codes_come_before_words_and_what_nobody_knows_is_a_finding() -> None:
    checked = check(
        "town,partner,form\nA,B,Jumelage\nA,C,Freundschaft\nA,D,Patenschaft\n", codes={"form": {"jumelage": "contact"}}
    )
    assert values(checked.claims, "partner_text", "form") == [
        ("B", "contact"), ("C", "friendship"), ("D", "unspecified"),
    ]  # fmt: skip
    assert findings(checked) == [("line 4", "form", "unknown_code", "Patenschaft", "nulled")]


@pytest.mark.parametrize(("column", "vocabulary"), [("form", v.Form), ("status", v.Status), ("end_cause", v.EndCause)])
def test_every_word_means_a_value_of_its_vocabulary(column: str, vocabulary: type[StrEnum]) -> None:
    words = decode_words(column)
    assert len(words) > 200
    assert set(words.values()) <= {member.value for member in vocabulary}
    assert "" not in words
    # A single letter is a code, and a code is its source's.
    assert [word for word in words if len(word) == 1] == []


def test_codes_are_decoded_in_any_case_and_the_code_stays() -> None:
    codes = {"form": {"P": "partnership", "f": "friendship", "Groß": "contact"}, "status": {"ja": "active"}}
    checked = check("town,partner,form,status\nA,B,p,JA\nA,C,F,ja\nA,D,Groß,Ja\n", codes=codes)
    assert values(checked.claims, "form", "form_text", "status") == [
        ("contact", "Groß", "active"),
        ("friendship", "F", "active"),
        ("partnership", "p", "active"),
    ]


def test_unknown_markers_are_no_values() -> None:
    checked = check("town,partner,start,note\nA,B,n.a.,?\n", unknown_markers=["", "?", "N.A."])
    assert values(checked.claims, "start_text", "note") == [(None, None)]
    assert findings(checked) == []


def test_a_year_may_be_written_in_fullwidth_digits() -> None:
    checked = check("town,partner,start\nA,B,１９６７\n")
    assert values(checked.claims, "start_text", "start_date") == [("１９６７", date(1967, 1, 1))]
    assert findings(checked) == []


def test_constants_hold_for_every_row() -> None:
    checked = check("town,partner\nA,B\n", constants={"form": "friendship", "town_country": "Scotland"})
    assert values(checked.claims, "form", "town_country_text", "town_country_code", "town_region_text") == [
        ("friendship", "Scotland", "GB", "Scotland")
    ]


# Ids of claims


def test_equal_rows_have_ids_of_their_own() -> None:
    checked = check("town,partner,start\nA,B,1967\nA,B,1967\nA,B,1968\nA,B,1967\n")
    assert checked.claims["claim_id"].n_unique() == 4
    assert account(checked) == (4, 4, 0, 0, 4)


@settings(deadline=None, max_examples=3)
@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_ids_do_not_depend_on_other_rows_or_their_order(shuffler: random.Random, more: int) -> None:
    rows = [["A", "B", "1967", "p"], ["A", "B", "1967", "f"], ["B", "A", "1967", "p"], ["A", "C", "1967", "p"]]
    others = [["x" * place, "y", "2000", ""] for place in range(1, more + 1)]
    header = ["town", "partner", "start", "form"]
    alone = ids(check(table(header, rows)))
    shuffled = rows + others
    shuffler.shuffle(shuffled)
    assert ids(check(table(header, shuffled))).items() >= alone.items()


def test_ids_do_not_depend_on_notes_or_on_the_day_of_the_list() -> None:
    first = check("town,partner,start,note\nA,B,1967,x\n")
    second = check("town,partner,start,note\nA,B,1967,y\n", as_of=date(1999, 1, 1), authority="register")
    assert ids(first) == ids(second)
    assert ids(first) != ids(check("town,partner,start,note\nA,B,1967,x\n", id="another"))


# Findings


BAD_VALUES = [
    ("form", "zzz", "unknown_code", "nulled"),
    ("status", "alive", "unknown_code", "nulled"),
    ("end_cause", "?!", "unknown_code", "nulled"),
    ("start", "unbekannt", "unreadable_date", "nulled"),
    ("start", "1238", "implausible_year", "nulled"),
    ("start", "2024-07-01", "future_date", "nulled"),
    ("start", "2150", "future_date", "nulled"),
    ("start", "37546", "date_excel_serial", "kept"),
    ("start", "um 1967", "date_approximate", "kept"),
    ("start", "1952/1977", "date_two_dates", "kept"),
    ("start", "31.02.1990", "date_impossible_day", "kept"),
    ("start", "03/04/1986", "date_ambiguous_order", "kept"),
    ("end", "soon", "unreadable_date", "nulled"),
    ("town_latitude", "95", "bad_coordinate", "nulled"),
    ("town_latitude", "nan", "bad_coordinate", "nulled"),
    ("partner_longitude", "-180.5", "bad_coordinate", "nulled"),
    ("partner_longitude", "x", "bad_coordinate", "nulled"),
    ("town_population", "-5", "bad_number", "nulled"),
    ("town_population", "x", "bad_number", "nulled"),
    ("town_population", "12.34", "bad_number", "nulled"),
    ("town_wikidata_id", "P31", "bad_identifier", "nulled"),
    ("town_wikidata_id", "Q1٣", "bad_identifier", "nulled"),
    ("town_geonames_id", "0", "bad_identifier", "nulled"),
    ("town_geonames_id", "-5", "bad_identifier", "nulled"),
    ("partner_geonames_id", "12.5", "bad_identifier", "nulled"),
    ("town_country", "Neverland", "unknown_country", "kept"),
    ("partner_country", "Neverland", "unknown_country", "kept"),
]


def test_a_bad_value_in_a_good_row_is_a_finding() -> None:
    columns = sorted({column for column, *_ in BAD_VALUES})
    rows = [
        ["A", f"B{place}", *(value if column == name else "" for name in columns)]
        for place, (column, value, *_) in enumerate(BAD_VALUES)
    ]
    checked = check(table(["town", "partner", *columns], rows))
    expected = [(f"line {line}", *case) for line, case in enumerate(BAD_VALUES, start=2)]
    noted = [(locator, column, raw, rule, action) for locator, column, rule, raw, action in findings(checked)]
    assert sorted(noted) == sorted(expected)
    assert account(checked) == (len(rows), len(rows), 0, 0, len(rows))
    check_table(Findings, checked.findings)
    check_table(ClaimsRead, ClaimsRead.coerce(checked.claims))
    nothing = ("town_population", "town_wikidata_id", "town_geonames_id", "partner_geonames_id")
    assert set(values(checked.claims, *nothing)) == {(None,) * len(nothing)}
    # What was nulled stays as text.
    starts = values(checked.claims.drop_nulls("start_text"), "start_text", "start_date", "start_precision")
    nulled = {value for column, value, _, action in BAD_VALUES if (column, action) == ("start", "nulled")}
    assert {text for text, *_ in starts} == {value for column, value, *_ in BAD_VALUES if column == "start"}
    assert {text for text, day, precision in starts if (day, precision) == (None, "unknown")} == nulled


def test_coordinates_come_in_pairs_and_nowhere_is_not_0_0() -> None:
    header = "town,partner,town_latitude,town_longitude"
    checked = check(f"{header}\nA,B,0,0\nA,C,51.5,\nA,D,95,7\nA,E,51.5,0\n")
    columns = ("partner_text", "town_latitude", "town_longitude")
    assert values(checked.claims, *columns) == [
        ("B", None, None),
        ("C", None, None),
        ("D", None, None),
        ("E", 51.5, 0.0),
    ]


def test_an_end_before_its_start_goes_and_the_start_stays() -> None:
    checked = check("town,partner,start,end\nA,B,1967,1960\nA,C,1967-06-03,1967\nA,D,1967-06-03,1966-12-31\n")
    assert findings(checked) == [
        ("line 2", "end", "end_before_start", "1960", "nulled"),
        ("line 4", "end", "end_before_start", "1966-12-31", "nulled"),
    ]
    assert values(checked.claims, "partner_text", "start_date", "end_date", "end_precision") == [
        ("B", date(1967, 1, 1), None, "unknown"),
        ("C", date(1967, 6, 3), date(1967, 1, 1), "year"),
        ("D", date(1967, 6, 3), None, "unknown"),
    ]
    assert set(checked.findings["severity"]) == {"error"}


def test_the_future_begins_after_the_day_that_the_list_describes() -> None:
    content = "town,partner,start\nA,B,2024-06-30\nA,C,2024-07-01\nA,D,2024\nA,E,Juli 2024\n"
    assert [(line, rule) for line, _, rule, *_ in findings(check(content))] == [
        ("line 3", "future_date"),
        ("line 5", "future_date"),
    ]
    assert findings(check(content, as_of=date(2024, 7, 1))) == []


def test_a_precursor_may_be_older_than_partnerships_are() -> None:
    checked = check("town,partner,start,start_event\nPaderborn,Le Mans,836,precursor\nA,B,836,\n")
    assert values(checked.claims, "partner_text", "start_date") == [("B", None), ("Le Mans", date(836, 1, 1))]
    assert findings(checked) == [("line 3", "start", "implausible_year", "836", "nulled")]


def test_the_earliest_year_is_declared() -> None:
    checked = check("town,partner,start\nA,B,1700\nA,C,1699\n", expect={"earliest_year": 1700})
    assert findings(checked) == [("line 3", "start", "implausible_year", "1699", "nulled")]


def test_suspect_values_are_nulled_or_kept_with_their_reason() -> None:
    suspect = [
        {"column": "start", "values": ["2000", "0"], "reason": "a placeholder"},
        {"column": "note", "values": ["x"], "reason": "a slip"},
        {"column": "form", "values": ["p"], "action": "keep", "reason": "often wrong"},
    ]
    checked = check(
        "town,partner,start,note,form\nA,B,2000,x,p\nA,C,2001,y,\n",
        suspect=suspect,
        codes={"form": {"p": "partnership"}},
    )
    assert findings(checked) == [
        ("line 2", "form", "suspect_value", "p", "kept"),
        ("line 2", "note", "suspect_value", "x", "nulled"),
        ("line 2", "start", "suspect_value", "2000", "nulled"),
    ]
    assert values(checked.claims, "start_text", "start_date", "note", "form") == [
        ("2000", None, None, "partnership"),
        ("2001", date(2001, 1, 1), "y", "unspecified"),
    ]


def test_a_suspect_country_has_no_code() -> None:
    suspect = [{"column": "town_country", "values": ["Georgia"], "reason": "the state is meant"}]
    checked = check("town,partner,town_country\nA,B,Georgia\nA,C,Kenia\n", suspect=suspect)
    assert values(checked.claims, "partner_text", "town_country_code") == [("B", None), ("C", "KE")]
    assert findings(checked) == [("line 2", "town_country", "suspect_value", "Georgia", "nulled")]


@pytest.mark.parametrize(("known", "action"), [((), "kept"), (("2000",), "nulled")])
def test_a_year_far_above_its_neighbours_is_pointed_out(known: tuple[str, ...], action: str) -> None:
    suspect = [{"column": "start", "values": known, "reason": "r"}] if known else []
    checked = check(dated({"2000": 60, "1999": 20, "2001": 24, "1967": 49}), suspect=suspect)
    outliers = checked.findings.filter(rule="placeholder_heap")
    assert values(outliers, "locator", "column_name", "raw_value", "action") == [
        (None, "start", "2000 stands 60 times, no year near it more than 24", action)
    ]


def test_a_year_without_neighbours_is_pointed_out_too() -> None:
    checked = check(dated({"2000": 900, "1967": 10}))
    assert values(checked.findings, "rule", "raw_value") == [
        ("placeholder_heap", "2000 stands 900 times, no year near it more than 0")
    ]


def placeholders(content: str, **changes: Any) -> list[tuple[str, str]]:
    outliers = check(content, **changes).findings.filter(rule="placeholder_heap")
    rows: list[tuple[str, str]] = values(outliers, "raw_value", "action")
    return rows


def test_a_date_far_above_its_neighbours_is_pointed_out() -> None:
    assert placeholders(dated({"1990-05-12": 60, "1990-05-14": 20, "1990-06-01": 40, "1992-05-12": 15})) == [
        ("12 May stands 75 times, no day of the year near it more than 20", "kept"),
        ("1990-05-12 stands 60 times, no date near it more than 20", "kept"),
    ]
    assert placeholders(dated({"1990-05-12": 60, "1990-05-14": 30})) == []


def test_years_printed_as_the_first_of_january_are_pointed_out() -> None:
    content = dated({f"{year}-01-01": 2 for year in range(1960, 1990)} | {"1970-01-03": 24})
    assert placeholders(content) == [("01 January stands 60 times, no day of the year near it more than 24", "kept")]
    assert placeholders(dated({f"{year}-01-01": 2 for year in range(1960, 1990)} | {"1970-01-03": 25})) == []
    # Years are no days.
    assert placeholders(dated({str(year): 2 for year in range(1960, 1990)})) == []


@pytest.mark.parametrize(("known", "action"), [((), "kept"), (("0",), "nulled")])
def test_a_text_that_is_no_date_and_stands_often_is_pointed_out(known: tuple[str, ...], action: str) -> None:
    suspect = [{"column": "start", "values": known, "reason": "r"}] if known else []
    content = dated({"0": 80, "unbekannt": 49, "1967": 20})
    assert placeholders(content, suspect=suspect) == [("0 stands 80 times and is no date", action)]


def test_a_year_that_is_merely_frequent_is_not() -> None:
    assert findings(check(dated({"2000": 60, "2001": 25, "1980": 49, "1981": 1}))) == []


def test_findings_of_rejected_rows_are_not_repeated() -> None:
    checked = check("town,partner,form,start\nA,A,zzz,1238\nA,B,,\n")
    assert (rejects(checked), findings(checked)) == ([("line 2", "self_twinned")], [])


# Shifted rows and bounds

SHIFTED = "town,town_country,partner,start\nA,DE,B,1967\nHalle,Saale,17,DE\nFrankfurt,Oder,12,Polen\n"


def test_shifted_rows_stop_the_source() -> None:
    with pytest.raises(SourceError) as error:
        check(SHIFTED, expect={"max_rejected_share": 1})
    message = str(error.value)
    assert message.startswith("quelle: 2 row(s) with shifted columns, 0 allowed:\n  quelle/a.csv@")
    assert "line 3: several cells hold" in message
    assert '{"town":"Halle","town_country":"Saale","partner":"17","start":"DE"}' in message
    assert message.endswith("max_shifted_rows = 2 under [expect] in quelle.toml")


def test_shifted_rows_that_are_allowed_are_rejected_one_by_one() -> None:
    checked = check(SHIFTED, expect={"max_rejected_share": 1, "max_shifted_rows": 2})
    assert rejects(checked) == [(f"line {line}", "row_shifted,partner_missing") for line in (3, 4)]
    assert account(checked) == (3, 1, 2, 0, 1)
    with pytest.raises(SourceError, match=r"2 row\(s\) with shifted columns, 1 allowed"):
        check(SHIFTED, expect={"max_rejected_share": 1, "max_shifted_rows": 1})


def test_rows_of_another_width_are_shifted_too() -> None:
    content = "town,partner\nA,B\nHalle, Saale,C\nD\n"
    with pytest.raises(SourceError, match=r"line 3: 3 fields where the header has 2"):
        check(content)
    checked = check(content, expect=ANYTHING)
    assert rejects(checked) == [("line 3", "row_shifted"), ("line 4", "row_shifted")]
    assert checked.rejects["row_json"].to_list() == ['{"line":"Halle, Saale,C"}', '{"line":"D"}']
    assert account(checked) == (3, 1, 2, 0, 1)


def test_the_shape_of_the_publishers_columns_tells_shifted_rows() -> None:
    content = "town,continent,partner,since\nA,Europa,B,1967\nC,Köln,D,Asien\nE,Köln,F,1970\n"
    shape = {"continent": "Europa|Asien", "since": r"\d{4}"}
    columns = {"town": "town", "partner": "partner"}
    checked = check(content, columns=columns, shape=shape, expect=ANYTHING)
    assert rejects(checked) == [("line 3", "row_shifted")]


@pytest.mark.parametrize(
    "content",
    [
        "town,town_country,partner,partner_country\nA,Neverland,B,Utopia\n",
        "town,start,partner,partner_country\nA,unbekannt,B,Neverland\n",
    ],
)
def test_two_values_that_nobody_knows_are_no_shift(content: str) -> None:
    checked = check(content)
    assert account(checked) == (1, 1, 0, 0, 1)
    assert len(findings(checked)) == 2


FOUR = "town,partner,start\nA,B,1967\nA,C,1968\nA,D,\n,E,\n"


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ({"rows": {"min": 5}}, "quelle: 4 rows, at least 5 expected; is the file cut or half published?"),
        ({"rows": {"max": 3}}, "quelle: 4 rows, at most 3 expected"),
        ({"max_rejected_share": 0.2}, "quelle: 1 of 4 rows rejected, at most 20% expected; do the columns mean"),
        ({"filled": {"start": 0.75}}, "quelle: column 'start' is filled in 50.0% of rows, at least 75.0% expected"),
        ({"filled": {"note": 0.1}}, "quelle: column 'note' is filled in 0.0% of rows"),
    ],
)
def test_a_snapshot_outside_its_bounds_stops_the_source(expect: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError) as error:
        check(FOUR, expect=expect)
    assert str(error.value).startswith(message)
    assert str(error.value).endswith("(bounds under [expect] in quelle.toml)")


def test_a_snapshot_within_its_bounds() -> None:
    inside = {"rows": {"min": 4, "max": 4}, "max_rejected_share": 0.25, "filled": {"start": 0.5}}
    assert account(check(FOUR, expect=inside)) == (4, 3, 1, 0, 3)


# Other files


def test_awards() -> None:
    content = (
        "town,country,award,year\nCoventry,GB,Europe Prize,1955\n,GB,flag,1960\nBari,IT,medal,1961\n"
        "A,,flag,?\nB,,flag,9999\n"
    )
    checked = check(
        content, files=[{"name": "a.csv", "holds": "awards"}],
        columns={"town": "town", "town_country": "country", "award": "award", "award_year": "year"},
        codes={"award": {"Europe Prize": "europe_prize", "Flag": "flag_of_honour"}},
    )  # fmt: skip
    assert values(checked.awards, "town", "town_country_code", "award", "award_year", "publisher") == [
        ("A", None, "flag_of_honour", None, "Publisher"),
        ("B", None, "flag_of_honour", None, "Publisher"),
        ("Coventry", "GB", "europe_prize", "1955", "Publisher"),
    ]
    assert findings(checked) == [
        ("line 5", "award_year", "bad_number", "?", "nulled"),
        ("line 6", "award_year", "bad_number", "9999", "nulled"),
    ]
    assert rejects(checked) == [("line 3", "town_missing"), ("line 4", "award_unknown")]
    assert account(checked) == (5, 3, 2, 0, 0)
    assert checked.claims.is_empty()


def test_group_members() -> None:
    content = "group,kind,town\nDouzelage,network,Altea\nDouzelage,network,\nX,club,A\n,ring,B\nX,ring,B\n"
    checked = check(
        content, files=[{"name": "a.csv", "holds": "group_members"}],
        columns={"group": "group", "group_kind": "kind", "town": "town"},
    )  # fmt: skip
    assert values(checked.group_members, "group", "group_kind", "town") == [
        ("Douzelage", "network", "Altea"),
        ("Douzelage", "network", None),
        ("X", "ring", "B"),
    ]
    assert rejects(checked) == [("line 4", "group_kind_unknown"), ("line 5", "group_missing")]
    assert account(checked) == (5, 3, 2, 0, 0)


def test_figures() -> None:
    content = (
        'subject,value,unit\nlinks,"39,816",links\ntowns,many,towns\n,5,x\nshare,12.5,%\nsum,1 000,x\n'
        'mean,"1,5",x\nnone,nan,x\n'
    )
    checked = check(content, files=[{"name": "a.csv", "holds": "figures"}])
    assert values(checked.figures, "subject", "value") == [
        ("links", 39_816.0),
        ("mean", 1.5),
        ("share", 12.5),
        ("sum", 1000.0),
    ]
    assert rejects(checked) == [
        ("line 3", "value_unreadable"),
        ("line 4", "subject_missing"),
        ("line 8", "value_unreadable"),
    ]
    assert account(checked) == (7, 4, 3, 0, 0)


def test_a_second_file_gives_names_for_identifiers() -> None:
    declaration = declare(
        files=[
            {"name": "pairs.csv"},
            {"name": "names.csv", "holds": "names", "columns": {"id": "item", "name": "label"}},
        ],
        columns={"town_wikidata_id": "a", "partner_wikidata_id": "b"},
        lookup={"file": "names.csv"},
    )
    names = "item,label\nQ64,Berlin\nQ90,Paris\nQ64,Berlino\nQ1,\n"
    checked = check_source(declaration, receive(declaration, "a,b\nQ64,Q90\nQ90,Q5\n", names), country_names())
    assert values(checked.claims, "town_text", "partner_text") == [("Berlin", "Paris"), ("Paris", "Q5")]
    assert values(checked.ledger, "rows_read", "rows_used", "rows_rejected", "rows_ignored") == [
        (2, 2, 0, 0),
        (4, 0, 0, 4),
    ]


def test_several_files_have_an_account_each() -> None:
    declaration = declare(
        files=[{"name": "a.csv"}, {"name": "b.csv", "columns": {"town": "x", "partner": "y"}, "as_of": "2001-01-01"}]
    )
    checked = check_source(declaration, receive(declaration, "town,partner\nA,B\nA,\n", "y,x\nD,C\n"), country_names())
    assert values(checked.claims, "town_text", "partner_text", "as_of_date") == [
        ("A", "B", date(2024, 6, 30)),
        ("C", "D", date(2001, 1, 1)),
    ]
    assert values(checked.ledger, "rows_read", "rows_rejected") == [(1, 0), (2, 1)]
    assert checked.claims["snapshot_id"].n_unique() == 2


def test_sources_are_concatenated() -> None:
    parts = [check("town,partner\nA,B\nC,\n", id=name) for name in ("one", "two")]
    parts.append(check("town,award\nA,europe_prize\n", id="three", files=[{"name": "a.csv", "holds": "awards"}]))
    whole = Checked.concat(parts)
    assert values(whole.claims, "source_id") == ["one", "two"]
    assert values(whole.rejects, "source_id") == ["one", "two"]
    assert (whole.ledger.height, whole.awards.height, whole.figures.height) == (3, 1, 0)


# Any table

# Dates in the digits of other scripts are left to the tests of dates.
letters = st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="\0;", include_characters="0123456789")
cells = st.one_of(
    st.sampled_from([
        "", " ", "A", "B", "Köln", "\u200b", "\u202eA", "1967", "2100", "-1", "1e400", "nan", "1.5", "DE", "Neverland",
        "partnership", "ended", "Q64", "q64", "17", "1967-06-03", "1960s", "um 1967", "0", "Köln (Nord)", "<b>A</b>",
        "'; DROP TABLE claims; --", "A\nB", "e\u0301\u0301",
    ]),
    st.text(letters, max_size=10),
)  # fmt: skip
HEADER = (
    "town", "town_country", "town_latitude", "town_longitude", "town_population", "town_wikidata_id", "partner",
    "partner_country", "partner_region", "form", "status", "start", "start_event", "end", "end_cause", "authority",
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> str:
    header = ["town", "partner", *draw(st.lists(st.sampled_from(HEADER[1:]), unique=True, max_size=8))]
    header = list(dict.fromkeys(header))
    rows = st.lists(cells, min_size=len(header), max_size=len(header))
    return table(header, draw(st.lists(rows, min_size=1, max_size=25)))


@settings(deadline=None, max_examples=6)
@given(tables())
def test_any_table_has_a_balanced_account(content: str) -> None:
    checked = check(content, expect=ANYTHING)
    read, used, rejected, ignored, made = account(checked)
    assert read == used + rejected + ignored
    assert made == checked.claims.height
    assert rejected == checked.rejects.height
    places = pl.concat([checked.claims.select("locator"), checked.rejects.select("locator")])
    assert places["locator"].n_unique() == read - ignored
    Checked.concat([checked])
    check_table(Rejects, checked.rejects)
    check_table(Findings, checked.findings)


@settings(deadline=None, max_examples=6)
@given(tables(), st.booleans())
def test_any_table_is_checked_or_refused_in_words(content: str, splits: bool) -> None:
    split = {"partner": [";"]} if splits else {}
    try:
        checked = check(content, split=split, unknown_markers=["", "0", "nan"])
    except SourceError as error:
        checked, message = Checked(), str(error)
    else:
        message = "quelle: good"
    assert message.startswith("quelle")
    read, used, rejected, ignored, _ = account(checked)
    assert read == used + rejected + ignored


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_chunks_make_what_the_whole_makes(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    content = (
        "town,partner,start\n"
        "Coventry,Stalingrad,1944\n"
        "Coventry,Stalingrad,1944\n"
        "Kiel,,\n"
        '"Kiel","Brest, Coventry, Kiel",32.13.2001\n'
        "Coventry,Stalingrad,1944\n"
        "Summe,,\n"
        "Reims,Florenz,2050\n"
    )
    changes = {"split": {"partner": [", "]}, "ignore": [{"column": "town", "pattern": "Summe", "reason": "a sum"}]}
    whole = check(content, **changes)
    monkeypatch.setattr("pipeline.validate.rows.CHUNK_SIZE", size)
    parts = check(content, **changes)
    for name in ("claims", "rejects", "ledger"):
        assert getattr(parts, name).equals(getattr(whole, name)), name
    assert parts.findings.sort(pl.all()).equals(whole.findings.sort(pl.all()))
    assert whole.claims["claim_id"].is_unique().all()
