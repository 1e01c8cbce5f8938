"""Reconciling compared with a slow model of the design's rules, one pair and one claim at a time, and its laws."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pytest
from builders import claim, claims, interval, pair, sources
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.reconcile import Reconciled, list_own_entries, reconcile_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = dict[str, Any]
#: The ids of two towns, in order.
Towns = tuple[str, str]

DIRECTIONS = {"a1": "both", "a2": "both", "b": "one", "c": "both", "d": "deduplicated"}
FAMILIES = {"a1": "a", "a2": "a", "b": "b", "c": "c", "d": "d"}
FORMAL = {
    "partnership": "charter_signed",
    "project_partnership": "charter_signed",
    "unspecified": "charter_signed",
    "friendship": "friendship_agreed",
    "contact": "first_contact",
}
FORMS = ["partnership", "friendship", "project_partnership", "contact", "unspecified"]
AUTHORITIES = ["municipality", "register", "reference", "list"]
PRECISIONS = ["day", "month", "year", "decade", "century", "unknown"]
#: From the farthest change to none.
CHANGES = ["ended", "suspended", "dormant", "active", "unknown"]
ONCE = {"first_contact", "friendship_agreed", "charter_signed", "counter_signed"}
YEARS = {"year": 1, "decade": 10, "century": 100}


# The model


class Decision(NamedTuple):
    """The claim that gives a value, the second best, and the first criterion that tells the two apart."""

    winner: Row
    runner_up: Row | None
    decided_by: str


class Conclusion(NamedTuple):
    """What the claims of one pair come to: its record, and each value that was decided."""

    record: Row
    decisions: dict[str, Decision]


def decide(candidates: list[Row], **criteria: Callable[[Row], Any]) -> Decision | None:
    """Rank candidates by criteria, the lower the better; the claim's id settles what is left."""
    if not candidates:
        return None
    criteria |= {"claim_id": lambda row: row["claim_id"]}
    winner, *losers = sorted(candidates, key=lambda row: [criterion(row) for criterion in criteria.values()])
    if not losers:
        return Decision(winner, None, "only_claim")
    decided_by = next(name for name, criterion in criteria.items() if criterion(winner) != criterion(losers[0]))
    return Decision(winner, losers[0], decided_by)


def authority(row: Row) -> int:
    return AUTHORITIES.index(row["authority"])


def model(rows: list[Row]) -> dict[Towns, Conclusion]:
    pairs: dict[Towns, list[Row]] = {}
    for row in rows:
        pairs.setdefault(towns_of(row), []).append(row)
    counted = {towns: [r for r in own if r["claim_rank"] != "deprecated"] or own for towns, own in pairs.items()}
    entries = {(r["source_id"], r["town_id"]) for own in counted.values() for r in own}
    return {towns: conclude(towns, own, entries) for towns, own in counted.items()}


def towns_of(row: Row) -> Towns:
    first, second = sorted([row["town_id"], row["partner_id"]])
    return first, second


def conclude(towns: Towns, own: list[Row], entries: set[tuple[str, str]]) -> Conclusion:
    form = decide_form(own)
    start = decide_start(own, form.winner["form"])
    status = decide_status(own)
    end, cause = decide_end(own, status.winner, start and start.winner)
    decisions = {"form": form, "start": start, "status": status, "end": end, "end_cause": cause}
    record = {
        "town_a_id": towns[0],
        "town_b_id": towns[1],
        "form": form.winner["form"],
        "status": status.winner["status"],
        **dated("start", start),
        **dated("end", end),
        "end_cause": cause and cause.winner["end_cause"],
        "claim_count": len(own),
        "source_count": len({r["source_id"] for r in own}),
        "family_count": len({r["family"] for r in own}),
        "stated_by_both": stated_by_both(towns, own, entries),
        "start_agreement": start_agreement(own, form.winner["form"]),
        "form_conflict": form_conflict(own),
        **{f"{name}_claim_id": decision and decision.winner["claim_id"] for name, decision in decisions.items()},
    }
    return Conclusion(record, {name: decision for name, decision in decisions.items() if decision})


