"""How a command writes the rows that answer it: options, and what they do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.commands.options import count
from pipeline.report.formats import FORMATS, format_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from pipeline.commands.options import Options, Parser

#: Characters of a line where the output is no terminal.
_WIDTH: Final = 120


def add_result(parser: Parser) -> None:
    """Add the format of the rows, and where they are written."""
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        help="how to write the rows: a table for people, one JSON array, JSON lines, … "
        "(a table, or what the name of --output ends with)",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write all rows to this file")
    parser.add_argument("--limit", type=count, metavar="N", help="only the first N rows (a table: 100, others: all)")
    parser.add_argument("--wide", action="store_true", help="table: all columns, however wide the terminal is")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="csv: no apostrophe before texts that a spreadsheet would take for a formula (= + - @)",
    )


def write_result(options: Options, frame: pl.DataFrame, show: Callable[[], None] | None = None) -> None:
    """Write rows as the options say.

    Args:
        options: of `add_result`.
        frame: all rows, of which `--limit` takes the first ones.
        show: prints what a person reads, in the place of a table of all columns.
    """
    from pipeline.report.control_characters import for_stdout, shows_boxes
    from pipeline.report.results import as_text, save

    form = format_of(options.output, options.format)
    rows = frame.head(options.limit) if options.limit else frame
    if options.output is not None:
        save(rows, form, options.output, exact=options.exact)
        print(f"{options.output}: {rows.height:,} row{'' if rows.height == 1 else 's'}", file=sys.stderr)
    elif form == "table" and show is not None and not options.wide:
        show()
    else:
        width = None if options.wide else terminal_width()
        only_ascii = not shows_boxes(sys.stdout)
        text = as_text(rows, form, shown=options.limit, width=width, exact=options.exact, only_ascii=only_ascii)
        print(for_stdout(text))


def terminal_width() -> int:
    """Return the width of the terminal; `COLUMNS` says otherwise, and without a terminal it is 120."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns
