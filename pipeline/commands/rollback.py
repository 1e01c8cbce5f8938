"""`twintowns rollback`: make an older release current."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release

HELP = "make an older release current"
EXAMPLES = (
    "twintowns rollback",
    "twintowns rollback 000001-1a2b3c4d",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("release", nargs="?", metavar="RELEASE", help="the release (the one before the current one)")
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.publish.rollback import roll_back

    run = roll_back(options.out, options.release)
    print(f"{run.release_id} is current again; it was {run.previous_release_id}, which stays in releases/")
    return 0
