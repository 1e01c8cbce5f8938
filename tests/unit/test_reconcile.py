"""What the sources say becomes one record a pair, whatever order they say it in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from builders import claim, claims, interval, sources, values
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.reconcile import Reconciled, reconcile_claims
from pipeline.curate.table_writer import TableWriter
from pipeline.gazetteer.country_list import country_borders
from schemas import Claims, Decisions, Partnerships, Towns, check_table

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, Any]


def reconcile(*rows: Row, directions: Mapping[str, str] | None = None) -> Reconciled:
    frame = claims(rows)
    return reconcile_claims(frame, sources(frame, directions))


def conclude(*rows: Row, directions: Mapping[str, str] | None = None) -> Row:
    """Return the record of the one partnership that these claims make."""
    [record] = reconcile(*rows, directions=directions).partnerships.to_dicts()
    return record


def start(*rows: Row) -> tuple[Any, ...]:
    record = conclude(*rows)
    return record["start_date"], record["start_precision"], record["start_agreement"]


def decided(*rows: Row) -> dict[str, tuple[int, int | None, str]]:
    """Return for each value that was decided the number of the winner and of the runner-up, and the criterion."""
    return {
        row["decided"]: (number(row["claim_id"]), number(row["runner_up_claim_id"]), row["decided_by"])
        for row in reconcile(*rows).decided_values.to_dicts()
    }


def number(claim_id: str | None) -> Any:
    return claim_id and int(claim_id.removeprefix("c"), 16)


def create(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a published table that is made of claims alone."""
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        connection.register("claims", frame)
        # Motives are also derived of names and places, of which there are none here.
        connection.register("similar_names", pl.DataFrame(schema={"partnership_id": pl.String, "evidence": pl.String}))
        connection.register("towns", Towns.empty())
        connection.register("partnerships", Partnerships.empty())
        connection.register("country_borders", country_borders())
        with TableWriter(connection) as tables:
            tables.create(name)
            tables.finish()
        table: pl.DataFrame = connection.table(name).pl()
    return table


def list_events(*rows: Row) -> pl.DataFrame:
    return create("partnership_events", claims(rows))


# Pairs


def test_one_link_is_one_row_whoever_states_it() -> None:
    record = conclude(
        claim(1, "gn7", "gn10", source_id="one", family="f"),
        claim(2, "gn10", "gn7", source_id="two", family="f"),
        claim(3, "gn7", "gn10", source_id="three", family="g"),
        claim(4, "gn7", "gn10", source_id="three", family="g"),
    )
    assert (record["town_a_id"], record["town_b_id"]) == ("gn10", "gn7")
    assert (record["claim_count"], record["source_count"], record["family_count"]) == (4, 3, 2)


def test_different_pairs_are_different_rows() -> None:
    partnerships, decided_values = reconcile(claim(1, "gn1", "gn2"), claim(2, "gn1", "gn3"), claim(3, "gn2", "gn1"))
    assert values(partnerships, "town_a_id", "town_b_id", "claim_count") == [("gn1", "gn2", 2), ("gn1", "gn3", 1)]
    assert partnerships["partnership_id"].is_sorted()
    assert set(decided_values["partnership_id"]) == set(partnerships["partnership_id"])


def test_no_claims_make_no_partnerships() -> None:
    frame = Claims.empty()
    partnerships, decided_values = reconcile_claims(frame, sources(frame))
    assert partnerships.is_empty()
    assert decided_values.is_empty()
    assert set(partnerships.schema.items()) <= set(Partnerships.dtypes().items())
    assert decided_values.schema == Decisions.dtypes()


# Starts


def test_a_start_nobody_states() -> None:
    record = conclude(claim(1), claim(2))
    assert (record["start_date"], record["start_precision"], record["start_year"]) == (None, "unknown", None)
    assert (record["start_agreement"], record["start_claim_id"]) == ("none", None)


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
    partnerships, decided_values = reconcile(*rows)
    assert values(partnerships, "town_b_id", "start_year", "start_agreement", "start_claim_id") == [
        (f"gn{10 + place}", 1965, "conflict", f"c{10 * place:016x}") for place in range(len(pairs))
    ]
    starts = decided_values.filter(decided="start")
    assert values(starts, "claim_id", "runner_up_claim_id", "decided_by") == [
        (f"c{10 * place:016x}", f"c{10 * place + 1:016x}", "authority") for place in range(len(pairs))
    ]


