"""Raw rows to statements: the publisher's columns become ours, still as text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.gazetteer.names import clean_text
from pipeline.readers.rows import SEVERAL
from pipeline.readers.table import LOCATOR, ROW, read_table
from pipeline.sources import COLUMNS, SIDES, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.raw_store.snapshots import Snapshot
    from pipeline.sources import Declaration, SourceFile


#: What `clean_text` leaves as it is: words with one space between them, of Latin or Cyrillic letters and ASCII.
_CLEAN = "^[!-~À-ɏЀ-џ]+(?: [!-~À-ɏЀ-џ]+)*$"
#: Names of Wikidata items in the languages that a source has them in.
ITEM_NAMES = pl.Schema({"wikidata_id": pl.String, "name": pl.String, "language": pl.String})
#: Working column: which cell before it was taken apart.
_CELL = "__cell"


@dataclass(frozen=True)
class Received:
    """Bytes of one file of a source, verified."""

    file: SourceFile
    snapshot: Snapshot
    content: bytes

    def done(self) -> Received:
        """Return the same without its bytes, which nobody needs once they are read."""
        return replace(self, content=b"")


@dataclass(frozen=True)
class RawFile:
    """Raw rows of one file: `ROW`, `LOCATOR` and the publisher's columns."""

    source_id: str
    snapshot_id: str
    rows: pl.DataFrame

    def only(self, wanted: pl.Series) -> RawFile:
        """Return the same with the rows of these `ROW` alone."""
        return replace(self, rows=self.rows.filter(pl.col(ROW).is_in(wanted.implode())))

    def as_json(self, wanted: pl.Expr) -> pl.DataFrame:
        """Return `row`, `source_id`, `snapshot_id`, `locator`, `row_json` of the wanted rows alone."""
        texts = [name for name in self.rows.columns if name not in (ROW, LOCATOR)]
        return self.rows.filter(wanted).select(
            pl.col(ROW).alias("row"),
            source_id=pl.lit(self.source_id),
            snapshot_id=pl.lit(self.snapshot_id),
            locator=LOCATOR,
            row_json=pl.struct(texts).struct.json_encode(),
        )


@dataclass(frozen=True)
class Statements:
    """The rows of one source's files that hold the same sort of thing.

    Attributes:
        rows: one row a statement (a raw row that names several partners gives several): `row` (index into
            `raw`), `snapshot_id`, `as_of_date`, `locator`, `shape_breaks` (columns that do not look as declared) and
            every column of `COLUMNS` as cleaned text, null where the source has none.
        raw: the files that the rows come from.
        broken: raw rows that could not be cut into columns: `snapshot_id`, `locator`, `message`, `row_json`.
    """

    rows: pl.DataFrame
    raw: tuple[RawFile, ...]
    broken: pl.DataFrame


def read_statements(declaration: Declaration, received: Sequence[Received], holds: str) -> Statements:
    """Read all files of a source that hold the same sort of thing.

    Raises:
        SourceError: a file is not what its declaration says; names the file, the column and the nearest one.
    """
    names = read_names(declaration, received)
    parts, raws, brokens, first = [], [], [], 0
    for one in received:
        if one.file.holds != holds:
            continue
        table = read_table(one.content, declaration.format_of(one.file), one.snapshot.snapshot_id)
        rows = table.rows.with_row_index(ROW, offset=first).with_columns(pl.col(ROW).cast(pl.Int64))
        first += rows.height
        parts.append(_ours(_one_each(rows, table.several), table.columns, declaration, one))
        raws.append(RawFile(declaration.id, one.snapshot.snapshot_id, rows))
        brokens.append(table.broken.select(pl.lit(one.snapshot.snapshot_id).alias("snapshot_id"), pl.all()))
    rows = _several_partners(pl.concat(parts).collect(), declaration.split)
    if names is not None and declaration.lookup:
        rows = _with_names(rows, names, declaration.lookup.column)
    return Statements(rows, tuple(raws), pl.concat(brokens))


