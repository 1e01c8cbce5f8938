"""What changed since the release before, and which ids are now others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from builders import claim, claims, pair, tables, values

from pipeline.publish.changes import list_changes, list_redirects
from schemas import CHANGES, CLAIMS, PARTNERSHIPS, REDIRECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.curate.tables import Tables

#: Towns that no gazetteer knows.
X1, X2 = f"x{1:016x}", f"x{2:016x}"


def releases(*steps: Sequence[tuple[str, str]]) -> list[Tables]:
    """Return releases that follow one another; in each the same claims, by their place, name these towns."""
    made: list[Tables] = []
    for links in steps:
        now = tables(claims(claim(place, *link, "1967") for place, link in enumerate(links)))
        redirects = list_redirects(made[-1] if made else None, now)
        REDIRECTS.validate(redirects)
        made.append(now | {"redirects": redirects})
    return made


def redirects(release: Tables) -> dict[str, str]:
    return dict(release["redirects"].select("old_id", "new_id").iter_rows())


# Redirects


def test_the_first_release_redirects_nothing() -> None:
    [first] = releases([(X1, "gn2")])
    assert first["redirects"].is_empty()
    assert list_changes(None, first).is_empty()


def test_an_identified_town_takes_its_partnerships_along() -> None:
    _, second = releases([(X1, "gn2"), ("gn3", X1)], [("gn1", "gn2"), ("gn3", "gn1")])
    assert redirects(second) == {
        X1: "gn1", pair(X1, "gn2"): pair("gn1", "gn2"), pair(X1, "gn3"): pair("gn1", "gn3"),
    }  # fmt: skip
    assert values(second["redirects"], "entity", "reason") == [("partnership", "identified")] * 2 + [
        ("town", "identified")
    ]


def test_redirects_lead_through_releases_to_the_newest_id() -> None:
    _, second, third, fourth = releases([(X1, "gn9")], [("Q5", "gn9")], [("gn1", "gn9")], [("gn1", "gn9")])
    assert redirects(second) == {X1: "Q5", pair(X1, "gn9"): pair("Q5", "gn9")}
    assert redirects(third) == {
        X1: "gn1", "Q5": "gn1", pair(X1, "gn9"): pair("gn1", "gn9"), pair("Q5", "gn9"): pair("gn1", "gn9"),
    }  # fmt: skip
    assert redirects(fourth) == redirects(third)


def test_two_towns_that_turn_out_to_be_one() -> None:
    _, second = releases([(X1, "gn9"), (X2, "gn9")], [("gn1", "gn9"), ("gn1", "gn9")])
    assert redirects(second) == {
        X1: "gn1", X2: "gn1", pair(X1, "gn9"): pair("gn1", "gn9"), pair(X2, "gn9"): pair("gn1", "gn9"),
    }  # fmt: skip


def test_a_town_that_turns_out_to_be_two_has_no_successor() -> None:
    _, second = releases([(X1, "gn8"), (X1, "gn9")], [("gn1", "gn8"), ("gn2", "gn9")])
    # Its links have one each.
    assert redirects(second) == {pair(X1, "gn8"): pair("gn1", "gn8"), pair(X1, "gn9"): pair("gn2", "gn9")}


def test_an_id_that_is_still_or_again_in_use_leads_nowhere() -> None:
    _, second, third = releases(
        [(X1, "gn8"), (X1, "gn9")], [("gn1", "gn8"), (X1, "gn9")], [(X1, "gn8"), (X1, "gn9")]
    )  # fmt: skip
    assert redirects(second) == {pair(X1, "gn8"): pair("gn1", "gn8")}
    assert redirects(third) == {"gn1": X1, pair("gn1", "gn8"): pair(X1, "gn8")}


def test_a_claim_that_is_gone_moves_nothing() -> None:
    _, second = releases([("gn1", "gn2"), (X1, "gn2")], [("gn1", "gn2")])
    assert second["redirects"].is_empty()


def test_a_redirect_never_leads_to_an_id_that_is_gone() -> None:
    _, second, third = releases(
        [("gn3", "gn4"), (X1, "gn2")], [("gn3", "gn4"), ("gn1", "gn2")], [("gn3", "gn4")]
    )  # fmt: skip
    assert redirects(second) == {X1: "gn1", pair(X1, "gn2"): pair("gn1", "gn2")}
    assert third["redirects"].is_empty()


# Changes


def test_what_was_added_removed_and_changed() -> None:
    before = tables(claims([claim(1, "gn1", "gn2", "1967"), claim(2, "gn1", "gn3")]))
    now = tables(claims([claim(1, "gn1", "gn2", "1968"), claim(3, "gn1", "gn4")]))
    changes = list_changes(before, now)
    CHANGES.validate(changes)
    link, gone, new = pair("gn1", "gn2"), pair("gn1", "gn3"), pair("gn1", "gn4")
    assert sorted(changes.rows(), key=str) == sorted(
        [
            ("partnership", gone, "removed", None, "Town gn1 – Town gn3", None),
            ("partnership", new, "added", None, None, "Town gn1 – Town gn4"),
            ("partnership", link, "changed", "start_date", "1967-01-01", "1968-01-01"),
            ("partnership", link, "changed", "start_year", "1967", "1968"),
            ("town", "gn3", "removed", None, "Town gn3", None),
            ("town", "gn4", "added", None, None, "Town gn4"),
        ],
        key=str,
    )


def test_a_value_that_comes_or_goes_is_a_change() -> None:
    undated, dated = (tables(claims([claim(1, "gn1", "gn2", start)])) for start in (None, "1967"))
    coming = values(list_changes(undated, dated).filter(column_name="start_date"), "old_value", "new_value")
    going = values(list_changes(dated, undated).filter(column_name="start_date"), "old_value", "new_value")
    assert (coming, going) == ([(None, "1967-01-01")], [("1967-01-01", None)])


def test_the_same_is_no_change() -> None:
    now = tables(claims([claim(1, "gn1", "gn2", "1967"), claim(2, "gn1", "gn3")]))
    assert list_changes(now, now).is_empty()


def test_a_column_of_another_type_is_compared_by_what_it_says() -> None:
    now = tables(claims([claim(1, "gn1", "gn2", "1967")]))
    before = now | {"partnerships": now["partnerships"].cast({"start_year": pl.String, "claim_count": pl.Int32})}
    assert list_changes(before, now).is_empty()
    before["partnerships"] = before["partnerships"].with_columns(start_year=pl.lit("1966"))
    assert list_changes(before, now).select("column_name", "old_value", "new_value").rows() == [
        ("start_year", "1966", "1967")
    ]


def test_compact_tables_are_compared_with_a_release_that_has_other_words() -> None:
    rows = [claim(1, "gn1", "gn2", "1967"), claim(2, "gn1", "gn3")]
    before = tables(claims(rows))
    now = before | {"partnerships": PARTNERSHIPS.compact(before["partnerships"])}
    now["claims"] = CLAIMS.compact(before["claims"])
    assert list_changes(before, now).is_empty()
    assert list_redirects(before | {"redirects": REDIRECTS.empty()}, now).is_empty()
    before["partnerships"] = before["partnerships"].with_columns(status=pl.lit("asleep"))
    changes = list_changes(before, now)
    assert changes.select("column_name", "old_value", "new_value").unique().rows() == [("status", "asleep", "unknown")]
    assert sorted(changes["entity_id"]) == sorted([pair("gn1", "gn2"), pair("gn1", "gn3")])
