"""`twintowns diff`: the differences between two releases."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_json, add_release, print_json

HELP = "the differences between two releases"
EXAMPLES = (
    "twintowns diff",
    "twintowns diff 000001-1a2b3c4d 000002-5e6f7a8b --json",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "release", nargs="*", metavar="RELEASE", help="from (the previous release) and to (the current release)"
    )
    add_release(parser)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="rows shown of each kind (20)")
    add_json(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.diff import compare_releases, print_diff, select_releases

    diff = compare_releases(*select_releases(options.out, options.release))
    if options.json:
        print_json(diff)
    else:
        print_diff(diff, options.limit)
    return 0
