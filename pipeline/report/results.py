"""The result of a question as text or as a file, in the formats of other programs."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import TwintownsError
from pipeline.report.result_table import draw_table
from pipeline.report.spreadsheet import flatten, neutralise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Rows of a table that are shown if no limit is given.
_ROWS_SHOWN: Final = 100
#: Rows that a sheet of Excel has below its header.
_SHEET_ROWS: Final = 1_048_575
#: A workbook says when it was made; with a fixed time the same result gives the same bytes.
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)


class ResultError(TwintownsError):
    """A result cannot be written in this format, or not there."""

    exit_code = 2


@contextmanager
def refuse_types(form: str) -> Iterator[None]:
    """Turn what polars raises of types that a format lacks into a message."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, TypeError) as error:
        raise ResultError(
            f"a column is of a type, or has a value, that {form} cannot hold; write it as text with ::VARCHAR "
            f"({str(error).splitlines()[0]})"
        ) from error


def as_text(
    frame: pl.DataFrame,
    form: str,
    *,
    shown: int | None = None,
    width: int | None = None,
    exact: bool = False,
    only_ascii: bool = False,
) -> str:
    """Return a result as text.

    Args:
        frame: the result.
        form: `table`, `csv`, `json` (one array) or `jsonl` (one object a line); all but the first have all rows. In a
            CSV, null is an empty cell and an empty text is `""`.
        shown: how many rows a table has at most (100).
        width: how many characters wide a table is at most; None for no limit.
        exact: leave cells of a CSV that a spreadsheet would take for a formula as they are.
        only_ascii: draw a table without box characters.

    Raises:
        ResultError: the format cannot hold a column.
    """
    with refuse_types(form):
        if form == "csv":
            flat = flatten(frame)
            return str((flat if exact else neutralise(flat)).write_csv()).removesuffix("\n")
        if form == "json":
            return str(frame.write_json())
        if form == "jsonl":
            return str(frame.write_ndjson()).rstrip("\n")
        return draw_table(frame, _ROWS_SHOWN if shown is None else shown, width, only_ascii=only_ascii)


def save(frame: pl.DataFrame, form: str, path: Path, *, exact: bool = False) -> None:
    """Write a result to a file, completely or not at all.

    Raises:
        ResultError: the file cannot be written, or the format cannot hold the result.
    """
    part = path.with_name(path.name + ".part")
    try:
        if form == "parquet":
            # Polars opens no path that is not UTF-8.
            with part.open("wb") as stream, refuse_types(form):
                frame.write_parquet(stream)
        elif form == "xlsx":
            part.write_bytes(_workbook(frame))
        else:
            part.write_text(as_text(frame, form, shown=frame.height, exact=exact) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ResultError(f"{path}: cannot be written ({error.strerror or error}); nothing was kept") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _workbook(frame: pl.DataFrame) -> bytes:
    """Return a workbook of one sheet, in which no text is a formula or a link."""
    from xlsxwriter import Workbook

    if frame.height > _SHEET_ROWS:
        raise ResultError(
            f"{frame.height:,} rows are more than a sheet has ({_SHEET_ROWS:,}); take fewer with --limit, or csv"
        )
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with refuse_types("xlsx"), Workbook(content, options) as workbook:
        workbook.set_properties({"created": _MADE})
        flatten(frame).write_excel(workbook, "result", autofit=frame.height <= _ROWS_SHOWN, freeze_panes=(1, 0))
    return content.getvalue()
