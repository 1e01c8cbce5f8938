"""Reconciling held against a slow model of the design's rules, one pair and one claim at a time, and its laws."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import polars as pl
from builders import claim, claims, interval, sources
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.reconcile import list_events, reconcile
from schemas import CLAIMS
from schemas.ids import pair_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = dict[str, Any]
DIRECTIONS = {"a1": "both", "a2": "both", "b": "one", "c": "both", "d": "deduplicated"}
FAMILIES = {"a1": "a", "a2": "a", "b": "b", "c": "c", "d": "d"}
FORMAL = {
    "partnership": "charter_signed", "project_partnership": "charter_signed", "unspecified": "charter_signed",
    "friendship": "friendship_agreed", "contact": "first_contact",
}  # fmt: skip
FORMS = ["partnership", "friendship", "project_partnership", "contact", "unspecified"]
AUTHORITIES = ["municipality", "register", "reference", "list"]
PRECISIONS = ["day", "month", "year", "decade", "century"]
#: From the farthest change to none.
CHANGES = ["ended", "suspended", "dormant", "active", "unknown"]
ONCE = {"first_contact", "friendship_agreed", "charter_signed", "counter_signed"}
YEARS = {"year": 1, "decade": 10, "century": 100}


# The model


def last(day: date, precision: str) -> date:
    if precision == "day":
        return day
    if precision == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date(day.year + YEARS[precision], 1, 1) - timedelta(days=1)


def agree(one: Row, other: Row) -> bool:
    """Whether one date contains the other."""
    a, b = one["start_date"], last(one["start_date"], one["start_precision"])
    c, d = other["start_date"], last(other["start_date"], other["start_precision"])
    return (a <= c and d <= b) or (c <= a and b <= d)


def model(rows: list[Row]) -> dict[tuple[str, str], Row]:
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        a, b = sorted([row["town_id"], row["partner_id"]])
        pairs.setdefault((a, b), []).append(row)
    counted = {key: [r for r in own if r["claim_rank"] != "deprecated"] or own for key, own in pairs.items()}
    entries = {(r["source_id"], r["town_id"]) for own in counted.values() for r in own}
    return {key: record(key, own, entries) for key, own in counted.items()}


def record(towns: tuple[str, str], own: list[Row], entries: set[tuple[str, str]]) -> Row:
    form = model_form(own)
    start, agreement = model_start(own, form["form"])
    status = min(own, key=lambda r: (
        r["status"] == "unknown", not r["status_is_stated"], AUTHORITIES.index(r["authority"]),
        -r["as_of_date"].toordinal(), CHANGES.index(r["status"]), r["claim_id"],
    ))  # fmt: skip
    both = {name for name, directions in DIRECTIONS.items() if directions == "both"}
    is_covered = any(all((name, town) in entries for town in towns) for name in both)
    stating = {r["town_id"] for r in own if r["source_id"] in both}
    return {
        "claim_count": len(own),
        "source_count": len({r["source_id"] for r in own}),
        "family_count": len({r["family"] for r in own}),
        "form": form["form"],
        "form_claim_id": form["claim_id"],
        "start_date": start and start["start_date"],
        "start_precision": start["start_precision"] if start else "unknown",
        "start_year": start["start_date"].year
        if start and start["start_precision"] not in YEARS.keys() - {"year"}
        else None,
        "start_claim_id": start and start["claim_id"],
        "start_agreement": agreement,
        "status": status["status"],
        "status_claim_id": status["claim_id"],
        "stated_by_both": len(stating) == 2 if is_covered else None,
        **model_end(own, status["status"], start),
    }


def model_form(own: list[Row]) -> Row:
    named = [r for r in own if r["form"] != "unspecified"]
    if not named:
        return min(own, key=lambda r: (AUTHORITIES.index(r["authority"]), r["claim_id"]))
    best = min(AUTHORITIES.index(r["authority"]) for r in named)
    known_until = max(r["as_of_date"] for r in named if AUTHORITIES.index(r["authority"]) == best)
    speak = [
        r for r in named
        if AUTHORITIES.index(r["authority"]) == best or (r["start_date"] and r["start_date"] > known_until)
    ]  # fmt: skip
    return min(speak, key=lambda r: (FORMS.index(r["form"]), AUTHORITIES.index(r["authority"]), r["claim_id"]))


def dated_as(row: Row, form: str) -> tuple[str, str]:
    """Return the form and the event that a claim dates: whoever does not say what was agreed dates whatever was."""
    if row["form"] != "unspecified":
        return row["form"], row["start_event"]
    return form, FORMAL[form] if row["start_event"] == "charter_signed" else row["start_event"]


def model_start(own: list[Row], form: str) -> tuple[Row | None, str]:
    dated = [r for r in own if r["start_date"]]
    conflict = any(
        dated_as(one, form) == dated_as(other, form) and dated_as(one, form)[1] in ONCE and not agree(one, other)
        for one, other in combinations(dated, 2)
    )
    formal = [r for r in dated if dated_as(r, form) == (form, FORMAL[form])]
    families = {r["family"] for r in formal}
    agreement = "conflict" if conflict else ("none", "single", "agree")[min(len(families), 2)]
    if not formal:
        return None, agreement
    start = min(formal, key=lambda r: (
        AUTHORITIES.index(r["authority"]), -len({o["family"] for o in formal if agree(r, o)}),
        PRECISIONS.index(r["start_precision"]), r["start_date"], r["claim_id"],
    ))  # fmt: skip
    return start, agreement


def model_end(own: list[Row], status: str, start: Row | None) -> Row:
    nothing = dict.fromkeys(("end_date", "end_claim_id", "end_cause", "end_cause_claim_id")) | {
        "end_precision": "unknown"
    }
    if status != "ended":
        return nothing
    ends = sorted((r for r in own if r["status"] == "ended"), key=lambda r: (
        r["end_date"] is None, AUTHORITIES.index(r["authority"]),
        [*PRECISIONS, "unknown"].index(r["end_precision"]), r["end_date"] or date.min, r["claim_id"],
    ))  # fmt: skip
    if start and ends[0]["end_date"] and ends[0]["end_date"] < start["start_date"].replace(month=1, day=1):
        return nothing
    caused = sorted((r for r in ends if r["end_cause"]), key=lambda r: r["end_cause"] == "unknown")
    return {
        "end_date": ends[0]["end_date"],
        "end_precision": ends[0]["end_precision"],
        "end_claim_id": ends[0]["claim_id"] if ends[0]["end_date"] else None,
        "end_cause": caused[0]["end_cause"] if caused else None,
        "end_cause_claim_id": caused[0]["claim_id"] if caused else None,
    }


# Any claims

STARTS = [
    None, None, "1960s", "2000s", "1963", "1965", "1965-03", "1965-03-08", "2000", "2004",
    (date(1901, 1, 1), "century"),
]  # fmt: skip


def statement(number: int, choose: Callable[[Sequence[Any]], Any], towns: int = 3) -> Row:
    """Return a claim; `choose` takes one of several."""
    town = choose([f"gn{place}" for place in range(1, towns + 1)])
    partner = choose([f"gn{place}" for place in range(1, towns + 1) if f"gn{place}" != town])
    source_id, text = choose(list(DIRECTIONS)), choose(STARTS)
    began = text if isinstance(text, tuple) else interval(text)
    form, status = choose(FORMS), choose(CHANGES)
    ended = choose([None, "1980", "1980-05", "1950"]) if status == "ended" else None
    event = choose([FORMAL[form]] * 3 + ["renewed", "first_contact", "charter_signed", "precursor"])
    return {
        **claim(number, town, partner, end=ended, source_id=source_id, family=FAMILIES[source_id], form=form),
        "start_date": began[0], "start_precision": began[1], "start_event": event if began[0] else None,
        "status": status, "status_is_stated": choose([True, False]),
        "end_cause": choose([None, "war", "merger", "unknown"]) if status == "ended" else None,
        "authority": choose(AUTHORITIES),
        "as_of_date": choose([date(1964, 1, 1), date(2003, 12, 31), date(2020, 1, 1)]),
        "claim_rank": choose(["normal", "normal", "preferred", "deprecated"]),
    }  # fmt: skip


@st.composite
def statements(draw: st.DrawFn, number: int) -> Row:
    return statement(number, lambda choices: draw(st.sampled_from(choices)))


def several(least: int = 1) -> st.SearchStrategy[list[Row]]:
    return (
        st.integers(least, 9).flatmap(lambda size: st.tuples(*(statements(number) for number in range(size)))).map(list)
    )


def reconciled(rows: list[Row]) -> pl.DataFrame:
    # An id by pair takes long where there are many pairs.
    frame = claims(rows) if len(rows) < 20 else CLAIMS.conform(pl.DataFrame(rows, infer_schema_length=None))
    if len(rows) >= 20:
        frame = frame.with_columns(partnership_id=pair_ids(frame["town_id"], frame["partner_id"]))
    return reconcile(frame, sources(frame, DIRECTIONS))


def records(rows: list[Row]) -> dict[tuple[str, str], Row]:
    return {(row["town_a_id"], row["town_b_id"]): row for row in reconciled(rows).to_dicts()}


@settings(deadline=None, max_examples=25)
@given(several())
def test_records_are_those_of_the_model(rows: list[Row]) -> None:
    assert_as_in_model(rows)


def test_many_records_are_those_of_the_model() -> None:
    chance = random.Random(1)
    assert_as_in_model([statement(number, chance.choice, towns=40) for number in range(5_000)])


def assert_as_in_model(rows: list[Row]) -> None:
    expected, found = model(rows), records(rows)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        assert {name: found[key][name] for name in row} == row


@settings(deadline=None, max_examples=10)
@given(several(2), st.data())
def test_neither_the_order_of_claims_nor_of_sources_matters(rows: list[Row], data: st.DataObject) -> None:
    once, shuffled = reconciled(rows), data.draw(st.permutations(rows))
    assert reconciled(shuffled).equals(once)
    by_source = [
        row for name in data.draw(st.permutations(list(DIRECTIONS))) for row in rows if row["source_id"] == name
    ]
    assert reconciled(by_source).equals(once)
    assert list_events(claims(shuffled)).equals(list_events(claims(rows)))


@settings(deadline=None, max_examples=10)
@given(several())
def test_a_source_read_twice_tells_nothing_new(rows: list[Row]) -> None:
    again = [row | {"claim_id": f"d{place:016x}"} for place, row in enumerate(rows)]
    twice = reconciled(rows + again).with_columns(pl.col("claim_count") // 2)
    assert twice.equals(reconciled(rows))


@settings(deadline=None, max_examples=10)
@given(several(), statements(99))
def test_one_more_claim_changes_one_pair_and_counts_only_what_is_new(rows: list[Row], more: Row) -> None:
    more = more | {"claim_rank": "normal"}
    rows = [row | {"claim_rank": "normal"} for row in rows]
    before, after = records(rows), records([*rows, more])
    key = tuple(sorted([more["town_id"], more["partner_id"]]))
    own = [row for row in rows if tuple(sorted([row["town_id"], row["partner_id"]])) == key]
    # What both towns' entries tell depends on the towns' other links too.
    for other in before.keys() - {key}:
        assert before[other] | {"stated_by_both": None} == after[other] | {"stated_by_both": None}
    if own:
        is_new = more["family"] not in {row["family"] for row in own}
        assert after[key]["family_count"] == before[key]["family_count"] + is_new
        if before[key]["start_agreement"] == "conflict" and before[key]["form"] == after[key]["form"]:
            assert after[key]["start_agreement"] == "conflict"


@settings(deadline=None, max_examples=10)
@given(several())
def test_whoever_agrees_makes_no_conflict_and_no_other_start(rows: list[Row]) -> None:
    for key, before in records(rows).items():
        if before["start_claim_id"] is None:
            continue
        [chosen] = [row for row in rows if row["claim_id"] == before["start_claim_id"]]
        echo = chosen | {"claim_id": f"e{0:016x}", "source_id": "d", "family": "d", "claim_rank": "normal"}
        if chosen["claim_rank"] == "deprecated":
            continue
        after = records([*rows, echo])[key]
        assert (after["start_agreement"] == "conflict") == (before["start_agreement"] == "conflict")
        assert (after["start_date"], after["start_precision"]) == (before["start_date"], before["start_precision"])


@settings(deadline=None, max_examples=10)
@given(several())
def test_the_winner_has_the_best_authority_of_those_that_date_it(rows: list[Row]) -> None:
    by_id = {row["claim_id"]: row for row in rows}
    for key, found in records(rows).items():
        if found["start_claim_id"] is None:
            continue
        rivals = [
            row for row in rows
            if tuple(sorted([row["town_id"], row["partner_id"]])) == key and row["start_date"]
            and row["form"] == found["form"] and row["start_event"] == FORMAL[found["form"]]
            and row["claim_rank"] != "deprecated"
        ]  # fmt: skip
        winner = by_id[found["start_claim_id"]]
        assert all(AUTHORITIES.index(winner["authority"]) <= AUTHORITIES.index(row["authority"]) for row in rivals)


def test_a_decade_that_reaches_beyond_its_century_does_not_agree_with_it() -> None:
    century = {"start_date": date(1901, 1, 1), "start_precision": "century", "start_event": "charter_signed"}
    for text, agreement in (("2000s", "conflict"), ("1990s", "agree"), ("2000", "agree"), ("2001", "conflict")):
        rows = [claim(1, source_id="b", family="b") | century, claim(2, start=text, source_id="c", family="c")]
        assert records(rows)["gn1", "gn2"]["start_agreement"] == agreement, text


def test_dates_of_another_form_or_event_conflict_among_themselves() -> None:
    charter = claim(1, start="2011")
    friends = [
        claim(number, start=year, form="friendship", start_event="friendship_agreed", source_id=source)
        for number, year, source in ((2, "2005", "b"), (3, "2009", "c"))
    ]
    assert records([charter, friends[0]])["gn1", "gn2"]["start_agreement"] == "single"
    assert records([charter, *friends])["gn1", "gn2"]["start_agreement"] == "conflict"
    renewed = [claim(number, start=year, start_event="renewed") for number, year in ((4, "1990"), (5, "2000"))]
    assert records([charter, *renewed])["gn1", "gn2"]["start_agreement"] == "single"


def test_neither_town_states_what_only_others_do() -> None:
    rows = [claim(1, "gn1", "gn3", source_id="c"), claim(2, "gn2", "gn3", source_id="c"), claim(3, source_id="b")]
    assert records(rows)["gn1", "gn2"]["stated_by_both"] is False


def test_two_lists_can_each_have_one_towns_entry() -> None:
    rows = [
        claim(1, "gn1", "gn2", source_id="a1"),
        claim(2, "gn2", "gn1", source_id="a2"),
        claim(3, "gn2", "gn3", source_id="a1"),
    ]
    assert records(rows)["gn1", "gn2"]["stated_by_both"] is True


def test_more_families_than_any_list_has_still_order_dates_rightly() -> None:
    rows = [claim(number, start="1963", source_id=f"s{number}") for number in range(300)]
    rows += [claim(1000, start="1965-03-08", authority="municipality")]
    frame = claims(rows)
    [found] = reconcile(frame, sources(frame)).to_dicts()
    assert (found["start_year"], found["family_count"], found["start_agreement"]) == (1965, 301, "conflict")
