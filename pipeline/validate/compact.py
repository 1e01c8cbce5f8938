"""Compact types for claims between reading and publishing; their contract, `ClaimsRead`, has texts."""

from __future__ import annotations

import polars as pl

from schemas import ClaimsRead
from schemas.model import vocabulary_of


def compact(claims: pl.DataFrame) -> pl.DataFrame:
    """Return claims in the types that take the least memory until they are published.

    Values of a vocabulary are `Enum`; other texts that repeat are `Categorical`.
    """
    vocabularies = {column.name: vocabulary_of(column) for column in ClaimsRead.fields()}
    distinct = ("claim_id", "locator")
    texts = [name for name, dtype in claims.schema.items() if dtype == pl.String and name not in distinct]
    return claims.cast(
        {name: pl.Enum(words) if (words := vocabularies.get(name)) else pl.Categorical() for name in texts}
    )