def dated(side: str, decision: Decision | None) -> Row:
    """Return the three columns of a date; a decade or a century has no year."""
    if decision is None:
        return {f"{side}_date": None, f"{side}_precision": "unknown", f"{side}_year": None}
    day, precision = decision.winner[f"{side}_date"], decision.winner[f"{side}_precision"]
    year = None if precision in ("decade", "century") else day.year
    return {f"{side}_date": day, f"{side}_precision": precision, f"{side}_year": year}


def decide_form(own: list[Row]) -> Decision:
    """The strongest form that the best authority names, or that dates from after that authority's day."""
    named = [r for r in own if r["form"] != "unspecified"]
    best = min((authority(r) for r in named), default=None)
    known_until = max((r["as_of_date"] for r in named if authority(r) == best), default=None)

    def is_overruled(claim: Row) -> bool:
        is_later = known_until is not None and claim["start_date"] and claim["start_date"] > known_until
        return bool(named) and authority(claim) != best and not is_later

    decision = decide(
        named or own,
        authority=is_overruled,
        form=lambda r: FORMS.index(r["form"]),
        form_authority=authority,
    )
    assert decision
    return decision


def form_conflict(own: list[Row]) -> bool:
    """Forms that differ without a date or in one year; one after the other is history."""
    years: dict[str, list[int]] = {}
    for row in own:
        if row["form"] != "unspecified":
            years.setdefault(row["form"], []).extend([row["start_date"].year] if row["start_date"] else [])
    first = [min(dated_in, default=None) for dated_in in years.values()]
    return len(first) > 1 and (None in first or len(set(first)) < len(first))


def dated_as(row: Row, form: str) -> tuple[str, str]:
    """Return the form and the event that a claim dates: who does not say what was agreed dates whatever was."""
    if row["form"] != "unspecified":
        return row["form"], row["start_event"]
    return form, FORMAL[form] if row["start_event"] == "charter_signed" else row["start_event"]


def formal_starts(own: list[Row], form: str) -> list[Row]:
    return [r for r in own if r["start_date"] and dated_as(r, form) == (form, FORMAL[form])]


def decide_start(own: list[Row], form: str) -> Decision | None:
    """By authority, then by the families that agree, then by precision, then the earlier date."""
    formal = formal_starts(own, form)
    return decide(
        formal,
        authority=authority,
        families=lambda r: -len({other["family"] for other in formal if agree(r, other)}),
        precision=lambda r: PRECISIONS.index(r["start_precision"]),
        date=lambda r: r["start_date"],
    )


def start_agreement(own: list[Row], form: str) -> str:
    starts = [r for r in own if r["start_date"]]
    is_conflict = any(
        dated_as(a, form) == dated_as(b, form) and dated_as(a, form)[1] in ONCE and not agree(a, b)
        for a, b in combinations(starts, 2)
    )
    families = {r["family"] for r in formal_starts(own, form)}
    return "conflict" if is_conflict else ("none", "single", "agree")[min(len(families), 2)]


def agree(row: Row, other: Row) -> bool:
    """Whether one date contains the other."""
    a, b = row["start_date"], last_day(row["start_date"], row["start_precision"])
    c, d = other["start_date"], last_day(other["start_date"], other["start_precision"])
    return (a <= c and d <= b) or (c <= a and b <= d)


def last_day(day: date, precision: str) -> date:
    if precision == "day":
        return day
    if precision == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date(day.year + YEARS[precision], 1, 1) - timedelta(days=1)


def decide_status(own: list[Row]) -> Decision:
    """What is said in words before what merely being listed asserts; of one authority, what was said last."""
    decision = decide(
        own,
        is_known=lambda r: r["status"] == "unknown",
        is_stated=lambda r: not r["status_is_stated"],
        authority=authority,
        as_of_date=lambda r: -r["as_of_date"].toordinal(),
        change=lambda r: CHANGES.index(r["status"]),
    )
    assert decision
    return decision


