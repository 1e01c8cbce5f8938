"""`twintowns import`: import a file into the raw store."""

from __future__ import annotations

from pathlib import Path

from pipeline.commands.options import Options, Parser, add_raw, add_sources

#: The module is not called so, because the word is one of Python's own.
NAME = "import"
HELP = "import a file into raw/ as a snapshot"
EXAMPLES = ("twintowns import my_list given/list.csv",)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("source", metavar="SOURCE", help="the declared source that the file belongs to")
    parser.add_argument("file", type=Path, nargs="+", help="the file, with the name that is declared")
    add_raw(parser)
    add_sources(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.raw_store.snapshots import import_file
    from pipeline.sources import load_declarations
    from pipeline.sources.selection import select_sources

    declaration = select_sources(load_declarations(options.sources), only=frozenset({options.source}))[options.source]
    for path in options.file:
        snapshot = import_file(declaration, path, options.raw)
        print(f"{snapshot.snapshot_id}: {snapshot.byte_count:,} bytes, as of {snapshot.as_of_date}")
    return 0
