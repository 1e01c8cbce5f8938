"""`twintowns query`: ask the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("query", help="ask the database of the current release")
    parser.add_argument("sql", help='SQL, such as "FROM partnerships_per_decade"')
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="how to print it (table)")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.query import run_query

    print(run_query(options.out, options.sql, options.format))
    return 0
