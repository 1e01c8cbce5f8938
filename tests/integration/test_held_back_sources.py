"""A source that is much worse than before is held back, and the others are published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sites import PARTNERS, Site, new_site

from pipeline.publish.release import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MadeOnce

pytestmark = pytest.mark.long

NAMES = ("club", "other")
NEW = "Weimar;Deutschland;Blois;Frankreich;1995;p"


def town_names(count: int) -> list[str]:
    return [f"Partner {chr(65 + n % 26)}{chr(97 + n // 26)}" for n in range(count)]


def rows(count: int, year: str = "1990") -> list[str]:
    """Return the rows of a list of so many partners of Berlin."""
    return [f"Berlin;Deutschland;{name};Frankreich;{year};p" for name in town_names(count)]


def make_site(folder: Path) -> None:
    made = new_site(folder, *NAMES)
    made.declare("club", "\n[expect]\nrows = { min = 0 }\nmax_rejected_share = 1.0\n")
    made.put(rows(60), "club")
    made.put(PARTNERS, "other")
    assert made.refresh().exit_code == 0


@pytest.fixture
def site(made_once: MadeOnce, tmp_path: Path) -> Site:
    """Return a site that was refreshed once: of `club` 60 rows are published, of `other` eight."""
    return Site(made_once("held_back", make_site), NAMES).copy(tmp_path / "site")


def rows_read(site: Site) -> dict[str, int]:
    return dict(site.table("ledger").select("source_id", "rows_read").sort("source_id").iter_rows())


@pytest.mark.parametrize(
    ("now", "figures", "gate"),
    [
        (rows(40), "33.3%, at most 10.0% allowed (60 before, 40 now)", "source_rows"),
        (rows(161), "168.3%, at most 100.0% allowed (60 before, 161 now)", "source_growth"),
        ([*rows(50), *[";;;Frankreich;;"] * 10], "16.7%, at most 5.0% allowed (0 before, 10 now)", "source_rejects"),
    ],
)
def test_it_is_held_back_alone(site: Site, now: list[str], figures: str, gate: str) -> None:
    site.put(now, "club")
    site.put([*PARTNERS, NEW], "other")
    run = site.refresh()
    assert (run.outcome, run.exit_code, run.refused_path) == ("published", 6, None)
    assert rows_read(site) == {"club": 60, "other": 9}
    assert {name: source.state for name, source in run.sources.items()} == {"club": "stale", "other": "fresh"}
    message = str(run.sources["club"].message)
    assert f"{gate}:club: {figures}" in message
    assert f"--accept {gate}:club --reason" in message
    # The same again: nothing is built, and the reason stays.
    run = site.refresh()
    assert (run.outcome, run.exit_code, run.sources["club"].message) == ("unchanged", 6, message)


def test_it_is_accepted_once(site: Site) -> None:
    site.put(rows(57), "club")
    assert site.refresh().exit_code == 0
    site.put(rows(161), "club")
    assert site.refresh().exit_code == 6
    run = site.refresh(accepted={"source_growth:club": "all towns of the country"})
    assert (run.outcome, run.exit_code, rows_read(site)["club"]) == ("published", 0, 161)
    record = json.loads((site.out / "current" / "gates.json").read_text())
    accepted = {result["gate"]: result["accepted"] for result in record if not result["passed"]}
    assert accepted == {"source_growth:club": "all towns of the country"}
    site.put(rows(500), "club")
    assert site.refresh().exit_code == 6


def test_a_source_that_is_not_on_any_more_is_refused(site: Site) -> None:
    site.put([*PARTNERS, NEW], "other")
    with pytest.raises(RefusedError, match=r"source_rows:club: 100.0%, .* \(60 before, 0 now\)"):
        Site(site.folder, ("other",)).refresh()


def test_a_list_that_grows_from_one_row_to_four_is_no_alarm(tmp_path: Path) -> None:
    site = new_site(tmp_path, "club", "other")
    site.put(rows(1), "club")
    assert site.refresh().exit_code == 0
    site.put(rows(4), "club")
    run = site.refresh()
    assert (run.outcome, run.exit_code, rows_read(site)["club"]) == ("published", 0, 4)


def test_a_first_growth_of_the_whole_is_no_loss_of_dates(tmp_path: Path) -> None:
    site = new_site(tmp_path, "other", "club")
    site.put(rows(300, year=""), "club")
    assert Site(tmp_path, ("other",)).refresh().exit_code == 0
    run = site.refresh()
    assert (run.outcome, run.exit_code, rows_read(site)["club"]) == ("published", 0, 300)
    # Most rows have no date now; the dates that there were are all there.
    starts = site.table("claims")["start_date"]
    assert (starts.len(), starts.count()) == (308, 8)
    fills = {result["gate"]: result for result in json.loads((site.out / "current" / "gates.json").read_text())}
    assert (fills["fill:claims.start_date"]["before"], fills["fill:claims.start_date"]["now"]) == (8, 8)
