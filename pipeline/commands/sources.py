"""`twintowns sources`: list the declared sources."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_raw, add_release, add_sources

HELP = "list the declared sources: on or off, licence, snapshot, rows"
EXAMPLES = ("twintowns sources",)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    add_raw(parser)
    add_sources(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.sources import list_sources, print_sources
    from pipeline.sources import load_declarations

    print_sources(list_sources(load_declarations(options.sources).values(), options.raw, options.out))
    return 0
