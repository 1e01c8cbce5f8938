"""`twintowns read`: the partners that a page of wikitext names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

HELP = "the partners that a page of wikitext names, line by line, as a table or as JSON"
EXAMPLES = ("twintowns read Ancona.wiki --language it",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a page's wikitext, or pages as JSON lines (.jsonl)")
    parser.add_argument("--language", default="en", metavar="CODE", help="the language of its Wikipedia (en)")
    parser.add_argument("--title", metavar="NAME", help="the page's title (the file's name)")
    parser.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help="a table and the lines that name no partner, or one JSON array of the partners with full texts (table)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from pipeline.errors import SourceError
    from pipeline.readers.wikitext.reader import read_file
    from pipeline.report.wikitext import print_json, print_page

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise SourceError(f"{options.file}: cannot be read: {error.strerror}") from error
    show = print_json if options.format == "json" else print_page
    show(read_file(content, options.file, options.language, options.title))
    return 0
