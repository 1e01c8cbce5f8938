"""What a command that is proposed needs besides its words, to speak of the same folders."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAKEN_ANYWAY: Final = Path("curated")


def with_out(out: Path) -> str:
    """Return ` --out DIR`; nothing for the folder that is taken where none is named."""
    return "" if out == _TAKEN_ANYWAY else f" --out {shlex.quote(str(out))}"


def with_sources(folders: Iterable[Path]) -> str:
    """Return ` --sources DIR` for each folder of declarations."""
    return "".join(f" --sources {shlex.quote(str(folder))}" for folder in folders)
