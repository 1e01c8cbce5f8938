"""A build in which nobody states a partnership: a release of what else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.cli import main

if TYPE_CHECKING:
    from pathlib import Path

DECLARATION = """\
title = "A list of nothing"
publisher = "nobody"
url = "https://example.org/list"
licence = "CC0-1.0"
language = "en"
kind = "list"
authority = "list"
directions = "one"
listed_means = "active"
as_of = 2024-12-31
files = [{ name = "list.csv" }]
columns = { town = "town", partner = "partner" }
expect = { max_rejected_share = 1.0 }
"""


def ledger(out: Path) -> dict[str, int]:
    columns = ("rows_read", "rows_used", "rows_rejected", "claims_made")
    return pl.read_parquet(out / "current" / "ledger.parquet").select(pl.col(columns).sum()).row(0, named=True)


@pytest.mark.long
@pytest.mark.parametrize(
    ("tables", "towns"),
    [({"starter_awards": "awards", "starter_groups": "group_members"}, True),
     ({"starter_figures": "reference_figures"}, False)],
)  # fmt: skip
def test_a_source_that_states_something_else_is_published(
    tables: dict[str, str], towns: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--only", *tables, "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "0 partnerships between" in printed
    assert "twintowns tables --release" in printed
    current = tmp_path / "current"
    assert all(pl.read_parquet(current / f"{table}.parquet").height for table in tables.values())
    assert bool(pl.read_parquet(current / "towns.parquet").height) is towns
    assert pl.read_parquet(current / "claims.parquet").is_empty()
    assert ledger(tmp_path)["claims_made"] == 0


def test_a_list_of_which_every_row_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "nothing.toml").write_text(DECLARATION, encoding="utf-8")
    (tmp_path / "list.csv").write_text("town,partner\nCelle,\n,Meudon\nKöln,Köln\n", encoding="utf-8")
    out = tmp_path / "out"
    where = ("--raw", tmp_path / "raw", "--out", out, "--sources", tmp_path)
    assert main(["build", "--only", "nothing", *map(str, where)]) == 0
    assert ledger(out) == {"rows_read": 3, "rows_used": 0, "rows_rejected": 3, "claims_made": 0}
    assert pl.read_parquet(out / "current" / "rejects.parquet").height == 3