def decide_end(own: list[Row], status: Row, start: Row | None) -> tuple[Decision | None, Decision | None]:
    """When and why it ended, if it did. An end before the start is of something else, and so is its cause."""
    if status["status"] != "ended":
        return None, None
    ended = [r for r in own if r["status"] == "ended"]
    end = decide(
        [r for r in ended if r["end_date"]],
        authority=authority,
        precision=lambda r: PRECISIONS.index(r["end_precision"]),
        date=lambda r: r["end_date"],
    )
    if start and end and end.winner["end_date"] < start["start_date"].replace(month=1, day=1):
        return None, None
    cause = decide(
        [r for r in ended if r["end_cause"]],
        is_known=lambda r: r["end_cause"] == "unknown",
        is_dated=lambda r: r["end_date"] is None,
        authority=authority,
        precision=lambda r: PRECISIONS.index(r["end_precision"]),
        date=lambda r: r["end_date"] or date.min,
    )
    return end, cause


def stated_by_both(towns: Towns, own: list[Row], entries: set[tuple[str, str]]) -> bool | None:
    both = {name for name, directions in DIRECTIONS.items() if directions == "both"}
    if not any(all((name, town) in entries for town in towns) for name in both):
        return None
    return {r["town_id"] for r in own if r["source_id"] in both} == set(towns)


# Any claims

DATES = [
    None,
    None,
    "1960s",
    "2000s",
    "1963",
    "1965",
    "1965-03",
    "1965-03-08",
    "2000",
    "2004",
    (date(1901, 1, 1), "century"),
]
#: Some lie in the year of a start, some before any.
ENDS = [None, "1980", "1980-05", "1980-05-17", "1985", "1950", "1960s", "1965", (date(1901, 1, 1), "century")]
#: On some of these days something began.
DAYS = [date(1964, 1, 1), date(1965, 3, 8), date(2003, 12, 31), date(2004, 1, 1), date(2020, 1, 1)]


def dates(text: str | tuple[date, str] | None) -> tuple[date | None, str]:
    return text if isinstance(text, tuple) else interval(text)


def statement(number: int, choose: Callable[[Sequence[Any]], Any], towns: int = 3) -> Row:
    """Return a claim; `choose` takes one of several."""
    town = choose([f"gn{place}" for place in range(1, towns + 1)])
    partner = choose([f"gn{place}" for place in range(1, towns + 1) if f"gn{place}" != town])
    source_id, form, status = choose(list(DIRECTIONS)), choose(FORMS), choose(CHANGES)
    start_date, start_precision = dates(choose(DATES))
    end_date, end_precision = dates(choose(ENDS) if status in ("ended", "suspended") else None)
    event = choose([FORMAL[form]] * 3 + ["renewed", "first_contact", "charter_signed", "precursor", "resumed"])
    return {
        **claim(number, town, partner, source_id=source_id, family=FAMILIES[source_id], form=form),
        "start_date": start_date,
        "start_precision": start_precision,
        "start_event": event if start_date else None,
        "end_date": end_date,
        "end_precision": end_precision,
        "end_cause": choose([None, "war", "merger", "unknown"]) if status in ("ended", "suspended") else None,
        "status": status,
        "status_is_stated": choose([True, False]),
        "authority": choose(AUTHORITIES),
        "as_of_date": choose(DAYS),
        "claim_rank": choose(["normal", "normal", "preferred", "deprecated"]),
    }


@st.composite
def statements(draw: st.DrawFn, number: int, towns: int = 3) -> Row:
    return statement(number, lambda choices: draw(st.sampled_from(choices)), towns)


def several(least: int = 1, most: int = 9, towns: int = 3) -> st.SearchStrategy[list[Row]]:
    """Return claims in any order."""
    numbers = st.integers(least, most).flatmap(lambda size: st.permutations(range(size)))
    return numbers.flatmap(lambda places: st.tuples(*(statements(place, towns) for place in places))).map(list)


