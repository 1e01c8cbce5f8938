"""Stable ids: frozen functions of what they name, the same on every machine and in every run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Changing this changes every minted id. It never changes without redirects for all of them.
ID_VERSION = "twintowns:1"
#: Texts from which on DuckDB hashes them: a connection costs as much as some thousands of hashes.
_MANY: Final = 20_000


def mint(prefix: str, texts: pl.Series) -> pl.Series:
    """Hash texts to ids: the prefix and the first 16 hex digits of the SHA-256 of version and text.

    Args:
        prefix: `c` claims, `p` partnerships, `g` groups, `k` cliques, `x` towns that no gazetteer knows.
        texts: what is named; equal texts give equal ids.

    Returns:
        Strings, in the order of `texts`, null where the text is null.
    """
    texts = texts.cast(pl.String)
    ids = _hash_few(prefix, texts) if len(texts) < _MANY else _hash_many(prefix, texts)
    return ids.alias("id")


def _hash_few(prefix: str, texts: pl.Series) -> pl.Series:
    version = f"{ID_VERSION}\x1f".encode()
    ids = [
        None if text is None else prefix + hashlib.sha256(version + text.encode()).hexdigest()[:16]
        for text in texts.to_list()
    ]
    return pl.Series(ids, dtype=pl.String)


def _hash_many(prefix: str, texts: pl.Series) -> pl.Series:
    import duckdb

    with duckdb.connect() as connection:
        # The order of the texts is kept: `preserve_insertion_order` is DuckDB's default.
        connection.register("texts", texts.alias("text").to_frame().to_arrow())
        ids: pl.DataFrame = connection.sql(
            "SELECT ? || left(sha256(? || chr(31) || text), 16) AS id FROM texts", params=[prefix, ID_VERSION]
        ).pl()
    return ids["id"]


def pair_ids(towns: pl.Series, partners: pl.Series) -> pl.Series:
    """Return partnership ids: the hash of two town ids in sorted order, so that direction does not matter."""
    pair = pl.DataFrame({"a": towns, "b": partners}).select(
        pl.concat_str(pl.min_horizontal("a", "b"), pl.max_horizontal("a", "b"), separator="\x1f")
    )
    return mint("p", pair.to_series())


def town_ids(name: pl.Expr, country_code: pl.Expr, hint: pl.Expr) -> pl.Expr:
    """Return the text to mint a town's id from: its raw name (NFC), country and what tells it apart."""
    parts: Sequence[pl.Expr] = (name.str.normalize("NFC"), country_code, hint)
    return pl.concat_str([part.fill_null("") for part in parts], separator="\x1f")
