"""Where the current release's database and page are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import TwintownsError
from pipeline.page import PAGE

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


def find_report(out: Path) -> Path:
    """Return the page of the current release.

    Args:
        out: the folder that holds `current`.

    Raises:
        TwintownsError: there is no release, or it has no page; a release is never changed after it was published.
    """
    path = (current_database(out).parent / PAGE).resolve()
    if not path.exists():
        # The same data is not published twice, so a build into the same folder need not give a page.
        raise TwintownsError(
            f"{path}: is not there. Release {path.parents[1].name} was published without a page, or it was removed "
            "(twintowns verify tells); a release is never changed afterwards. "
            "Build into another folder, which gives one with a page: twintowns build --out DIR"
        )
    return path
