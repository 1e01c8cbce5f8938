"""Whether one source is much worse than in the previous release."""

from __future__ import annotations

import pickle

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceGateError
from pipeline.validate.source_gates import check_source_gates, compare_sources
from schemas import Ledger


def ledger(*rows: tuple[str, int, int]) -> pl.DataFrame:
    """Return the ledger of snapshots: the source, rows read, rows rejected."""
    return pl.DataFrame(
        [(source, f"{source}@{place}", read, rejected) for place, (source, read, rejected) in enumerate(rows)],
        schema={"source_id": pl.String, "snapshot_id": pl.String, "rows_read": pl.Int64, "rows_rejected": pl.Int64},
        orient="row",
    )


def refused(before: tuple[int, int], now: tuple[int, int], **accepted: str) -> list[str]:
    """Return the gates that refuse a source, of which so many rows were read and rejected."""
    names = {name.replace("__", ":"): reason for name, reason in accepted.items()}
    try:
        check_source_gates("club", ledger(("club", *now)), ledger(("club", *before)), names)
    except SourceGateError as error:
        return [part.partition(":club: ")[0] for part in str(error).split("; ")[:-1]]
    return []


@pytest.mark.parametrize(
    ("before", "now", "gates"),
    [
        ((100, 0), (100, 0), []),
        ((100, 0), (90, 0), []),
        ((100, 0), (89, 0), ["source_rows"]),
        ((100, 0), (0, 0), ["source_rows"]),
        # Fewer than five rows are no alarm, whatever their share; the loss of all is.
        ((6, 0), (2, 0), []),
        ((6, 0), (1, 0), ["source_rows"]),
        ((4, 0), (1, 0), []),
        ((4, 0), (0, 0), ["source_rows"]),
        ((1, 0), (0, 0), ["source_rows"]),
        # Fewer than a hundred new rows are no alarm.
        ((1, 0), (4, 0), []),
        ((1, 0), (100, 0), []),
        ((1, 0), (101, 0), ["source_growth"]),
        ((200, 0), (400, 0), []),
        ((200, 0), (401, 0), ["source_growth"]),
        ((100, 0), (100, 5), []),
        ((100, 0), (100, 6), ["source_rejects"]),
        ((10, 0), (10, 4), []),
        ((10, 0), (10, 5), ["source_rejects"]),
        ((10, 10), (10, 0), []),
        # A source without rows has no share of rejected rows.
        ((0, 0), (500, 400), []),
        ((100, 0), (80, 40), ["source_rows", "source_rejects"]),
    ],
)
def test_rows_lost_gained_and_rejected(before: tuple[int, int], now: tuple[int, int], gates: list[str]) -> None:
    assert refused(before, now) == gates


def test_the_message_has_the_figures_and_the_way_to_accept() -> None:
    with pytest.raises(SourceGateError) as error:
        check_source_gates("club", ledger(("club", 5881, 0)), ledger(("club", 6912, 0)), {})
    assert str(error.value) == (
        "source_rows:club: 14.9%, at most 10.0% allowed (6,912 before, 5,881 now): rows of the source that are "
        'missing; if it is right, take it once with: --accept source_rows:club --reason "..."'
    )
    # A source is read in a process of its own.
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_several_gates_are_accepted_at_once() -> None:
    with pytest.raises(SourceGateError, match="--accept source_rows:club --accept source_rejects:club --reason"):
        check_source_gates("club", ledger(("club", 80, 40)), ledger(("club", 100, 0)), {})


@pytest.mark.parametrize(
    ("accepted", "left"),
    [
        ({"source_rows": "why", "source_rejects": "why"}, []),
        ({"source_rows__club": "why"}, ["source_rejects"]),
        ({"source_rows__other": "why", "source_rejects__club": "why"}, ["source_rows"]),
        ({"source_growth": "why", "bounds__club": "why"}, ["source_rows", "source_rejects"]),
    ],
)
def test_what_is_accepted_passes(accepted: dict[str, str], left: list[str]) -> None:
    assert refused((100, 0), (80, 40), **accepted) == left


def test_other_sources_and_new_ones_do_not_matter() -> None:
    previous = ledger(("club", 100, 0), ("other", 5000, 0))
    check_source_gates("club", ledger(("club", 100, 0)), previous, {})
    check_source_gates("new", ledger(("new", 5000, 4000)), previous, {})
    check_source_gates("club", ledger(("club", 1, 0)), None, {})
    check_source_gates("club", Ledger.empty(), Ledger.empty(), {})


def test_rows_of_all_snapshots_count() -> None:
    whole, parts = ledger(("club", 100, 4)), ledger(("club", 40, 1), ("club", 60, 3))
    for before, now in ((whole, parts), (parts, whole)):
        results = list(compare_sources(now, before))
        assert [(one.before, one.now) for one in results] == [(100, 100), (100, 100), (4, 4)]
        assert all(one.passed and one.share == 0 for one in results)


def test_a_source_that_was_not_read_has_lost_all_its_rows() -> None:
    results = [one for one in compare_sources(ledger(("other", 9, 0)), ledger(("club", 3, 0))) if not one.passed]
    assert [(one.gate, one.share, one.now) for one in results] == [("source_rows:club", 1.0, 0)]


@settings(max_examples=100)
@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(0, 100))
def test_a_smaller_change_is_never_the_worse_one(before: int, now: int, less: int) -> None:
    nearer = now + less if now < before else now - less
    if (now < before) == (nearer < before):
        assert set(refused((before, 0), (nearer, 0))) <= set(refused((before, 0), (now, 0)))
