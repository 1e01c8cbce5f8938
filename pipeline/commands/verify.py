"""`twintowns verify`: whether a release is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("verify", help="hold a release against its checksums and contracts")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("curated"), metavar="DIR",
                        help="a release, or the folder that holds the current one (curated)")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.publish.verify import verify

    found = verify(options.folder)
    print(
        f"{found['release_id']} is whole: {found['files']} files, {found['tables']} tables, {found['rows']:,} rows "
        f"in {found['path']}"
    )
    return 0
