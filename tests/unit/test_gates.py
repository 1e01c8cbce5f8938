"""Whether a release is worse than the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import claim, claims, tables
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.publish.changes import list_redirects
from pipeline.publish.gates import Judged, check_names, judge, limits, read_record, write_record
from schemas import REDIRECTS

if TYPE_CHECKING:
    from pathlib import Path

Tables = dict[str, pl.DataFrame]


def release(links: dict[int, tuple[str, str]], start: str = "1967", before: Tables | None = None) -> Tables:
    """Return a release in which each claim, by its number, links two towns."""
    made = tables(claims([claim(number, *link, start) for number, link in links.items()]))
    return made | {"redirects": list_redirects(before, made) if before else REDIRECTS.empty()}


def links(count: int) -> dict[int, tuple[str, str]]:
    return {number: ("gn1", f"gn{number + 2}") for number in range(count)}


BEFORE = release(links(100))


def failed(now: Tables, accepted: dict[str, str] | None = None, before: Tables = BEFORE) -> dict[str, Judged]:
    return {one.gate: one for one in judge(before, now, accepted or {}) if not one.passed}


def test_the_same_release_passes_every_gate() -> None:
    judged = judge(BEFORE, BEFORE, {})
    assert {one.gate.partition(":")[0] for one in judged} == set(limits())
    assert all(one.passed and one.share == 0 for one in judged)


@pytest.mark.parametrize(("left", "refused"), [(99, False), (91, False), (90, True), (50, True), (0, True)])
def test_losses(left: int, refused: bool) -> None:
    found = failed(release(links(left))) if left else failed({**BEFORE, **release(links(1))})
    assert ("partnerships_lost" in found) is refused
    assert ("towns_lost" in found) is refused
    # Ten in a hundred rows is what a source may lose.
    assert any(gate.startswith("source_rows:") for gate in found) is (left < 90)


def test_what_is_redirected_is_not_lost_but_churned() -> None:
    moved = {number: ("gn1", f"gn{number + 1002}") for number in range(100)}
    found = failed(release(moved, before=BEFORE))
    assert set(found) == {"ids_churned"}
    assert (found["ids_churned"].share, found["ids_churned"].before) == (1.0, 100)


def test_a_column_less_filled() -> None:
    # Half of the claims lose their date.
    dated = tables(claims([claim(n, *link, "1967" if n % 2 else None) for n, link in links(100).items()]))
    found = failed(dated | {"redirects": REDIRECTS.empty()})
    assert set(found) == {"fill:partnerships.start_date", "fill:claims.start_date"}
    one = found["fill:claims.start_date"]
    assert (one.share, one.before, one.now) == (0.5, 100, 50)


def test_rejected_rows_and_growth() -> None:
    ledger = BEFORE["ledger"]
    worse = ledger.with_columns(rows_rejected=pl.lit(20), rows_used=pl.col("rows_used") - 20).cast(ledger.schema)
    assert [gate.partition(":")[0] for gate in failed(BEFORE | {"ledger": worse})] == ["source_rejects"]
    tripled = ledger.with_columns(pl.col("rows_read", "rows_used") * 3)
    assert [gate.partition(":")[0] for gate in failed(BEFORE | {"ledger": tripled})] == ["source_growth"]


def test_a_source_that_is_gone_is_refused() -> None:
    found = failed(BEFORE | {"ledger": BEFORE["ledger"].clear()})
    [gate] = found
    assert gate.startswith("source_rows:")
    assert (found[gate].share, found[gate].now) == (1.0, 0)


def test_few_rows_are_no_matter_but_half_of_all_are() -> None:
    small = release(links(12))
    assert failed(release(links(9)), before=small) == {}
    assert "partnerships_lost" in failed(release(links(4)), before=small)


def test_accepted_by_name_or_by_part() -> None:
    now = release(links(50))
    [part] = [gate for gate in failed(now) if gate.startswith("source_rows:")]
    for name in (part, "source_rows"):
        assert failed(now, {name: "why"})[part].accepted == "why"
    assert failed(now, {"source_rows:other": "why"})[part].accepted is None
    assert failed(now, {"source_rows": "why"})["partnerships_lost"].accepted is None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100))
def test_a_gate_never_forgives_a_larger_loss(left: int) -> None:
    ledger = BEFORE["ledger"].with_columns(rows_read=pl.lit(left, pl.Int64), rows_used=pl.lit(left, pl.Int64))
    [one] = [one for one in judge(BEFORE, BEFORE | {"ledger": ledger}, {}) if one.gate.startswith("source_rows")]
    assert one.share == pytest.approx((100 - left) / 100)
    assert one.passed is (left >= 90)


def test_figures_are_kept_with_the_release(tmp_path: Path) -> None:
    folder = tmp_path
    judged = judge(BEFORE, release(links(50)), {"towns_lost": "why"})
    write_record(folder, judged)
    assert read_record(folder) == judged
    assert read_record(folder / "nowhere") == []


@pytest.mark.parametrize("name", ["contracts", "ledger", "", "source_rows "])
def test_gates_that_there_are_not(name: str) -> None:
    with pytest.raises(UsageError, match="no such gate"):
        check_names({name: "why"})
    check_names({"bounds:club": "why", "source_rows:club": "why", "fill": "why"})
