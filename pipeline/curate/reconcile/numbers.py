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
    """Claims whose `partnership_id`, `source_id`, `family`, `town_id` and `partner_id` are places in the ids in order.

    So the numbers compare as the ids do. Claims are in the order of pairs, those of one pair in that of their ids:
    claim 7 is row 7 of `claims`, and its id `claim_ids[7]`.
    """

    claims: pl.DataFrame
    partnership_ids: pl.Series
    claim_ids: pl.Series
    source_ids: pl.Series
    town_ids: pl.Series


def number(claims: pl.DataFrame) -> Numbered:
    """Number the claims that count: deprecated ones only where a pair has no others.

    Args:
        claims: located claims (`CLAIMS` columns), in any order; `partnership_id` and `claim_id` texts or numbers, other
            columns texts, categories or enumerations.
    """
    pairs, pair = _places_of_many(claims[PAIR])
    sources, source = _places_of_few(claims["source_id"])
    _, family = _places_of_few(claims["family"])
    towns, ends = _places_of_few(pl.concat([claims["town_id"], claims["partner_id"]]))
    frame = claims.select(
        pair, source, family, ends.head(claims.height), ends.tail(claims.height).alias("partner_id"), "as_of_date",
        "status_is_stated", "start_date", "end_date",
        *(pl.col(name).cast(categories) for name, categories in CATEGORIES.items()),
    )  # fmt: skip
    rows = _in_order(pair, claims["claim_id"])
    is_deprecated = (claims["claim_rank"] == v.ClaimRank.DEPRECATED.value).gather(rows)
    if is_deprecated.any():
        placed = pl.DataFrame({PAIR: pair.gather(rows), "is_deprecated": is_deprecated})
        rows = rows.filter(
            placed.select(~pl.col("is_deprecated") | pl.col("is_deprecated").all().over(PAIR)).to_series()
        )
    frame = frame[rows].with_columns(pl.col(PAIR).set_sorted())
    return Numbered(frame.with_row_index("claim_id"), pairs, claims["claim_id"].gather(rows), sources, towns)


def counting(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that count, as `number` takes them: deprecated ones only where a pair has no others."""
    deprecated = pl.col("claim_rank") == v.ClaimRank.DEPRECATED.value
    return claims.filter(~deprecated | deprecated.all().over(PAIR))


def _places_of_many(ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the distinct ids in order, and the place of each given one among them."""
    distinct = ids.unique().sort()
    places = ids.to_frame().join(distinct.to_frame().with_row_index(), on=ids.name, how="left", maintain_order="left")
    return distinct, places["index"].alias(ids.name)


def _places_of_few(ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return what `_places_of_many` does, of ids that repeat often: by their categories."""
    categories = ids if isinstance(ids.dtype, pl.Enum) else ids.cast(pl.Categorical)
    codes = categories.to_physical()
    distinct = categories.unique().drop_nulls()
    order = distinct.to_physical().to_frame("code").with_columns(id=distinct.cast(pl.String)).sort("id")
    most = order["code"].max()
    place_of = pl.zeros(most + 1 if isinstance(most, int) else 0, pl.UInt32, eager=True)
    place_of = place_of.scatter(order["code"], pl.int_range(order.height, dtype=pl.UInt32, eager=True))
    return order["id"].cast(ids.dtype).alias(ids.name), place_of.gather(codes).alias(ids.name)


def _in_order(pair: pl.Series, ids: pl.Series) -> pl.Series:
    """Return the rows in the order of pairs, then ids."""
    rows = pl.int_range(ids.len(), dtype=pl.UInt32, eager=True) if ids.is_sorted() else ids.arg_sort()
    # One number to sort, whose lower half is the place in the order of ids.
    places = pl.int_range(ids.len(), dtype=pl.UInt64, eager=True)
    both = pair.gather(rows).cast(pl.UInt64) * 2**32 + places
    return rows.gather((both.sort() % 2**32).cast(pl.UInt32))
