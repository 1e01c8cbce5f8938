"""Which statement wins, as data: for each decision the questions that are asked in turn.

The last question of every order is the claim's id, so that every order is total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import StrEnum

#: Numbers must stay below this to fit 64 bits.
_LARGEST = 2**63


@dataclass(frozen=True)
class Criterion:
    """One question of an order.

    Args:
        name: a short name, unique within its order.
        by: what is compared, over the columns of `CLAIMS`; in `START` also over `supporting_families`.
        reason: completes "it won because it has …".
        descending: whether the larger wins instead of the smaller.
    """

    name: str
    by: pl.Expr
    reason: str
    descending: bool = False


Order = tuple[Criterion, ...]


def place(column: str, vocabulary: type[StrEnum]) -> pl.Expr:
    """Return a category's place in its vocabulary as an integer; 0 is the strongest.

    Raises:
        polars.exceptions.InvalidOperationError: when evaluated, a value is not in the vocabulary.
    """
    return pl.col(column).cast(pl.Enum(vocabulary)).to_physical()


_AUTHORITY = Criterion("authority", place("authority", v.Authority), "the better authority")
_CLAIM_ID = Criterion("claim_id", pl.col("claim_id"), "the smaller claim id: nothing else tells them apart")

#: The name of each column's value, among the claims that can give it (`candidates` of each module).
FORM: Order = (
    Criterion("form", place("form", v.Form), "the stronger form"),
    _AUTHORITY,
    _CLAIM_ID,
)
START: Order = (
    _AUTHORITY,
    Criterion("families", pl.col("supporting_families"), "more independent families that agree", descending=True),
    Criterion("precision", place("start_precision", v.Precision), "the more precise date"),
    Criterion("date", pl.col("start_date"), "the earlier date"),
    _CLAIM_ID,
)
STATUS: Order = (
    Criterion("is_known", pl.col("status") == v.Status.UNKNOWN.value, "a known status"),
    Criterion(
        "is_stated", pl.col("status_is_stated"), "a status in words, not just a place on a list", descending=True
    ),
    _AUTHORITY,
    Criterion("as_of", pl.col("as_of_date"), "the later word", descending=True),
    Criterion("change", place("status", v.Status), "the farther change", descending=True),
    _CLAIM_ID,
)
END: Order = (
    Criterion("is_dated", pl.col("end_date").is_null(), "a date"),
    _AUTHORITY,
    Criterion("precision", place("end_precision", v.Precision), "the more precise date"),
    Criterion("date", pl.col("end_date"), "the earlier date"),
    _CLAIM_ID,
)
END_CAUSE: Order = (
    Criterion("is_known", pl.col("end_cause") == v.EndCause.UNKNOWN.value, "a known cause"),
    *END,
)
EVENT: Order = (_AUTHORITY, _CLAIM_ID)

#: The order by which each value of a partnership is chosen.
ORDERS: Mapping[str, Order] = {"form": FORM, "start": START, "status": STATUS, "end": END}


def best_first(claims: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Return the claims sorted by an order, the winner of each partnership before its rivals."""
    return claims.sort([one.by for one in order], descending=[one.descending for one in order])


def winners(claims: pl.DataFrame, order: Order, group: Sequence[str] = ("partnership_id",)) -> pl.DataFrame:
    """Return the winner of each group.

    What an order compares becomes one number, so that the winner is a minimum: many times as fast as sorting.

    Args:
        claims: numbered ones (`number`).
        order: its last criterion must be the claim's id.
        group: who compete with one another.

    Returns:
        `group` and the winner's `claim_id`.
    """
    places = [f"__{place}" for place in range(len(order))]
    claims = claims.with_columns(
        (one.by.cast(pl.Int64) * (-1 if one.descending else 1)).alias(place)
        for place, one in zip(places, order, strict=True)
    )
    lows, highs = (claims.select(bound(place) for place in places).row(0) for bound in (pl.min, pl.max))
    key, size, low, count = pl.lit(0, pl.Int64), 1, 0, 1
    for place, least, most in zip(places, lows, highs, strict=True):
        low, count = (least, most - least + 2) if least is not None else (0, 1)
        if size * count >= _LARGEST:
            # The order so far in as many numbers as there are claims.
            claims = claims.with_columns(__key=key.rank("dense").cast(pl.Int64) - 1)
            key, size = pl.col("__key"), claims.height
        # Nulls come first, as they do in `sort`.
        key, size = key * count + (pl.col(place) - low + 1).fill_null(0), size * count
    best = claims.select(*group, key=key).group_by(group).agg(pl.col("key").min())
    # The last digit is the claim.
    return best.select(*group, claim_id=pl.col("key") % count - 1 + low)
