"""Raw rows to statements: the publisher's columns become ours, still as text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.gazetteer.names import clean_text
from pipeline.readers.lookup import join_lookup, read_lookup
from pipeline.readers.name_cells import mark_lines, mark_several, part_cells, recognise_parts, split_cells
from pipeline.readers.raw_files import find_sources, read_raw_rows
from pipeline.readers.raw_rows import EMPTY_LIST, LOCATOR, NOTHING, ROW, VALUE_SEPARATOR, check_cells
from pipeline.sources import COLUMNS, SIDES, did_you_mean
from pipeline.sources.keys import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.readers.raw_files import Received
    from pipeline.readers.raw_rows import RawRows
    from pipeline.sources import Declaration

#: Texts that `clean_text` would not change: words of Latin or Cyrillic letters and ASCII, with one space between them.
_CLEAN: Final = "^[!-~À-ɏЀ-џ]+(?: [!-~À-ɏЀ-џ]+)*$"


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
            row_json=pl.struct(
                pl.col(texts).str.replace_all(VALUE_SEPARATOR, " | ", literal=True)
            ).struct.json_encode(),
        )


@dataclass(frozen=True)
class Statements:
    """The statements of one source's files with the same content.

    Attributes:
        rows: one row a statement (a raw row that names several partners makes several): `row` (its `ROW` in
            `raw`), `snapshot_id`, `as_of_date`, `locator`, `names_nobody` (whether the row is blank or its list of
            partners empty), `may_be_several` (whether a partner's name has lines or semicolons), `shape_breaks`
            (columns that do not look as declared) and every column of `COLUMNS` as clean text, null where the source
            has none.
        raw: the files of these rows.
        broken: raw rows that could not be split into columns: `snapshot_id`, `locator`, `message`, `row_json`.
    """

    rows: pl.DataFrame
    raw: tuple[RawFile, ...]
    broken: pl.DataFrame


def read_statements(
    declaration: Declaration, received: Sequence[Received], holds: str, countries: pl.DataFrame
) -> Statements:
    """Read all files of a source with the same content.

    Args:
        declaration: of the source.
        received: its files.
        holds: the content: `claims`, `awards` and so on.
        countries: names of countries, from `pipeline.gazetteer.countries`.

    Raises:
        SourceError: a file is not what its declaration says; names the file, the column and the nearest one.
    """
    lookup = read_lookup(declaration, received)
    frames, raw_files, broken, row_count = [], [], [], 0
    for item in received:
        if item.file.holds != holds:
            continue
        table = read_raw_rows(item, declaration)
        rows = table.rows.with_row_index(ROW, offset=row_count).with_columns(pl.col(ROW).cast(pl.Int64))
        row_count += rows.height
        frames.append(_select_columns(_split_values(rows, table), table, declaration, item))
        raw_files.append(RawFile(declaration.id, item.snapshot.snapshot_id, rows.drop(NOTHING, *table.derived)))
        broken.append(table.broken.select(pl.lit(item.snapshot.snapshot_id).alias("snapshot_id"), pl.all()))
    statements = split_cells(pl.concat(frames).collect(), declaration.split, declaration.language, countries)
    statements = mark_several(part_cells(statements, declaration.parts))
    if holds == "claims":
        statements = recognise_parts(statements, declaration.language, countries)
    if lookup is not None and declaration.lookup:
        statements = join_lookup(statements, lookup, declaration.lookup.column)
    return Statements(statements, tuple(raw_files), pl.concat(broken))


def _split_values(rows: pl.DataFrame, table: RawRows) -> pl.DataFrame:
    """Return a row for each statement of a raw row."""
    columns = table.multi_value_columns
    if not columns:
        return rows
    return rows.with_columns(pl.col(columns).str.split(VALUE_SEPARATOR)).explode(columns, empty_as_null=True)


def _select_columns(rows: pl.DataFrame, table: RawRows, declaration: Declaration, item: Received) -> pl.LazyFrame:
    """Return our columns, made of those of the publisher."""
    sources = find_sources(table, declaration, item)
    constants = declaration.constants_of(item.file)
    needed = list(dict.fromkeys(sources.values()))
    check_cells(rows, needed, item.snapshot.snapshot_id)
    names = {sources[side] for side in SIDES if side in sources}
    raw = [mark_lines(rows[name]) if name in names else rows[name] for name in needed]
    cells = _clean_cells(raw, declaration.unknown_markers)
    by_name = dict(zip(needed, cells, strict=True))
    columns = [
        (by_name[sources[ours]] if ours in sources else pl.lit(constants.get(ours), dtype=pl.String)).alias(ours)
        for ours in COLUMNS
    ]
    for name in declaration.shape:
        if name not in table.columns:
            raise SourceError(
                f"{item.snapshot.snapshot_id}: has no column {name!r}{did_you_mean(name, table.columns)} "
                f"(declared in {declaration.path} under [shape])"
            )
    breaks = [
        (pl.col(name) != "") & ~pl.col(name).str.contains(f"^(?:{pattern})$")
        for name, pattern in declaration.shape.items()
    ]
    statements = rows.lazy().select(
        pl.col(ROW).alias("row"),
        pl.lit(item.snapshot.snapshot_id).alias("snapshot_id"),
        pl.lit(item.snapshot.as_of_date).alias("as_of_date"),
        pl.col(LOCATOR).alias("locator"),
        pl.col(NOTHING).alias("names_nobody"),
        (pl.sum_horizontal(breaks) if breaks else pl.lit(0)).cast(pl.Int32).alias("shape_breaks"),
        *columns,
        *((pl.col(EMPTY_LIST) == "yes").alias(EMPTY_LIST) for name in rows.columns if name == EMPTY_LIST),
    )
    return _without_empty_lists(statements, item.file.holds) if EMPTY_LIST in rows.columns else statements


def _without_empty_lists(statements: pl.LazyFrame, holds: str) -> pl.LazyFrame:
    """Return statements of which those name nobody that lack a town or partner since a list of the record is empty."""
    is_lacking = pl.any_horizontal(pl.all_horizontal(pl.col(group).is_null()) for group in REQUIRED[holds])
    return statements.with_columns(pl.col("names_nobody") | (pl.col(EMPTY_LIST) & is_lacking)).drop(EMPTY_LIST)


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
