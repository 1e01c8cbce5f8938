"""`twintowns query`: query the database of the current release."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.engines import add_engine, spark_master
from pipeline.commands.options import Options, Parser, add_release, text_of
from pipeline.commands.results import add_result, write_result
from pipeline.report.formats import format_of

if TYPE_CHECKING:
    import polars as pl

HELP = "query the database of the current release"
EXAMPLES = (
    'twintowns query "FROM partnerships_per_decade"',
    'twintowns query "FROM country_pairs" --limit 20 --output pairs.xlsx',
    "twintowns query --file question.sql --param country=FR --param since=1990",
    'echo "FROM eras" | twintowns query -',
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "sql", nargs="?", type=text_of, help='SQL, such as "FROM partnerships_per_decade"; - for standard input'
    )
    parser.add_argument("--file", type=Path, metavar="FILE", help="read the SQL from this file")
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        type=_parameter,
        metavar="NAME=VALUE",
        help='the value of $NAME in the SQL: a number, true, false, null, or a text ("1984" in quotes is a text)',
    )
    add_result(parser)
    add_engine(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    format_of(options.output, options.format)  # a wrong format is said before a long query is run
    write_result(options, _answer(options, _read_sql(options)))
    return 0


def _answer(options: Options, sql: str) -> pl.DataFrame:
    from pipeline.errors import UsageError
    from pipeline.report.query import check_query, run_query

    master = spark_master(options)
    if master is None:
        return run_query(options.out, sql, options.limit, dict(options.param))
    if options.param:
        raise UsageError("--param is not there on Spark: write the values into the SQL")
    from pipeline.spark.views import run_spark_query

    check_query(options.out, sql)
    return run_spark_query(options.out, sql, master, options.limit)


def _read_sql(options: Options) -> str:
    """Return the SQL of the command line, of a file or of standard input.

    Raises:
        UsageError: there is none, or two; or it cannot be read.
    """
    from pipeline.errors import UsageError

    if (options.sql is None) == (options.file is None):
        raise UsageError(
            'say one query: twintowns query "FROM partnerships_per_decade", or --file FILE, or - for standard input'
        )
    if options.sql not in (None, "-"):
        return str(options.sql)
    try:
        content = sys.stdin.buffer.read() if options.file is None else options.file.read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{options.file or 'standard input'}: the SQL is not UTF-8; save it as UTF-8") from error


def _parameter(text: str) -> tuple[str, object]:
    """Return name and value; what JSON reads as a value is one, anything else is a text."""
    name, sign, value = text_of(text).partition("=")
    if not sign or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is no parameter; it is written like country=FR")
    try:
        parsed = json.loads(value)
    except ValueError:
        return name, value
    return name, value if isinstance(parsed, list | dict) else parsed
