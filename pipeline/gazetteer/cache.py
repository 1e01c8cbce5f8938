"""Tables made from installed packages and reviewed files, cached as Parquet between runs."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from typing import TYPE_CHECKING

import platformdirs
import polars as pl

from pipeline.raw_store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

#: Cached versions of the same tables, by time; older ones are removed.
_VERSIONS = 4
_DIGESTS = "digests.json"


def cache_folder() -> Path:
    """Return where derived tables are cached; deleting it costs some seconds, nothing else."""
    return platformdirs.user_cache_path("twintowns")


def cached_table(
    folder: Path, name: str, origins: Iterable[bytes], schema: pl.Schema, make: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """Return one table, as `cached_tables` does."""
    return cached_tables(folder, name, origins, {name: schema}, lambda: {name: make()})[name]


def cached_tables(
    folder: Path,
    name: str,
    origins: Iterable[bytes],
    schemas: Mapping[str, pl.Schema],
    make: Callable[[], dict[str, pl.DataFrame]],
) -> dict[str, pl.DataFrame]:
    """Return derived tables from the cache, or make and cache them.

    Args:
        folder: the cache. If it cannot be written, nothing is cached.
        name: of the tables in the cache.
        origins: all that the tables are made from; other origins are another entry of the cache.
        schemas: of each table. A cached table with another schema, or with other bytes than were written, is made
            again.
        make: makes the tables.
    """
    digest = hashlib.sha256(b"\n".join(origins)).hexdigest()[:16]
    entry = folder / f"{name}-{digest}"
    tables = _read(entry, schemas)
    if tables is None:
        tables = make()
        with contextlib.suppress(OSError):
            _write(entry, tables)
            versions = sorted(folder.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)
            for old in versions[:-_VERSIONS]:
                shutil.rmtree(old, ignore_errors=True)
    return tables


def _read(entry: Path, schemas: Mapping[str, pl.Schema]) -> dict[str, pl.DataFrame] | None:
    """Return the tables of an entry; None unless all of it is there, byte for byte."""
    try:
        digests = json.loads((entry / _DIGESTS).read_bytes())
        tables = {}
        for table, schema in schemas.items():
            content = (entry / f"{table}.parquet").read_bytes()
            if hashlib.sha256(content).hexdigest() != digests[table]:
                return None
            tables[table] = pl.read_parquet(content)
            if tables[table].schema != schema:
                return None
    except (OSError, ValueError, TypeError, KeyError, pl.exceptions.PolarsError):
        return None
    return tables


def _write(entry: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write the tables, and then the digests, which say that all of them are written."""
    digests = {}
    for table, frame in tables.items():
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="lz4")
        write_atomically(entry / f"{table}.parquet", buffer.getvalue())
        digests[table] = hashlib.sha256(buffer.getvalue()).hexdigest()
    write_atomically(entry / _DIGESTS, json.dumps(digests).encode())
