"""The floor: the same files read and the same tables written, with nothing between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from pyarrow import RecordBatchReader, ipc, memory_map

from pipeline.curate.database import close_database, open_database
from pipeline.curate.table_writer import write_parquet
from pipeline.publish.checksums import DATABASE
from pipeline.raw_store.snapshots import RawStore
from pipeline.sources import load_declarations
from schemas import MODELS

if TYPE_CHECKING:
    from pathlib import Path


def prepare(release: Path, tables: Path) -> None:
    """Keep a release's tables as Arrow files, from where they are taken at little cost and batch by batch.

    They are compressed lightly: what is read anew from a disk would cost more.
    """
    tables.mkdir(parents=True)
    for name in MODELS:
        pl.scan_parquet(release / f"{name}.parquet").sink_ipc(tables / f"{name}.arrow", compression="lz4")


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
    with open_database(out / DATABASE) as connection:
        for name in MODELS:
            with memory_map(str(tables / f"{name}.arrow")) as stored, ipc.open_file(stored) as file:
                batches = map(file.get_batch, range(file.num_record_batches))
                connection.register("rows", RecordBatchReader.from_batches(file.schema, batches))
                connection.execute(f"CREATE TABLE {name} AS FROM rows")
            write_parquet(connection, name, out / f"{name}.parquet")
        close_database(connection)


def _files(raw: Path, sources: tuple[Path, ...], wanted: set[str]) -> list[tuple[Path, str | None, str | None]]:
    """Return path, separator (None where the file is no table) and quotation mark of each file that was read."""
    store, files_read = RawStore(raw), []
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
            files_read += [(path, separator, layout.quote or None) for path in paths]
    return files_read
