"""Validation of frames against their models by pandera, and the error that names what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.model import TableModel

#: How many failures a message shows, and how many letters of a value.
_MAX_FAILURES, _MAX_LETTERS = 5, 200

_FAILURES = pl.Schema({"row": pl.Int64, "column": pl.String, "check": pl.String, "value": pl.String})


class ContractError(Exception):
    """A frame breaks its contract. The message names table, columns, checks, rows and values."""


def list_failures(contract: type[TableModel] | pa.DataFrameSchema, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the failures of a frame.

    Returns:
        `row` (index in the frame; null if the frame as a whole fails), `column` (null for a rule over several columns),
        `check`, `value`. There are no rows if the frame keeps its contract.
    """
    is_as_declared = isinstance(contract, type) and frame.schema == contract.dtypes()
    if is_as_declared and frame.is_empty():
        # All rules are about rows. Half the tables of a small release have none, and pandera takes its time with each.
        return pl.DataFrame(schema=_FAILURES)
    try:
        if isinstance(contract, type) and not is_as_declared:
            # If columns are missing or have another type, checks of values say nothing useful.
            with config_context(validation_depth=ValidationDepth.SCHEMA_ONLY):
                contract.validate(frame, lazy=True)
        contract.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases: pl.DataFrame = error.failure_cases
        return cases.select(
            row=pl.col("index").cast(pl.Int64),
            column=pl.when(pl.col("schema_context") == "Column").then(pl.col("column")),
            check=pl.col("check").cast(pl.String),
            value=pl.col("failure_case").cast(pl.String),
        )
    return pl.DataFrame(schema=_FAILURES)


def check_table(model: type[TableModel], frame: pl.DataFrame) -> pl.DataFrame:
    """Validate a frame and return it unchanged.

    Raises:
        ContractError: the frame breaks its contract.
    """
    _raise(model.table_name(), list_failures(model, frame))
    return frame


def check_slices(model: type[TableModel], slices: Iterable[pl.DataFrame]) -> int:
    """Validate a table slice by slice, and its key over all slices; return the number of rows.

    Raises:
        ContractError: the table breaks its contract.
    """
    name, key = model.table_name(), list(model.key())
    keys, height = [], 0
    for part in slices:
        _raise(name, list_failures(model, part), first_row=height)
        keys.append(part.select(key))
        height += part.height
    # Each slice was checked for repeated keys, but not all slices together.
    if key and len(keys) > 1:
        unique = pa.DataFrameSchema({column: pa.Column() for column in key}, unique=key)
        _raise(name, list_failures(unique, pl.concat(keys)))
    return height


def _raise(name: str, failures: pl.DataFrame, first_row: int = 0) -> None:
    if failures.is_empty():
        return
    shown = [
        f"  {column or ('table' if row is None else 'row')}: {check} "
        f"({'' if row is None else f'row {row + first_row}: '}{str(value)[:_MAX_LETTERS]})"
        for row, column, check, value in failures.head(_MAX_FAILURES).iter_rows()
    ]
    raise ContractError("\n".join([f"table {name} breaks its contract in {failures.height} place(s):", *shown]))
