"""Which statement wins, as data: for each decision the questions that are asked in turn.

The last question of every order is the claim's id, so that every order is total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

#: What merely being listed says is weaker than any stated change.
STATUS_PLACES: Mapping[str, int] = {
    v.Status.ENDED: 0, v.Status.SUSPENDED: 1, v.Status.DORMANT: 2, v.Status.ACTIVE: 3, v.Status.UNKNOWN: 4,
}  # fmt: skip


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


def place(column: str, vocabulary: type[StrEnum] | Mapping[str, int]) -> pl.Expr:
    """Return a category's place in its vocabulary as an integer; 0 is the strongest.

    Raises:
        polars.exceptions.InvalidOperationError: when evaluated, a value is not in the vocabulary.
    """
    places = vocabulary if not isinstance(vocabulary, type) else v.rank_of(vocabulary)
    return pl.col(column).replace_strict(list(places), list(places.values()), return_dtype=pl.Int8)


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
    Criterion("change", place("status", STATUS_PLACES), "the farther change"),
    _CLAIM_ID,
)
END: Order = (
    Criterion("is_dated", pl.col("end_date").is_null(), "a date"),
    _AUTHORITY,
    Criterion("precision", place("end_precision", v.Precision), "the more precise date"),
    Criterion("date", pl.col("end_date"), "the earlier date"),
    _CLAIM_ID,
)
EVENT: Order = (_AUTHORITY, _CLAIM_ID)

#: The order by which each value of a partnership is chosen.
ORDERS: Mapping[str, Order] = {"form": FORM, "start": START, "status": STATUS, "end": END}


def best_first(claims: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Return the claims sorted by an order, the winner of each partnership before its rivals."""
    return claims.sort([one.by for one in order], descending=[one.descending for one in order])
