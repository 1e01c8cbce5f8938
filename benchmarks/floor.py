"""The floor: the same files read and the same tables written, with nothing between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipeline.curate.database import STORAGE
from pipeline.publish.parquet import write_table
from pipeline.raw_store.snapshots import RawStore
from pipeline.sources import load_declarations
from schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path


def prepare(release: Path, tables: Path) -> None:
    """Keep a release's tables as Arrow files, from where they are taken at little cost and batch by batch.

    They are compressed lightly: what is read anew from a disk would cost more.
    """
    tables.mkdir(parents=True)
    for table in TABLES:
        frame = pl.scan_parquet(release / f"{table.name}.parquet")
        frame.sink_ipc(tables / f"{table.name}.arrow", compression="lz4")


def run(raw: Path, sources: tuple[Path, ...], tables: Path, out: Path) -> None:
    """Read the files that the tables were made of, and write the tables and the database.

    Memory holds one file, or the batches of one table, at a time.

    Args:
        raw: the raw store, for files that do not lie beside their declarations.
        sources: folders of declarations besides the pipeline's own.
        tables: what `prepare` wrote.
        out: a folder that does not exist.
    """
    used = pl.read_ipc(tables / "snapshots.arrow")["snapshot_id"].implode()
    read = _files(raw, sources, set(used.explode()))
    for path, separator, quote in read:
        if separator is None:
            path.read_bytes()
        else:
            pl.read_csv(path, separator=separator, infer_schema=False, quote_char=quote, truncate_ragged_lines=True)
    out.mkdir(parents=True)
    for table in TABLES:
        write_table(pl.scan_ipc(tables / f"{table.name}.arrow"), out / f"{table.name}.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{out / 'twintowns.duckdb'}' AS release ({STORAGE})")
        for table in TABLES:
            path = out / f"{table.name}.parquet"
            connection.execute(f"CREATE TABLE release.{table.name} AS FROM read_parquet('{path}')")


def _files(raw: Path, sources: tuple[Path, ...], wanted: set[str]) -> list[tuple[Path, str | None, str | None]]:
    """Return path, separator (None where the file is no table) and quotation mark of each file that was read."""
    store, found = RawStore(raw), []
    for declaration in load_declarations(sources).values():
        for file in declaration.files:
            layout = declaration.format_of(file)
            separator = {"csv": layout.delimiter or ",", "tsv": layout.delimiter or "\t"}.get(layout.type)
            beside = declaration.path.parent / file.name
            paths = [
                store.path_of(snapshot)
                for snapshot in store.manifest(declaration.id)
                if snapshot.file_name == file.name and snapshot.snapshot_id in wanted
            ]
            if any(declaration.path.is_relative_to(folder) for folder in sources) and beside.exists():
                paths = [beside]
            found += [(path, separator, layout.quote or None) for path in paths]
    return found
