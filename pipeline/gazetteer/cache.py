"""Tables that are made from installed packages and reviewed files, kept in columns between runs."""

from __future__ import annotations

import contextlib
import hashlib
import io
from typing import TYPE_CHECKING

import polars as pl

from pipeline.raw_store.snapshots import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def kept(
    folder: Path, name: str, origins: Iterable[bytes], schema: pl.Schema, make: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """Return a derived table from the cache, or make and keep it.

    Args:
        folder: the cache; one that cannot be read or written is done without.
        name: what the table is called there.
        origins: all that it is made from; another origin is another file.
        schema: what a kept table must look like to be taken.
        make: makes the table.
    """
    digest = hashlib.sha256(b"\n".join(origins)).hexdigest()[:16]
    path = folder / f"{name}-{digest}.parquet"
    with contextlib.suppress(OSError, pl.exceptions.PolarsError):
        found = pl.read_parquet(path)
        if found.schema == schema and found.height:
            return found
    made = make()
    buffer = io.BytesIO()
    made.write_parquet(buffer)
    with contextlib.suppress(OSError):
        write_atomically(path, buffer.getvalue())
    return made
