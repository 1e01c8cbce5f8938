"""`twintowns verify`: check a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import folder

if TYPE_CHECKING:
    import argparse

HELP = "compare a release with its checksums and contracts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folder",
        type=folder,
        nargs="?",
        default="curated",
        metavar="DIR",
        help="a release, or the folder with the current one (curated)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from pipeline.publish.verify import verify

    release = verify(options.folder)
    print(
        f"{release['release_id']} is whole: {release['files']} files, {release['tables']} tables, "
        f"{release['rows']:,} rows in {release['path']}"
    )
    return 0
