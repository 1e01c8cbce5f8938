"""What the sources say becomes one record a pair, whatever order they say it in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import claim, claims, interval, sources, values
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.reconcile import Reconciled, last_day, list_events, list_motives, reconcile
from pipeline.curate.reconcile import conclude as conclude_claims
from schemas import CLAIMS, PARTNERSHIP_EVENTS, PARTNERSHIP_MOTIVES, PARTNERSHIPS

if TYPE_CHECKING:
    from collections.abc import Mapping

DERIVED = ("distance_km", "is_domestic", "state_a_at_start", "state_b_at_start")


def conclude(*rows: Any, directions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the one partnership that these claims make."""
    frame = claims(rows)
    result = reconcile(frame, sources(frame, directions))
    [row] = result.to_dicts()
    return row


def start(*rows: Any) -> tuple[Any, ...]:
    found = conclude(*rows)
    return found["start_date"], found["start_precision"], found["start_agreement"]


# Pairs


def test_one_link_is_one_row_whoever_states_it() -> None:
    found = conclude(
        claim(1, "gn7", "gn10", source_id="one", family="f"),
        claim(2, "gn10", "gn7", source_id="two", family="f"),
        claim(3, "gn7", "gn10", source_id="three", family="g"),
        claim(4, "gn7", "gn10", source_id="three", family="g"),
    )
    assert (found["town_a_id"], found["town_b_id"]) == ("gn10", "gn7")
    assert (found["claim_count"], found["source_count"], found["family_count"]) == (4, 3, 2)


def test_different_pairs_are_different_rows() -> None:
    frame = claims([claim(1, "gn1", "gn2"), claim(2, "gn1", "gn3"), claim(3, "gn2", "gn1")])
    found = reconcile(frame, sources(frame))
    assert values(found, "town_a_id", "town_b_id", "claim_count") == [("gn1", "gn2", 2), ("gn1", "gn3", 1)]
    assert found["partnership_id"].is_sorted()


def test_no_claims_make_no_partnerships() -> None:
    frame = CLAIMS.empty()
    assert reconcile(frame, sources(frame)).is_empty()


# Starts


def test_a_start_nobody_states() -> None:
    found = conclude(claim(1), claim(2))
    assert (found["start_date"], found["start_precision"], found["start_year"]) == (None, "unknown", None)
    assert (found["start_agreement"], found["start_claim_id"]) == ("none", None)


def test_the_best_authority_wins_against_any_number_and_precision() -> None:
    ranked = ["municipality", "register", "reference", "list"]
    pairs = [(better, worse) for place, better in enumerate(ranked) for worse in ranked[place + 1 :]]
    rows = []
    for place, (better, worse) in enumerate(pairs):
        partner = f"gn{10 + place}"
        rows.append(claim(10 * place, "gn1", partner, "1965", authority=better))
        rows += [
            claim(10 * place + more, "gn1", partner, "1963-06-03", source_id=f"s{more}", authority=worse)
            for more in (1, 2, 3)
        ]
    frame = claims(rows)
    assert values(reconcile(frame, sources(frame)), "town_b_id", "start_year", "start_agreement", "start_claim_id") == [
        (f"gn{10 + place}", 1965, "conflict", f"c{10 * place:016x}") for place in range(len(pairs))
    ]


def test_then_more_families_win_not_more_sources() -> None:
    copies = [claim(number, start="1963", source_id=f"copy{number}", family="wikipedia") for number in range(1, 6)]
    independent = [claim(number, start="1965", source_id=f"s{number}") for number in (11, 12)]
    assert start(*copies, *independent) == (date(1965, 1, 1), "year", "conflict")


def test_then_the_more_precise_date_wins_then_the_earlier() -> None:
    assert start(claim(1, start="1963"), claim(2, start="1965-03")) == (date(1965, 3, 1), "month", "conflict")
    assert start(claim(1, start="1965"), claim(2, start="1963")) == (date(1963, 1, 1), "year", "conflict")


