"""Questions to the published database, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipeline.errors import TwintownsError
from pipeline.report.current import current_database
from pipeline.report.spreadsheet import flatten, neutralise

if TYPE_CHECKING:
    from pathlib import Path

#: How an answer can be written; `parquet` only into a file.
FORMATS = ("table", "csv", "json", "parquet")
_ROWS_SHOWN = 100


class QueryError(TwintownsError):
    """The question cannot be asked, or the database does not understand it."""

    exit_code = 2


def ask(out: Path, sql: str, limit: int | None = None) -> pl.DataFrame:
    """Ask the current release, opened for reading alone.

    Args:
        out: the folder that holds `current`.
        sql: one query.
        limit: take only the first rows.

    Raises:
        TwintownsError: there is no release.
        QueryError: the database does not understand the query; its own words.
    """
    path = current_database(out)
    try:
        with duckdb.connect(path, read_only=True) as connection:
            answer = connection.sql(sql)
            if answer is None:
                return pl.DataFrame()
            frame: pl.DataFrame = (answer if limit is None else answer.limit(limit)).pl()
            return frame
    except duckdb.Error as error:
        raise QueryError(f"the database says: {error}") from error


def as_text(frame: pl.DataFrame, form: str, *, shown: int | None = None, exact: bool = False) -> str:
    """Return an answer as text.

    Args:
        frame: the answer.
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
        tbl_rows=rows, tbl_cols=-1, fmt_str_lengths=60, tbl_width_chars=200, fmt_table_cell_list_len=-1,
        tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True, tbl_formatting="UTF8_FULL_CONDENSED",
    ):  # fmt: skip
        table = str(frame.head(rows))
    return table if frame.height <= rows else f"{table}\n{rows} of {frame.height:,} rows are shown"


def save(frame: pl.DataFrame, form: str, path: Path, *, exact: bool = False) -> None:
    """Write an answer into a file, which then is whole or not there.

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
