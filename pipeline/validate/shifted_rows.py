"""Signs that an unquoted delimiter moved the cells of a row into the wrong columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.sources import SIDES

if TYPE_CHECKING:
    from pipeline.sources import Declaration


def shift_signs(frame: pl.DataFrame, declaration: Declaration) -> pl.Expr:
    """Return the weight of the signs that a row's cells are in the wrong columns.

    Two for a number in a column of names, a word in a column of numbers, an unknown code or a broken shape; one for a
    word as a start and for an unknown country, because each alone is only a bad value.
    """
    strong = _signs(frame, declaration)
    weak = {"start": strong.pop("start", pl.lit(value=False)), **_unknown_countries(frame)}
    return (
        2 * pl.sum_horizontal(pl.col("shape_breaks"), *(sign.cast(pl.Int32) for sign in strong.values()))
        + pl.sum_horizontal(sign.cast(pl.Int32) for sign in weak.values())
    ).cast(pl.Int32)


def shifted_columns(frame: pl.DataFrame, declaration: Declaration) -> pl.Expr:
    """Return the names of a row's columns that have a sign, for the message; "" if there are none."""
    signs = _signs(frame, declaration) | _unknown_countries(frame)
    if not signs:
        return pl.lit("")
    return pl.concat_str(
        [pl.when(sign).then(pl.lit(column)) for column, sign in signs.items()], separator=", ", ignore_nulls=True
    )


def _signs(frame: pl.DataFrame, declaration: Declaration) -> dict[str, pl.Expr]:
    """Return the sign in each column that is not empty."""
    number, word = r"^[-+]?\d+([.,]\d+)?$", r"\p{L}{2}"
    patterns = {
        **{f"{side}{suffix}": number for side in SIDES for suffix in ("", "_country", "_region")},
        **{f"{side}{suffix}": word for side in SIDES for suffix in ("_latitude", "_longitude", "_population")},
    }
    signs = {column: pl.col(column).str.contains(pattern) for column, pattern in patterns.items()}
    # A start that has letters and no digit is a name in the wrong column.
    signs["start"] = pl.col("start").str.contains(word) & ~pl.col("start").str.contains(r"\p{N}")
    codes = [code.lower() for code in declaration.codes.get("form", {})]
    if codes:
        signs["form"] = ~pl.col("form").str.to_lowercase().is_in(codes)
    return {column: sign.fill_null(value=False) for column, sign in signs.items() if frame[column].count()}


def _unknown_countries(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    return {
        # A number in this column is already one of `_signs`.
        f"{side}_country": pl.col(f"{side}_country").str.contains(r"\p{L}").fill_null(value=False)
        & ~pl.col(f"{side}_country_known")
        for side in SIDES
        if frame[f"{side}_country"].count()
    }
