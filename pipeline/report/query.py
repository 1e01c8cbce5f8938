"""Questions to the published database, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from pathlib import Path

_ROWS_SHOWN = 100


class QueryError(TwintownsError):
    """The database does not understand the question."""

    exit_code = 2


def run_query(out: Path, sql: str, form: str) -> str:
    """Ask the current release, opened for reading alone, and return the answer as text.

    Args:
        out: the folder that holds `current`.
        sql: one query.
        form: `table` (at most 100 rows are shown), `csv` or `json` (all rows, one JSON object a line).

    Raises:
        TwintownsError: there is no release.
        QueryError: the database does not understand the query; its own words.
    """
    path = out / "current" / "twintowns.duckdb"
    if not path.exists():
        raise TwintownsError(f"{path}: no release there yet; make one with: twintowns build")
    try:
        with duckdb.connect(path, read_only=True) as connection:
            answer = connection.sql(sql)
            frame = answer.pl() if answer is not None else pl.DataFrame()
    except duckdb.Error as error:
        raise QueryError(f"the database says: {error}") from error
    if form == "csv":
        return str(frame.write_csv()).rstrip("\n")
    if form == "json":
        return str(frame.write_ndjson()).rstrip("\n")
    with pl.Config(
        tbl_rows=_ROWS_SHOWN, tbl_cols=-1, fmt_str_lengths=60, tbl_width_chars=200,
        tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True, tbl_formatting="UTF8_FULL_CONDENSED",
    ):  # fmt: skip
        shown = str(frame.head(_ROWS_SHOWN))
    return shown if frame.height <= _ROWS_SHOWN else f"{shown}\n{_ROWS_SHOWN} of {frame.height:,} rows are shown"
