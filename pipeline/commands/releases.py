"""`twintowns releases`: list the releases."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_json, add_release, print_json

HELP = "list the releases; remove old ones with --keep"
EXAMPLES = (
    "twintowns releases",
    "twintowns releases --keep 5",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    add_release(parser)
    parser.add_argument(
        "--keep", type=int, metavar="N", help="remove all but the newest N, the current one and the one before it"
    )
    add_json(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.publish.folders import current_release, prune
    from pipeline.publish.lock import locked
    from pipeline.report.runs import list_releases, print_releases

    removed: list[str] = []
    if options.keep is not None:
        with locked(options.out, "twintowns releases"):
            removed = prune(options.out, options.keep)
    releases = list_releases(options.out)
    if options.json:
        print_json(releases)
    else:
        print_releases(releases)
        for name in removed:
            print(f"removed {name}")
    # After the list, from which to choose: an error if the link is broken.
    current_release(options.out)
    return 0
