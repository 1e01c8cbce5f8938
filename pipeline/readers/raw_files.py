"""A source's files to raw rows, and which of their columns is which of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.header import NUMBER
from pipeline.readers.limits import TABLE
from pipeline.readers.raw_rows import GEOMETRY, GEOMETRY_LINE
from pipeline.readers.reshape import UNPIVOTED, column_name, fill_down, mark_blank_rows, unpivot
from pipeline.readers.table import read_table
from pipeline.sources import SIDES, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.raw_store.manifest import Snapshot
    from pipeline.readers.raw_rows import RawRows
    from pipeline.sources import Declaration, SourceFile
    from pipeline.sources.values import ColumnName


@dataclass(frozen=True)
class Received:
    """A file of a source, with its verified bytes."""

    file: SourceFile
    snapshot: Snapshot
    content: bytes

    def without_content(self) -> Received:
        """Return the same without the bytes, which nobody needs once they are read."""
        return replace(self, content=b"")


def read_raw_rows(item: Received, declaration: Declaration) -> RawRows:
    """Return the rows of a file, with blank cells filled and partners side by side as values of one cell.

    Raises:
        SourceError: the file is not what its declaration says.
    """
    layout, where = declaration.format_of(item.file), item.snapshot.snapshot_id
    groups = declaration.unpivot_of(item.file)
    table = mark_blank_rows(read_table(item.content, layout, where, _needed(declaration, item.file)))
    if layout.fill_down:
        table = fill_down(table, layout.fill_down, where)
    return unpivot(table, groups, declaration.unknown_markers, where) if groups else table


def _needed(declaration: Declaration, file: SourceFile) -> set[ColumnName]:
    lists = [*declaration.columns_of(file).values(), declaration.format_of(file).fill_down]
    lists += [names if isinstance(names, list) else [names] for names in declaration.unpivot_of(file).values()]
    return {*declaration.shape, *(name for names in lists for name in names)}


def find_sources(table: RawRows, declaration: Declaration, item: Received) -> dict[str, str]:
    """Return which of the file's columns has the values of each column of ours.

    Raises:
        SourceError: none of those that the declaration names for one of ours is there, or several of them are.
    """
    where = item.snapshot.snapshot_id
    columns = {ours: UNPIVOTED + ours for ours in declaration.unpivot_of(item.file)}
    for ours, alternatives in declaration.columns_of(item.file).items():
        present = [name for name in alternatives if isinstance(name, int) or name in table.columns]
        if not present:
            names = [str(name) for name in alternatives]
            hint = did_you_mean(names[0], table.columns[: TABLE.wide_columns])
            if len(table.columns) == 1 and declaration.format_of(item.file).type in ("csv", "tsv"):
                hint = f"; the header is one field, {table.columns[0][:80]!r}: is the delimiter another?"
            raise SourceError(
                f"{where}: has no column {' or '.join(map(repr, names))}{hint} "
                f"(declared in {declaration.path} as columns.{ours})"
            )
        if len(present) > 1:
            raise SourceError(
                f"{where}: has {' and '.join(map(repr, present[:5]))}, of which columns.{ours} means one; if they are "
                f'side by side, each with a partner, say so under [unpivot] in {declaration.path}: {ours} = "…{NUMBER}"'
            )
        columns[ours] = column_name(present[0], table, where, f"columns.{ours}")
    return columns | _points(table, columns)


def _points(table: RawRows, columns: Mapping[str, str]) -> dict[str, str]:
    """Return which column has the points of towns, where records are GeoJSON and no other coordinates are declared."""
    given = {f"{side}_{name}" for side in SIDES for name in ("point", "latitude", "longitude")}
    if GEOMETRY not in table.derived or given & columns.keys():
        return {}
    if "town" not in columns:
        return {"partner_point": GEOMETRY}
    # A point is of the town, unless one town has several: then it is of the partner.
    points = table.rows.filter(pl.col(GEOMETRY) != "").group_by(columns["town"]).agg(pl.col(GEOMETRY).n_unique())
    if (points[GEOMETRY] > 1).any() and not table.rows[GEOMETRY_LINE].str.len_bytes().any():
        return {"partner_point": GEOMETRY}
    return {"town_point": GEOMETRY, "partner_point": GEOMETRY_LINE}
