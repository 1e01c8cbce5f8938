"""Raw rows to statements: the publisher's columns become ours, still as text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.gazetteer.names import clean_text
from pipeline.readers.limits import TABLE
from pipeline.readers.raw_rows import LOCATOR, ROW, VALUE_SEPARATOR, RawRows, check_cells
from pipeline.readers.table import read_table
from pipeline.sources import COLUMNS, SIDES, Declaration, SourceFile, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.raw_store.manifest import Snapshot

#: Texts that `clean_text` would not change: words of Latin or Cyrillic letters and ASCII, with one space between them.
_CLEAN: Final = "^[!-~À-ɏЀ-џ]+(?: [!-~À-ɏЀ-џ]+)*$"
#: Names of Wikidata items in the languages that a source has them in.
ITEM_NAMES = pl.Schema({"wikidata_id": pl.String, "name": pl.String, "language": pl.String})


@dataclass(frozen=True)
class Received:
    """A file of a source, with its verified bytes."""

    file: SourceFile
    snapshot: Snapshot
    content: bytes

    def without_content(self) -> Received:
        """Return the same without the bytes, which nobody needs once they are read."""
        return replace(self, content=b"")


@dataclass(frozen=True)
class RawFile:
    """Raw rows of one file: `ROW`, `LOCATOR` and the publisher's columns."""

    source_id: str
    snapshot_id: str
    rows: pl.DataFrame

    def select(self, row_numbers: pl.Series) -> RawFile:
        """Return the same with only the rows of these numbers (`ROW`)."""
        return replace(self, rows=self.rows.filter(pl.col(ROW).is_in(row_numbers.implode())))

    def to_json(self, is_selected: pl.Expr) -> pl.DataFrame:
        """Return `row`, `source_id`, `snapshot_id`, `locator` and `row_json` of the selected rows."""
        texts = [name for name in self.rows.columns if name not in (ROW, LOCATOR)]
        return self.rows.filter(is_selected).select(
            pl.col(ROW).alias("row"),
            source_id=pl.lit(self.source_id),
            snapshot_id=pl.lit(self.snapshot_id),
            locator=LOCATOR,
            row_json=pl.struct(texts).struct.json_encode(),
        )


@dataclass(frozen=True)
class Statements:
    """The statements of one source's files with the same content.

    Attributes:
        rows: one row a statement (a raw row that names several partners makes several): `row` (its `ROW` in
            `raw`), `snapshot_id`, `as_of_date`, `locator`, `shape_breaks` (columns that do not look as declared) and
            every column of `COLUMNS` as clean text, null where the source has none.
        raw: the files of these rows.
        broken: raw rows that could not be split into columns: `snapshot_id`, `locator`, `message`, `row_json`.
    """

    rows: pl.DataFrame
    raw: tuple[RawFile, ...]
    broken: pl.DataFrame


def read_statements(declaration: Declaration, received: Sequence[Received], holds: str) -> Statements:
    """Read all files of a source with the same content.

    Args:
        declaration: of the source.
        received: its files.
        holds: the content: `claims`, `awards` and so on.

    Raises:
        SourceError: a file is not what its declaration says; names the file, the column and the nearest one.
    """
    lookup = _read_lookup(declaration, received)
    frames, raw_files, broken, row_count = [], [], [], 0
    for item in received:
        if item.file.holds != holds:
            continue
        table = _read(item, declaration)
        rows = table.rows.with_row_index(ROW, offset=row_count).with_columns(pl.col(ROW).cast(pl.Int64))
        row_count += rows.height
        frames.append(_select_columns(_split_values(rows, table), table.columns, declaration, item))
        raw_files.append(RawFile(declaration.id, item.snapshot.snapshot_id, rows))
        broken.append(table.broken.select(pl.lit(item.snapshot.snapshot_id).alias("snapshot_id"), pl.all()))
    statements = split_cells(pl.concat(frames).collect(), declaration.split)
    if lookup is not None and declaration.lookup:
        statements = _join_lookup(statements, lookup, declaration.lookup.column)
    return Statements(statements, tuple(raw_files), pl.concat(broken))


def _read(item: Received, declaration: Declaration) -> RawRows:
    alternatives = declaration.columns_of(item.file).values()
    needed = {*declaration.shape, *(name for names in alternatives for name in names)}
    return read_table(item.content, declaration.format_of(item.file), item.snapshot.snapshot_id, needed)


def _split_values(rows: pl.DataFrame, table: RawRows) -> pl.DataFrame:
    """Return a row for each statement of a raw row."""
    columns = table.multi_value_columns
    if not columns:
        return rows
    return rows.with_columns(pl.col(columns).str.split(VALUE_SEPARATOR)).explode(columns, empty_as_null=True)


