"""Rules that a raw row must hold for anything to be made of it; a row that breaks one is rejected.

These are working columns of the check, not a published table: a bad value in a good row is a finding instead.
"""

import polars as pl

from schemas import columns as c
from schemas.table import Column, Rule, Table

#: From this weight on a row's columns have moved: one certain sign (2) and any other (1), or three weak ones.
SHIFT_SIGNS = 3

_SHIFT = Rule(
    "row_shifted",
    pl.col("shift_signs") < SHIFT_SIGNS,
    "several cells hold what belongs in other columns: an unquoted delimiter moved them",
)
_TOWN = Rule("town_missing", pl.col("town").is_not_null(), "no town is named")
_TOWN_COLUMN = c.text("town", "The town, or its identifier.", nullable=True)
_SHIFT_COLUMN = Column("shift_signs", pl.Int32, "Weight of the signs that cells stand in the wrong columns.", minimum=0)

CLAIM_STATEMENTS = Table(
    name="claim_statements",
    row="A raw row, or one of its partners, that may become a claim.",
    columns=(
        _TOWN_COLUMN,
        c.text("partner", "The partner, or its identifier.", nullable=True),
        c.flag("is_self", "Whether nothing tells the two towns apart."),
        _SHIFT_COLUMN,
    ),
    rules=(
        _SHIFT,
        _TOWN,
        Rule("partner_missing", pl.col("partner").is_not_null(), "no partner is named"),
        Rule(
            "self_twinned",
            ~pl.col("is_self"),
            "a town cannot be its own partner, and nothing tells the two apart",
        ),
    ),
)

AWARD_STATEMENTS = Table(
    name="award_statements",
    row="A raw row that may become an award.",
    columns=(_TOWN_COLUMN, c.text("award", "The award.", nullable=True), _SHIFT_COLUMN),
    rules=(
        _SHIFT,
        _TOWN,
        Rule("award_unknown", pl.col("award").is_not_null(), "the award is none of the four"),
    ),
)

MEMBER_STATEMENTS = Table(
    name="member_statements",
    row="A raw row that may become a group or a membership.",
    columns=(
        c.text("group", "The group.", nullable=True),
        c.text("group_kind", "What sort of group.", nullable=True),
    ),
    rules=(
        Rule("group_missing", pl.col("group").is_not_null(), "no group is named"),
        Rule("group_kind_unknown", pl.col("group_kind").is_not_null(), "the kind of group is not known"),
    ),
)

FIGURE_STATEMENTS = Table(
    name="figure_statements",
    row="A raw row that may become a reference figure.",
    columns=(
        c.text("subject", "What it counts.", nullable=True),
        Column("value", pl.Float64, "The figure.", nullable=True),
    ),
    rules=(
        Rule("subject_missing", pl.col("subject").is_not_null(), "it does not say what it counts"),
        Rule("value_unreadable", pl.col("value").is_not_null(), "the figure is not a number"),
    ),
)
