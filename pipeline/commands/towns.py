"""`twintowns towns`: the towns that a text may mean."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release, text_of
from pipeline.commands.results import add_result, write_result

HELP = "the towns that a name may mean, best first"
EXAMPLES = (
    "twintowns towns Mömpelgard",
    'twintowns towns "Cambridge, US"',
    "twintowns towns 東京 --format json",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "text", type=text_of, help="a name or its beginning, in any language, also with its country; or an id"
    )
    add_result(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code: 1 if there is no such town."""
    from pipeline.report.towns import print_towns, read_towns

    listing = read_towns(options.out, options.text)
    write_result(options, listing.towns, lambda: print_towns(options.text, listing, options.limit))
    return 0 if listing.towns.height else 1
