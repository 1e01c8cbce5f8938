"""What is kept of a source between refreshes is all that was made of it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.countries import country_names
from pipeline.sources import load_declarations
from pipeline.validate import Checked
from pipeline.validate.cache import kept_check
from pipeline.validate.source_reader import gather

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_is_kept_is_what_was_made(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    root = pytestconfig.rootpath
    declaration = load_declarations()["starter_towns"]
    received, countries = gather(declaration, root / "raw"), country_names()
    made, was_kept = kept_check(tmp_path, "code", declaration, received, countries)
    again, is_kept = kept_check(tmp_path, "code", declaration, received, countries)
    assert (was_kept, is_kept) == (False, True)
    for one in fields(Checked):
        first, second = getattr(made, one.name), getattr(again, one.name)
        if isinstance(first, pl.DataFrame):
            assert second.equals(first), one.name
        else:
            assert [(file.source_id, file.snapshot_id) for file in second] == [
                (file.source_id, file.snapshot_id) for file in first
            ]
            assert all(a.rows.equals(b.rows) for a, b in zip(first, second, strict=True))
    assert made.claims.height > 0


def test_other_code_or_damage_makes_it_anew(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    root = pytestconfig.rootpath
    declaration = load_declarations()["starter_groups"]
    received, countries = gather(declaration, root / "raw"), country_names()
    kept_check(tmp_path, "code", declaration, received, countries)
    assert kept_check(tmp_path, "other", declaration, received, countries)[1] is False
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert kept_check(tmp_path, "other", declaration, received, countries)[1] is False
