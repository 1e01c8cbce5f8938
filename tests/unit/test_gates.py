"""Whether a release is worse than the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest
from builders import claim, claims
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sql_files import select

from pipeline.errors import UsageError
from pipeline.publish.gates import (
    check_gate_names,
    check_gates,
    limits,
    read_previous_ledger,
    read_results,
    write_results,
)
from pipeline.validate.source_gates import source_limits
from schemas import Ledger, Partnerships, Redirects, Towns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.validate.gate_results import GateResult

Tables = dict[str, pl.DataFrame]
Links = dict[int, tuple[str, str]]


def release(links: Links, start: str | None = "1967", before: Tables | None = None) -> Tables:
    """Return the tables of a release in which each claim, by its number, links two towns."""
    stated = claims(claim(number, *link, start) for number, link in links.items())
    partnerships = stated.select(
        "partnership_id",
        "start_date",
        town_a_id=pl.min_horizontal("town_id", "partner_id"),
        town_b_id=pl.max_horizontal("town_id", "partner_id"),
        distance_km=pl.lit(100.0),
    )
    towns = pl.concat([stated["town_id"], stated["partner_id"].alias("town_id")]).unique().to_frame()
    ledger = stated.group_by("source_id", "snapshot_id").agg(rows_read=pl.len())
    tables = {
        "claims": stated,
        "partnerships": Partnerships.coerce(partnerships),
        "towns": Towns.coerce(towns.with_columns(country_code=pl.lit("DE"), latitude=51.5)),
        "ledger": Ledger.coerce(ledger.with_columns(rows_used="rows_read", rows_rejected=0, claims_made="rows_read")),
        "redirects": Redirects.empty(),
    }
    if before is None:
        return tables
    previous = {f"previous_{name}": before[name] for name in ("claims", "redirects")}
    named = {name: tables[name] for name in ("claims", "partnerships", "towns")}
    return tables | {"redirects": select("tables", "redirects", **named, **previous)}


def links(count: int) -> Links:
    return {number: ("gn1", f"gn{number + 2}") for number in range(count)}


BEFORE = release(links(100))


def compare(now: Tables, accepted: dict[str, str] | None = None, before: Tables = BEFORE) -> list[GateResult]:
    with duckdb.connect() as connection:
        for name in now:
            connection.register(name, now[name])
            connection.register(f"previous_{name}", before[name])
        return check_gates(connection, accepted or {})


def failed(now: Tables, accepted: dict[str, str] | None = None, before: Tables = BEFORE) -> dict[str, GateResult]:
    return {result.gate: result for result in compare(now, accepted, before) if not result.passed}


def changed(table: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Tables:
    """Return the release before with another table."""
    return BEFORE | {table: change(BEFORE[table])}


def test_the_same_release_passes_every_gate() -> None:
    results = compare(BEFORE)
    assert {result.gate.partition(":")[0] for result in results} == {*limits(), *source_limits()}
    assert all(result.passed and result.share == 0 for result in results)
    columns = [result.gate for result in results if result.gate.startswith("fill:")]
    assert columns == [f"fill:{column}" for column in limits()["fill"].columns]


@pytest.mark.parametrize(("left", "refused"), [(99, False), (91, False), (90, True), (50, True), (0, True)])
def test_losses(left: int, refused: bool) -> None:
    results = failed(release(links(left))) if left else failed(BEFORE | release(links(1)))
    assert ("partnerships_lost" in results) is refused
    assert ("towns_lost" in results) is refused
    # Ten in a hundred rows is what a source may lose.
    assert any(gate.startswith("source_rows:") for gate in results) is (left < 90)


def test_a_release_of_nothing_has_lost_everything() -> None:
    now = {name: frame.clear() for name, frame in BEFORE.items()}
    results = failed(now)
    assert set(results) == {"partnerships_lost", "towns_lost", "source_rows:quelle"}
    assert [(result.share, result.now) for result in results.values()] == [(1.0, 0)] * 3


def test_what_is_redirected_is_not_lost_but_churned() -> None:
    moved = {number: ("gn1", f"gn{number + 1002}") for number in range(100)}
    results = failed(release(moved, before=BEFORE))
    assert set(results) == {"ids_churned"}
    assert (results["ids_churned"].share, results["ids_churned"].before) == (1.0, 100)


def test_a_column_less_filled() -> None:
    # Half of the claims lose their date.
    by_half = pl.when(pl.int_range(pl.len()) % 2 == 1).then("start_date")
    undated = {name: BEFORE[name].with_columns(start_date=by_half) for name in ("claims", "partnerships")}
    results = failed(BEFORE | undated)
    assert set(results) == {"fill:partnerships.start_date", "fill:claims.start_date"}
    result = results["fill:claims.start_date"]
    assert (result.share, result.before, result.now) == (0.5, 100, 50)


def test_a_column_that_the_release_before_had_not_is_not_compared() -> None:
    before = BEFORE | {"partnerships": BEFORE["partnerships"].drop("distance_km")}
    gates = [result.gate for result in compare(BEFORE, before=before)]
    assert "fill:partnerships.distance_km" not in gates
    assert "fill:partnerships.start_date" in gates


def test_rejected_rows_and_growth() -> None:
    worse = changed("ledger", lambda ledger: ledger.with_columns(rows_rejected=20, rows_used=pl.col("rows_used") - 20))
    assert set(failed(worse)) == {"source_rejects:quelle"}
    tripled = changed("ledger", lambda ledger: ledger.with_columns(pl.col("rows_read", "rows_used") * 3))
    assert set(failed(tripled)) == {"source_growth:quelle"}


def test_a_source_that_is_gone_is_refused() -> None:
    results = failed(changed("ledger", pl.DataFrame.clear))
    assert set(results) == {"source_rows:quelle"}
    assert (results["source_rows:quelle"].share, results["source_rows:quelle"].now) == (1.0, 0)


def test_rows_of_all_snapshots_of_a_source_are_counted() -> None:
    def split(ledger: pl.DataFrame) -> pl.DataFrame:
        part = ledger.with_columns(pl.col("rows_read", "rows_used", "claims_made") // 2)
        return pl.concat([part, part.with_columns(snapshot_id=pl.lit("quelle/b.csv@0"))])

    several = changed("ledger", split)
    for before, now in ((BEFORE, several), (several, BEFORE)):
        results = {result.gate: result for result in compare(now, before=before)}
        assert (results["source_rows:quelle"].before, results["source_rows:quelle"].now) == (100, 100)
        assert all(result.passed for result in results.values())


@pytest.mark.parametrize(("before", "now", "refused"), [(12, 3, False), (12, 2, True), (9, 1, False), (4, 0, True)])
def test_few_rows_are_no_alarm_but_the_loss_of_all_is(before: int, now: int, refused: bool) -> None:
    small = release(links(before))
    left = release(links(now)) if now else {name: frame.clear() for name, frame in small.items()}
    results = failed(left, before=small)
    assert {"partnerships_lost", "towns_lost"} <= set(results) if refused else "partnerships_lost" not in results


def test_few_claims_that_change_their_towns_are_no_alarm() -> None:
    small = release(links(9))
    moved = release({number: ("gn1", f"gn{number + 1002}") for number in range(9)}, before=small)
    [churn] = [result for result in compare(moved, before=small) if result.gate == "ids_churned"]
    assert (churn.share, churn.before, churn.passed) == (1.0, 9, True)


def test_few_values_that_are_gone_are_no_alarm() -> None:
    small = release(links(9))
    undated = small | {name: small[name].with_columns(start_date=None) for name in ("claims", "partnerships")}
    assert failed(undated, before=small) == {}


def with_new_source(before: Tables, count: int) -> Tables:
    """Return a release that has as many new claims of a source without dates, between towns without coordinates."""
    more = release({number: ("gn1", f"gn{number + 2}") for number in range(1000, 1000 + count)}, start=None)
    for name in ("claims", "ledger"):
        more[name] = more[name].with_columns(source_id=pl.lit("neu"))
    more["towns"] = more["towns"].filter(pl.col("town_id") != "gn1").with_columns(latitude=None, country_code=None)
    more["partnerships"] = more["partnerships"].with_columns(distance_km=None)
    return {name: pl.concat([before[name], more[name].cast(before[name].schema)]) for name in before}


def test_a_new_source_without_dates_is_no_loss_of_dates() -> None:
    now = with_new_source(BEFORE, 2000)
    assert now["claims"]["start_date"].is_not_null().mean() == pytest.approx(100 / 2100)
    results = {result.gate: result for result in compare(now)}
    assert all(result.passed for result in results.values())
    dates = results["fill:partnerships.start_date"]
    assert (dates.share, dates.before, dates.now) == (0.0, 100, 100)
    assert (results["fill:towns.latitude"].before, results["fill:towns.latitude"].now) == (101, 101)


@pytest.mark.parametrize(
    ("dated", "undated", "lost"), [(100, 300, 0), (96, 0, 0), (96, 300, 4), (50, 50, 50), (40, 10, 10)]
)
def test_rows_that_are_added_or_gone_are_no_loss_of_values(dated: int, undated: int, lost: int) -> None:
    now = release(links(dated + undated))
    date = pl.when(pl.col("partnership_id").rank("dense") <= dated).then("start_date")
    now = now | {name: now[name].with_columns(start_date=date) for name in ("claims", "partnerships")}
    results = {result.gate: result for result in compare(now)}
    figures = results["fill:claims.start_date"]
    assert (figures.before, figures.now) == (100, dated)
    assert figures.share == pytest.approx(lost / min(100, dated + undated))
    assert figures.passed is (figures.share <= 0.05)


def test_a_loss_of_dates_is_seen_beside_a_new_source() -> None:
    undated = {name: BEFORE[name].with_columns(start_date=None) for name in ("claims", "partnerships")}
    results = failed(with_new_source(BEFORE | undated, 2000))
    assert set(results) == {"fill:partnerships.start_date", "fill:claims.start_date"}
    assert [(result.share, result.before, result.now) for result in results.values()] == [(1.0, 100, 0)] * 2


def test_a_source_that_is_new_or_gone_is_no_loss_of_values() -> None:
    both = with_new_source(BEFORE, 100)
    gates = [gate for gate in failed(BEFORE, before=both) if gate.startswith("fill:")]
    assert gates == []
    renamed = BEFORE | {"claims": BEFORE["claims"].with_columns(source_id=pl.lit("neu"))}
    assert not [result for result in compare(renamed) if result.gate.startswith("fill:")]


def test_accepted_by_name_or_by_part() -> None:
    now = release(links(50))
    for name in ("source_rows:quelle", "source_rows"):
        assert failed(now, {name: "why"})["source_rows:quelle"].accepted == "why"
    assert failed(now, {"source_rows:other": "why"})["source_rows:quelle"].accepted is None
    assert failed(now, {"source_rows": "why"})["partnerships_lost"].accepted is None


@settings(max_examples=10)
@given(st.integers(0, 100))
@example(89)
@example(90)
def test_a_gate_never_forgives_a_larger_loss(left: int) -> None:
    now = changed("ledger", lambda ledger: ledger.with_columns(pl.lit(left, pl.Int64).alias("rows_read")))
    [result] = [result for result in compare(now) if result.gate.startswith("source_rows")]
    assert result.share == pytest.approx((100 - left) / 100)
    assert result.passed is (left >= 90)


def test_figures_are_kept_with_the_release(tmp_path: Path) -> None:
    results = compare(release(links(50)), {"towns_lost": "why"})
    write_results(tmp_path, results)
    assert read_results(tmp_path) == results
    assert read_results(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["contracts", "ledger", "", "source_rows "])
def test_gates_that_there_are_not(name: str) -> None:
    with pytest.raises(UsageError, match="no such gate"):
        check_gate_names({name: "why"})
    check_gate_names({"bounds:club": "why", "source_rows:club": "why", "fill": "why"})
    check_gate_names(dict.fromkeys(("source_growth", "source_rejects:club", "partnerships_lost"), "why"))


def test_the_ledger_of_the_current_release_is_read(tmp_path: Path) -> None:
    assert read_previous_ledger(tmp_path) is None
    folder = tmp_path / "releases" / "000001-00000000"
    folder.mkdir(parents=True)
    (tmp_path / "current").symlink_to("releases/000001-00000000")
    assert read_previous_ledger(tmp_path) is None
    BEFORE["ledger"].write_parquet(folder / "ledger.parquet")
    ledger = read_previous_ledger(tmp_path)
    assert ledger is not None
    assert ledger.rows() == [("quelle", 100, 0)]
    (folder / "ledger.parquet").write_bytes(b"PAR1")
    assert read_previous_ledger(tmp_path) is None