def test_then_more_families_win_not_more_sources() -> None:
    copies = [claim(number, start="1963", source_id=f"copy{number}", family="wikipedia") for number in range(1, 6)]
    independent = [claim(number, start="1965", source_id=f"s{number}") for number in (11, 12)]
    assert start(*copies, *independent) == (date(1965, 1, 1), "year", "conflict")


def test_then_the_more_precise_date_wins_then_the_earlier() -> None:
    assert start(claim(1, start="1963"), claim(2, start="1965-03")) == (date(1965, 3, 1), "month", "conflict")
    assert start(claim(1, start="1965"), claim(2, start="1963")) == (date(1963, 1, 1), "year", "conflict")


def test_a_coarse_date_supports_the_finer_ones_within_it() -> None:
    rows = [
        claim(1, start="1963-06-03", source_id="a"),
        claim(2, start="1965", source_id="b"),
        claim(3, start="1965-07", source_id="c"),
    ]
    assert start(*rows)[:2] == (date(1965, 7, 1), "month")
    assert decided(*rows)["start"] == (3, 2, "precision")


def test_dates_agree_where_one_lies_within_the_other() -> None:
    agree = [("1967", "1967-06-03"), ("1967-06", "1967-06-30"), ("1960s", "1967"), ("1960s", "1969-12-31")]
    conflict = [("1963", "1965"), ("1967-06", "1967-07-01"), ("1967-06-03", "1967-06-04"), ("1960s", "1970")]
    rows = [
        claim(2 * place + number, "gn1", f"gn{10 + place}", text, source_id=source_id)
        for place, texts in enumerate([*agree, ("1967", "1967"), *conflict])
        for number, (text, source_id) in enumerate(zip(texts, "ab", strict=True))
    ]
    for ordered in (rows, rows[::-1]):
        assert values(reconcile(*ordered).partnerships, "town_b_id", "start_agreement") == [
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
    others = [claim(10 + place, start="1980", source_id="b", start_event=event) for place, event in enumerate(events)]
    precursor = claim(99, start="0836", source_id="c", start_event="precursor")
    rows = [claim(1, start="1967", source_id="a"), *others, precursor]
    assert start(*rows) == (date(1967, 1, 1), "year", "single")
    assert decided(*rows)["start"] == (1, None, "only_claim")


def test_a_decade_has_no_year() -> None:
    record = conclude(claim(1, start="1960s"))
    assert (record["start_date"], record["start_precision"]) == (date(1960, 1, 1), "decade")
    assert record["start_year"] is None


# Forms


def test_a_friendship_that_became_a_partnership_is_history() -> None:
    record = conclude(
        claim(1, start="1948", form="friendship", start_event="friendship_agreed", source_id="a"),
        claim(2, start="2025", form="partnership", source_id="b"),
    )
    assert (record["form"], record["start_year"], record["start_agreement"]) == ("partnership", 2025, "single")
    assert (record["form_conflict"], record["form_claim_id"]) == (False, f"c{2:016x}")
    friendship = claim(1, start="1948", form="friendship", start_event="friendship_agreed")
    # What a source describes cannot lie after its day.
    charter = claim(2, start="2025", as_of_date=date(2025, 12, 31))
    assert values(list_events(friendship, charter), "event", "event_date", "form") == [
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
    unnamed = claim(1, form="unspecified", authority="municipality")
    assert conclude(unnamed, claim(2, form="contact"))["form"] == "contact"
    assert conclude(claim(1, form="contact", authority="register"), claim(2, form="partnership"))["form"] == "contact"
    assert conclude(claim(1, form="unspecified"), claim(2, form="unspecified"))["form"] == "unspecified"


@pytest.mark.parametrize("form", ["partnership", "friendship"])
def test_a_date_of_no_form_dates_the_form_that_others_name(form: str) -> None:
    rows = [claim(1, form=form, source_id="a"), claim(2, form="unspecified", start="1967", source_id="b")]
    assert start(*rows) == (date(1967, 1, 1), "year", "single")


def test_a_friendship_begins_when_it_was_agreed() -> None:
    record = conclude(
        claim(1, start="1948", form="friendship", start_event="friendship_agreed"),
        claim(2, start="1950", form="friendship", start_event="renewed"),
    )
    assert (record["start_year"], record["start_agreement"]) == (1948, "single")


# Status and ends


def test_an_end_with_its_cause() -> None:
    record = conclude(
        claim(1, start="1978", status="ended", end="2002", end_cause="merger", source_id="a"),
        claim(2, start="1978", status="unknown", source_id="b"),
    )
    assert (record["status"], record["end_year"], record["end_precision"]) == ("ended", 2002, "year")
    assert (record["end_cause"], record["status_claim_id"]) == ("merger", f"c{1:016x}")


def test_an_end_without_a_date() -> None:
    record = conclude(claim(1, status="ended", end_cause="war"))
    assert (record["status"], record["end_date"], record["end_precision"]) == ("ended", None, "unknown")
    assert record["end_cause"] == "war"


def test_a_link_that_goes_on_has_no_end() -> None:
    rows = [
        claim(1, status="active", authority="municipality"),
        claim(2, status="ended", end="2002", end_cause="other", source_id="b"),
    ]
    record = conclude(*rows)
    assert (record["status"], record["end_date"], record["end_precision"]) == ("active", None, "unknown")
    assert (record["end_cause"], record["end_claim_id"], record["end_cause_claim_id"]) == (None, None, None)
    assert decided(*rows).keys() == {"form", "status"}


def test_an_end_before_the_start_that_won_stays_a_claim() -> None:
    rows = [
        claim(1, start="1990", authority="register", source_id="a"),
        claim(2, status="ended", end="1985", end_cause="other", source_id="b"),
    ]
    record = conclude(*rows)
    assert (record["start_year"], record["end_date"], record["end_precision"]) == (1990, None, "unknown")
    assert (record["end_cause"], record["end_claim_id"], record["end_cause_claim_id"]) == (None, None, None)
    assert decided(*rows).keys() == {"form", "start", "status"}


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


# What told the winner from the runner-up


def test_a_claim_that_stands_alone_has_no_runner_up() -> None:
    alone = decided(claim(1, start="1967", status="ended", end="2002", end_cause="merger"))
    assert alone.keys() == {"form", "start", "status", "end", "end_cause"}
    assert set(alone.values()) == {(1, None, "only_claim")}


@pytest.mark.parametrize(
    ("value", "winner", "loser", "decided_by"),
    [
        ("form", {}, {"form": "contact"}, "form"),
        ("form", {"authority": "register"}, {"start": "2025"}, "form_authority"),
        ("form", {}, {}, "claim_id"),
        ("start", {"start": "1965", "authority": "register"}, {"start": "1963"}, "authority"),
        ("start", {"start": "1965-03"}, {"start": "1963"}, "precision"),
        ("start", {"start": "1963"}, {"start": "1965"}, "date"),
        ("start", {"start": "1963"}, {"start": "1963"}, "claim_id"),
        ("status", {"status": "active"}, {"authority": "register"}, "is_known"),
        (
            "status",
            {"status": "ended"},
            {"status": "active", "status_is_stated": False, "authority": "register"},
            "is_stated",
        ),
        ("status", {"status": "active", "authority": "register"}, {"status": "ended"}, "authority"),
        ("status", {"status": "active"}, {"status": "ended", "as_of_date": date(2014, 1, 1)}, "as_of_date"),
        ("status", {"status": "ended"}, {"status": "active"}, "change"),
        ("status", {"status": "active"}, {"status": "active"}, "claim_id"),
        (
            "end",
            {"status": "ended", "end": "2003", "authority": "register"},
            {"status": "ended", "end": "2002-05"},
            "authority",
        ),
        ("end", {"status": "ended", "end": "2003-05"}, {"status": "ended", "end": "2002"}, "precision"),
        ("end", {"status": "ended", "end": "2002"}, {"status": "ended", "end": "2003"}, "date"),
        ("end", {"status": "ended", "end": "2002"}, {"status": "ended", "end": "2002"}, "claim_id"),
        (
            "end_cause",
            {"status": "ended", "end_cause": "war"},
            {"status": "ended", "end_cause": "unknown", "end": "2002", "authority": "register"},
            "is_known",
        ),
        (
            "end_cause",
            {"status": "ended", "end_cause": "war", "end": "2002"},
            {"status": "ended", "end_cause": "merger", "authority": "register"},
            "is_dated",
        ),
        (
            "end_cause",
            {"status": "ended", "end_cause": "war", "authority": "register"},
            {"status": "ended", "end_cause": "merger"},
            "authority",
        ),
        (
            "end_cause",
            {"status": "ended", "end_cause": "war"},
            {"status": "ended", "end_cause": "merger"},
            "claim_id",
        ),
    ],
)
def test_the_criterion_is_the_first_that_tells_the_two_apart(
    value: str, winner: Row, loser: Row, decided_by: str
) -> None:
    # Where another criterion than the id decides, the loser's id is the smaller one.
    numbers = (1, 2) if decided_by == "claim_id" else (2, 1)
    rows = [claim(number, **changes) for number, changes in zip(numbers, (winner, loser), strict=True)]
    assert decided(*rows)[value] == (*numbers, decided_by)
    assert decided(*rows[::-1])[value] == (*numbers, decided_by)


def test_the_date_that_more_families_agree_with() -> None:
    months = [claim(1, start="1965-03", source_id="a"), claim(2, start="1965-07", source_id="b")]
    assert decided(*months, claim(3, start="1965", source_id="c"))["start"] == (3, 1, "families")
    assert decided(*months, claim(3, start="1965", source_id="c", family="a"))["start"] == (2, 3, "precision")


# Deprecated statements


def test_a_deprecated_statement_counts_only_where_there_is_no_other() -> None:
    wrong = claim(1, start="1950", claim_rank="deprecated", authority="municipality", status="ended")
    assert start(wrong, claim(2, start="1967")) == (date(1967, 1, 1), "year", "single")
    assert decided(wrong, claim(2, start="1967"))["start"] == (2, None, "only_claim")
    assert conclude(wrong, claim(2))["claim_count"] == 1
    assert conclude(wrong)["start_year"] == 1950
    assert list_events(wrong).is_empty()


# Both sides


def test_both_towns_state_it() -> None:
    rows = [claim(1, "gn1", "gn2"), claim(2, "gn2", "gn1")]
    assert conclude(*rows, directions={"quelle": "both"})["stated_by_both"] is True
    assert conclude(*rows, directions={"quelle": "one"})["stated_by_both"] is None
    assert conclude(*rows, directions={"quelle": "deduplicated"})["stated_by_both"] is None


def test_one_town_states_it_and_the_other_only_others() -> None:
    rows = [claim(1, "gn1", "gn2"), claim(2, "gn2", "gn3"), claim(3, "gn4", "gn1")]
    partnerships = reconcile(*rows, directions={"quelle": "both"}).partnerships
    assert values(partnerships, "town_a_id", "town_b_id", "stated_by_both") == [
        ("gn1", "gn2", False),  # both have entries
        ("gn1", "gn4", False),
        ("gn2", "gn3", None),  # gn3 has none
    ]


def test_each_source_covers_its_own_towns() -> None:
    rows = [
        claim(1, "gn1", "gn2", source_id="german"),
        claim(2, "gn2", "gn1", source_id="french"),
        claim(3, "gn2", "gn9", source_id="scrape"),
    ]
    partnerships = reconcile(*rows, directions={"german": "both", "french": "both", "scrape": "one"}).partnerships
    assert set(partnerships["stated_by_both"]) == {None}


# Events and motives


def test_an_event_is_told_by_the_best_claim() -> None:
    events = list_events(
        claim(1, start="1967", source_id="a"),
        claim(2, start="1967", source_id="b", authority="municipality"),
        claim(3, start="1967", source_id="c", authority="municipality"),
        claim(4, start="1978", end="2002", status="ended", end_cause="merger"),
    )
    assert values(events, "event", "event_date", "event_precision", "cause", "claim_id") == [
        ("charter_signed", date(1967, 1, 1), "year", None, f"c{2:016x}"),
        ("charter_signed", date(1978, 1, 1), "year", None, f"c{4:016x}"),
        ("ended", date(2002, 1, 1), "year", "merger", f"c{4:016x}"),
    ]


def test_a_suspension_is_an_event_of_its_own_with_its_cause() -> None:
    events = list_events(
        claim(1, start="1990", end="2022", status="suspended", end_cause="war"),
        claim(2, start="2014", start_event="suspended", status="suspended", end_cause="council_decision"),
        claim(3, start="2016", start_event="resumed", status="active"),
    )
    assert values(events, "event", "event_date", "cause", "claim_id") == [
        ("charter_signed", date(1990, 1, 1), None, f"c{1:016x}"),
        ("resumed", date(2016, 1, 1), None, f"c{3:016x}"),
        ("suspended", date(2014, 1, 1), "council_decision", f"c{2:016x}"),
        ("suspended", date(2022, 1, 1), "war", f"c{1:016x}"),
    ]


def test_what_is_suspended_or_dormant_has_not_ended() -> None:
    for status in ("suspended", "dormant"):
        record = conclude(claim(1, start="1990", end="2022", status=status, end_cause="war"))
        assert (record["status"], record["end_date"], record["end_cause"]) == (status, None, None)
    dormant = claim(1, start="1990", end="2022", status="dormant")
    assert values(list_events(dormant), "event") == ["charter_signed"]


def test_the_order_of_claims_does_not_change_events() -> None:
    rows = [
        claim(number, start="1967", end="2002", status="ended", source_id=source_id, end_cause=cause)
        for number, (source_id, cause) in enumerate([("a", "war"), ("b", None), ("a", "merger"), ("c", "other")])
    ]
    assert list_events(*rows[::-1]).equals(list_events(*rows))


def test_motives_lead_back_to_who_stated_them() -> None:
    frame = claims([claim(1, motive="same_name"), claim(2, motive="same_name"), claim(3)])
    assert values(create("partnership_motives", frame), "motive", "basis", "evidence") == [
        ("same_name", "stated", f"c{1:016x}"),
        ("same_name", "stated", f"c{2:016x}"),
    ]


@pytest.mark.parametrize(
    ("text", "last"),
    [("1967", "1967-12-31"), ("1968-02", "1968-02-29"), ("1967-06-03", "1967-06-03"), ("1960s", "1969-12-31")],
)
def test_the_last_day_of_an_interval(text: str, last: str) -> None:
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        [(day,)] = connection.execute("SELECT interval_end($1::DATE, $2)", interval(text)).fetchall()
    assert day == date.fromisoformat(last)


# Any claims

FORMS = {"partnership": "charter_signed", "friendship": "friendship_agreed", "unspecified": "charter_signed"}
DIRECTIONS = {"a": "both", "b": "one", "c": "both"}


@st.composite
def statements(draw: st.DrawFn, number: int) -> Row:
    town, partner = draw(st.permutations(["gn1", "gn2", "gn3", "gn4"]))[:2]
    source_id, family = draw(st.sampled_from([("a", "f"), ("b", "f"), ("c", "g")]))
    began = draw(st.sampled_from([None, "1960s", "1963", "1965", "1965-03", "1965-03-08"]))
    form = draw(st.sampled_from(list(FORMS)))
    status = draw(st.sampled_from(["unknown", "active", "ended"]))
    ended = {"end": draw(st.sampled_from([None, "1980", "1980-05"])), "end_cause": draw(st.sampled_from([None, "war"]))}
    return {
        **claim(number, town, partner, began, **(ended if status == "ended" else {})),
        "source_id": source_id,
        "family": family,
        "form": form,
        "status": status,
        "start_event": draw(st.sampled_from([FORMS[form], "renewed"])) if began else None,
        "authority": draw(st.sampled_from(["municipality", "list"])),
        "claim_rank": draw(st.sampled_from(["normal", "normal", "deprecated"])),
    }


sets = st.integers(1, 16).flatmap(lambda size: st.tuples(*(statements(number) for number in range(size))))


@settings(max_examples=15)
@given(sets)
def test_every_value_leads_back_to_a_claim(rows: tuple[Row, ...]) -> None:
    partnerships, decided_values = reconcile(*rows, directions=DIRECTIONS)
    stated = claims(rows)
    assert set(partnerships["partnership_id"]) == set(stated["partnership_id"])
    check_table(Partnerships, Partnerships.coerce(partnerships.with_columns(may_be_of_district=pl.lit(value=False))))
    check_table(Decisions, decided_values)
    by_id = {row["claim_id"]: row for row in stated.to_dicts()}
    winners = {(row["partnership_id"], row["decided"]): row["claim_id"] for row in decided_values.to_dicts()}
    values_of = {
        "form": ("form",),
        "start": ("start_date", "start_precision"),
        "status": ("status",),
        "end": ("end_date", "end_precision"),
        "end_cause": ("end_cause",),
    }
    for row in partnerships.to_dicts():
        own = [stated for stated in by_id.values() if stated["partnership_id"] == row["partnership_id"]]
        counted = [stated for stated in own if stated["claim_rank"] != "deprecated"] or own
        assert row["claim_count"] == len(counted)
        assert row["source_count"] == len({stated["source_id"] for stated in counted})
        assert row["family_count"] == len({stated["family"] for stated in counted})
        for name, columns in values_of.items():
            winner = row[f"{name}_claim_id"]
            assert winners.get((row["partnership_id"], name)) == winner
            if winner is None:
                assert name not in ("form", "status")
                assert [row[column] for column in columns] == [None, "unknown"][: len(columns)]
            else:
                assert by_id[winner] in counted
                assert [by_id[winner][column] for column in columns] == [row[column] for column in columns]
