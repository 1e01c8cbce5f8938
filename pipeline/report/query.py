"""Queries to the published database, from the command line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb
import polars as pl
import pyarrow as pa
from duckdb import StatementType

from pipeline.errors import TwintownsError
from pipeline.publish.read_only import ALLOWED, LIMITS, LimitError
from pipeline.report.current import open_current
from pipeline.report.results import refuse_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

#: Statements that only read. DESCRIBE, SHOW, SUMMARIZE, FROM and WITH are SELECT, PIVOT is MULTI.
_QUERIES: Final = (StatementType.SELECT, StatementType.EXPLAIN, StatementType.MULTI)
#: A result is in memory before it is written: bytes that it may have, and rows that are fetched at once.
_MAX_RESULT_BYTES: Final = 2_000_000_000
_BATCH_ROWS: Final = 10_000


class QueryError(TwintownsError):
    """A query is wrong, or its result cannot be read."""

    exit_code = 2


def run_query(
    out: Path, sql: str, limit: int | None = None, parameters: Mapping[str, object] | None = None
) -> pl.DataFrame:
    """Return the result of a query to the current release. It reads nothing else, and writes nothing.

    Args:
        out: the folder of the releases.
        sql: one query.
        limit: return only the first rows.
        parameters: the values of `$name` in the query, by name.

    Raises:
        TwintownsError: there is no release.
        QueryError: the query is wrong, with the database's message; or it is no query.
        ForbiddenError: the query reads another file.
        LimitError: it takes too much time or memory, or its result is too large.
        ResultError: a column is of a type that a frame cannot hold.
    """
    with open_current(out) as connection:
        relation = _bind(connection, sql, parameters)
        with _database_says(), refuse_types("a table"):
            return _fetch(relation if limit is None else relation.limit(limit))


def check_query(out: Path, sql: str) -> None:
    """Check that another engine may run a query: DuckDB knows all its tables and functions, and no file is one of them.

    Raises:
        TwintownsError: as `run_query`.
    """
    with open_current(out) as connection:
        _bind(connection, sql)


def _bind(connection: DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None) -> DuckDBPyRelation:
    """Return the query, before it is run.

    Raises:
        QueryError: it is no query, or wrong.
    """
    with _database_says():
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            what = f"these are {len(statements)} statements, not one query" if statements else "there is no query"
            raise QueryError(f"{what}; {ALLOWED}")
        if statements[0].type not in _QUERIES:
            raise QueryError(f"a statement of the kind {statements[0].type.name} is not a query; {ALLOWED}")
        return connection.sql(sql, params=dict(parameters)) if parameters else connection.sql(sql)


@contextmanager
def _database_says() -> Iterator[None]:
    try:
        yield
    except LIMITS:
        raise
    except duckdb.Error as error:
        raise QueryError(f"the database says: {error}") from error


def _fetch(relation: DuckDBPyRelation) -> pl.DataFrame:
    reader = relation.to_arrow_reader(_BATCH_ROWS)
    batches, size = [], 0
    for batch in reader:
        size += batch.nbytes
        if size > _MAX_RESULT_BYTES:
            raise LimitError(
                f"the result is larger than {_MAX_RESULT_BYTES / 1e9:g} GB, which is the limit; ask for fewer rows or "
                "columns, or read the Parquet files of the release"
            )
        batches.append(batch)
    names = reader.schema.names
    if len({*names}) < len(names):
        # A frame has no two columns of a name; these are the names that the database gives them instead.
        names = relation.limit(0).pl().columns
    frame = pl.from_arrow(pa.Table.from_batches(batches, schema=reader.schema).rename_columns(names))
    assert isinstance(frame, pl.DataFrame)
    return frame
