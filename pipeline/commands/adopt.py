"""`twintowns adopt`: a file that was handed over into the raw store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import add_folders

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("adopt", help="take a file that was handed over into raw/ as a snapshot")
    parser.add_argument("source", metavar="SOURCE", help="the declared source that it belongs to")
    parser.add_argument("file", type=Path, nargs="+", help="the file, named as the declaration names it")
    add_folders(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.raw_store.snapshots import adopt
    from pipeline.sources import load_declarations
    from pipeline.sources.selection import choose

    declaration = choose(load_declarations(options.sources), only=frozenset({options.source}))[options.source]
    for path in options.file:
        snapshot = adopt(declaration, path, options.raw)
        print(f"{snapshot.snapshot_id}: {snapshot.byte_count:,} bytes, as of {snapshot.as_of_date}")
    return 0
