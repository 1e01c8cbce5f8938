"""`twintowns declare`: a draft of the declaration of a list, or what a declaration reads."""

from __future__ import annotations

from pathlib import Path

from pipeline.commands.options import Options, Parser, add_raw

HELP = "look at a list and draft its declaration; --check shows what a declaration reads, row by row"
EXAMPLES = (
    "twintowns declare list.xlsx",
    "twintowns declare --check list.toml",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a list (csv, tsv, xlsx, json, geojson …); with --check, a declaration"
    )
    parser.add_argument(
        "--check", action="store_true", help="show what a declaration (.toml) reads and what it does not"
    )
    parser.add_argument("--language", metavar="CODE", help="the language of the list, such as de (that of its country)")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write the declaration: a file beside the list, which it names; - for here",
    )
    parser.add_argument("--force", action="store_true", help="write over a declaration that is there")
    parser.add_argument(
        "--rows", type=int, default=10, metavar="N", help="claims, and rows of each problem, that are shown (10)"
    )
    add_raw(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.declare.check import print_check
    from pipeline.declare.drafting import draft_declaration

    declaration = options.file
    if not options.check:
        declaration = draft_declaration(options.file, options.output, options.language, force=options.force)
        if declaration is None:
            return 0
    return print_check(declaration, options.raw, options.rows)