def test_a_coarse_date_supports_the_finer_ones_within_it() -> None:
    found = conclude(
        claim(1, start="1963-06-03", source_id="a"),
        claim(2, start="1965", source_id="b"),
        claim(3, start="1965-07", source_id="c"),
    )
    assert (found["start_date"], found["start_precision"]) == (date(1965, 7, 1), "month")


def test_dates_agree_where_one_lies_within_the_other() -> None:
    agree = [("1967", "1967-06-03"), ("1967-06", "1967-06-30"), ("1960s", "1967"), ("1960s", "1969-12-31")]
    conflict = [("1963", "1965"), ("1967-06", "1967-07-01"), ("1967-06-03", "1967-06-04"), ("1960s", "1970")]
    rows = []
    for place, (one, other) in enumerate([*agree, ("1967", "1967"), *conflict]):
        for number, (text, source_id) in enumerate([(one, "a"), (other, "b")]):
            rows.append(claim(2 * place + number, "gn1", f"gn{10 + place}", text, source_id=source_id))
    for frame in (claims(rows), claims(rows[::-1])):
        found = reconcile(frame, sources(frame))
        assert values(found, "town_b_id", "start_agreement") == [
            (f"gn{10 + place}", "agree" if place < 5 else "conflict") for place in range(9)
        ]


def test_one_family_alone_neither_agrees_nor_is_it_beyond_conflict() -> None:
    same = [claim(1, start="1967", source_id="a", family="f"), claim(2, start="1967-06-03", source_id="b", family="f")]
    assert conclude(*same)["start_agreement"] == "single"
    assert conclude(*same, claim(3, start="1968", source_id="a", family="f"))["start_agreement"] == "conflict"
    assert conclude(*same, claim(3, source_id="c"))["start_agreement"] == "single"


def test_three_dates_that_do_not_all_meet_are_a_conflict() -> None:
    rows = [claim(1, start="1967", source_id="a"), claim(2, start="1967-01", source_id="b")]
    assert conclude(*rows)["start_agreement"] == "agree"
    assert conclude(*rows, claim(3, start="1967-02", source_id="c"))["start_agreement"] == "conflict"


def test_who_wins_does_not_hide_a_conflict() -> None:
    assert start(claim(1, start="1965", authority="municipality"), claim(2, start="1963")) == (
        date(1965, 1, 1),
        "year",
        "conflict",
    )


def test_another_event_is_history_not_conflict() -> None:
    events = ["first_contact", "friendship_agreed", "counter_signed", "renewed"]
    others = [claim(9, start="1980", source_id="b", start_event=event) for event in events]
    others = [one | {"claim_id": f"c{10 + place:016x}"} for place, one in enumerate(others)]
    precursor = claim(99, start="0836", source_id="c", start_event="precursor")
    assert start(claim(1, start="1967", source_id="a"), *others, precursor) == (date(1967, 1, 1), "year", "single")


def test_a_decade_has_no_year() -> None:
    found = conclude(claim(1, start="1960s"))
    assert (found["start_date"], found["start_precision"], found["start_year"]) == (date(1960, 1, 1), "decade", None)


# Forms


def test_a_friendship_that_became_a_partnership_is_history() -> None:
    found = conclude(
        claim(1, start="1948", form="friendship", start_event="friendship_agreed", source_id="a"),
        claim(2, start="2025", form="partnership", source_id="b"),
    )
    assert (found["form"], found["start_year"], found["start_agreement"]) == ("partnership", 2025, "single")
    assert (found["form_conflict"], found["form_claim_id"]) == (False, f"c{2:016x}")
    both = claims([claim(1, start="1948", form="friendship", start_event="friendship_agreed"), claim(2, start="2025")])
    assert values(list_events(both), "event", "event_date", "form") == [
        ("charter_signed", date(2025, 1, 1), "partnership"),
        ("friendship_agreed", date(1948, 1, 1), "friendship"),
    ]


def test_forms_that_nothing_puts_in_order_are_a_conflict() -> None:
    undated = conclude(claim(1, form="friendship"), claim(2, form="contact", source_id="b"))
    same_year = conclude(
        claim(1, start="1967", form="friendship", start_event="friendship_agreed"), claim(2, start="1967")
    )
    assert (undated["form"], undated["form_conflict"]) == ("friendship", True)
    assert (same_year["form"], same_year["form_conflict"]) == ("partnership", True)
    assert conclude(claim(1), claim(2, form="unspecified"))["form_conflict"] is False


