"""The German register's revisions, fetched one after the other as states of one source."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from sites import Site

from pipeline.cli import main
from pipeline.publish.folders import release_ids
from pipeline.sources import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

ROWS = {"partnerstaedte_final": 7138, "TwinTowns_raw_6912": 6912, "TwinTowns_clean": 5881}


def test_the_registers_revisions_as_a_scheduler_meets_them(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site(tmp_path, ("register",))
    for name in ("sources", "mirror"):
        (tmp_path / name).mkdir()
    # The declaration that the project ships, of an address whose bytes change; its floor is tried further below.
    shipped = (BUILT_IN / "german_register_2014.toml").read_text("utf-8")
    moving = re.sub(r"\nsha256 = .*", "", shipped.replace("enabled = false", "enabled = true"))
    moving = re.sub(r'\nurl = "https://raw[^"]*"', '\nurl = "https://example.org/register.csv"', moving)
    lenient = re.sub(r"\nrows = .*", "\nrows = { min = 1000 }", moving)
    declared = tmp_path / "sources" / "register.toml"
    declared.write_text(lenient, "utf-8")
    (tmp_path / "mirror" / "index.csv").write_text("url,path\nhttps://example.org/register.csv,register.csv\n")

    def appear(revision: str) -> None:
        shutil.copyfile(samples / "german_register_2014" / f"{revision}.csv", tmp_path / "mirror" / "register.csv")

    def rows() -> tuple[int, int]:
        ledger = site.table("ledger")
        return int(ledger["rows_read"].sum()), site.table("claims").height

    appear("partnerstaedte_final")
    assert (site.refresh().exit_code, rows()) == (0, (7138, 7138))
    first = site.current

    # 393 shifted rows: that snapshot is not built from, and nothing of it is published.
    appear("partnerstaedte_geocoded")
    run = site.refresh()
    assert (run.outcome, run.exit_code, run.release_id) == ("unchanged", 6, first)
    assert "393 row(s) with shifted columns" in str(run.sources["register"].message)

    # The other generation of column names, three in a hundred rows fewer: no gate minds.
    appear("TwinTowns_raw_6912")
    run = site.refresh()
    assert (run.outcome, run.exit_code, rows()) == ("published", 0, (6912, 6912))
    assert run.changes["partnership"].keys() == {"added", "removed", "changed"}
    assert main(["diff", "--out", str(site.out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"]["claims"] == [7138, 6912]
    [source] = told["sources"]
    assert (source["source_id"], source["rows_read"]) == ("register", [7138, 6912])
    names = {one["name"] for one in told["partnerships"]["removed"]}
    assert len(names) > 200
    assert all(" – " in name for name in names)

    # Fifteen in a hundred fewer: the source is held back, with the figures.
    appear("TwinTowns_clean")
    run = site.refresh()
    assert (run.outcome, run.exit_code) == ("unchanged", 6)
    expected = "source_rows:register: 14.9%, at most 10.0% allowed (6,912 before, 5,881 now)"
    assert expected in str(run.sources["register"].message)

    # With the floor that the project declares the source is held back before that, and the others go on.
    declared.write_text(moving, "utf-8")
    run = site.refresh()
    assert (run.exit_code, site.current) == (6, release_ids(site.out)[-1])
    assert "5881 rows, at least 6500 expected" in str(run.sources["register"].message)
    assert rows() == (6912, 6912)
    site.verify()