def _one_each(rows: pl.DataFrame, several: Sequence[str]) -> pl.DataFrame:
    """Give each of the statements that a raw row makes a row of its own."""
    if not several:
        return rows
    return rows.with_columns(pl.col(several).str.split(SEVERAL)).explode(several, empty_as_null=True)


def _ours(rows: pl.DataFrame, theirs: list[str], declaration: Declaration, one: Received) -> pl.LazyFrame:
    """Select our columns from theirs."""
    source = _find_columns(theirs, declaration, one)
    constants = declaration.constants_of(one.file)
    names = list(dict.fromkeys(source.values()))
    clean = dict(zip(names, _clean([rows[name] for name in names], declaration.unknown_markers), strict=True))
    columns = [
        clean[source[ours]].alias(ours) if ours in source else pl.lit(constants.get(ours), dtype=pl.String).alias(ours)
        for ours in COLUMNS
    ]
    for name in declaration.shape:
        if name not in theirs:
            raise SourceError(
                f"{one.snapshot.snapshot_id}: has no column {name!r}{nearest(name, theirs)} "
                f"(declared in {declaration.path} under [shape])"
            )
    breaks = [
        (pl.col(name) != "") & ~pl.col(name).str.contains(f"^(?:{pattern})$")
        for name, pattern in declaration.shape.items()
    ]
    return rows.lazy().select(
        pl.col(ROW).alias("row"),
        pl.lit(one.snapshot.snapshot_id).alias("snapshot_id"),
        pl.lit(one.snapshot.as_of_date).alias("as_of_date"),
        pl.col(LOCATOR).alias("locator"),
        (pl.sum_horizontal(breaks) if breaks else pl.lit(0)).cast(pl.Int32).alias("shape_breaks"),
        *columns,
    )


def _clean(columns: Sequence[pl.Series], markers: Sequence[str]) -> list[pl.Series]:
    """Return the cells as clean text; null where nothing is said."""
    # A name of theirs may look like a pattern.
    cells = pl.DataFrame([one.alias(str(place)) for place, one in enumerate(columns)])
    cells = cells.select(pl.when(pl.all() != "").then(pl.all()))
    # Most cells are clean as they are.
    unclean = cells.select(~pl.all().str.contains(_CLEAN)).get_columns()
    tidied = [_replaced(cells[one.name], one, clean_text(pl.col(one.name))) for one in unclean if one.any()]
    cells = cells.with_columns(tidied)
    blank = [marker.lower() for marker in markers if marker]
    if not blank:
        return cells.get_columns()
    short = cells.select(pl.all().str.len_chars() <= max(map(len, blank))).get_columns()
    said = pl.all()
    return cells.with_columns(
        _replaced(cells[one.name], one, pl.when(~said.str.to_lowercase().is_in(blank)).then(said))
        for one in short
        if one.any()
    ).get_columns()


def _replaced(cells: pl.Series, where: pl.Series, by: pl.Expr) -> pl.Series:
    places = where.arg_true()
    return cells.scatter(places, cells[places].to_frame().select(by.alias(cells.name)).to_series())


def _find_columns(theirs: list[str], declaration: Declaration, one: Received) -> dict[str, str]:
    """Return which of the file's columns gives each of ours."""
    found: dict[str, str] = {}
    for ours, alternatives in declaration.columns_of(one.file).items():
        present = [name for name in alternatives if name in theirs]
        if not present:
            layout = declaration.format_of(one.file)
            hint = nearest(alternatives[0], theirs)
            if len(theirs) == 1 and layout.type in ("csv", "tsv"):
                hint = f"; the header is one field, {theirs[0][:80]!r}: is the delimiter another?"
            raise SourceError(
                f"{one.snapshot.snapshot_id}: has no column {' or '.join(map(repr, alternatives))}{hint} "
                f"(declared in {declaration.path} as columns.{ours})"
            )
        found[ours] = present[0]
    return found


