"""Claims with numbers for ids while they are reconciled: numbers compare and group many times as fast as texts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas import vocabularies as v

PAIR = "partnership_id"
#: Columns of `CLAIMS` as enumerations: their places compare as the values do.
CATEGORIES = {
    "authority": pl.Enum(v.Authority), "form": pl.Enum(v.Form), "status": pl.Enum(v.Status),
    "start_event": pl.Enum(v.Event), "start_precision": pl.Enum(v.Precision), "end_precision": pl.Enum(v.Precision),
    "end_cause": pl.Enum(v.EndCause),
}  # fmt: skip


@dataclass(frozen=True)
class Numbered:
    """Claims whose `partnership_id`, `claim_id`, `source_id` and `family` are places in the ids in order.

    So the numbers compare as the ids do. Claim 7 is row 7 of `claims`, and its id `claim_ids[7]`.
    """

    claims: pl.DataFrame
    partnership_ids: pl.Series
    claim_ids: pl.Series
    source_ids: pl.Series


def number(claims: pl.DataFrame) -> Numbered:
    """Number the claims that count: deprecated ones only where a pair has no others.

    Args:
        claims: located claims (`CLAIMS` columns), in any order.
    """
    pairs, pair = _places(claims[PAIR])
    sources, source = _places(claims["source_id"])
    _, family = _places(claims["family"])
    frame = claims.select(
        "claim_id", pair, source, family, "as_of_date", "status_is_stated", "start_date", "end_date", "town_id",
        "partner_id", *(pl.col(name).cast(categories) for name, categories in CATEGORIES.items()),
    )  # fmt: skip
    rows = _in_order(claims["claim_id"])
    is_deprecated = claims["claim_rank"] == v.ClaimRank.DEPRECATED.value
    if is_deprecated.any():
        placed = pair.to_frame().with_row_index("row")
        alone = placed.filter(is_deprecated).join(placed.filter(~is_deprecated), on=PAIR, how="anti")["row"]
        counts = ~is_deprecated | placed["row"].is_in(alone.implode())
        rows = rows.filter(counts.gather(rows))
    frame = frame[rows]
    return Numbered(frame.drop("claim_id").with_row_index("claim_id"), pairs, frame["claim_id"], sources)


def counting(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that count, as `number` takes them: deprecated ones only where a pair has no others."""
    deprecated = pl.col("claim_rank") == v.ClaimRank.DEPRECATED.value
    return claims.filter(~deprecated | deprecated.all().over(PAIR))


def count_distinct(claims: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """Return `partnership_id` and how many distinct numbers of a column stand there."""
    size = pl.lit(claims[column].max() or 0, pl.Int64) + 1
    both = claims.select(both=pl.col(PAIR) * size + pl.col(column)).unique()
    return both.group_by((pl.col("both") // size).cast(pl.UInt32).alias(PAIR)).agg(pl.len().alias(name))


def _places(ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the distinct ids in order, and the place of each given one among them."""
    distinct = ids.unique().sort()
    places = ids.to_frame().join(distinct.to_frame().with_row_index(), on=ids.name, how="left", maintain_order="left")
    return distinct, places["index"].alias(ids.name)


def _in_order(ids: pl.Series) -> pl.Series:
    return pl.int_range(ids.len(), dtype=pl.UInt32, eager=True) if ids.is_sorted() else ids.arg_sort()
