"""Queries to the published database, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipeline.errors import TwintownsError
from pipeline.report.current import current_database
from pipeline.report.spreadsheet import flatten, neutralise

if TYPE_CHECKING:
    from pathlib import Path

#: Rows of a table that are shown if no limit is given.
_ROWS_SHOWN = 100


class QueryError(TwintownsError):
    """A query is wrong, or its result cannot be written."""

    exit_code = 2


def run_query(out: Path, sql: str, limit: int | None = None) -> pl.DataFrame:
    """Return the result of a query to the current release, which is opened read-only.

    Args:
        out: the folder of the releases.
        sql: one query.
        limit: return only the first rows.

    Raises:
        TwintownsError: there is no release.
        QueryError: the query is wrong; with the database's message.
    """
    path = current_database(out)
    try:
        with duckdb.connect(path, read_only=True) as connection:
            relation = connection.sql(sql)
            if relation is None:
                return pl.DataFrame()
            frame: pl.DataFrame = (relation if limit is None else relation.limit(limit)).pl()
            return frame
    except duckdb.Error as error:
        raise QueryError(f"the database says: {error}") from error


def as_text(frame: pl.DataFrame, form: str, *, shown: int | None = None, exact: bool = False) -> str:
    """Return a result as text.

    Args:
        frame: the result.
        form: `table`, `csv` or `json` (one object a line); the last two have all rows.
        shown: how many rows a table has at most (100).
        exact: leave cells of a CSV that a spreadsheet would take for a formula as they are.
    """
    if form == "csv":
        flat = flatten(frame)
        return str((flat if exact else neutralise(flat)).write_csv()).rstrip("\n")
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
        tbl_formatting="UTF8_FULL_CONDENSED",
    ):
        table = str(frame.head(rows))
    return table if frame.height <= rows else f"{table}\n{rows} of {frame.height:,} rows are shown"


def save(frame: pl.DataFrame, form: str, path: Path, *, exact: bool = False) -> None:
    """Write a result to a file, completely or not at all.

    Raises:
        QueryError: the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        if form == "parquet":
            frame.write_parquet(part)
        else:
            part.write_text(as_text(frame, form, shown=frame.height, exact=exact) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise QueryError(f"{path}: cannot be written ({error.strerror or error}); nothing was kept") from error
