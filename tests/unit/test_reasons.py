"""Why a value won is said by the criteria that made it win."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import claim, claims, sources
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.reconcile import reconcile
from pipeline.curate.reconcile.ranking import ORDERS
from pipeline.report.reasons import decide, line_up
from pipeline.report.wording import LOCATED, WORDS, say_date
from schemas import vocabularies as v

REGISTER: dict[str, Any] = {"authority": "register", "source_id": "register", "as_of_date": date(2014, 12, 31)}
TOWN: dict[str, Any] = {"authority": "municipality", "source_id": "town"}
FRIENDS: dict[str, Any] = {"form": "friendship", "start_event": "friendship_agreed"}


def decided(name: str, *rows: Any) -> tuple[Any, ...]:
    """Return what won, from which claim, why, and what is said of each other claim."""
    one = decide(claims(rows))[name]
    rivals = [(rival["value"], rival["relation"], rival["why"]) for rival in one["against"]]
    return one["value"], one["claim_id"] and int(one["claim_id"][1:], 16), one["why"], rivals


def start(*rows: Any) -> tuple[Any, ...]:
    return decided("start", *rows)


# Words


def test_every_criterion_and_every_way_of_locating_has_its_words() -> None:
    assert {name: [one.name for one in ranking] for name, ranking in ORDERS.items()} == {
        name: list(words) for name, words in WORDS.items()
    }
    assert list(LOCATED) == list(v.LocatedBy)


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
    assert say_date(first, precision) == said


# Starts


def test_the_better_authority() -> None:
    why = "town (municipality) before register (register)"
    found = start(claim(1, start="1965", **TOWN), claim(2, start="1963", **REGISTER))
    assert found == ("1965", 1, [why], [("1963", "conflict", why)])


def test_more_families() -> None:
    rows = [claim(number, start="1965", source_id=f"s{number}") for number in (1, 2)]
    value, claim_id, why, rivals = start(*rows, claim(3, start="1963", source_id="s3"))
    assert (value, claim_id) == ("1965", 1)
    assert why == ["2 independent families agree (s1, s2)", "2 independent families for it, 1 for 1963"]
    assert rivals == [("1963", "conflict", "2 independent families for it, 1 for 1963")]


def test_finer_precision_that_is_compatible() -> None:
    value, claim_id, why, rivals = start(claim(1, start="1967"), claim(2, start="1967-06-03", source_id="b"))
    assert (value, claim_id) == ("3 June 1967", 2)
    finer = "finer precision (day before year), compatible"
    assert why == ["2 independent families agree (b, quelle)", finer]
    assert rivals == [("1967", "compatible", finer)]


def test_finer_precision_that_contradicts() -> None:
    finer = "finer precision (month before year)"
    found = start(claim(1, start="1963", source_id="a"), claim(2, start="1965-03", source_id="b"))
    assert found == ("March 1965", 2, [finer], [("1963", "conflict", finer)])


def test_the_earlier_date() -> None:
    earlier = "the earlier date, since nothing else tells them apart"
    found = start(claim(1, start="1965"), claim(2, start="1963"))
    assert found == ("1963", 2, [earlier], [("1965", "conflict", earlier)])


def test_a_conflict_is_named_though_a_compatible_date_stands_before_it() -> None:
    rows = [
        claim(1, start="1967-06-03", **TOWN),
        claim(2, start="1967", source_id="b"),
        claim(3, start="1970", source_id="c"),
    ]
    _, _, why, rivals = start(*rows)
    assert [relation for _, relation, _ in rivals] == ["compatible", "conflict"]
    assert why == ["2 independent families agree (b, town)", "town (municipality) before b (list)",
                   "town (municipality) before c (list)"]  # fmt: skip


def test_finer_dates_within_the_winner_may_contradict_one_another() -> None:
    rows = [
        claim(1, start="1967", **TOWN),
        claim(2, start="1967-01", source_id="b"),
        claim(3, start="1967-02", source_id="c"),
    ]
    assert "finer dates that lie within it contradict one another" in start(*rows)[2]


def test_the_only_source_or_family() -> None:
    assert start(claim(1, start="1967"), claim(2, source_id="b")) == ("1967", 1, ["the only source that dates it"], [])
    copies = [claim(number, start="1967", source_id=f"s{number}", family="f") for number in (1, 2)]
    assert start(*copies)[2] == ["one family alone dates it, and its sources agree"]
    assert start(claim(1)) == (None, None, ["no source dates it"], [])


def test_other_forms_and_events_are_no_conflict() -> None:
    rows = [claim(1, start="1948", **FRIENDS), claim(2, start="2025"), claim(3, start="2026", start_event="renewed")]
    assert start(*rows) == (
        "2025", 2, ["the only source that dates it"],
        [("1948", "history", "it dates a friendship: no conflict"),
         ("2026", "history", "it dates another event (renewed): no conflict")],
    )  # fmt: skip
    assert start(claim(1, start="1948", start_event="first_contact"))[2] == [
        "only other events, or other forms, are dated"
    ]


def test_a_text_that_is_no_date_and_a_deprecated_statement() -> None:
    rows = [claim(1, start="1967"), claim(2, start_text="2000"), claim(3, start="1950", claim_rank="deprecated")]
    assert start(*rows)[3] == [
        ("1950", "history", "its own source deprecates it"),
        ("“2000”", "unread", "not taken for a date: see the findings"),
    ]


# Forms


def test_the_strongest_form() -> None:
    stronger = "the stronger form (partnership before contact)"
    found = decided("form", claim(1, form="contact"), claim(2))
    assert found == ("partnership", 2, [stronger], [("contact", "conflict", stronger)])


def test_the_form_of_the_better_authority() -> None:
    why = "register (register) before list (list)"
    found = decided("form", claim(1, form="contact", **REGISTER), claim(2, source_id="list"))
    assert found == ("contact", 1, [why], [("partnership", "conflict", why)])


def test_a_form_that_is_later_than_the_registers_day() -> None:
    found = decided("form", claim(1, start="1948", **FRIENDS, **REGISTER), claim(2, start="2025", source_id="list"))
    assert found == (
        "partnership", 2,
        ["dated 2025, after the register's day (2014-12-31), which cannot know of it",
         "the stronger form (partnership before friendship)"],
        [("friendship", "history", "the stronger form (partnership before friendship)")],
    )  # fmt: skip


def test_a_form_that_nobody_disputes() -> None:
    assert decided("form", claim(1), claim(2, form="unspecified", source_id="b")) == (
        "partnership", 1, ["the only source that names it"], [],
    )  # fmt: skip
    assert decided("form", claim(1, form="unspecified"))[2] == ["no source says what was agreed"]
    assert decided("form", claim(1), claim(2, source_id="b"))[2] == ["2 independent families agree (b, quelle)"]


# Status and end


def test_what_is_stated_before_what_is_listed() -> None:
    listed = claim(1, status="active", status_is_stated=False, **TOWN)
    found = decided("status", listed, claim(2, status="ended", end="2022", source_id="b"), claim(3))
    stated = "stated in words outweighs being listed"
    assert found == (
        "ended", 2, ["b says so", stated],
        [("active", "other", stated), ("unknown", "silent", "a known status before an unknown one")],
    )  # fmt: skip
    assert decided("status", listed)[2] == ["town lists it, which there means active"]
    assert decided("status", claim(1))[0] == "unknown"


def test_who_spoke_last_and_the_farther_change() -> None:
    ended = claim(1, status="ended", end="1991", as_of_date=date(1995, 1, 1), source_id="a")
    resumed = claim(2, status="active", as_of_date=date(2005, 1, 1), source_id="b")
    assert decided("status", ended, resumed)[2] == [
        "b says so",
        "b spoke last (as of 2005-01-01, a 1995-01-01)",
    ]
    assert decided("status", ended, resumed | {"as_of_date": date(1995, 1, 1)})[2] == [
        "a says so",
        "of two that were said on the same day the farther change",
    ]
    assert decided("status", ended | REGISTER, resumed)[2][1] == "register (register) before b (list)"


def test_an_end_and_where_its_cause_is_from() -> None:
    rows = [
        claim(1, status="ended", end="2002", authority="register", source_id="a"),
        claim(2, status="ended", end="2003", end_cause="merger", source_id="b"),
        claim(3, status="ended", source_id="c"),
    ]
    why = "a (register) before b (list)"
    assert decided("end", *rows) == (
        "2002", 1, [why, "the cause (merger) is from b, line 2"], [("2003", "conflict", why)],
    )  # fmt: skip
    assert decided("end", claim(1, status="ended"))[2] == ["ended, but no source says when"]


def test_an_end_that_does_not_count() -> None:
    early = claim(2, status="ended", end="1985", source_id="b")
    value, claim_id, why, _ = decided("end", claim(1, start="1990", authority="register"), early)
    assert (value, claim_id, why) == (None, None, ["1985 lies before the start that won: it stays a claim"])
    going_on = claim(1, status="active", authority="municipality")
    assert decided("end", going_on, early)[2:] == (["it is active"], [("1985", "other", "it is active: see status")])
    assert decided("end", claim(1))[2] == ["no source tells of an end"]


# Any claims

STARTS = st.sampled_from([None, "1960s", "1963", "1965", "1965-03", "2016"])
FORMS = {"partnership": "charter_signed", "friendship": "friendship_agreed", "unspecified": "charter_signed"}


@st.composite
def statements(draw: st.DrawFn, number: int) -> dict[str, Any]:
    form, began = draw(st.sampled_from(list(FORMS))), draw(STARTS)
    status = draw(st.sampled_from(["unknown", "active", "ended"]))
    ended = draw(st.sampled_from([None, "1964", "1980"])) if status == "ended" else None
    return {
        **claim(number, start=began, end=ended),
        "form": form, "start_event": draw(st.sampled_from([FORMS[form], "renewed"])) if began else None,
        "status": status, "status_is_stated": draw(st.booleans()), "source_id": draw(st.sampled_from("abc")),
        "authority": draw(st.sampled_from(["municipality", "register", "list"])),
        "as_of_date": draw(st.sampled_from([date(2014, 12, 31), date(2024, 6, 30)])),
        "claim_rank": draw(st.sampled_from(["normal", "normal", "deprecated"])),
    }  # fmt: skip


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 7).flatmap(lambda size: st.tuples(*(statements(number) for number in range(size)))))
def test_an_explanation_is_of_the_record(rows: tuple[dict[str, Any], ...]) -> None:
    frame = claims(rows)
    [record] = reconcile(frame, sources(frame)).to_dicts()
    found = decide(frame)
    for name in ("form", "start", "status"):
        assert found[name]["claim_id"] == record[f"{name}_claim_id"]
        assert found[name]["why"]
    assert (found["form"]["value"], found["status"]["value"]) == (record["form"], record["status"])
    for side in ("start", "end"):
        assert found[side]["value"] == say_date(record[f"{side}_date"], record[f"{side}_precision"])
    is_conflict = record["start_agreement"] == "conflict"
    said = [one["relation"] for one in found["start"]["against"]] + found["start"]["why"]
    contradicted = "conflict" in said or "finer dates that lie within it contradict one another" in said
    assert contradicted == is_conflict
    assert {name for name, one in line_up(frame).items() if one.height} >= {"form", "status"}
