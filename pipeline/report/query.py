"""Queries to the published database, from the command line."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import duckdb
import polars as pl
import pyarrow as pa
from duckdb import StatementType

from pipeline.errors import TwintownsError
from pipeline.publish.read_only import ALLOWED, LIMITS, LimitError
from pipeline.report.control_characters import escape_controls
from pipeline.report.current import open_current
from pipeline.report.spreadsheet import flatten, neutralise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

#: Rows of a table that are shown if no limit is given.
_ROWS_SHOWN = 100
#: Statements that only read. DESCRIBE, SHOW, SUMMARIZE, FROM and WITH are SELECT, PIVOT is MULTI.
_QUERIES: Final = (StatementType.SELECT, StatementType.EXPLAIN, StatementType.MULTI)
#: A result is in memory before it is written: bytes that it may have, and rows that are fetched at once.
_MAX_RESULT_BYTES: Final = 2_000_000_000
_BATCH_ROWS: Final = 10_000


class QueryError(TwintownsError):
    """A query is wrong, or its result cannot be written."""

    exit_code = 2


def run_query(out: Path, sql: str, limit: int | None = None) -> pl.DataFrame:
    """Return the result of a query to the current release. It reads nothing else, and writes nothing.

    Args:
        out: the folder of the releases.
        sql: one query.
        limit: return only the first rows.

    Raises:
        TwintownsError: there is no release.
        QueryError: the query is wrong, with the database's message; or it is no query.
        ForbiddenError: the query reads another file.
        LimitError: it takes too much time or memory, or its result is too large.
    """
    with open_current(out) as connection:
        relation = _bind(connection, sql)
        with _database_says(), _refuse_types("a table"):
            return _fetch(relation if limit is None else relation.limit(limit))


def check_query(out: Path, sql: str) -> None:
    """Check that another engine may run a query: DuckDB knows all its tables and functions, and no file is one of them.

    Raises:
        TwintownsError: as `run_query`.
    """
    with open_current(out) as connection:
        _bind(connection, sql)


def _bind(connection: DuckDBPyConnection, sql: str) -> DuckDBPyRelation:
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
        return connection.sql(sql)


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


@contextmanager
def _refuse_types(form: str) -> Iterator[None]:
    """Turn what polars raises of types that a format lacks into a message."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise QueryError(
            f"a column is of a type, or has a value, that {form} cannot hold; write it as text with ::VARCHAR "
            f"({str(error).splitlines()[0]})"
        ) from error


def as_text(
    frame: pl.DataFrame, form: str, *, shown: int | None = None, exact: bool = False, only_ascii: bool = False
) -> str:
    """Return a result as text.

    Args:
        frame: the result.
        form: `table`, `csv` or `json` (one object a line); the last two have all rows. In a CSV, null is an empty cell
            and an empty text is `""`.
        shown: how many rows a table has at most (100).
        exact: leave cells of a CSV that a spreadsheet would take for a formula as they are.
        only_ascii: draw a table without box characters.

    Raises:
        QueryError: the format cannot hold a column.
    """
    with _refuse_types(form):
        return _as_text(frame, form, shown, exact=exact, only_ascii=only_ascii)


def _as_text(frame: pl.DataFrame, form: str, shown: int | None, *, exact: bool, only_ascii: bool) -> str:
    if form == "csv":
        flat = flatten(frame)
        return str((flat if exact else neutralise(flat)).write_csv()).removesuffix("\n")
    if form == "json":
        return str(frame.write_ndjson()).rstrip("\n")
    rows = _ROWS_SHOWN if shown is None else shown
    with pl.Config(
        tbl_rows=rows,
        tbl_cols=-1,
        fmt_str_lengths=60,
        tbl_width_chars=200,
        fmt_table_cell_list_len=-1,
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        tbl_formatting="ASCII_FULL_CONDENSED" if only_ascii else "UTF8_FULL_CONDENSED",
    ):
        # Names come from pages that anyone can edit, and a table is for a terminal.
        table = escape_controls(str(frame.head(rows)))
    return table if frame.height <= rows else f"{table}\n{rows} of {frame.height:,} rows are shown"


def save(frame: pl.DataFrame, form: str, path: Path, *, exact: bool = False) -> None:
    """Write a result to a file, completely or not at all.

    Raises:
        QueryError: the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        if form == "parquet":
            # Polars opens no path that is not UTF-8.
            with part.open("wb") as stream, _refuse_types(form):
                frame.write_parquet(stream)
        else:
            part.write_text(as_text(frame, form, shown=frame.height, exact=exact) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise QueryError(f"{path}: cannot be written ({error.strerror or error}); nothing was kept") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
