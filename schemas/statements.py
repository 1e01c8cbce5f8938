"""Rules for raw rows. A row that breaks a rule is rejected, and the description of the rule is its message.

A row is rejected only if it cannot be used. A bad value in a good row is a finding instead.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas.model import TableModel, rows_where

#: A row with signs of at least this weight has shifted columns: a certain sign weighs 2, a weak one 1.
SHIFT_SIGNS = 3


class _TownStatements(TableModel):
    """A raw row about a town."""

    town: pl.String = c.text(nullable=True, description="The town, or its identifier.")
    shift_signs: pl.Int32 = c.count(description="Weight of the signs that cells are in the wrong columns.")

    @pa.dataframe_check(
        description="several cells hold what belongs in other columns: an unquoted delimiter moved them"
    )
    def row_shifted(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("shift_signs") < SHIFT_SIGNS)

    @pa.dataframe_check(description="no town is named")
    def town_missing(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("town").is_not_null())


class ClaimStatements(_TownStatements):
    """A raw row, or one of its partners, that may become a claim."""

    partner: pl.String = c.text(nullable=True, description="The partner, or its identifier.")
    is_self: pl.Boolean = c.flag(description="Whether nothing distinguishes the two towns.")

    class Config:
        name = "claim_statements"

    @pa.dataframe_check(description="no partner is named")
    def partner_missing(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("partner").is_not_null())

    @pa.dataframe_check(description="a town cannot be its own partner, and nothing tells the two apart")
    def self_twinned(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, ~pl.col("is_self"))


class AwardStatements(_TownStatements):
    """A raw row that may become an award."""

    award: pl.String = c.text(nullable=True, description="The award.")

    class Config:
        name = "award_statements"

    @pa.dataframe_check(description="the award is none of the four")
    def award_unknown(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("award").is_not_null())


class MemberStatements(TableModel):
    """A raw row that may become a group or a membership."""

    group: pl.String = c.text(nullable=True, description="The group.")
    group_kind: pl.String = c.text(nullable=True, description="What kind of group it is.")

    class Config:
        name = "member_statements"

    @pa.dataframe_check(description="no group is named")
    def group_missing(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("group").is_not_null())

    @pa.dataframe_check(description="the kind of group is not known")
    def group_kind_unknown(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("group_kind").is_not_null())


class FigureStatements(TableModel):
    """A raw row that may become a reference figure."""

    subject: pl.String = c.text(nullable=True, description="What it counts.")
    value: pl.Float64 = c.text(nullable=True, description="The figure.")

    class Config:
        name = "figure_statements"

    @pa.dataframe_check(description="it does not say what it counts")
    def subject_missing(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("subject").is_not_null())

    @pa.dataframe_check(description="the figure is not a number")
    def value_unreadable(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("value").is_not_null())