def _several_partners(rows: pl.DataFrame, split: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Give each of several names in one cell a statement of its own."""
    for column, separators in split.items():
        first, *others = separators
        cell = pl.col(column)
        for other in others:
            cell = cell.str.replace_all(other, first, literal=True)
        # One row may be several statements before.
        rows = (
            rows.with_columns(pl.when(cell.is_not_null()).then(cell.str.split(first)).alias(column))
            .with_row_index(_CELL)
            .explode(column, empty_as_null=True)
            .with_columns(clean_text(pl.col(column)).alias(column))
        )
        # A separator at the end of a cell names nobody; a cell of nothing else stays, to be rejected.
        named = pl.col(column).is_not_null()
        first_of_none = ~named.any().over(_CELL) & pl.col(_CELL).is_first_distinct()
        rows = rows.filter(named | first_of_none).drop(_CELL)
    return rows


def read_names(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame | None:
    """Return what the source's second file says of identifiers: one row an identifier, the first that it gives.

    Returns:
        `id`, `name` and those of `LOOKUP_COLUMNS` that the declaration maps; None if it names no such file.
    """
    if declaration.lookup is None:
        return None
    one = next(part for part in received if part.file.name == declaration.lookup.file)
    table = read_table(one.content, declaration.format_of(one.file), one.snapshot.snapshot_id)
    columns = _find_columns(table.columns, declaration, one)
    found = table.rows.select(clean_text(pl.col(theirs)).alias(ours) for ours, theirs in columns.items())
    return found.drop_nulls("id").unique("id", keep="first", maintain_order=True)


def read_item_names(declaration: Declaration, received: Sequence[Received]) -> pl.DataFrame:
    """Return every name that the source's second file has for Wikidata items: `wikidata_id`, `name`, `language`.

    `mul` is no language, but a name in all of them.
    """
    names = read_names(declaration, received)
    if names is None or "names" not in names.columns:
        return ITEM_NAMES.to_frame()
    spelt = pl.List(pl.Struct({"language": pl.String, "name": pl.String}))
    item = pl.coalesce("wikidata_id", "id") if "wikidata_id" in names.columns else pl.col("id")
    return (
        names.drop_nulls("names")
        .select(item.alias("wikidata_id"), pl.col("names").str.json_decode(spelt))
        .explode("names")
        .unnest("names")
        .with_columns(pl.when(pl.col("language") != "mul").then("language").alias("language"))
        .select(list(ITEM_NAMES))
        .drop_nulls("name")
        .unique()
        .sort(pl.all(), nulls_last=True)
    )


def count_names(declaration: Declaration, one: Received) -> int:
    """Return how many rows a file of names has; the ledger counts them as ignored."""
    table = read_table(one.content, declaration.format_of(one.file), one.snapshot.snapshot_id)
    return table.rows.height + table.broken.height


def _with_names(rows: pl.DataFrame, names: pl.DataFrame, column: str) -> pl.DataFrame:
    """Fill in what the second file says of the towns, where the statement itself says nothing."""
    given = [key for key in names.columns if key not in ("id", "names")]
    for side in SIDES:
        ours = {key: side if key == "name" else f"{side}_{key}" for key in given}
        looked_up = names.select(
            pl.col("id").alias(f"{side}_{column}"), *(pl.col(key).alias(f"__{name}") for key, name in ours.items())
        )
        rows = rows.join(looked_up, on=f"{side}_{column}", how="left", maintain_order="left")
        # A redirect's own id is the one that leads nowhere.
        first = {
            name: [f"__{name}", name] if key == "wikidata_id" else [name, f"__{name}"] for key, name in ours.items()
        }
        rows = rows.with_columns(pl.coalesce(both).alias(name) for name, both in first.items())
        rows = rows.drop(f"__{name}" for name in ours.values())
    return rows
