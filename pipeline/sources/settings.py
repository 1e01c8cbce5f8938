"""What a build reads and where it writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What a build reads and where it writes.

    Attributes:
        raw: the raw store.
        out: the folder of `current` and `releases/`.
        sources: folders of further declarations.
        enable: ids of sources to turn on.
        only: ids of the only sources to build; all that are on if empty.
    """

    raw: Path = Path("raw")
    out: Path = Path("curated")
    sources: tuple[Path, ...] = ()
    enable: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
