"""The base class of all contracts: pandera's `DataFrameModel` with the properties of a table.

The docstring of a contract says what one row is, and its fields are the columns. Its `Config` has the table's name, its
key (`unique`) and, in `metadata`, the order of its rows and its references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pandera.polars as pa
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum


class TableModel(pa.DataFrameModel):
    """A table with exactly these columns, in this order.

    `Config.metadata` can have `order`, the columns by which rows are sorted (the key by default), and `references`, for
    a column the `table.column` that must contain each of its values.
    """

    class Config:
        strict = True
        ordered = True

    @classmethod
    def table_name(cls) -> str:
        """Return the name of the table."""
        return str(cls._config("name"))

    @classmethod
    def row_description(cls) -> str:
        """Return what one row is."""
        return " ".join(str(cls.__doc__).split())

    @classmethod
    def dtypes(cls) -> pl.Schema:
        """Return the polars type of each column, in order."""
        return pl.Schema({name: cast("Any", column.dtype).type for name, column in cls.to_schema().columns.items()})

    @classmethod
    def key(cls) -> tuple[str, ...]:
        """Return the columns that are unique together; none if rows may repeat."""
        return tuple(cls._config("unique") or ())

    @classmethod
    def order(cls) -> tuple[str, ...]:
        """Return the columns by which rows are sorted."""
        return tuple(cls._metadata().get("order", cls.key()))

    @classmethod
    def references(cls) -> dict[str, tuple[str, str]]:
        """Return the table and column that each referring column refers to."""
        references = cls._metadata().get("references", {})
        return {column: cast("tuple[str, str]", tuple(target.split("."))) for column, target in references.items()}

    @classmethod
    def fields(cls) -> Iterator[pa.Column]:
        """Yield pandera's columns, in order."""
        yield from cls.to_schema().columns.values()

    @classmethod
    def row_rules(cls) -> dict[str, str]:
        """Return the description of each rule over several columns, those of base classes first."""
        descriptions = {str(check.name): str(check.description) for check in cls.to_schema().checks}
        names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
        return {name: descriptions[name] for name in names if name in descriptions}

    @classmethod
    def empty(cls, *_args: object) -> pl.DataFrame:  # type: ignore[override]
        """Return a frame without rows. Pandera's own coerces each column by itself, which takes 100 times as long."""
        return pl.DataFrame(schema=cls.dtypes())

    @classmethod
    def coerce(cls, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the columns of this table from a frame, in its types; missing columns are null.

        Raises:
            polars.exceptions.InvalidOperationError: a value cannot be cast.
        """
        if not frame.width:
            return cls.empty()
        present = set(frame.columns)
        return frame.select(
            (pl.col(name) if name in present else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in cls.dtypes().items()
        )

    @classmethod
    def _metadata(cls) -> dict[str, Any]:
        return cls._config("metadata") or {}

    @classmethod
    def _config(cls, option: str) -> Any:  # noqa: ANN401 (pandera's type)
        return getattr(cls.__config__, option)


def unit_of(column: pa.Column) -> str | None:
    """Return the unit of a column, if it has one."""
    return (column.metadata or {}).get("unit")


def vocabulary_of(column: pa.Column) -> type[StrEnum] | None:
    """Return the vocabulary of a column, if it is a category."""
    return (column.metadata or {}).get("vocabulary")


def describe(column: pa.Column) -> str:
    """Return the description of a column with its unit and the words of its vocabulary."""
    unit, vocabulary = unit_of(column), vocabulary_of(column)
    words = f"One of {', '.join(word.value for word in vocabulary)}." if vocabulary else ""
    return " ".join(filter(None, (str(column.description), f"Unit: {unit}." if unit else "", words)))


def rows_where(data: pa.PolarsData, rule: pl.Expr) -> pl.LazyFrame:
    """Return for each row whether a rule over several columns is true; null counts as true."""
    return data.lazyframe.select(rule.fill_null(value=True))
