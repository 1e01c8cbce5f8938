"""Why a value won is said by what the decisions say, and no sentence of it is untrue."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest
from builders import claim, claims, sources
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.reconcile import reconcile
from pipeline.curate.sql import read_sql
from pipeline.gazetteer.country_list import countries_of_today
from pipeline.report.current import fetch_rows
from pipeline.report.reasons import give_reasons
from pipeline.report.wording import date_text, wording
from schemas import vocabularies as v

Row = dict[str, Any]

REGISTER: Row = {"authority": "register", "source_id": "register", "as_of_date": date(2014, 12, 31)}
TOWN: Row = {"authority": "municipality", "source_id": "town"}
FRIENDS: Row = {"form": "friendship", "start_event": "friendship_agreed"}

LAST_DAYS = """
    SELECT
        *,
        interval_end(start_date, start_precision) AS start_last_day,
        interval_end(end_date, end_precision) AS end_last_day
"""


def explain(*rows: Row) -> tuple[Row, list[Row], dict[str, Row]]:
    """Return the record of the one partnership that these claims make, its decisions and their reasons."""
    frame = claims(rows)
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        connection.register("claims", frame)
        connection.register("sources", sources(frame))
        connection.register("towns", pl.DataFrame({"town_id": ["gn1", "gn2"], "name": "Town", "country_code": "DE"}))
        connection.register("countries", countries_of_today())
        reconcile(connection)
        connection.execute("CREATE TEMP VIEW partnerships AS FROM reconciled")
        connection.execute(read_sql("views", "date_conflicts"))
        [record] = fetch_rows(connection, f"{LAST_DAYS} FROM partnerships")
        stated = fetch_rows(connection, f"{LAST_DAYS} FROM claims ORDER BY claim_id")
        decisions = fetch_rows(connection, "FROM decided_values")
        disputed = {row["claim_id"] for row in fetch_rows(connection, "FROM date_conflicts") if row["is_disputed"]}
    return record, decisions, give_reasons(record, stated, decisions, disputed)


def decided(name: str, *rows: Row) -> tuple[Any, ...]:
    """Return what won, from which claim, why, and the relation of each other claim to it."""
    *_, reasons = explain(*rows)
    reason = reasons[name]
    rivals = [(rival["value"], rival["relation"]) for rival in reason["against"]]
    return reason["value"], reason["claim_id"] and int(reason["claim_id"][1:], 16), reason["why"], rivals


def start(*rows: Row) -> tuple[Any, ...]:
    return decided("start", *rows)


def says_conflict(reason: Row) -> bool:
    """Whether a reason names dates that contradict the winner or one another."""
    relations = [rival["relation"] for rival in reason["against"]]
    return "conflict" in relations or any("contradict" in sentence for sentence in reason["why"])


# Words


def test_every_criterion_and_every_way_of_locating_has_its_words() -> None:
    assert set(wording("decided_by")) == set(v.DecidedBy) - {v.DecidedBy.ONLY_CLAIM}
    assert list(wording("located_by")) == list(v.LocatedBy)


@pytest.mark.parametrize(
    ("first", "precision", "said"),
    [
        (date(1997, 1, 1), "year", "1997"),
        (date(1970, 10, 1), "month", "October 1970"),
        (date(1967, 6, 3), "day", "3 June 1967"),
        (date(1980, 1, 1), "decade", "1980s"),
        (date(801, 1, 1), "century", "9th century"),
        (date(1901, 1, 1), "century", "20th century"),
        (date(1101, 1, 1), "century", "12th century"),
        (date(2001, 1, 1), "century", "21st century"),
        (None, "unknown", None),
    ],
)
def test_a_date_is_said_no_more_exactly_than_it_is(first: date | None, precision: str, said: str | None) -> None:
    assert date_text(first, precision) == said


# Starts


def test_the_better_authority() -> None:
    rows = [claim(1, start="1965", **TOWN), claim(2, start="1963", **REGISTER)]
    why = "town (municipality) before register (register)"
    assert start(*rows) == ("1965", 1, [why], [("1963", "conflict")])
    *_, reasons = explain(*rows)
    assert (reasons["start"]["runner_up_claim_id"], reasons["start"]["decided_by"]) == (f"c{2:016x}", "authority")


def test_a_better_authority_that_says_it_twice_is_not_the_only_source() -> None:
    rows = [claim(1, start="1965", **TOWN), claim(2, start="1965", **TOWN), claim(3, start="1963", **REGISTER)]
    value, claim_id, why, rivals = start(*rows)
    assert (value, claim_id, rivals) == ("1965", 1, [("1963", "conflict")])
    assert "the only source that dates it" not in why


def test_more_families() -> None:
    rows = [claim(number, start="1965", source_id=f"s{number}") for number in (1, 2)]
    assert start(*rows, claim(3, start="1963", source_id="s3")) == (
        "1965",
        1,
        ["2 independent families agree (s1, s2)"],
        [("1963", "conflict")],
    )


def test_a_date_that_agrees_with_more_families_than_the_runner_up() -> None:
    months = [claim(1, start="1965-03", source_id="a"), claim(2, start="1965-07", source_id="b")]
    assert start(*months, claim(3, start="1965", source_id="c")) == (
        "1965",
        3,
        [
            "more independent families give a date that agrees with it",
            "finer dates that lie within it contradict one another",
        ],
        [("March 1965", "compatible"), ("July 1965", "compatible")],
    )


def test_finer_precision_that_is_compatible() -> None:
    finer = "finer precision (day before year)"
    assert start(claim(1, start="1967"), claim(2, start="1967-06-03", source_id="b")) == (
        "3 June 1967",
        2,
        [finer],
        [("1967", "compatible")],
    )


def test_finer_precision_that_contradicts() -> None:
    finer = "finer precision (month before year)"
    assert start(claim(1, start="1963", source_id="a"), claim(2, start="1965-03", source_id="b")) == (
        "March 1965",
        2,
        [finer],
        [("1963", "conflict")],
    )


def test_the_earlier_date() -> None:
    earlier = "the earlier date, since nothing else tells them apart"
    assert start(claim(1, start="1965"), claim(2, start="1963")) == ("1963", 2, [earlier], [("1965", "conflict")])


def test_a_conflict_is_named_though_a_compatible_date_stands_before_it() -> None:
    rows = [
        claim(1, start="1967-06-03", **TOWN),
        claim(2, start="1967", source_id="b"),
        claim(3, start="1970", source_id="c"),
    ]
    _, _, why, rivals = start(*rows)
    assert rivals == [("1967", "compatible"), ("1970", "conflict")]
    assert why == ["town (municipality) before b (list)"]


def test_finer_dates_within_the_winner_may_contradict_one_another() -> None:
    rows = [
        claim(1, start="1967", **TOWN),
        claim(2, start="1967-01", source_id="b"),
        claim(3, start="1967-02", source_id="c"),
    ]
    record, _, reasons = explain(*rows)
    assert record["start_agreement"] == "conflict"
    assert says_conflict(reasons["start"])


def test_dates_that_their_own_sources_deprecate_may_contradict_one_another() -> None:
    rows = [
        claim(number, start=year, source_id=source_id, claim_rank="deprecated")
        for number, year, source_id in ((1, "1963", "a"), (2, "1970", "b"))
    ]
    record, _, reasons = explain(*rows)
    assert record["start_agreement"] == "conflict"
    assert says_conflict(reasons["start"])


def test_the_only_source_or_family() -> None:
    assert start(claim(1, start="1967"), claim(2, source_id="b")) == ("1967", 1, ["the only source that dates it"], [])
    copies = [claim(number, start="1967", source_id=f"s{number}", family="f") for number in (1, 2)]
    assert start(*copies)[2] == ["one family alone dates it, and its sources agree"]
    assert start(claim(1)) == (None, None, ["no source dates it"], [])


def test_other_forms_and_events_are_no_conflict() -> None:
    rows = [claim(1, start="1948", **FRIENDS), claim(2, start="2025"), claim(3, start="2026", start_event="renewed")]
    assert start(*rows) == (
        "2025",
        2,
        ["the only source that dates it"],
        [("friendship agreed 1948", "history"), ("renewed 2026", "history")],
    )


def test_a_date_of_another_event_is_history_though_no_source_dates_the_beginning() -> None:
    value, claim_id, _, rivals = start(claim(1, start="1948", start_event="first_contact"))
    assert (value, claim_id, rivals) == (None, None, [("first contact 1948", "history")])


def test_who_dates_another_event_of_that_year_does_not_agree_on_the_start() -> None:
    renewed = claim(2, start="1967", start_event="renewed", source_id="b")
    record, _, reasons = explain(claim(1, start="1967"), renewed)
    assert record["start_agreement"] == "single"
    assert reasons["start"]["why"] == ["the only source that dates it"]


def test_a_text_that_is_no_date_and_a_deprecated_statement() -> None:
    rows = [claim(1, start="1967"), claim(2, start_text="2000"), claim(3, start="1950", claim_rank="deprecated")]
    assert start(*rows)[3] == [("1950", "history"), ("“2000”", "unread")]


def test_a_deprecated_statement_does_not_agree() -> None:
    record, _, reasons = explain(claim(1, start="1967"), claim(2, start="1967", claim_rank="deprecated", source_id="b"))
    assert (record["family_count"], record["start_agreement"]) == (1, "single")
    assert reasons["start"]["why"] == ["the only source that dates it"]
    assert reasons["form"]["why"] == ["the only source that names it"]


# Forms


def test_the_strongest_form() -> None:
    stronger = "the stronger form (partnership before contact)"
    assert decided("form", claim(1, form="contact"), claim(2)) == (
        "partnership",
        2,
        [stronger],
        [("contact", "conflict")],
    )


def test_the_form_of_the_better_authority() -> None:
    value, claim_id, why, rivals = decided("form", claim(1, form="contact", **REGISTER), claim(2, source_id="list"))
    assert (value, claim_id, rivals) == ("contact", 1, [("partnership", "conflict")])
    assert "the only source that names it" not in why


def test_a_form_that_is_later_than_the_registers_day() -> None:
    rows = [claim(1, start="1948", **FRIENDS, **REGISTER), claim(2, start="2025", source_id="list")]
    assert decided("form", *rows) == (
        "partnership",
        2,
        ["the stronger form (partnership before friendship)"],
        [("friendship", "history")],
    )


def test_a_form_that_nobody_disputes() -> None:
    assert decided("form", claim(1), claim(2, form="unspecified", source_id="b")) == (
        "partnership",
        1,
        ["the only source that names it"],
        [],
    )
    assert decided("form", claim(1, form="unspecified"))[2] == ["no source says what was agreed"]
    assert decided("form", claim(1), claim(2, source_id="b"))[2] == ["2 independent families agree (b, quelle)"]


# Status and end


def test_what_is_stated_before_what_is_listed() -> None:
    listed = claim(1, status="active", status_is_stated=False, **TOWN)
    ended = claim(2, status="ended", end="2022", source_id="b")
    assert decided("status", listed, ended, claim(3)) == (
        "ended",
        2,
        ["stated, not only listed", "b says so"],
        [("active", "other"), ("unknown", "silent")],
    )
    assert decided("status", listed)[2] == ["town lists it, which there means active"]
    assert decided("status", claim(1)) == (
        "unknown",
        1,
        ["no source states it, and being listed by these sources does not imply one"],
        [],
    )


def test_who_spoke_last_and_the_farther_change() -> None:
    ended = claim(1, status="ended", end="1991", as_of_date=date(1995, 1, 1), source_id="a")
    resumed = claim(2, status="active", as_of_date=date(2005, 1, 1), source_id="b")
    assert decided("status", ended, resumed)[2] == ["b is newer (as of 2005-01-01, a 1995-01-01)", "b says so"]
    assert decided("status", ended, resumed | {"as_of_date": date(1995, 1, 1)})[2] == [
        "of two changes on the same day, the more far-reaching one",
        "a says so",
    ]
    assert decided("status", ended | REGISTER, resumed)[2][0] == "register (register) before b (list)"


def test_an_end_and_where_its_cause_is_from() -> None:
    rows = [
        claim(1, status="ended", end="2002", authority="register", source_id="a"),
        claim(2, status="ended", end="2003", end_cause="merger", source_id="b"),
        claim(3, status="ended", source_id="c"),
    ]
    assert decided("end", *rows) == (
        "2002",
        1,
        ["a (register) before b (list)", "the cause (merger) is from b, line 2"],
        [("2003", "conflict")],
    )
    assert decided("end", claim(1, status="ended")) == (None, None, ["ended, but no source says when"], [])


def test_an_end_before_the_start_is_dated_but_does_not_count() -> None:
    early = claim(2, status="ended", end="1985", source_id="b")
    value, claim_id, why, rivals = decided("end", claim(1, start="1990", authority="register"), early)
    assert (value, claim_id, rivals) == (None, None, [("1985", "other")])
    assert why
    assert "no source dates an end" not in why


def test_what_goes_on_has_no_end_though_a_source_dates_one() -> None:
    early = claim(2, status="ended", end="1985", source_id="b")
    value, claim_id, why, rivals = decided("end", claim(1, status="active", authority="municipality"), early)
    assert (value, claim_id, rivals) == (None, None, [("1985", "other")])
    assert why
    assert "no source dates an end" not in why
    assert decided("end", claim(1))[2] == ["no source dates an end"]


# Any claims

STARTS = st.sampled_from([None, "1960s", "1963", "1965", "1965-03", "2016"])
FORMS = {"partnership": "charter_signed", "friendship": "friendship_agreed", "unspecified": "charter_signed"}


@st.composite
def statements(draw: st.DrawFn, number: int) -> Row:
    form, began = draw(st.sampled_from(list(FORMS))), draw(STARTS)
    status = draw(st.sampled_from(["unknown", "active", "ended"]))
    ended = draw(st.sampled_from([None, "1964", "1980"])) if status == "ended" else None
    return {
        **claim(number, start=began, end=ended),
        "form": form,
        "start_event": draw(st.sampled_from([FORMS[form], "renewed"])) if began else None,
        "status": status,
        "status_is_stated": draw(st.booleans()),
        "source_id": draw(st.sampled_from("abc")),
        "authority": draw(st.sampled_from(["municipality", "register", "list"])),
        "as_of_date": draw(st.sampled_from([date(2014, 12, 31), date(2024, 6, 30)])),
        "claim_rank": draw(st.sampled_from(["normal", "normal", "deprecated"])),
    }


@pytest.mark.long
@settings(max_examples=20)
@given(st.integers(1, 7).flatmap(lambda size: st.tuples(*(statements(number) for number in range(size)))))
def test_an_explanation_is_of_the_record(rows: tuple[Row, ...]) -> None:
    record, decisions, reasons = explain(*rows)
    made = {row["decided"]: row for row in decisions}
    assert list(reasons) == ["start", "form", "status", "end"]
    for name, reason in reasons.items():
        assert reason["claim_id"] == record[f"{name}_claim_id"]
        for column in ("claim_id", "runner_up_claim_id", "decided_by"):
            assert reason[column] == (made[name][column] if name in made else None)
        assert reason["why"]
        assert len(set(reason["why"])) == len(reason["why"])
    assert (reasons["form"]["value"], reasons["status"]["value"]) == (record["form"], record["status"])
    for side in ("start", "end"):
        assert reasons[side]["value"] == date_text(record[f"{side}_date"], record[f"{side}_precision"])
    assert says_conflict(reasons["start"]) == (record["start_agreement"] == "conflict")
