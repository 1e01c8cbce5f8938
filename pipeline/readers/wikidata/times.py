"""Wikidata's times as text that says no more than their precision.

Both forms of a time are brought to the one that RDF has (Wikibase's `JulianDateTimeValueCleaner`):
proleptic Gregorian, a day of the Julian calendar converted, the month and day that the precision leaves open 1.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Any, Final

import polars as pl

from pipeline.extract.wikidata import terms as t

#: Values of `timePrecision`: https://www.mediawiki.org/wiki/Wikibase/DataModel#Dates_and_times
MILLENNIUM, CENTURY, DECADE, YEAR, MONTH, DAY = range(6, 12)
_TIME: Final = re.compile(r"([+-]?)0*(\d+)-(\d\d)-(\d\d)T(.*)")


def as_rdf(value: dict[str, Any]) -> str:
    """Return the `timeValue` that Wikibase's RDF gives for a time of its JSON."""
    found = _TIME.fullmatch(str(value["time"]))
    if not found:
        return str(value["time"])
    sign, year, month, day = found[1], int(found[2]), max(int(found[3]), 1), max(int(found[4]), 1)
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
    return f"{'-' if sign == '-' and year else ''}{year:04d}-{month:02d}-{day:02d}T{found[5]}"


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


def time_text() -> pl.Expr:
    """Return the text of `value`, `precision` and `calendar`, null where `precision` is.

    `1955-03-26`, `1955-03`, `1955`, `1950s` (`decade 1900`, because "1900s" are hundred years), `20th century`; with
    `(Julian calendar)` behind it where the source says so. What is coarser or before Christ is no date of ours, and is
    written so that none is read.
    """
    parts = pl.col("value").str.extract_groups(r"^([+-]?)0*(\d+)-(\d\d)-(\d\d)").struct
    sign, year, month, day = (parts.field(str(number)) for number in range(1, 5))
    number, precision = year.cast(pl.Int64, strict=False), pl.col("precision").cast(pl.Int64, strict=False)
    decade, century = number // 10 * 10, (number + 99) // 100
    padded = number.cast(pl.String).str.zfill(4)
    ordinal = pl.when(century == 21).then(pl.lit("st")).otherwise(pl.lit("th"))
    text = (
        pl.when(number.is_null()).then(pl.format("unreadable ({})", pl.col("value").fill_null("")))
        .when((sign == "-") | (number == 0)).then(pl.format("{} BC", number + (precision >= YEAR).cast(pl.Int64)))
        .when(number > 9999).then(pl.format("the year {}", number))
        .when(precision >= DAY).then(pl.format("{}-{}-{}", padded, month, day))
        .when(precision == MONTH).then(pl.format("{}-{}", padded, month))
        .when(precision == YEAR).then(padded)
        .when((precision == DECADE) & (decade % 100 == 0)).then(pl.format("decade {}", decade))
        .when(precision == DECADE).then(pl.format("{}s", decade))
        .when(precision == CENTURY).then(pl.format("{}{} century", century, ordinal))
        .otherwise(pl.format("unreadable (precision {})", precision))
    )  # fmt: skip
    julian = pl.col("calendar").str.ends_with(t.JULIAN).fill_null(value=False)
    converted = pl.when(precision >= DAY).then(pl.lit(", converted")).otherwise(pl.lit(""))
    marked = pl.when(julian).then(pl.format("{} (Julian calendar{})", text, converted)).otherwise(text)
    return pl.when(precision.is_not_null()).then(marked)
