"""Whether a text is a date and nothing else, as it stands behind a name: `seit 1971`, `12. Mai 1985`."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.dates.fold import fold
from pipeline.dates.months import month_letters
from pipeline.dates.words import any_of

#: Articles and words for the year that stand between "since" and a date.
_SMALL: Final = (
    "年",
    "月",
    "日",
    "le",
    "la",
    "il",
    "el",
    "in",
    "en",
    "am",
    "vom",
    "annee",
    "jahr",
    "year",
    "ano",
    "an",
)
_WORDS: Final = rf"<(?:{any_of('since')}|{any_of('small_words')}|{any_of('approximate')}|{'|'.join(_SMALL)})>"
_YEAR: Final = r"(?:1[0-9]{3}|20[0-9]{2})"


def is_only_date(texts: pl.Series, language: str | None = None) -> pl.Series:
    """Return whether each text has a year, and beside it nothing but numbers, months and words of dates.

    Args:
        texts: without nulls.
        language: whose month names win.
    """
    folded = fold(texts.cast(pl.String).to_frame("text").with_row_index("number")).sort("number")
    rest = pl.col("folded").str.replace_many(month_letters(language), leftmost=True).str.replace_all(_WORDS, " ")
    has_year = rest.str.contains(rf"(?-u:\b){_YEAR}(?-u:\b)")
    return folded.select(has_year & rest.str.contains(r"^[\s0-9A-LX.,/'~?-]*$")).to_series()
