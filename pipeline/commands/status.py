"""`twintowns status`: how fresh everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out
from pipeline.commands.refresh import duration

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("status", help="each source's freshness, the current release, the last runs")
    add_out(parser)
    parser.add_argument("--max-age", metavar="AGE", type=duration,
                        help="stale, too, if no refresh went well for that long, such as 36h, 8d")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code: 1 if anything is stale."""
    from pipeline.report.status import print_status, status

    found = status(options.out, options.max_age)
    if options.json:
        import json

        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print_status(found, options.out)
    return 1 if found["stale"] else 0