def test_a_named_form_wins_and_authority_before_strength() -> None:
    assert (
        conclude(claim(1, form="unspecified", authority="municipality"), claim(2, form="contact"))["form"] == "contact"
    )
    assert conclude(claim(1, form="contact", authority="register"), claim(2, form="partnership"))["form"] == "contact"
    assert conclude(claim(1, form="unspecified"), claim(2, form="unspecified"))["form"] == "unspecified"


@pytest.mark.parametrize("form", ["partnership", "friendship"])
def test_a_date_of_no_form_dates_the_form_that_others_name(form: str) -> None:
    rows = [claim(1, form=form, source_id="a"), claim(2, form="unspecified", start="1967", source_id="b")]
    assert start(*rows) == (date(1967, 1, 1), "year", "single")


def test_a_friendship_begins_when_it_was_agreed() -> None:
    found = conclude(
        claim(1, start="1948", form="friendship", start_event="friendship_agreed"),
        claim(2, start="1950", form="friendship", start_event="renewed"),
    )
    assert (found["start_year"], found["start_agreement"]) == (1948, "single")


# Status and ends


def test_an_end_with_its_cause() -> None:
    found = conclude(
        claim(1, start="1978", status="ended", end="2002", end_cause="merger", source_id="a"),
        claim(2, start="1978", status="unknown", source_id="b"),
    )
    assert (found["status"], found["end_year"], found["end_precision"]) == ("ended", 2002, "year")
    assert (found["end_cause"], found["status_claim_id"]) == ("merger", f"c{1:016x}")


def test_an_end_without_a_date() -> None:
    found = conclude(claim(1, status="ended", end_cause="war"))
    assert (found["status"], found["end_date"], found["end_precision"]) == ("ended", None, "unknown")
    assert found["end_cause"] == "war"


def test_a_link_that_goes_on_has_no_end() -> None:
    found = conclude(
        claim(1, status="active", authority="municipality"),
        claim(2, status="ended", end="2002", end_cause="other", source_id="b"),
    )
    assert (found["status"], found["end_date"], found["end_precision"], found["end_cause"]) == (
        "active", None, "unknown", None,
    )  # fmt: skip


def test_an_end_before_the_start_that_won_stays_a_claim() -> None:
    found = conclude(
        claim(1, start="1990", authority="register", source_id="a"),
        claim(2, status="ended", end="1985", end_cause="other", source_id="b"),
    )
    assert (found["start_year"], found["end_date"], found["end_precision"]) == (1990, None, "unknown")


def test_a_stated_status_is_more_than_being_listed() -> None:
    listed = claim(1, status="active", status_is_stated=False, authority="municipality")
    ended = claim(2, status="ended", end="2022", source_id="b")
    assert (conclude(listed, ended)["status"], conclude(listed, ended)["end_year"]) == ("ended", 2022)
    assert conclude(listed, claim(2, status="unknown", status_is_stated=False))["status"] == "active"


def test_the_best_authority_tells_the_status_and_then_who_spoke_last() -> None:
    ended = claim(1, status="ended", end="1991", as_of_date=date(1995, 1, 1))
    resumed = claim(2, status="active", as_of_date=date(2005, 1, 1), source_id="b")
    assert conclude(ended, resumed)["status"] == "active"
    assert conclude(ended | {"authority": "register"}, resumed)["status"] == "ended"
    assert conclude(ended, resumed | {"as_of_date": date(1985, 1, 1)})["status"] == "ended"


def test_any_status_is_more_than_an_unknown_one() -> None:
    for status in ("active", "dormant", "suspended", "ended"):
        assert conclude(claim(1, authority="municipality"), claim(2, status=status))["status"] == status


# Deprecated statements


def test_a_deprecated_statement_counts_only_where_there_is_no_other() -> None:
    wrong = claim(1, start="1950", claim_rank="deprecated", authority="municipality", status="ended")
    assert start(wrong, claim(2, start="1967")) == (date(1967, 1, 1), "year", "single")
    assert conclude(wrong, claim(2))["claim_count"] == 1
    assert conclude(wrong)["start_year"] == 1950
    assert list_events(claims([wrong])).is_empty()


