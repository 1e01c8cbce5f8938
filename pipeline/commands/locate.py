"""`twintowns locate`: the town that a name means."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release, text_of

HELP = "which town a name means, and what could not be located"
EXAMPLES = (
    'twintowns locate Frankfurt --country Germany --near "Słubice, Poland"',
    "twintowns locate --unlocated --limit 5",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("name", type=text_of, nargs="?", help="a town as a list prints it")
    parser.add_argument("--country", type=text_of, metavar="NAME", help="its country, in any language or as a code")
    parser.add_argument("--region", type=text_of, metavar="NAME", help="the region that the list prints")
    parser.add_argument("--near", type=text_of, metavar="TOWN", help="a town close by")
    parser.add_argument(
        "--unlocated", "--unplaced", action="store_true", help="list what could not be located, most frequent first"
    )
    parser.add_argument("--source", metavar="ID", help="--unlocated: only of this source")
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="--unlocated: rows shown (40)")
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.errors import UsageError
    from pipeline.report.mentions import explain_mention, list_unlocated, print_mention, print_unlocated

    if options.unlocated:
        print_unlocated(list_unlocated(options.out, options.source), options.limit)
    elif options.name:
        print_mention(explain_mention(options.name, options.country, options.near, options.region))
    else:
        raise UsageError("locate needs a name, or --unlocated")
    return 0
