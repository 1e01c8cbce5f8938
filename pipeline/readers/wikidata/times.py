"""Wikidata's times as text that is no more precise than they are.

The time of JSON becomes that of RDF (Wikibase's `JulianDateTimeValueCleaner`): proleptic Gregorian, a day of the Julian
calendar converted, the month and day 1 where the precision does not state them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Any, Final

import polars as pl

from pipeline.extract.wikidata import terms as t

#: Values of `timePrecision`, without the coarser ones: https://www.mediawiki.org/wiki/Wikibase/DataModel#Dates_and_times
CENTURY, DECADE, YEAR, MONTH, DAY = range(7, 12)
_TIME: Final = re.compile(r"([+-]?)0*(\d+)-(\d\d)-(\d\d)T(.*)")


def to_rdf_time(value: dict[str, Any]) -> str:
    """Return the `timeValue` that Wikibase's RDF has for a time of its JSON."""
    match = _TIME.fullmatch(str(value["time"]))
    if not match:
        return str(value["time"])
    sign, year, month, day = match[1], int(match[2]), max(int(match[3]), 1), max(int(match[4]), 1)
    precision = int(value["precision"])
    if precision <= YEAR:
        month = day = 1
    elif precision == MONTH:
        day = 1
    elif sign != "-" and str(value["calendarmodel"]).endswith(t.JULIAN):
        year, month, day = _gregorian(year, month, day)
    elif sign != "-" and 1 <= month <= 12:
        # Wikibase lets 31 February be the last day of February.
        day = min(day, monthrange(year, month)[1])
    # XSD 1.1 has a year 0.
    if sign == "-" and precision >= YEAR:
        year -= 1
    return f"{'-' if sign == '-' and year else ''}{year:04d}-{month:02d}-{day:02d}T{match[5]}"


def _gregorian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Return the Gregorian date of a Julian one, by way of its Julian day number.

    Richards, E. G., "Calendars", in: Explanatory Supplement to the Astronomical Almanac, 3rd edition, 2013, p. 617.
    """
    shift = (14 - month) // 12
    years, months = year + 4800 - shift, month + 12 * shift - 3
    number = day + (153 * months + 2) // 5 + 365 * years + years // 4 - 32083
    e = 4 * (number + 1401 + (4 * number + 274277) // 146097 * 3 // 4 - 38) + 3
    h = 5 * (e % 1461 // 4) + 2
    month = (h // 153 + 2) % 12 + 1
    return e // 1461 - 4716 + (14 - month) // 12, month, h % 153 // 5 + 1


def format_time() -> pl.Expr:
    """Return the text of `value`, `precision` and `calendar`, null where `precision` is.

    `1955-03-26`, `1955-03`, `1955`, `1950s` (`decade 1900`, because "1900s" are a century), `20th century`; with
    `(Julian calendar)` behind it where the source says so. Coarser times and years before Christ are no dates here:
    their text is none that is read as a date.
    """
    groups = pl.col("value").str.extract_groups(r"^([+-]?)0*(\d+)-(\d\d)-(\d\d)").struct
    sign, year_text, month, day = (groups.field(str(group)) for group in range(1, 5))
    year, precision = year_text.cast(pl.Int64, strict=False), pl.col("precision").cast(pl.Int64, strict=False)
    decade, century = year // 10 * 10, (year + 99) // 100
    padded = year.cast(pl.String).str.zfill(4)
    ordinal = pl.when(century == 21).then(pl.lit("st")).otherwise(pl.lit("th"))
    cases = (
        (year.is_null(), pl.format("unreadable ({})", pl.col("value").fill_null(""))),
        ((sign == "-") | (year == 0), pl.format("{} BC", year + (precision >= YEAR).cast(pl.Int64))),
        (year > 9999, pl.format("the year {}", year)),
        (precision >= DAY, pl.format("{}-{}-{}", padded, month, day)),
        (precision == MONTH, pl.format("{}-{}", padded, month)),
        (precision == YEAR, padded),
        ((precision == DECADE) & (decade % 100 == 0), pl.format("decade {}", decade)),
        (precision == DECADE, pl.format("{}s", decade)),
        (precision == CENTURY, pl.format("{}{} century", century, ordinal)),
        (pl.lit(value=True), pl.format("unreadable (precision {})", precision)),
    )
    text = pl.coalesce(pl.when(condition).then(text) for condition, text in cases)
    is_julian = pl.col("calendar").str.ends_with(t.JULIAN).fill_null(value=False)
    converted = pl.when(precision >= DAY).then(pl.lit(", converted")).otherwise(pl.lit(""))
    marked = pl.when(is_julian).then(pl.format("{} (Julian calendar{})", text, converted)).otherwise(text)
    return pl.when(precision.is_not_null()).then(marked)
