"""Which pair of towns each claim is about."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.locate.factorize import factorize
from schemas.compact import to_numbers
from schemas.ids import pair_ids

#: Pairs that are hashed at once, as hashing takes a multiple of what is hashed.
_SLICE: Final = 1_000_000
_NONE: Final = pl.Series("partnership_id", dtype=pl.UInt64)


def with_pairs(claims: pl.DataFrame) -> pl.DataFrame:
    """Add to claims with compact `town_id` and `partner_id` their compact `partnership_id`.

    A pair is hashed once, however many claims there are of it and in whichever direction.
    """
    one, other = (pl.col(side).to_physical().cast(pl.UInt64) for side in ("town_id", "partner_id"))
    both = claims.select(pl.min_horizontal(one, other) * 2**32 + pl.max_horizontal(one, other))
    numbers, places = factorize(both)
    pairs = claims.select(pl.col("town_id", "partner_id").gather(places)).iter_slices(_SLICE)
    ids = (to_numbers(pair_ids(*part.cast(pl.String).get_columns())) for part in pairs)
    return claims.with_columns(partnership_id=pl.concat([_NONE, *ids]).gather(numbers))
