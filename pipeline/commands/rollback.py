"""`twintowns rollback`: an older release becomes current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("rollback", help="make an older release current")
    parser.add_argument("release", nargs="?", metavar="RELEASE", help="which; the one before the current one")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.publish.rollback import roll_back

    done = roll_back(options.out, options.release)
    print(f"{done.release_id} is current again; it was {done.previous_release_id}, which stays in releases/")
    return 0
