"""`twintowns sources`: what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_folders, add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("sources", help="what is declared: on or off, licence, snapshot, rows")
    add_folders(parser)
    add_out(parser, "the release to take rows from")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.inventory import inventory
    from pipeline.report.terminal import print_sources
    from pipeline.sources import load_declarations

    print_sources(inventory(load_declarations(options.sources).values(), options.raw, options.out))
    return 0
