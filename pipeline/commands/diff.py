"""`twintowns diff`: what differs between two releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("diff", help="what differs between two releases")
    parser.add_argument("release", nargs="*", metavar="RELEASE",
                        help="from which (the one before the current one) to which (the current one)")  # fmt: skip
    add_out(parser)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="rows shown of each sort (20)")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.difference import choose_two, difference, print_difference

    found = difference(*choose_two(options.out, options.release))
    if options.json:
        import json

        print(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    else:
        print_difference(found, options.limit)
    return 0
