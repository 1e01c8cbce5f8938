"""Rows in or out: which raw rows nothing can be made of, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.gazetteer.names import search_key
from pipeline.readers.table import ROW
from pipeline.sources import SIDES
from pipeline.validate.values import is_filled
from schemas import REJECTS

if TYPE_CHECKING:
    from pipeline.readers.statements import Statements
    from pipeline.sources import Declaration
    from schemas import Table


def ignored_rows(statements: pl.DataFrame, declaration: Declaration) -> pl.Series:
    """Return the raw rows that the declaration says are no statements."""
    hits = [pl.col(rule.column).fill_null("").str.contains(f"^(?:{rule.pattern})$") for rule in declaration.ignore]
    if not hits:
        return pl.Series("row", [], dtype=pl.Int64)
    return statements.filter(pl.any_horizontal(hits))["row"].unique()


def shift_signs(frame: pl.DataFrame, declaration: Declaration) -> pl.Expr:
    """Weigh the signs that a row's cells stand in the wrong columns.

    Two for a number where a name belongs, a word where a number belongs, a code that is none of the codes, or a broken
    shape; one for a word as a start and for a country that nobody knows: alone these are bad values.
    """
    strong = _signs(frame, declaration)
    weak = {"start": strong.pop("start", pl.lit(value=False)), **_unknown_countries(frame)}
    return (
        2 * pl.sum_horizontal(pl.col("shape_breaks"), *(sign.cast(pl.Int32) for sign in strong.values()))
        + pl.sum_horizontal(sign.cast(pl.Int32) for sign in weak.values())
    ).cast(pl.Int32)


def shifted_columns(frame: pl.DataFrame, declaration: Declaration) -> pl.Expr:
    """Name the columns whose cells hold what belongs in others, for the message; "" where there are none."""
    signs = _signs(frame, declaration) | _unknown_countries(frame)
    if not signs:
        return pl.lit("")
    return pl.concat_str(
        [pl.when(sign).then(pl.lit(column)) for column, sign in signs.items()], separator=", ", ignore_nulls=True
    )


def _signs(frame: pl.DataFrame, declaration: Declaration) -> dict[str, pl.Expr]:
    """Return the signs in the columns that are not wholly empty."""
    number, word = r"^[-+]?\d+([.,]\d+)?$", r"\p{L}{2}"
    signs = {
        **{f"{side}{part}": number for side in SIDES for part in ("", "_country", "_region")},
        **{f"{side}{part}": word for side in SIDES for part in ("_latitude", "_longitude", "_population")},
    }
    found = {column: pl.col(column).str.contains(pattern) for column, pattern in signs.items()}
    # A start without any digit that is a word is a name in the wrong place.
    found["start"] = pl.col("start").str.contains(word) & ~pl.col("start").str.contains(r"\p{N}")
    codes = [code.lower() for code in declaration.codes.get("form", {})]
    if codes:
        found["form"] = ~pl.col("form").str.to_lowercase().is_in(codes)
    return {column: sign.fill_null(value=False) for column, sign in found.items() if is_filled(frame, column)}


def _unknown_countries(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    return {
        # A number there is a sign of its own, and counts once.
        f"{side}_country": pl.col(f"{side}_country").str.contains(r"\p{L}").fill_null(value=False)
        & ~pl.col(f"{side}_country_known")
        for side in SIDES
        if is_filled(frame, f"{side}_country")
    }


def one_name(frame: pl.DataFrame) -> pl.Series:
    """Return for each row whether its two towns have one name, whatever else is said of them."""
    # Names that begin with different letters are not the same, and their keys are dear.
    plain = r"^[A-Za-z0-9]"
    both_plain = pl.col("town").str.contains(plain) & pl.col("partner").str.contains(plain)
    initials = [pl.col(side).str.head(1).str.to_lowercase() for side in SIDES]
    maybe = frame.select(~(both_plain & (initials[0] != initials[1])).fill_null(value=True)).to_series().arg_true()
    keys = frame.select(SIDES)[maybe].select(search_key(pl.col(side)) for side in SIDES)
    same = (keys["town"] == keys["partner"]).fill_null(value=False)
    return pl.zeros(frame.height, dtype=pl.Boolean, eager=True).scatter(maybe, same)


def is_self() -> pl.Expr:
    """Return whether nothing tells a row's two towns apart, given `is_one_name`."""
    same = [
        pl.col(f"town_{part}").eq_missing(pl.col(f"partner_{part}"))
        for part in ("country_code", "region", "latitude", "longitude", "wikidata_id", "geonames_id")
    ]
    same_item = pl.col("town_wikidata_id") == pl.col("partner_wikidata_id")
    return ((pl.col("is_one_name") & pl.all_horizontal(same)) | same_item).fill_null(value=False)


