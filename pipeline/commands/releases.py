"""`twintowns releases`: which releases there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("releases", help="which releases there are; removes old ones with --keep")
    add_out(parser)
    parser.add_argument("--keep", type=int, metavar="N",
                        help="remove all but the newest N, the current one and the one before it")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print them as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.publish.folders import prune
    from pipeline.publish.lock import locked
    from pipeline.report.runs import list_releases, print_releases

    gone: list[str] = []
    if options.keep is not None:
        with locked(options.out, "twintowns releases"):
            gone = prune(options.out, options.keep)
    found = list_releases(options.out)
    if options.json:
        import json

        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    print_releases(found)
    for name in gone:
        print(f"removed {name}")
    return 0
