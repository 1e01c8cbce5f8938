"""References between tables, held against one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.compact import to_numbers, to_texts
from schemas.table import ContractError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.table import ForeignKey, Table


def check_foreign_keys(tables: Sequence[Table], frames: dict[str, pl.DataFrame]) -> None:
    """Hold every reference between the given tables.

    Raises:
        ContractError: a value has no row in the table that it refers to.
    """
    # Whatever refers to one column is looked up in it at once: finding a place for each of its values costs most.
    referring: dict[tuple[str, str], list[tuple[Table, ForeignKey]]] = {}
    for table in tables:
        for key in table.foreign_keys:
            referring.setdefault((key.table, key.target), []).append((table, key))
    for (name, target), keys in referring.items():
        referred = [frames[name][target], *(frames[table.name][key.column] for table, key in keys)]
        targets, *parts = _comparable(referred)
        if pl.concat(parts).join(targets, on="value", how="anti").is_empty():
            continue
        for (table, key), values in zip(keys, parts, strict=True):
            missing = values.join(targets, on="value", how="anti").unique().sort("value")["value"]
            if missing.len():
                [prefix] = [column.prefix or "" for column in table.columns if column.name == key.column]
                raise ContractError(
                    f"{table.name}.{key.column} refers to {missing.len()} value(s) that {name}.{target} "
                    f"does not have, such as {to_texts(prefix, missing)[0]!r}"
                )


def _comparable(columns: Sequence[pl.Series]) -> list[pl.DataFrame]:
    """Return columns of ids as `value`, in one type: numbers where one of them is held compact."""
    columns = [column.drop_nulls() for column in columns]
    if any(column.dtype == pl.UInt64 for column in columns):
        columns = [to_numbers(column) for column in columns]
    texts = (column.unique().cast(pl.String) if column.dtype == pl.Categorical else column for column in columns)
    return [column.alias("value").to_frame() for column in texts]