def broken_rules(frame: pl.DataFrame, contract: Table) -> pl.DataFrame:
    """Hold rows against a contract's rules.

    Returns:
        `index` (of the row in `frame`), `rules` (comma-separated), `message`; no row for a good row.

    Raises:
        RuntimeError: rows that break no rule break the contract: the frame is not what the contract speaks of.
    """
    frame = frame.select(contract.polars_schema.names())
    broken = [~rule.holds.fill_null(value=True) for rule in contract.rules]
    index = frame.select(pl.any_horizontal(broken)).to_series().arg_true()
    good = frame if index.is_empty() else frame.with_row_index().filter(~pl.col("index").is_in(index.implode()))
    failures = contract.failures(good.select(frame.columns))
    if failures.height:
        raise RuntimeError(f"{contract.name}: {failures.head().to_dicts()}")
    named, told = (
        [pl.when(where).then(pl.lit(getattr(rule, said))) for rule, where in zip(contract.rules, broken, strict=True)]
        for said in ("name", "description")
    )
    return frame[index].select(
        index.cast(pl.Int64).alias("index"),
        rules=pl.concat_str(named, separator=",", ignore_nulls=True),
        message=pl.concat_str(told, separator="; ", ignore_nulls=True),
    )


def make_rejects(refused: pl.DataFrame, statements: Statements, source_id: str) -> pl.DataFrame:
    """Return one row of `rejects` for each refused raw row.

    Args:
        refused: `row`, `rules`, `message`: the raw rows of which no statement was accepted.
        statements: for the rows themselves, and for those that could not be cut into columns.
        source_id: whose they are.
    """
    columns = ["snapshot_id", "locator", "rules", "message", "row_json"]
    wanted = pl.col(ROW).is_in(refused["row"].implode())
    rows = pl.concat(file.as_json(wanted) for file in statements.raw).join(refused, on="row")
    broken = statements.broken.with_columns(rules=pl.lit("row_shifted"))
    rejects = pl.concat([rows.select(columns), broken.select(columns)])
    return REJECTS.conform(rejects.with_columns(source_id=pl.lit(source_id)))


def check_shifted(rejects: pl.DataFrame, declaration: Declaration) -> None:
    """Stop at rows whose columns have moved, unless the declaration expects that many.

    Raises:
        SourceError: naming the first such rows.
    """
    shifted = rejects.filter(pl.col("rules").str.contains("row_shifted"))
    if shifted.height <= declaration.expect.max_shifted_rows:
        return
    shown = [
        f"  {row['snapshot_id']}, {row['locator']}: {row['message']}\n    {row['row_json'][:300]}"
        for row in shifted.head(3).iter_rows(named=True)
    ]
    raise SourceError(
        f"{declaration.id}: {shifted.height} row(s) with shifted columns, "
        f"{declaration.expect.max_shifted_rows} allowed:\n"
        + "\n".join(shown)
        + "\n  quote the delimiters in the file, or let such rows be rejected one by one with "
        f"max_shifted_rows = {shifted.height} under [expect] in {declaration.path}"
    )
