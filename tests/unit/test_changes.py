"""What changed since the release before, and which ids are now others."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from builders import claim, claims, pair
from sql_files import select

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.previous import attach_previous, create_shared_views
from pipeline.curate.sql import read_sql
from schemas import MODELS, Changes, Claims, Partnerships, Redirects, Release, Towns, check_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Tables = dict[str, pl.DataFrame]

#: Towns that no gazetteer knows.
X1, X2 = f"x{1:016x}", f"x{2:016x}"


def town_rows(partnerships: pl.DataFrame) -> pl.DataFrame:
    ids = pl.concat([partnerships["town_a_id"], partnerships["town_b_id"].alias("town_a_id")]).unique().sort()
    return Towns.coerce(pl.DataFrame({"town_id": ids, "name": [f"Town {town}" for town in ids]}))


def partnership_rows(links: Iterable[Sequence[str]], **values: Any) -> pl.DataFrame:
    """Return a partnership for each link, with the same values."""
    rows = [
        {"partnership_id": pair(town, partner), "town_a_id": min(town, partner), "town_b_id": max(town, partner)}
        | values
        for town, partner in dict.fromkeys((town, partner) for town, partner in links)
    ]
    return pl.DataFrame(rows, schema=Partnerships.dtypes()).unique("partnership_id", maintain_order=True)


# Redirects


def releases(*steps: Sequence[tuple[str, str]]) -> list[Tables]:
    """Return releases that follow one another; in each the same claims, by their place, name these towns."""
    releases: list[Tables] = []
    previous: Tables = {"claims": Claims.empty(), "redirects": Redirects.empty()}
    for links in steps:
        partnerships = partnership_rows(links)
        tables: Tables = {
            "claims": claims(claim(place, *link) for place, link in enumerate(links)),
            "partnerships": partnerships,
            "towns": town_rows(partnerships),
        }
        before = {f"previous_{name}": previous[name] for name in ("claims", "redirects")}
        redirects = check_table(Redirects, select("tables", "redirects", **tables, **before))
        previous = tables | {"redirects": redirects}
        releases.append(previous)
    return releases


def redirects_of(release: Tables) -> dict[str, str]:
    return dict(release["redirects"].select("old_id", "new_id").iter_rows())


def test_the_first_release_redirects_nothing() -> None:
    [first] = releases([(X1, "gn2")])
    assert redirects_of(first) == {}


def test_an_identified_town_takes_its_partnerships_along() -> None:
    _, second = releases([(X1, "gn2"), ("gn3", X1)], [("gn1", "gn2"), ("gn3", "gn1")])
    assert redirects_of(second) == {
        X1: "gn1",
        pair(X1, "gn2"): pair("gn1", "gn2"),
        pair(X1, "gn3"): pair("gn1", "gn3"),
    }
    assert sorted(second["redirects"].select("entity", "reason").rows()) == [
        ("partnership", "identified"),
        ("partnership", "identified"),
        ("town", "identified"),
    ]


def test_redirects_lead_through_releases_to_the_newest_id() -> None:
    _, second, third, fourth = releases([(X1, "gn9")], [("Q5", "gn9")], [("gn1", "gn9")], [("gn1", "gn9")])
    assert redirects_of(second) == {X1: "Q5", pair(X1, "gn9"): pair("Q5", "gn9")}
    assert redirects_of(third) == {
        X1: "gn1",
        "Q5": "gn1",
        pair(X1, "gn9"): pair("gn1", "gn9"),
        pair("Q5", "gn9"): pair("gn1", "gn9"),
    }
    assert redirects_of(fourth) == redirects_of(third)


def test_two_towns_that_turn_out_to_be_one() -> None:
    _, second = releases([(X1, "gn9"), (X2, "gn9")], [("gn1", "gn9"), ("gn1", "gn9")])
    assert redirects_of(second) == {
        X1: "gn1",
        X2: "gn1",
        pair(X1, "gn9"): pair("gn1", "gn9"),
        pair(X2, "gn9"): pair("gn1", "gn9"),
    }


def test_a_town_that_turns_out_to_be_two_has_no_successor() -> None:
    _, second = releases([(X1, "gn8"), (X1, "gn9")], [("gn1", "gn8"), ("gn2", "gn9")])
    # Its links have one each.
    assert redirects_of(second) == {pair(X1, "gn8"): pair("gn1", "gn8"), pair(X1, "gn9"): pair("gn2", "gn9")}


def test_an_id_that_is_still_or_again_in_use_leads_nowhere() -> None:
    _, second, third = releases([(X1, "gn8"), (X1, "gn9")], [("gn1", "gn8"), (X1, "gn9")], [(X1, "gn8"), (X1, "gn9")])
    assert redirects_of(second) == {pair(X1, "gn8"): pair("gn1", "gn8")}
    assert redirects_of(third) == {"gn1": X1, pair("gn1", "gn8"): pair(X1, "gn8")}


def test_a_claim_that_is_gone_moves_nothing() -> None:
    _, second = releases([("gn1", "gn2"), (X1, "gn2")], [("gn1", "gn2")])
    assert redirects_of(second) == {}


def test_a_redirect_never_leads_to_an_id_that_is_gone() -> None:
    _, second, third = releases([("gn3", "gn4"), (X1, "gn2")], [("gn3", "gn4"), ("gn1", "gn2")], [("gn3", "gn4")])
    assert redirects_of(second) == {X1: "gn1", pair(X1, "gn2"): pair("gn1", "gn2")}
    assert redirects_of(third) == {}


def test_a_town_whose_partner_alone_moves_stays_as_it_is() -> None:
    _, second = releases([("gn1", X1)], [("gn1", "gn2")])
    assert redirects_of(second) == {X1: "gn2", pair("gn1", X1): pair("gn1", "gn2")}


# Changes


def list_changes(
    before: Mapping[str, pl.DataFrame] | None, now: Mapping[str, pl.DataFrame], folder: Path
) -> pl.DataFrame:
    """Return what differs between the towns and partnerships of two releases."""
    if before is not None:
        rest = {name: MODELS[name].empty() for name in ("redirects", "claims", "ledger")}
        release = pl.DataFrame([dict.fromkeys(Release.dtypes(), "1")], schema=Release.dtypes())
        for name, frame in (rest | {"release": release} | dict(before)).items():
            frame.write_parquet(folder / f"{name}.parquet")
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        for name, frame in now.items():
            connection.register(name, frame)
        attach_previous(connection, None if before is None else folder)
        create_shared_views(connection)
        changes: pl.DataFrame = connection.sql(read_sql("tables", "changes")).pl()
    return check_table(Changes, changes)


def release_of(links: Sequence[tuple[str, str]], **values: Any) -> Tables:
    partnerships = partnership_rows(links, **values)
    return {"partnerships": partnerships, "towns": town_rows(partnerships)}


def values_of(changes: pl.DataFrame) -> list[tuple[str, str | None, str | None]]:
    return sorted(changes.select("column_name", "old_value", "new_value").rows(), key=str)


def test_what_was_added_removed_and_changed(tmp_path: Path) -> None:
    kept, gone, new = ("gn1", "gn2"), ("gn1", "gn3"), ("gn1", "gn4")
    before = release_of([kept, gone], start_year=1967, status="active")
    now = release_of([kept, new], start_year=1968, status="active")
    assert sorted(list_changes(before, now, tmp_path).rows(), key=str) == sorted(
        [
            ("partnership", pair(*gone), "removed", None, "Town gn1 – Town gn3", None),
            ("partnership", pair(*new), "added", None, None, "Town gn1 – Town gn4"),
            ("partnership", pair(*kept), "changed", "start_year", "1967", "1968"),
            ("town", "gn3", "removed", None, "Town gn3", None),
            ("town", "gn4", "added", None, None, "Town gn4"),
        ],
        key=str,
    )


def test_a_town_that_is_called_otherwise_has_changed(tmp_path: Path) -> None:
    before = release_of([("gn1", "gn2")])
    now = before | {"towns": before["towns"].with_columns(name=pl.lit("Soest"), latitude=51.5)}
    changes = list_changes(before, now, tmp_path)
    assert set(changes.select("entity", "change").rows()) == {("town", "changed")}
    assert values_of(changes.filter(entity_id="gn2")) == [
        ("latitude", None, "51.5"),
        ("name", "Town gn2", "Soest"),
    ]


@pytest.mark.parametrize("value", [1967, "active", True, 12.5], ids=["number", "word", "flag", "distance"])
def test_a_value_that_comes_or_goes_is_a_change(tmp_path: Path, value: Any) -> None:
    column = {int: "start_year", str: "status", bool: "is_domestic", float: "distance_km"}[type(value)]
    without, with_value = release_of([("gn1", "gn2")]), release_of([("gn1", "gn2")], **{column: value})
    text = str(value).lower()
    assert values_of(list_changes(without, with_value, tmp_path)) == [(column, None, text)]
    assert values_of(list_changes(with_value, without, tmp_path)) == [(column, text, None)]


def test_dates_are_written_as_dates(tmp_path: Path) -> None:
    before, now = (release_of([("gn1", "gn2")], start_date=date(year, 1, 1)) for year in (1967, 1968))
    assert values_of(list_changes(before, now, tmp_path)) == [("start_date", "1967-01-01", "1968-01-01")]


def test_the_same_is_no_change(tmp_path: Path) -> None:
    now = release_of([("gn1", "gn2"), ("gn1", "gn3")], start_year=1967)
    assert list_changes(now, now, tmp_path).is_empty()
    shuffled = {name: frame.reverse() for name, frame in now.items()}
    assert list_changes(shuffled, now, tmp_path).is_empty()


def test_without_a_release_before_nothing_has_changed(tmp_path: Path) -> None:
    assert list_changes(None, release_of([("gn1", "gn2")]), tmp_path).is_empty()


def test_a_column_of_another_type_is_compared_by_what_it_says(tmp_path: Path) -> None:
    now = release_of([("gn1", "gn2")], start_year=1967, claim_count=2)
    retyped = now["partnerships"].cast({"start_year": pl.String, "claim_count": pl.Int32})
    assert list_changes(now | {"partnerships": retyped}, now, tmp_path).is_empty()
    retyped = retyped.with_columns(start_year=pl.lit("1966"))
    assert values_of(list_changes(now | {"partnerships": retyped}, now, tmp_path)) == [("start_year", "1966", "1967")]
    retyped = retyped.with_columns(start_year=pl.lit("about 1966"))
    changes = list_changes(now | {"partnerships": retyped}, now, tmp_path)
    assert values_of(changes) == [("start_year", "about 1966", "1967")]


def test_words_that_are_in_no_vocabulary_any_more_are_compared(tmp_path: Path) -> None:
    links = [("gn1", "gn2"), ("gn1", "gn3")]
    before, now = release_of(links, status="asleep"), release_of(links, status="unknown")
    changes = list_changes(before, now, tmp_path)
    assert set(values_of(changes)) == {("status", "asleep", "unknown")}
    assert sorted(changes["entity_id"]) == sorted(pair(*link) for link in links)


def test_columns_that_only_one_release_has_are_no_change(tmp_path: Path) -> None:
    now = release_of([("gn1", "gn2")], start_year=1967)
    older = now["partnerships"].drop("form_conflict", "start_year").with_columns(rating=pl.lit(5))
    columns = ["rating", *reversed(older.columns[:-1])]
    assert list_changes(now | {"partnerships": older.select(columns)}, now, tmp_path).is_empty()
