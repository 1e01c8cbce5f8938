"""Stable ids: hashes of what they identify, the same on every machine and in every run. They never change."""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

#: A change would change every hashed id, and would need redirects for all of them.
ID_VERSION = "twintowns:1"
#: From this number of texts on, DuckDB is faster. To open a connection costs as much as thousands of hashes in Python.
_MANY: Final = 20_000


def mint(prefix: str, texts: pl.Series) -> pl.Series:
    """Return the ids of texts: the prefix and the first 16 hex digits of the SHA-256 of version and text.

    Args:
        prefix: `c` claims, `p` partnerships, `g` groups, `k` cliques, `x` towns that are in no gazetteer.
        texts: what the ids identify; equal texts give equal ids.

    Returns:
        Strings in the order of `texts`; null where the text is null.
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


def town_identity(name: pl.Expr, country_code: pl.Expr, hint: pl.Expr) -> pl.Expr:
    """Return the text that a town's id is the hash of: its raw name (NFC), its country and a distinguishing hint."""
    parts = (name.str.normalize("NFC"), country_code, hint)
    return pl.concat_str([part.fill_null("") for part in parts], separator="\x1f")
