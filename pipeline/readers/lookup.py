"""A second file of a source, that says what its identifiers mean: names, countries, coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.names import clean_text
from pipeline.readers.raw_files import find_sources, read_raw_rows
from pipeline.sources import SIDES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.readers.raw_files import Received
    from pipeline.sources import Declaration

#: Names of Wikidata items in the languages that a source has them in.
ITEM_NAMES = pl.Schema({"wikidata_id": pl.String, "name": pl.String, "language": pl.String})


def read_lookup(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame | None:
    """Return what the lookup file of a source says of identifiers: one row an identifier, the first in the file.

    Returns:
        `id`, `name` and those of `LOOKUP_COLUMNS` that the declaration maps; None if it has no such file.
    """
    if declaration.lookup is None:
        return None
    item = next(item for item in received if item.file.name == declaration.lookup.file)
    table = read_raw_rows(item, declaration)
    columns = find_sources(table, declaration, item)
    lookup = table.rows.select(clean_text(pl.col(name)).alias(ours) for ours, name in columns.items())
    return lookup.drop_nulls("id").unique("id", keep="first", maintain_order=True)


def join_lookup(rows: pl.DataFrame, lookup: pl.DataFrame, column: str) -> pl.DataFrame:
    """Fill in what the lookup file says of the towns with an identifier, where the statement says nothing."""
    for side in SIDES:
        names = (name for name in lookup.columns if name not in ("id", "names"))
        ours = {name: side if name == "name" else f"{side}_{name}" for name in names}
        looked_up = lookup.select(
            pl.col("id").alias(f"{side}_{column}"), *(pl.col(name).alias(f"__{name}") for name in ours)
        )
        rows = rows.join(looked_up, on=f"{side}_{column}", how="left", maintain_order="left")
        # The item in the lookup file wins: that of the statement may be a redirect to it.
        rows = rows.with_columns(
            pl.coalesce([f"__{name}", target] if name == "wikidata_id" else [target, f"__{name}"]).alias(target)
            for name, target in ours.items()
        ).drop(f"__{name}" for name in ours)
    return rows


def read_item_names(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame:
    """Return every name that the lookup file of a source has for Wikidata items, as `ITEM_NAMES`.

    The language is null for `mul`, a name in all languages.
    """
    lookup = read_lookup(declaration, received)
    if lookup is None or "names" not in lookup.columns:
        return ITEM_NAMES.to_frame()
    names = pl.List(pl.Struct({"language": pl.String, "name": pl.String}))
    item = pl.coalesce("wikidata_id", "id") if "wikidata_id" in lookup.columns else pl.col("id")
    return (
        lookup.drop_nulls("names")
        .select(item.alias("wikidata_id"), pl.col("names").str.json_decode(names))
        .explode("names")
        .unnest("names")
        .with_columns(pl.when(pl.col("language") != "mul").then("language").alias("language"))
        .select(list(ITEM_NAMES))
        .drop_nulls("name")
        .unique()
        .sort(pl.all(), nulls_last=True)
    )


def count_lookup_rows(declaration: Declaration, item: Received) -> int:
    """Return how many rows a lookup file has; the ledger counts them as ignored."""
    table = read_raw_rows(item, declaration)
    return table.rows.height + table.broken.height