# Both sides


def test_both_towns_state_it() -> None:
    rows = [claim(1, "gn1", "gn2"), claim(2, "gn2", "gn1")]
    assert conclude(*rows, directions={"quelle": "both"})["stated_by_both"] is True
    assert conclude(*rows, directions={"quelle": "one"})["stated_by_both"] is None
    assert conclude(*rows, directions={"quelle": "deduplicated"})["stated_by_both"] is None


def test_one_town_states_it_and_the_other_only_others() -> None:
    frame = claims([claim(1, "gn1", "gn2"), claim(2, "gn2", "gn3"), claim(3, "gn4", "gn1")])
    found = reconcile(frame, sources(frame, {"quelle": "both"}))
    assert values(found, "town_a_id", "town_b_id", "stated_by_both") == [
        ("gn1", "gn2", False),  # both have entries
        ("gn1", "gn4", False),
        ("gn2", "gn3", None),  # gn3 has none
    ]


def test_each_source_covers_its_own_towns() -> None:
    rows = [
        claim(1, "gn1", "gn2", source_id="german"), claim(2, "gn2", "gn1", source_id="french"),
        claim(3, "gn2", "gn9", source_id="scrape"),
    ]  # fmt: skip
    frame = claims(rows)
    found = reconcile(frame, sources(frame, {"german": "both", "french": "both", "scrape": "one"}))
    assert set(found["stated_by_both"]) == {None}


# Events and motives


def test_an_event_is_told_by_the_best_claim() -> None:
    frame = claims(
        [
            claim(1, start="1967", source_id="a"),
            claim(2, start="1967", source_id="b", authority="municipality"),
            claim(3, start="1967", source_id="c", authority="municipality"),
            claim(4, start="1978", end="2002", status="ended", end_cause="merger"),
        ]
    )
    assert values(list_events(frame), "event", "event_date", "event_precision", "cause", "claim_id") == [
        ("charter_signed", date(1967, 1, 1), "year", None, f"c{2:016x}"),
        ("charter_signed", date(1978, 1, 1), "year", None, f"c{4:016x}"),
        ("ended", date(2002, 1, 1), "year", "merger", f"c{4:016x}"),
    ]


def test_a_suspension_is_an_event_of_its_own_with_its_cause() -> None:
    frame = claims(
        [
            claim(1, start="1990", end="2022", status="suspended", end_cause="war"),
            claim(2, start="2014", start_event="suspended", status="suspended", end_cause="council_decision"),
            claim(3, start="2016", start_event="resumed", status="active"),
        ]
    )
    assert values(list_events(frame), "event", "event_date", "cause", "claim_id") == [
        ("charter_signed", date(1990, 1, 1), None, f"c{1:016x}"),
        ("resumed", date(2016, 1, 1), None, f"c{3:016x}"),
        ("suspended", date(2014, 1, 1), "council_decision", f"c{2:016x}"),
        ("suspended", date(2022, 1, 1), "war", f"c{1:016x}"),
    ]


def test_what_is_suspended_or_dormant_has_not_ended() -> None:
    for status in ("suspended", "dormant"):
        found = conclude(claim(1, start="1990", end="2022", status=status, end_cause="war"))
        assert (found["status"], found["end_date"], found["end_cause"]) == (status, None, None)
    dormant = claims([claim(1, start="1990", end="2022", status="dormant")])
    assert values(list_events(dormant), "event") == ["charter_signed"]


def test_motives_lead_back_to_who_stated_them() -> None:
    frame = claims([claim(1, motive="same_name"), claim(2, motive="same_name"), claim(3)])
    assert values(list_motives(frame), "motive", "basis", "evidence") == [
        ("same_name", "stated", f"c{1:016x}"),
        ("same_name", "stated", f"c{2:016x}"),
    ]


