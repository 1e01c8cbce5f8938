"""`twintowns status`: how fresh the sources and the release are."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_json, add_release, duration, print_json

HELP = "how fresh each source is, the current release, the last runs"
EXAMPLES = (
    "twintowns status",
    "twintowns status --max-age 8d",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    add_release(parser)
    parser.add_argument(
        "--max-age",
        metavar="AGE",
        type=duration,
        help="also stale if the last successful refresh is older, such as 36h, 8d",
    )
    add_json(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code: 1 if anything is stale."""
    from pipeline.report.status import print_status, status

    state = status(options.out, options.max_age)
    if options.json:
        print_json(state)
    else:
        print_status(state, options.out)
    return 1 if state["stale"] else 0
