"""Rewrites of texts whose dates have other shapes: several days, bounds, Roman months.

Each function takes folded texts (`pipeline.dates.fold`) and brings them into the shapes that `parse` reads, or removes
what is no date. Few texts need it, so one pattern selects them first.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.dates.fold import split_rows
from pipeline.dates.words import CENTURIES, EDGE, NUMBER, ROMAN_MONTHS, any_of, words_in

_YEAR: Final = r"(?:1[0-9]{3}|20[0-9]{2})"
_MONTH: Final = r"[A-LX]"
_GAP: Final = r"(?:[\s.,'()|]|<(?:de|del|d|st|nd|rd|th|of|den|r|er|re)>)*"
_AND: Final = rf"[\s.]*(?:<(?:st|nd|rd|th)>)?[\s.]*(?:[-–—/&+~〜・]|<(?:{any_of('joiners')})>)\s*"
_ROMAN: Final = f"<({'|'.join(ROMAN_MONTHS)})>"
_ROMAN_SHAPES: Final = (
    rf"^(.*?{EDGE}{NUMBER}[\s./-]+){_ROMAN}([\s./-]+{_YEAR}{EDGE}.*)$",
    rf"^(.*?{EDGE}{_YEAR}[\s./-]+){_ROMAN}([\s./-]+{NUMBER}{EDGE}.*)$",
    # Alone, `i` and `v` are words ("and", "in").
    rf"^(\s*)<({'|'.join(name for name in ROMAN_MONTHS if name not in {'i', 'v'})})>([\s./-]+{_YEAR}{EDGE}.*)$",
)

_DAYS, _MONTHS = "several_days", "several_months"
_NUMBERS: Final = rf"{EDGE}{NUMBER}{_AND}{NUMBER}"
_SAME_MONTH: Final = "|".join(
    rf"{EDGE}{NUMBER}{_GAP}{month}{_GAP}{_AND}{NUMBER}{_GAP}{month}{_GAP}{_YEAR}{EDGE}" for month in "ABCDEFGHIJKLX"
)
#: Pattern, its replacement, the note: several days of a month become that month, several months that year.
_RANGES: Final = (
    (rf"{EDGE}{NUMBER}\.\s?{NUMBER}\.?\s?[-–/&+]\s?{NUMBER}\.\s?{NUMBER}\.\s?({_YEAR}){EDGE}", "$1", _MONTHS),
    (
        rf"(^|[^0-9./\s-]\s?){EDGE}{NUMBER}\.?\s?[-–/&+]\s?{NUMBER}\.\s?({NUMBER})\.\s?({_YEAR}){EDGE}",
        "$1$2.$3",
        _DAYS,
    ),
    (rf"{EDGE}({_YEAR}\s?<年>\s?{NUMBER}\s?<月>)\s?{NUMBER}\s?(?:<日>)?\s?[-–~〜・,、]\s?{NUMBER}\s?<日", "$1", _DAYS),
    # Two days of one month have been replaced before.
    (rf"(?:{EDGE}{NUMBER}{_GAP})?{_MONTH}{_GAP}{_AND}(?:{NUMBER}{_GAP})?{_MONTH}{_GAP}({_YEAR}){EDGE}", "$1", _MONTHS),
    (rf"{_MONTH}{_GAP}{NUMBER}{_AND}{_MONTH}{_GAP}{NUMBER}{_GAP}({_YEAR}){EDGE}", "$1", _MONTHS),
    (rf"{EDGE}{NUMBER}{_AND}(?:<(?:den|le|el)>\s*)?{NUMBER}{_GAP}({_MONTH})", "$1", _DAYS),
    (rf"({_MONTH}){_GAP}{NUMBER}{_AND}{NUMBER}{_GAP}({_YEAR}){EDGE}", "$1 $2", _DAYS),
    (rf"{EDGE}({_YEAR}[\s.]*{_MONTH})[\s.]*{NUMBER}\.?{_AND}{NUMBER}{EDGE}", "$1", _DAYS),
)
_BOUND_AFTER: Final = rf"[\s.('-]*(?:<(?:dan|den|tan|ten|r|g|m|года|гады|року)>[\s.]*)?<(?:{any_of('after')})>"
_BOUND_IN_CHINESE: Final = (
    r"^.*?[0-9]\s?<?[年月日]?>?\s?<?[年月日]?(?:以前|之前|まて|以后|之后|以後|之後|为止|為止|이전|이후|까지)[^>]*>"
)


def simplify(tokens: pl.DataFrame, date_pattern: str, language: str | None) -> pl.DataFrame:
    """Rewrite Roman months, several days and bounds, and add `special`.

    Args:
        tokens: `folded` with months, decades and centuries as tokens.
        date_pattern: matches a date.
        language: of the texts: `do 2004` is "until" in Polish, "of the" in Portuguese.

    Returns:
        The same rows, in another order. `special` is what was rewritten: `bound_only`, `several_days`,
        `several_months` or null.
    """
    folded = pl.col("folded")
    before, seasons = words_in("before", language), words_in("seasons", language)
    # Every text that is rewritten below has one of these.
    word = rf"<(?:{before}|{any_of('after')}|{'|'.join(ROMAN_MONTHS)})>"
    sign = r"[≤≥]|[年月日]以|之[前后後]|まて|止>|이[전후]>|까지>"
    days = rf"{_NUMBERS}{EDGE}|{EDGE}{NUMBER}\s?<日>?\s?[-–~〜・,、]"
    months = rf"{_MONTH}{_GAP}(?:{NUMBER})?{_AND}(?:{NUMBER}{_GAP})?{_MONTH}"
    special, plain = split_rows(tokens, folded.str.contains(f"{word}|{sign}|{days}|{months}"))
    plain = plain.with_columns(special=pl.lit(None, pl.String))
    if special.is_empty():
        return plain
    bound_before = (
        rf"(?:<(?:{before})>|[≤≥]=?)[\s.:'=(-]*(?:<(?:{any_of('fillers')}|{seasons})>[\s.'(-]*)*"
        rf"(?:{date_pattern}|{CENTURIES})(?:<日>)?"
    )
    without_bounds = (
        folded.str.replace_all(bound_before, " ")
        .str.replace_all(f"(?:{date_pattern}){_BOUND_AFTER}", " ")
        .str.replace(_BOUND_IN_CHINESE, " ")
    )
    special = _replace_ranges(special.with_columns(_replace_roman_months())).with_columns(unbound=without_bounds)
    note = pl.when(folded != pl.col("unbound")).then(pl.lit("bound_only")).otherwise("special")
    return pl.concat([plain, special.with_columns(folded="unbound", special=note).drop("unbound")])


def _replace_roman_months() -> pl.Expr:
    """Return `folded` with a Roman month as the letter of the month."""
    folded = pl.col("folded")
    replaced = []
    for shape in _ROMAN_SHAPES:
        groups = folded.str.extract_groups(shape).struct
        letter = groups.field("2").replace_strict(ROMAN_MONTHS, default=None, return_dtype=pl.String)
        replaced.append(pl.concat_str([groups.field("1"), letter, groups.field("3")]))
    return pl.coalesce(*replaced, folded).alias("folded")


def _replace_ranges(texts: pl.DataFrame) -> pl.DataFrame:
    """Replace several days or months in `folded`, and say so in `special`."""
    folded = pl.col("folded")
    texts = texts.with_columns(special=pl.lit(None, pl.String))
    days_of_month = rf"{EDGE}{NUMBER}{_GAP}({_MONTH}){_GAP}{_AND}{NUMBER}{_GAP}{_MONTH}{_GAP}({_YEAR}){EDGE}"
    ranges = [(pattern, *change, pattern) for pattern, *change in _RANGES]
    for pattern, replacement, note, condition in [(days_of_month, "$1 $2", _DAYS, _SAME_MONTH), *ranges]:
        is_range = folded.str.contains(condition)
        texts = texts.with_columns(
            folded=pl.when(is_range).then(folded.str.replace_all(pattern, replacement)).otherwise("folded"),
            special=pl.coalesce("special", pl.when(is_range).then(pl.lit(note))),
        )
    return texts
