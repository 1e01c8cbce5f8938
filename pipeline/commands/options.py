"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

#: What a command adds itself to.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Add where raw bytes and further declarations are."""
    parser.add_argument("--raw", type=Path, default=Path("raw"), metavar="DIR", help="the raw store (raw)")
    parser.add_argument(
        "--sources",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder of further declarations",
    )


def add_out(parser: argparse.ArgumentParser, what: str = "where the release is (curated)") -> None:
    """Add where releases are."""
    parser.add_argument("--out", type=Path, default=Path("curated"), metavar="DIR", help=what)


def names(values: Sequence[str]) -> list[str]:
    """Accept `a b` as well as `a,b`."""
    return [name for value in values for name in value.split(",") if name]
