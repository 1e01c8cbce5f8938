"""`twintowns locate`: which town a name means."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("locate", help="which town a name means, and what could not be placed")
    parser.add_argument("name", nargs="?", help="a town as a list prints it")
    parser.add_argument("--country", metavar="NAME", help="its country, in any language or as a code")
    parser.add_argument("--region", metavar="NAME", help="the region that the list prints")
    parser.add_argument("--near", metavar="TOWN", help="a town close by")
    parser.add_argument("--unplaced", action="store_true", help="list what could not be placed, most frequent first")
    parser.add_argument("--source", metavar="ID", help="of one source alone")
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="rows shown (40)")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.places import explain_mention, list_unplaced
    from pipeline.report.terminal import print_mention, print_unplaced

    if options.unplaced:
        print_unplaced(list_unplaced(options.out, options.source), options.limit)
        return 0
    if not options.name:
        print("twintowns: locate needs a name, or --unplaced", file=sys.stderr)
        return 2
    print_mention(explain_mention(options.name, options.country, options.near, options.region))
    return 0
