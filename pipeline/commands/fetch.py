"""`twintowns fetch`: declared URLs into the raw store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import add_folders, names

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("fetch", help="bring declared URLs into raw/")
    parser.add_argument("source", nargs="*", metavar="SOURCE", help="what to fetch; every source that is on by default")
    parser.add_argument("--all", action="store_true", help="also the lists that are off")
    add_folders(parser)
    parser.add_argument(
        "--mirror", type=Path, default=os.environ.get("TWINTOWNS_MIRROR") or None, metavar="DIR",
        help="take the bytes from a folder with an index.csv instead of the network (or set TWINTOWNS_MIRROR)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.declarations import load_declarations
    from pipeline.fetch import fetch
    from pipeline.select import choose

    chosen = choose(
        load_declarations(options.sources),
        enable=frozenset({"all"} if options.all else ()),
        only=frozenset(names(options.source)),
    )
    results = fetch((one for one in chosen.values() if one.enabled), options.raw, options.mirror)
    for result in results:
        size = result.message or f"{result.byte_count:>12,} bytes"
        print(f"{result.outcome:9} {result.source_id}/{result.file_name}  {size}")
    failed = [result for result in results if result.outcome == "failed"]
    there = sum(result.outcome in ("new", "unchanged") for result in results)
    print(f"{there} file(s) in {options.raw}, {len(failed)} failed")
    return 3 if failed else 0
