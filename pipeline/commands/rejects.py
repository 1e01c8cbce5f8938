"""`twintowns rejects`: the rejected rows."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release

HELP = "which rows were rejected, and why"
EXAMPLES = (
    "twintowns rejects",
    "twintowns rejects --source world_wikipedia_2026 --limit 3",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("--source", metavar="ID", help="only of this source")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="rows shown of each rule (10)")
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.rejects import print_rejects, read_rejects

    print_rejects(read_rejects(options.out, options.source), options.limit)
    return 0
