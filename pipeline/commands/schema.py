"""`twintowns schema`: the columns of a table, view or macro."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release, text_of
from pipeline.commands.results import add_result, write_result

HELP = "the columns of a table, view or macro"
EXAMPLES = ("twintowns schema partnerships", "twintowns schema find_town", "twintowns schema claims --format json")


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("table", type=text_of, help="its name; twintowns tables lists them")
    add_result(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.catalog import describe_relation, print_catalog

    columns = describe_relation(options.out, options.table)
    write_result(options, columns, lambda: print_catalog(columns, options.limit))
    return 0
