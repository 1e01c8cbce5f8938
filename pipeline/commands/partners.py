"""`twintowns partners`: the partners of a town."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release, text_of
from pipeline.commands.results import add_result, write_result

HELP = "the partners of a town"
EXAMPLES = (
    "twintowns partners Coventry",
    'twintowns partners "Cambridge, US" --limit 10',
    "twintowns partners gn2867714 --output munich.csv",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "town", type=text_of, help="a name in any language, also with its country as in 'Cambridge, US'; or an id"
    )
    add_result(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.partners import print_partners, read_partners

    listing = read_partners(options.out, options.town)
    write_result(options, listing.partners, lambda: print_partners(listing, options.out, options.limit))
    return 0
