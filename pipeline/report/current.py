"""Where the current release's database is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from pathlib import Path


def current_database(out: Path) -> Path:
    """Return the path of the current release's database.

    Args:
        out: the folder that holds `current`.

    Raises:
        TwintownsError: there is no release.
    """
    path = out / "current" / "twintowns.duckdb"
    if not path.exists():
        raise TwintownsError(f"{path}: no release there yet; make one with: twintowns build")
    return path
