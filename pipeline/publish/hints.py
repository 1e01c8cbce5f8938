"""Options for the commands that messages suggest, so that they work on the same folders."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEFAULT_OUT: Final = Path("curated")


def with_out(out: Path, option: str = "--out") -> str:
    """Return ` --out DIR`, or an empty text for the default folder."""
    return "" if out == _DEFAULT_OUT else f" {option} {shlex.quote(str(out))}"


def of_release(out: Path) -> str:
    """Return ` --release DIR` for a command that reads, or an empty text for the default folder."""
    return with_out(out, "--release")


def with_sources(folders: Iterable[Path]) -> str:
    """Return ` --sources DIR` for each folder of declarations."""
    return "".join(f" --sources {shlex.quote(str(folder))}" for folder in folders)
