"""What a column promises: as one pass over a frame finds out, and as pandera explains it.

Both say the same; a property test holds them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import pandera.polars as pa

    from schemas.table import Column, Rule


def promises(column: Column, dtype: pl.DataType) -> list[pl.Expr]:
    """Return what a column of some type, published or compact, promises: each as one Boolean of the whole frame."""
    value = pl.col(column.name)
    promised = []
    if not column.nullable:
        promised.append(value.null_count() == 0)
        if column.dtype.is_float():
            # pandera takes it for a null.
            promised.append(value.is_not_nan().all())
    if column.vocabulary is not None and dtype == pl.String:
        promised.append(value.is_in([member.value for member in column.vocabulary]).all())
    if column.minimum is not None:
        promised.append((value >= column.minimum).all())
    if column.maximum is not None:
        promised.append((value <= column.maximum).all())
    if column.pattern is not None and dtype != pl.UInt64:
        text = value.unique().cast(pl.String) if dtype == pl.Categorical else value
        promised.append(text.str.contains(f"^(?:{column.pattern})").all())
    return promised


def pandera_column(column: Column) -> pa.Column:
    """Return the same for pandera, which names each value that breaks a promise."""
    import pandera.polars as pa

    checks = []
    if column.vocabulary is not None:
        checks.append(pa.Check.isin([member.value for member in column.vocabulary]))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    if column.pattern is not None:
        checks.append(pa.Check.str_matches(column.pattern))
    return pa.Column(
        column.dtype,
        checks=checks,
        nullable=column.nullable,
        name=column.name,
        description=column.description,
        metadata={"unit": column.unit} if column.unit else None,
    )


def pandera_check(rule: Rule) -> pa.Check:
    """Return a rule over several columns for pandera."""
    import pandera.polars as pa

    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(rule.holds.fill_null(value=True))

    return pa.Check(holds, name=rule.name, error=rule.name, description=rule.description)
