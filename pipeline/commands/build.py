"""`twintowns build`: build a release from the raw store."""

from __future__ import annotations

from pipeline.commands.engines import add_engine, open_engine
from pipeline.commands.options import Options, Parser, add_build_options, add_json, build_settings, print_json

HELP = "build raw/ into curated/current"
EXAMPLES = (
    "twintowns build",
    "twintowns build --only starter_germany starter_towns --out german",
    "twintowns build --sources my_sources",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    add_build_options(parser)
    add_engine(parser)
    add_json(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.build import build
    from pipeline.errors import PARTIAL
    from pipeline.report.build_summary import print_summary, summarise
    from pipeline.report.progress import progress_for_stderr

    with open_engine(options) as engine:
        built = build(build_settings(options), progress_for_stderr(), engine)
    summary = summarise(built.published, built.notes, built.stale, built.missing)
    if options.json:
        print_json(summary)
    else:
        print_summary(summary, options.out, options.sources)
    return PARTIAL if built.stale or built.missing else 0
