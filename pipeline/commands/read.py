"""`twintowns read`: what would be made of a page of wikitext."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("read", help="which partners a page of wikitext names, line by line")
    parser.add_argument("file", type=Path, metavar="FILE", help="a page's wikitext, or pages as JSON lines (.jsonl)")
    parser.add_argument("--language", default="en", metavar="CODE", help="of the Wikipedia that it is from (en)")
    parser.add_argument("--title", metavar="NAME", help="the page's title (the file's name)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.errors import SourceError
    from pipeline.readers.wikitext.reader import read_file
    from pipeline.report.pages import print_page

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise SourceError(f"{options.file}: cannot be read: {error.strerror}") from error
    print_page(read_file(content, options.file, options.language, options.title))
    return 0