def reconciled(rows: list[Row]) -> Reconciled:
    frame = claims(rows)
    return reconcile_claims(frame, sources(frame, DIRECTIONS))


def records(rows: list[Row]) -> dict[Towns, Row]:
    return by_towns(reconciled(rows).partnerships)


def by_towns(partnerships: pl.DataFrame) -> dict[Towns, Row]:
    return {(row["town_a_id"], row["town_b_id"]): row for row in partnerships.to_dicts()}


def assert_as_in_model(rows: list[Row]) -> None:
    """Compare every column of every record, and every decision, with those of the model."""
    partnerships, decided_values = reconciled(rows)
    expected = model(rows)
    assert by_towns(partnerships) == {
        towns: {"partnership_id": pair(*towns)} | conclusion.record for towns, conclusion in expected.items()
    }
    winners = {(row["partnership_id"], row["decided"]): row for row in decided_values.to_dicts()}
    assert len(winners) == decided_values.height
    assert winners == {
        (pair(*towns), decided): {
            "partnership_id": pair(*towns),
            "decided": decided,
            "claim_id": decision.winner["claim_id"],
            "runner_up_claim_id": decision.runner_up and decision.runner_up["claim_id"],
            "decided_by": decision.decided_by,
        }
        for towns, conclusion in expected.items()
        for decided, decision in conclusion.decisions.items()
    }


@pytest.mark.long
@settings(max_examples=20)
@given(several())
def test_records_and_decisions_are_those_of_the_model(rows: list[Row]) -> None:
    assert_as_in_model(rows)


@pytest.mark.long
@settings(max_examples=20)
@given(several(2, 7, towns=2))
def test_rivals_about_one_pair_rank_as_in_the_model(rows: list[Row]) -> None:
    assert_as_in_model(rows)


@pytest.mark.parametrize("towns", [8, 40, 200])
def test_many_records_and_decisions_are_those_of_the_model(towns: int) -> None:
    chance = random.Random(towns)
    rows = [statement(number, chance.choice, towns) for number in range(5_000)]
    assert_as_in_model(chance.sample(rows, len(rows)))


def test_every_criterion_decides_some_value_of_many_claims() -> None:
    chance = random.Random(1)
    rows = [statement(number, chance.choice, towns=40) for number in range(5_000)]
    criteria: dict[str, set[str]] = {}
    for conclusion in model(rows).values():
        for decided, decision in conclusion.decisions.items():
            criteria.setdefault(decided, set()).add(decision.decided_by)
    assert criteria == {
        "form": {"only_claim", "form", "authority", "form_authority", "claim_id"},
        "start": {"only_claim", "authority", "families", "precision", "date", "claim_id"},
        "status": {"only_claim", "is_known", "is_stated", "authority", "as_of_date", "change", "claim_id"},
        "end": {"only_claim", "authority", "precision", "date", "claim_id"},
        "end_cause": {"only_claim", "is_known", "is_dated", "authority", "precision", "date", "claim_id"},
    }


# Laws


@settings(max_examples=8)
@given(several(2), st.data())
def test_neither_the_order_of_claims_nor_of_sources_matters(rows: list[Row], data: st.DataObject) -> None:
    expected = reconciled(rows)
    by_source = [
        row for name in data.draw(st.permutations(list(DIRECTIONS))) for row in rows if row["source_id"] == name
    ]
    for other in (data.draw(st.permutations(rows)), by_source):
        assert_equal(reconciled(other), expected)


