"""What a contract is made of: columns, rules, keys; and how a frame is held against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.compact import compact_dtype, find_foreign, to_numbers, to_texts
from schemas.promises import pandera_check, pandera_column, promises

if TYPE_CHECKING:
    from enum import StrEnum

    import pandera.polars as pa


#: What `Table.failures` returns.
_FAILURES = pl.Schema({"row": pl.Int64, "column": pl.String, "rule": pl.String, "value": pl.String})


class ContractError(Exception):
    """A frame breaks its contract: the table, the column, the rule and sample rows are in the message."""


@dataclass(frozen=True)
class Column:
    """One published column, defined once and reused by every table that has it.

    Args:
        name: snake_case, singular.
        dtype: polars type.
        description: one sentence for the dictionary and the database's comments.
        unit: unit of measure, where there is one.
        nullable: whether a null is allowed.
        vocabulary: the enumerated values, where the column is a category.
        minimum: smallest allowed value.
        maximum: largest allowed value.
        pattern: regular expression that the whole text must match.
        prefix: the letter of a minted id, before its hex digits.
        repeats: whether a text is likely to stand in several rows.
    """

    name: str
    dtype: Any
    description: str
    unit: str | None = None
    nullable: bool = False
    vocabulary: type[StrEnum] | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    prefix: str | None = None
    repeats: bool = True

    def optional(self) -> Column:
        """Return the same column where a null is allowed."""
        return replace(self, nullable=True)

    def named(self, name: str, description: str | None = None) -> Column:
        """Return the same column under another name, with another description where one is given."""
        return replace(self, name=name, description=description or self.description)


@dataclass(frozen=True)
class Rule:
    """A rule over several columns of a row: `holds` is true for a good row, and null counts as true."""

    name: str
    holds: pl.Expr
    description: str


@dataclass(frozen=True)
class ForeignKey:
    """Every non-null value of `column` must stand in `table.target`."""

    column: str
    table: str
    target: str


@dataclass(frozen=True)
class Table:
    """The contract of one table: the rule, the documentation, the dictionary and the package descriptor.

    Args:
        name: snake_case, plural.
        row: what one row is.
        columns: in published order.
        key: columns that are unique together; also the order in which rows are published.
        foreign_keys: references into other published tables.
        rules: cross-column rules.
        sort: publishing order where it is not the key.
        ties: where that order is not total, in which order rows come that it leaves together, and why: the order in
            which they are given, which has to be the same in every build. None: the order is total.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()
    sort: tuple[str, ...] = ()
    ties: str | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """Columns to sort by before publishing: a total order, but for what `ties` says."""
        return self.sort or self.key

    @cached_property
    def polars_schema(self) -> pl.Schema:
        """Names and types in published order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @cached_property
    def compact_schema(self) -> pl.Schema:
        """Names and types in published order, as rows are held by the million (`compact`)."""
        return pl.Schema({column.name: compact_dtype(column) for column in self.columns})

    @cached_property
    def pandera_schema(self) -> pa.DataFrameSchema:
        """The contract as a pandera schema (strict: no column more, none less, in order)."""
        import pandera.polars as pa

        return pa.DataFrameSchema(
            columns={column.name: pandera_column(column) for column in self.columns},
            checks=[pandera_check(rule) for rule in self.rules],
            name=self.name,
            description=self.row,
            strict=True,
            ordered=True,
            unique=list(self.key) or None,
        )

    def empty(self) -> pl.DataFrame:
        """Return a typed frame without rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame, *, compact: bool = False) -> pl.DataFrame:
        """Return the frame with exactly this table's columns and types, in published order.

        A column that the frame lacks is filled with nulls. Rows that the order leaves together stay as they come.

        Args:
            frame: published types or compact ones, or what can be cast to them.
            compact: whether the result is to be of the types that take the least memory.
        """
        present = set(frame.columns)
        schema = self.compact_schema if compact else self.polars_schema
        given = frame.schema
        numbers = [one for one in self.columns if one.prefix and given.get(one.name) == pl.UInt64]
        # Ids sort as the numbers that they are held as.
        types = schema | {one.name: pl.UInt64() for one in numbers}
        frame = self.compact(frame) if compact else frame
        frame = frame.select(
            (pl.col(name) if name in present else pl.lit(None)).cast(dtype).alias(name) for name, dtype in types.items()
        )
        # Moving all columns of a frame that is in order already is most of what this costs.
        if self.order and not (len(self.order) == 1 and frame[self.order[0]].is_sorted()):
            frame = frame.sort(self.order, maintain_order=self.ties is not None)
        return frame if compact else frame.with_columns(to_texts(one.prefix or "", frame[one.name]) for one in numbers)

    def compact(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with the columns that are this table's in compact types; the rest of it stays as it is.

        Raises:
            polars.exceptions.InvalidOperationError: a word is not in its vocabulary.
        """
        frame = self.numbered(frame)
        types = {name: dtype for name, dtype in self.compact_schema.items() if frame.schema.get(name, dtype) != dtype}
        return frame.with_columns(pl.col(name).cast(dtype) for name, dtype in types.items())

    def numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with minted ids as numbers, of whatever release it is: its words may be other ones.

        Raises:
            ContractError: a text is no minted id.
        """
        ids = {one.name: one.prefix for one in self.columns if one.prefix and frame.schema.get(one.name) == pl.String}
        for name, prefix in ids.items():
            if (found := find_foreign(prefix, frame[name])) is not None:
                raise ContractError(f"table {self.name} breaks its contract: {name}: no minted id: {found[:200]!r}")
        return frame.with_columns(to_numbers(frame[name]) for name in ids)

    def published(self, frame: pl.DataFrame) -> pl.LazyFrame:
        """Return what is this table's in published types, batch by batch; what has them already stays as it is.

        Args:
            frame: some columns of this table, compact or not, and perhaps others.
        """
        ids = {one.name: one.prefix for one in self.columns if one.prefix and frame.schema.get(one.name) == pl.UInt64}
        texts = (
            pl.col(name).map_batches(partial(to_texts, prefix), return_dtype=pl.String, is_elementwise=True)
            for name, prefix in ids.items()
        )
        types = {name: dtype for name, dtype in self.polars_schema.items() if name in frame.schema}
        return frame.lazy().with_columns(texts).cast(types)  # type: ignore[arg-type]

    def failures(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return what breaks the contract: columns `row` (index, null for a broken contract), `column`, `rule`.

        pandera reports a failing value with the index of its row; a failure without one (a missing
        column, a wrong type) means that the frame as a whole is not what it says.
        """
        if self.is_kept_by(frame):
            return pl.DataFrame(schema=_FAILURES)
        if frame.schema == self.compact_schema != self.polars_schema:
            frame = self.published(frame).collect()
        if lacking := [(None, None, "column_in_dataframe", name) for name in self.polars_schema.keys() - frame.schema]:
            # pandera asks for the key nonetheless, and ends with an error of polars.
            return pl.DataFrame(sorted(lacking), schema=_FAILURES, orient="row")
        import pandera.polars as pa

        try:
            self.pandera_schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases: pl.DataFrame = error.failure_cases
            return cases.select(
                row=pl.col("index").cast(pl.Int64),
                column=pl.when(pl.col("schema_context") == "Column").then(pl.col("column")),
                rule=pl.col("check").cast(pl.String),
                value=pl.col("failure_case").cast(pl.String),
            )
        return pl.DataFrame(schema=_FAILURES)

    def is_kept_by(self, frame: pl.DataFrame) -> bool:
        """Return whether a frame certainly keeps the contract, by one pass over it.

        A sieve before pandera, which asks one question after the other and says which row breaks which rule: false for
        every frame that pandera would refuse, and for hardly any other. A compact frame is not made larger for it.
        """
        if frame.schema not in (self.polars_schema, self.compact_schema):
            return False
        promised = [one for column in self.columns for one in promises(column, frame.schema[column.name])]
        promised += [rule.holds.fill_null(value=True).all() for rule in self.rules]
        if not all(frame.select(promise.alias(str(place)) for place, promise in enumerate(promised)).row(0)):
            return False
        # Two keys of one hash are taken for one and the same; pandera then looks closer.
        return not self.key or frame.select(self.key).hash_rows().n_unique() == frame.height

    def validate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame as it is.

        Raises:
            ContractError: the frame breaks the contract; the message names up to five failures.
        """
        failures = self.failures(frame)
        if failures.is_empty():
            return frame
        samples = [
            f"  {column or 'row'}: {rule} (row {row}: {str(value)[:200]})"
            if row is not None
            else f"  {column or 'table'}: {rule} ({str(value)[:200]})"
            for row, column, rule, value in failures.head(5).iter_rows()
        ]
        raise ContractError(
            f"table {self.name} breaks its contract in {failures.height} place(s):\n" + "\n".join(samples)
        )
