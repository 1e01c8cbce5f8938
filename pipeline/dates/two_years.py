"""Texts that say something else than a year beside it: a second year (`1961/62`) or a season (`Herbst 1991`)."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.dates.fold import split_rows
from pipeline.dates.words import EDGE, words_in

_YEAR: Final = "[12][0-9]{3}"
#: `2008/09`, `2008/9`, `2008-9`: September 2008, or 2008 and 2009. `2008-09` is a month by ISO 8601.
_NEXT_TWO_DIGITS: Final = "|".join(f"{year:02}/{year + 1:02}" for year in range(12))
_NEXT_DIGIT: Final = "|".join(f"{year}[/-]{year + 1}" for year in range(9))
_YEAR_OR_MONTH: Final = (
    rf"{EDGE}([12][0-9](?:{_NEXT_TWO_DIGITS})|[12][0-9]{{2}}(?:{_NEXT_DIGIT}))(\s?[^0-9\s/.-]|\s?[./-]?\s*$|\s)"
)
#: `1961/62`, `1961-62`, `1999/00`: the second cannot be a month.
TWO_YEARS: Final = rf"{EDGE}{_YEAR}\s?[/–-]\s?(?:1[3-9]|[2-9][0-9]){EDGE}|{EDGE}[12][0-9]99/00{EDGE}"


def drop_unclear_months(tokens: pl.DataFrame, order: str | None) -> pl.DataFrame:
    """Return texts without a number that is a month or a second year, and `month_note`.

    The note is `ambiguous_month` where there was such a number, else null; the rows are in another order. Where the
    declared order begins with the year, it is a month.
    """
    folded = pl.col("folded")
    tokens = tokens.with_columns(month_note=pl.lit(None, pl.String))
    if order and order.startswith("year"):
        return tokens
    unclear, clear = split_rows(tokens, folded.str.contains(_YEAR_OR_MONTH))
    if unclear.is_empty():
        return tokens
    year = folded.str.replace_all(rf"({EDGE}{_YEAR})[/-][0-9]{{1,2}}{EDGE}", "${1}")
    return pl.concat([clear, unclear.with_columns(folded=year, month_note=pl.lit("ambiguous_month"))])


def is_season(folded: pl.Expr, language: str | None) -> pl.Expr:
    """Return whether texts name the season of a year."""
    seasons = words_in("seasons", language)
    return folded.str.contains(
        rf"<(?:{seasons})>[\s.,'-]*(?:<(?:de|del|dell|of|do|des|jahres|roku|r|года|року|anului)>[\s.']*)*{_YEAR}"
        rf"|{EDGE}{_YEAR}[\s.,'-]*(?:<(?:gada|год|року|년|m)>[\s.]*)?<(?:{seasons})>"
        rf"|{EDGE}{_YEAR}\s?<年の?[春夏秋冬]"
    )
