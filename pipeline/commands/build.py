"""`twintowns build`: raw bytes to a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.engines import add_engine
from pipeline.commands.options import add_folders, add_out, names

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("build", help="build raw/ into curated/current")
    add_folders(parser)
    add_out(parser, "where releases go (curated)")
    parser.add_argument(
        "--enable",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="turn on sources that are off, or all",
    )
    parser.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="ID", help="build these sources alone"
    )
    add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.build import Settings, build
    from pipeline.commands.engines import open_engine
    from pipeline.report.progress import progress_for_stderr
    from pipeline.report.terminal import print_summary, summarise

    settings = Settings(
        raw=options.raw,
        out=options.out,
        sources=tuple(options.sources),
        enable=frozenset(names(options.enable)),
        only=frozenset(names(options.only)),
    )
    with open_engine(options) as engine:
        built = build(settings, progress_for_stderr(), engine)
    if options.json:
        import json

        print(json.dumps(summarise(built), ensure_ascii=False, indent=2))
    else:
        print_summary(built, options.out, options.sources)
    return 0
