"""`twintowns tables`: the tables, views and macros of a release."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release
from pipeline.commands.results import add_result, write_result

HELP = "the tables, views and macros of the release"
EXAMPLES = ("twintowns tables", "twintowns tables --format json")


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    add_result(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.catalog import list_relations, print_catalog

    relations = list_relations(options.out)
    write_result(options, relations, lambda: print_catalog(relations, options.limit))
    return 0