def _select_columns(rows: pl.DataFrame, names: list[str], declaration: Declaration, item: Received) -> pl.LazyFrame:
    """Return our columns, made of those of the publisher (`names`)."""
    sources = _find_columns(names, declaration, item)
    constants = declaration.constants_of(item.file)
    needed = list(dict.fromkeys(sources.values()))
    check_cells(rows, needed, item.snapshot.snapshot_id)
    cells = _clean_cells([rows[name] for name in needed], declaration.unknown_markers)
    by_name = dict(zip(needed, cells, strict=True))
    columns = [
        (by_name[sources[ours]] if ours in sources else pl.lit(constants.get(ours), dtype=pl.String)).alias(ours)
        for ours in COLUMNS
    ]
    for name in declaration.shape:
        if name not in names:
            raise SourceError(
                f"{item.snapshot.snapshot_id}: has no column {name!r}{did_you_mean(name, names)} "
                f"(declared in {declaration.path} under [shape])"
            )
    breaks = [
        (pl.col(name) != "") & ~pl.col(name).str.contains(f"^(?:{pattern})$")
        for name, pattern in declaration.shape.items()
    ]
    return rows.lazy().select(
        pl.col(ROW).alias("row"),
        pl.lit(item.snapshot.snapshot_id).alias("snapshot_id"),
        pl.lit(item.snapshot.as_of_date).alias("as_of_date"),
        pl.col(LOCATOR).alias("locator"),
        (pl.sum_horizontal(breaks) if breaks else pl.lit(0)).cast(pl.Int32).alias("shape_breaks"),
        *columns,
    )


def _clean_cells(columns: Sequence[pl.Series], markers: Sequence[str]) -> list[pl.Series]:
    """Return the cells as clean text; null where they are empty or a marker of an unknown value."""
    # Names of the publisher may look like patterns: the columns are numbered instead.
    cells = pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])
    cells = cells.select(pl.when(pl.all() != "").then(pl.all()))
    # Most cells are clean, and most are longer than any marker.
    cells = _replace_where(~pl.all().str.contains(_CLEAN), clean_text(pl.all()), cells)
    unknown = [marker.lower() for marker in markers if marker]
    if unknown:
        is_short = pl.all().str.len_chars() <= max(map(len, unknown))
        cells = _replace_where(is_short, pl.when(~pl.all().str.to_lowercase().is_in(unknown)).then(pl.all()), cells)
    return cells.get_columns()


def _replace_where(is_replaced: pl.Expr, value: pl.Expr, cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with other values where a condition is true; only these values are computed."""
    columns = []
    for column, mask in zip(cells, cells.select(is_replaced), strict=True):
        places = mask.arg_true()
        values = column[places].to_frame().select(value).to_series()
        columns.append(column.scatter(places, values) if places.len() else column)
    return cells.with_columns(columns)


def _find_columns(names: list[str], declaration: Declaration, item: Received) -> dict[str, str]:
    """Return which of the file's columns (`names`) has the values of each column of ours."""
    columns: dict[str, str] = {}
    for ours, alternatives in declaration.columns_of(item.file).items():
        present = [name for name in alternatives if name in names]
        if not present:
            hint = did_you_mean(alternatives[0], names[: TABLE.wide_columns])
            if len(names) == 1 and declaration.format_of(item.file).type in ("csv", "tsv"):
                hint = f"; the header is one field, {names[0][:80]!r}: is the delimiter another?"
            raise SourceError(
                f"{item.snapshot.snapshot_id}: has no column {' or '.join(map(repr, alternatives))}{hint} "
                f"(declared in {declaration.path} as columns.{ours})"
            )
        columns[ours] = present[0]
    return columns


def split_cells(rows: pl.DataFrame, separators: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return a statement for each name of a cell that has several.

    Args:
        rows: one row a statement.
        separators: of names in a cell, by column.
    """
    for column, (first, *others) in separators.items():
        cell = pl.col(column)
        for other in others:
            cell = cell.str.replace_all(other, first, literal=True)
        rows = (
            rows.with_columns(pl.when(cell.is_not_null()).then(cell.str.split(first)).alias(column))
            .with_row_index("__cell")
            .explode(column, empty_as_null=True)
            .with_columns(clean_text(pl.col(column)).alias(column))
        )
        # A separator at the end of a cell names nobody; a cell of separators only stays, to be rejected.
        is_named = pl.col(column).is_not_null()
        is_first_of_none = ~is_named.any().over("__cell") & pl.col("__cell").is_first_distinct()
        rows = rows.filter(is_named | is_first_of_none).drop("__cell")
    return rows


def _read_lookup(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame | None:
    """Return what the lookup file of a source says of identifiers: one row an identifier, the first in the file.

    Returns:
        `id`, `name` and those of `LOOKUP_COLUMNS` that the declaration maps; None if it has no such file.
    """
    if declaration.lookup is None:
        return None
    item = next(item for item in received if item.file.name == declaration.lookup.file)
    table = _read(item, declaration)
    columns = _find_columns(table.columns, declaration, item)
    lookup = table.rows.select(clean_text(pl.col(name)).alias(ours) for ours, name in columns.items())
    return lookup.drop_nulls("id").unique("id", keep="first", maintain_order=True)


def _join_lookup(rows: pl.DataFrame, lookup: pl.DataFrame, column: str) -> pl.DataFrame:
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
    lookup = _read_lookup(declaration, received)
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
    table = _read(item, declaration)
    return table.rows.height + table.broken.height