@settings(max_examples=8)
@given(several(2, towns=4), st.integers(2, 3))
def test_pairs_apart_come_to_what_all_pairs_come_to(rows: list[Row], parts: int) -> None:
    frame = claims(rows)
    listed = sources(frame, DIRECTIONS)
    part_of = pl.col("partnership_id").hash(seed=1) % parts
    frames = [frame.filter(part_of == part) for part in range(parts)]
    entries = pl.concat([list_own_entries(part, listed) for part in frames]).unique()
    results = [reconcile_claims(part, listed, entries) for part in frames]
    assert_equal(
        Reconciled(
            pl.concat([result.partnerships for result in results]).sort("partnership_id"),
            pl.concat([result.decided_values for result in results]).sort("partnership_id", "decided"),
        ),
        reconcile_claims(frame, listed),
    )


def assert_equal(result: Reconciled, expected: Reconciled) -> None:
    assert result.partnerships.equals(expected.partnerships)
    assert result.decided_values.equals(expected.decided_values)


@settings(max_examples=10)
@given(several())
def test_a_source_read_twice_tells_nothing_new(rows: list[Row]) -> None:
    again = [row | {"claim_id": f"d{place:016x}"} for place, row in enumerate(rows)]
    partnerships, decided_values = reconciled(rows + again)
    expected = reconciled(rows)
    assert partnerships.with_columns(pl.col("claim_count") // 2).equals(expected.partnerships)
    winners = ("partnership_id", "decided", "claim_id")
    assert decided_values.select(winners).equals(expected.decided_values.select(winners))


@settings(max_examples=10)
@given(several(), statements(99))
def test_one_more_claim_changes_one_pair_and_counts_only_what_is_new(rows: list[Row], more: Row) -> None:
    more = more | {"claim_rank": "normal"}
    rows = [row | {"claim_rank": "normal"} for row in rows]
    before, after = records(rows), records([*rows, more])
    towns = towns_of(more)
    own = [row for row in rows if towns_of(row) == towns]
    # What both towns' entries tell depends on the towns' other links too.
    for other in before.keys() - {towns}:
        assert before[other] | {"stated_by_both": None} == after[other] | {"stated_by_both": None}
    if own:
        is_new = more["family"] not in {row["family"] for row in own}
        assert after[towns]["family_count"] == before[towns]["family_count"] + is_new
        if before[towns]["start_agreement"] == "conflict" and before[towns]["form"] == after[towns]["form"]:
            assert after[towns]["start_agreement"] == "conflict"


@settings(max_examples=10)
@given(several())
def test_whoever_agrees_makes_no_conflict_and_no_other_start(rows: list[Row]) -> None:
    by_id = {row["claim_id"]: row for row in rows}
    for towns, before in records(rows).items():
        chosen = by_id.get(before["start_claim_id"])
        if chosen is None or chosen["claim_rank"] == "deprecated":
            continue
        echo = chosen | {"claim_id": f"e{0:016x}", "source_id": "d", "family": "d", "claim_rank": "normal"}
        after = records([*rows, echo])[towns]
        assert (after["start_agreement"] == "conflict") == (before["start_agreement"] == "conflict")
        assert (after["start_date"], after["start_precision"]) == (before["start_date"], before["start_precision"])


@settings(max_examples=10)
@given(several())
def test_the_winner_has_the_best_authority_of_those_that_date_it(rows: list[Row]) -> None:
    by_id = {row["claim_id"]: row for row in rows}
    for towns, record in records(rows).items():
        if record["start_claim_id"] is None:
            continue
        rivals = [
            row
            for row in rows
            if towns_of(row) == towns
            and row["start_date"]
            and row["form"] == record["form"]
            and row["start_event"] == FORMAL[record["form"]]
            and row["claim_rank"] != "deprecated"
        ]
        winner = by_id[record["start_claim_id"]]
        assert all(authority(winner) <= authority(row) for row in rivals)


# Cases that are easily missed


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
    partnerships, decided_values = reconcile_claims(frame, sources(frame))
    [record] = partnerships.to_dicts()
    assert (record["start_year"], record["family_count"], record["start_agreement"]) == (1965, 301, "conflict")
    [start] = decided_values.filter(decided="start").to_dicts()
    assert (start["claim_id"], start["decided_by"]) == (f"c{1000:016x}", "authority")
