"""`twintowns dictionary`: the data dictionary as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("dictionary", help="print the data dictionary as Markdown")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.dictionary import dictionary

    print(dictionary(), end="")
    return 0
