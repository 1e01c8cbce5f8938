"""`twintowns verify`: check a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_release, folder

if TYPE_CHECKING:
    import argparse

HELP = "compare a release with its checksums and contracts"
EXAMPLES = (
    "twintowns verify",
    "twintowns verify curated/releases/000001-1a2b3c4d",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folder", type=folder, nargs="?", metavar="DIR", help="a release (the current one of --release)"
    )
    add_release(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from pipeline.publish.verify import verify

    release = verify(options.folder or options.out)
    print(
        f"{release['release_id']} is whole: {release['files']} files, {release['tables']} tables, "
        f"{release['rows']:,} rows in {release['path']}"
    )
    return 0
