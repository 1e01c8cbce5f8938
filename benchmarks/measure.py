"""One measurement in a process of its own: the floor or the pipeline. Imports are done before the clock starts."""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipeline.build import Settings, build
from pipeline.declarations import load_declarations
from pipeline.snapshots import RawStore
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator


class Steps:
    """Keeps how long each step took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began


def measure_pipeline(raw: Path, out: Path, enable: frozenset[str]) -> dict[str, Any]:
    """Build a release and return how long it took."""
    steps, began = Steps(), time.perf_counter()
    built = build(Settings(raw=raw, out=out, enable=enable), steps)
    return {
        "seconds": time.perf_counter() - began,
        "claims": built.tables["claims"].height,
        "steps": steps.seconds,
    }


def measure_floor(raw: Path, out: Path, release: Path) -> dict[str, Any]:
    """Read the raw files that the release was made of, write its tables, and return how long it took."""
    tables = {table.name: pl.read_parquet(release / f"{table.name}.parquet") for table in TABLES}
    store = RawStore(raw)
    wanted = set(tables["snapshots"]["snapshot_id"])
    files = [
        (store.path_of(snapshot), declaration.format_of(file))
        for declaration in load_declarations().values()
        for file in declaration.files
        for snapshot in store.manifest(declaration.id)
        if snapshot.file_name == file.name and snapshot.snapshot_id in wanted
    ]
    out.mkdir(parents=True)
    began = time.perf_counter()
    for path, layout in files:
        separator = "\t" if layout.type == "tsv" else ","
        pl.read_csv(path, separator=separator, infer_schema=False, quote_char=layout.quote or None)
    for name, frame in tables.items():
        frame.write_parquet(out / f"{name}.parquet", compression="zstd", compression_level=3)
    with duckdb.connect(out / "twintowns.duckdb") as connection:
        for name in tables:
            connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{out / name}.parquet')")
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    """Run what the arguments say and print the result as one JSON line."""
    name, raw, out, enable, release = sys.argv[1:6]
    if name == "floor":
        result = measure_floor(Path(raw), Path(out), Path(release))
    else:
        result = measure_pipeline(Path(raw), Path(out), frozenset({"all"} if enable == "all" else ()))
    result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
