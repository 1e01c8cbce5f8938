"""`twintowns query`: query the database of the current release."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.commands.engines import add_engine, spark_master
from pipeline.commands.options import Options, Parser, add_release, count, text_of

HELP = "query the database of the current release"


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("sql", type=text_of, help='SQL, such as "FROM partnerships_per_decade"')
    parser.add_argument(
        "--format",
        choices=("table", "csv", "json", "parquet"),
        default="table",
        help="how to write the result (table); parquet needs --output",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write all rows to this file, print nothing")
    parser.add_argument("--limit", type=count, metavar="N", help="only the first N rows (a table: 100, others: all)")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="csv: no apostrophe before texts that a spreadsheet would take for a formula (= + - @)",
    )
    add_engine(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.control_characters import for_stdout, shows_boxes
    from pipeline.report.query import QueryError, as_text, check_query, run_query, save

    if options.format == "parquet" and options.output is None:
        raise QueryError("Parquet is no text to print; say where to write it with: --output FILE")
    master = spark_master(options)
    if master is None:
        frame = run_query(options.out, options.sql, options.limit)
    else:
        from pipeline.spark.views import run_spark_query

        check_query(options.out, options.sql)
        frame = run_spark_query(options.out, options.sql, master, options.limit)
    if options.output is not None:
        save(frame, options.format, options.output, exact=options.exact)
    else:
        only_ascii = not shows_boxes(sys.stdout)
        text = as_text(frame, options.format, shown=options.limit, exact=options.exact, only_ascii=only_ascii)
        print(for_stdout(text))
    return 0