@pytest.mark.parametrize(
    ("text", "last"),
    [("1967", "1967-12-31"), ("1968-02", "1968-02-29"), ("1967-06-03", "1967-06-03"), ("1960s", "1969-12-31")],
)
def test_last_day(text: str, last: str) -> None:
    first, precision = interval(text)
    frame = pl.DataFrame({"start_date": [first], "start_precision": [precision]})
    assert str(frame.select(last_day("start")).item()) == last


# Any claims

FORMS = {"partnership": "charter_signed", "friendship": "friendship_agreed", "unspecified": "charter_signed"}


@st.composite
def statements(draw: st.DrawFn, number: int) -> dict[str, Any]:
    town, partner = draw(st.permutations(["gn1", "gn2", "gn3", "gn4"]))[:2]
    source_id, family = draw(st.sampled_from([("a", "f"), ("b", "f"), ("c", "g")]))
    began = draw(st.sampled_from([None, "1960s", "1963", "1965", "1965-03", "1965-03-08"]))
    form = draw(st.sampled_from(list(FORMS)))
    status = draw(st.sampled_from(["unknown", "active", "ended"]))
    ended = {"end": draw(st.sampled_from([None, "1980", "1980-05"])), "end_cause": draw(st.sampled_from([None, "war"]))}
    event = draw(st.sampled_from([FORMS[form], "renewed"])) if began else None
    return {
        **claim(number, town, partner, began, **(ended if status == "ended" else {})),
        "source_id": source_id, "family": family, "form": form, "status": status, "start_event": event,
        "authority": draw(st.sampled_from(["municipality", "list"])),
        "claim_rank": draw(st.sampled_from(["normal", "normal", "deprecated"])),
    }  # fmt: skip


sets = st.integers(1, 16).flatmap(lambda size: st.tuples(*(statements(number) for number in range(size)))).map(list)
DIRECTIONS = {"a": "both", "b": "one", "c": "both"}


def result(rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = claims(rows)
    return reconcile(frame, sources(frame, DIRECTIONS))


@settings(deadline=None, max_examples=8)
@given(sets)
def test_every_value_leads_back_to_a_claim(rows: list[dict[str, Any]]) -> None:
    found, stated = result(rows), claims(rows)
    assert set(found["partnership_id"]) == set(stated["partnership_id"])
    PARTNERSHIPS.validate(PARTNERSHIPS.conform(found))
    by_id = {row["claim_id"]: row for row in stated.to_dicts()}
    for row in found.to_dicts():
        own = [one for one in by_id.values() if one["partnership_id"] == row["partnership_id"]]
        counted = [one for one in own if one["claim_rank"] != "deprecated"] or own
        assert row["claim_count"] == len(counted)
        assert row["source_count"] == len({one["source_id"] for one in counted})
        assert row["family_count"] == len({one["family"] for one in counted})
        for column, value in (("start", "start_date"), ("form", "form"), ("status", "status")):
            source = by_id.get(row[f"{column}_claim_id"])
            if source is None:
                assert (column, row["start_date"]) == ("start", None)
            else:
                assert source in counted
                assert source[value] == row[value]
        if row["start_claim_id"]:
            assert by_id[row["start_claim_id"]]["start_precision"] == row["start_precision"]


# Compact claims

CONCLUDED = (PARTNERSHIPS, PARTNERSHIP_EVENTS, PARTNERSHIP_MOTIVES)


def test_compact_claims_come_to_what_published_ones_come_to() -> None:
    rows = [
        claim(3, "gn7", "gn10", "1990", source_id="one", motive="same_name"),
        claim(2, "gn10", "gn7", "1991", source_id="two"),
        claim(1, "gn7", "gn8", source_id="one", claim_rank="deprecated"),
    ]
    frame = claims(rows)
    of_texts, of_compact = (conclude_all(one) for one in (frame, CLAIMS.compact(frame)))
    assert of_compact.partnerships.schema["partnership_id"] == pl.UInt64
    for contract, text, compact in zip(CONCLUDED, of_texts, of_compact, strict=True):
        assert text.height
        assert contract.conform(compact).equals(contract.conform(text))


def conclude_all(frame: pl.DataFrame) -> Reconciled:
    return conclude_claims(frame, sources(frame, None))
