"""The page of a release that is there already, written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from pipeline.page import write_report
from pipeline.page.selection import Limits

if TYPE_CHECKING:
    from pathlib import Path


def write_page(release: Path, folder: Path, limits: Limits | None = None) -> Path:
    """Write the page of a release into another folder, and return its path."""
    with duckdb.connect(release / "twintowns.duckdb", read_only=True) as connection:
        return write_report(connection, folder, limits or Limits())
