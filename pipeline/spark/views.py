"""The published tables and views in Spark's SQL, for queries that are too large for one machine.

The views are written once, in DuckDB's SQL; sqlglot translates them, and the queries of users as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import sqlglot
from sqlglot import exp

from pipeline.curate.database import view_names
from pipeline.curate.sql import read_sql
from pipeline.report.current import current_database
from pipeline.report.query import QueryError
from pipeline.spark.session import session
from schemas import MODELS

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

_MACRO: Final = "a macro: it takes arguments, which a view of Spark's does not"
_INTERVALS: Final = "Spark has no one type for intervals of days and of years"
_CALLS: Final = "it calls the macros interval_end, intervals_agree and formal_event"
#: Views and macros that Spark does not have, and why. A test compares all other views with DuckDB, row for row.
LEFT_OUT: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "anniversaries",
            "distance_between",
            "find_town",
            "formal_event",
            "interval_end",
            "intervals_agree",
            "partners_of",
            "path_between",
            "path_between_countries",
            "statements_about",
        ),
        _MACRO,
    ),
    "date_conflicts": _CALLS,
    "german_german_links": _INTERVALS,
    "form_conflicts": "Spark leaves nulls out of lists, and so loses which date belongs to which form",
    **dict.fromkeys(("natural_partners", "suspected_duplicates"), "it calls the macro distance_between"),
    "one_sided_partnerships": "its condition names what its columns are called, which Spark's SQL does not allow",
}


def translated_views() -> dict[str, str]:
    """Return the query of each view in Spark's SQL, by name."""
    views = {}
    for name in view_names():
        if name not in LEFT_OUT:
            created = sqlglot.parse_one(read_sql("views", name), read="duckdb")
            views[name] = _to_spark(created.expression)
    return views


def register(spark: SparkSession, release: Path) -> None:
    """Create the tables and views of a release in a session, under their names.

    Args:
        spark: the session.
        release: the folder of a release, under the same path on every worker.
    """
    for table in MODELS:
        spark.read.parquet(str(release / f"{table}.parquet")).createOrReplaceTempView(table)
    for name, query in translated_views().items():
        spark.sql(query).createOrReplaceTempView(name)


def run_spark_query(out: Path, sql: str, master: str, limit: int | None = None) -> pl.DataFrame:
    """Return the answer to a query of the current release, computed by Spark.

    Args:
        out: the folder that holds `current`.
        sql: one query, in DuckDB's SQL.
        master: the Spark master.
        limit: rows to return, all by default.

    Raises:
        TwintownsError: there is no release.
        QueryError: the query cannot be parsed, uses what only DuckDB has, or is wrong for Spark.
        SparkError: as `session`.
    """
    from pyspark.errors import AnalysisException, ParseException

    release = current_database(out).resolve().parent
    query = _translate(sql)
    with session(master) as spark:
        register(spark, release)
        try:
            answer = spark.sql(query)
        except (AnalysisException, ParseException) as error:
            raise QueryError(f"Spark says: {str(error).splitlines()[0]}") from error
        rows = pl.from_arrow((answer if limit is None else answer.limit(limit)).toArrow())
    assert isinstance(rows, pl.DataFrame)
    return rows


def _translate(sql: str) -> str:
    try:
        query = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        raise QueryError(f"the query cannot be read: {str(error).splitlines()[0]}") from error
    for node in query.find_all(exp.Table, exp.Anonymous):
        name = node.name.lower()
        if name in LEFT_OUT:
            raise QueryError(f"{name} is not there on Spark: {LEFT_OUT[name]}. Ask without --engine spark")
    return _to_spark(query)


def _to_spark(query: exp.Expr) -> str:
    return str(query.transform(_round_as_duckdb).sql(dialect="spark"))


def _round_as_duckdb(node: exp.Expr) -> exp.Expr:
    """Return a rounding that multiplies, rounds and divides, as DuckDB does: Spark rounds 497.55 down."""
    digits = node.args.get("decimals") if isinstance(node, exp.Round) else None
    if not isinstance(digits, exp.Literal):
        return node
    scale = exp.Literal.number(f"1e{digits.name}")
    return exp.paren(exp.Div(this=exp.Round(this=exp.paren(node.this) * scale), expression=scale, typed=True))
