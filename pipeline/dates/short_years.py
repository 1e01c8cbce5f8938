"""Years and decades of two digits (`juil-66`, `12.3.66`, `70er Jahre`) as years of four.

A number that may be a day is no year: 32 to 99 are years wherever they stand in a date, 00 to 31 only where the place
or the declared order says so. A text that has other words than those of dates is left alone.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.dates.fold import split_rows
from pipeline.dates.words import EDGE, any_of, words_in_all

_MONTH: Final = "[A-LX]"
_DAY: Final = "(?:0?[0-9]|[12][0-9]|3[01])"
_GAP: Final = r"[\s.,'/-]*(?:<(?:de|del|d|of|do|roku|r)>[\s.']*)?"
_ORDINAL: Final = "(?:<(?:st|nd|rd|th|er|re|e)>)?"
_SIGNS: Final = (r"\.", "/", "-")
_CLEAR: Final = range(32, 100)
_SEASONS: Final = words_in_all("seasons")

#: What stands before a year and behind it: shapes in which 32 to 99 can be nothing else.
_CLEAR_SHAPES: Final = (
    (rf"({_MONTH}{_GAP})", rf"({EDGE})"),
    (rf"({_MONTH}{_GAP}{_DAY}{_ORDINAL}[\s.,'/-]+)", rf"({EDGE})"),
    (rf"({EDGE})", rf"({_GAP}{_MONTH})"),
    (rf"(<(?:{_SEASONS})>[\s.,'-]*)", rf"({EDGE})"),
    *((rf"({EDGE}{_DAY}\s?{sign}\s?{_DAY}\s?{sign}\s?)", rf"({EDGE})") for sign in _SIGNS),
    *((rf"({EDGE})", rf"(\s?{sign}\s?{_DAY}\s?{sign}\s?{_DAY}{EDGE})") for sign in _SIGNS),
    # With a point it may be a number, with a hyphen a range.
    (r"(^[\s(]*(?:0?[1-9]|1[0-2])/)", r"([\s).]*$)"),
)
#: `May '05`, `12 May '05`, `May-05`, `mayo de 05`, `May 05`: behind a month and nothing else, and not as days are.
_APOSTROPHE_SHAPES: Final = (
    (rf"({_MONTH}[\s.,-]*')", rf"({EDGE})"),
    (rf"({_MONTH}{_GAP}{_DAY}{_ORDINAL}[\s.,]*')", rf"({EDGE})"),
)
_MONTH_SHAPES: Final = ((rf"({_MONTH}(?:\.?[-/.]|\.?\s?<(?:de|del)>\s?))", rf"({EDGE})"),)
_PADDED_SHAPE: Final = (rf"({_MONTH}\.?\s+)", rf"({EDGE})")
#: Day, month and year where each may be a day; with a declared order the year is the last or the first.
_THREE_NUMBERS: Final = (
    (rf"({EDGE}{_DAY}{_ORDINAL}{_GAP}{_MONTH}{_GAP})", rf"({EDGE})"),
    (rf"({_MONTH}{_GAP}{_DAY}{_ORDINAL}[\s.,'/-]+)", rf"({EDGE})"),
    *((rf"({EDGE}{_DAY}\s?{sign}\s?{_DAY}\s?{sign}\s?)", rf"({EDGE})") for sign in _SIGNS),
)
_THREE_FROM_YEAR: Final = (
    (rf"({EDGE})", rf"({_GAP}{_MONTH}{_GAP}{_DAY}{EDGE})"),
    *((rf"({EDGE})", rf"(\s?{sign}\s?{_DAY}\s?{sign}\s?{_DAY}{EDGE})") for sign in _SIGNS),
)
_TWO_DIGITS: Final = "[0-9]{2}"
_IS_THREE: Final = "|".join(f"{before}{_TWO_DIGITS}{behind}" for before, behind in _THREE_NUMBERS)
_IS_UNCLEAR_MONTH: Final = rf"{_MONTH}\.?,?\s+(?:[12][0-9]|3[01]){EDGE}"

_DECADE_SHAPES: Final = (
    (r"(\b)", rf"['.-]{{0,2}}(?:\s?<(?:{any_of('decade_endings')})>|\s?<(?:{any_of('decade_nouns')})>)()"),
    (rf"(<(?:{any_of('decade_words')})>[ ']*)", r"\b()\.?"),
)
#: Every word that may stand in a text whose year or decade has two digits.
_LISTS: Final = (
    *("after", "fillers", "joiners", "small_words", "since", "approximate", "decade_words", "decade_nouns"),
    "prepositions",
)
_WORDS: Final = "|".join([words_in_all("before"), _SEASONS, *map(any_of, _LISTS)])
_ONLY_DATE: Final = rf"^(?:[^<]|<(?:{_WORDS})>)*$"


def expand_years(tokens: pl.DataFrame, first_year: int | None, order: str | None) -> pl.DataFrame:
    """Return texts with years and decades of two digits as those of four.

    Args:
        tokens: `folded` with months as tokens.
        first_year: the first of the hundred years that are meant; without it nothing is changed.
        order: the declared order of day, month and year, if any.

    Returns:
        The same rows, in another order, with `has_short_year` (whether a year or a decade was completed) and
        `year_note`: `ambiguous_year` where a number is a day or a year and nothing says which, else null.
    """
    folded = pl.col("folded")
    tokens = tokens.with_columns(has_short_year=pl.lit(value=False), year_note=pl.lit(None, pl.String))
    if first_year is None:
        return tokens
    is_short = folded.str.contains("[0-9]{2}") & ~folded.str.contains("[0-9]{3}")
    short, others = split_rows(tokens, is_short)
    if short.is_empty():
        return tokens
    expanded = short.with_columns(before=folded).with_columns(
        _expand(folded, _DECADE_SHAPES, range(10, 100, 10), first_year, "Y")
    )
    expanded = expanded.with_columns(_expand(folded, _CLEAR_SHAPES, _CLEAR, first_year))
    clear, unclear = split_rows(expanded, folded.str.contains("[0-9]{3}"))
    if unclear.height:
        unclear = _expand_by_place(unclear, first_year, order)
    expanded = pl.concat([clear, unclear])
    is_date = folded.str.contains(_ONLY_DATE)
    expanded = expanded.with_columns(
        folded=pl.when(is_date).then("folded").otherwise("before"),
        has_short_year=is_date & (folded != pl.col("before")),
        year_note=pl.when(is_date).then("year_note"),
    )
    return pl.concat([others, expanded.select(tokens.columns)])


def _expand_by_place(texts: pl.DataFrame, first_year: int, order: str | None) -> pl.DataFrame:
    """Return texts whose numbers are all at most 31, with the years that their place or the order tells."""
    folded = pl.col("folded")
    numbers = range(100)
    texts = texts.with_columns(_expand(folded, _APOSTROPHE_SHAPES, numbers, first_year))
    shapes = _THREE_FROM_YEAR if order and order.startswith("year") else _THREE_NUMBERS
    is_open = ~folded.str.contains("[0-9]{3}")
    is_three = is_open & folded.str.contains(_IS_THREE)
    in_order = _expand(folded, shapes, numbers, first_year) if order else folded
    of_month = _expand(_expand(folded, _MONTH_SHAPES, numbers, first_year), (_PADDED_SHAPE,), range(10), first_year)
    texts = texts.with_columns(folded=pl.when(is_three).then(in_order).when(is_open).then(of_month).otherwise(folded))
    is_ambiguous = ~folded.str.contains("[0-9]{3}") & folded.str.contains(f"{_IS_THREE}|{_IS_UNCLEAR_MONTH}")
    return texts.with_columns(year_note=pl.when(is_ambiguous).then(pl.lit("ambiguous_year")))


def _expand(
    folded: pl.Expr, shapes: tuple[tuple[str, str], ...], numbers: range, first_year: int, mark: str = ""
) -> pl.Expr:
    """Return texts with these numbers, in these shapes, as years of the hundred from `first_year`.

    Args:
        folded: the texts.
        shapes: patterns of one group each: what stands before the number and behind it.
        numbers: the numbers.
        first_year: the first of the hundred years.
        mark: put behind the year.
    """
    century, first = divmod(first_year, 100)
    for before, behind in shapes:
        for hundred, years in (
            (century, [number for number in numbers if number >= first]),
            (century + 1, [number for number in numbers if number < first]),
        ):
            if years:
                digits = "|".join(f"{number:02}" for number in years)
                folded = folded.str.replace_all(f"{before}({digits}){behind}", f"${{1}}{hundred:02}${{2}}{mark}${{3}}")
    return folded
