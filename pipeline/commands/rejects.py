"""`twintowns rejects`: what was refused, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("rejects", help="what was refused, and why")
    parser.add_argument("--source", metavar="ID", help="of one source alone")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="rows shown a rule (10)")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.inventory import read_table
    from pipeline.report.terminal import print_rejects

    rejects = read_table(options.out, "rejects")
    if options.source:
        import polars as pl

        from pipeline.sources import nearest

        known = read_table(options.out, "sources")["source_id"].to_list()
        if options.source not in known:
            print(f"twintowns: no source {options.source!r}{nearest(options.source, known)}", file=sys.stderr)
            return 2
        rejects = rejects.filter(pl.col("source_id") == options.source)
    print_rejects(rejects, options.limit)
    return 0
