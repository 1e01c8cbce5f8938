"""Parts of dates (year, month, day, span) as intervals of days with a precision."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.dates.words import CENTURIES, ERA, ROMAN_CENTURIES, any_of

#: Days since 1899-12-30, which is Excel's day 0 for every date after its false 29 February 1900.
_EXCEL_FIRST, _EXCEL_LAST, _EXCEL_EPOCH = 18_264, 51_500, pl.date(1899, 12, 30)
#: What a date has besides its year, for texts that have nothing else.
YEAR_ALONE: Final = {
    "month": pl.lit(None, pl.Int8),
    "day": pl.lit(None, pl.Int8),
    "span": pl.lit(None, pl.Int32),
    "note": pl.lit(None, pl.String),
}


def intervals_agree(
    first: str | pl.Expr, last: str | pl.Expr, other_first: str | pl.Expr, other_last: str | pl.Expr
) -> pl.Expr:
    """Return whether one interval of days contains the other; null where a bound is null.

    Days, months, years and decades are nested, so that two of them agree if and only if they intersect. Only
    a century can overlap and not agree: the 20th is 1901 to 2000, which cuts the decade that begins in 2000.

    Args:
        first: column or expression of the first day of one interval.
        last: its last day.
        other_first: the first day of the other.
        other_last: its last day.
    """
    bounds = (first, last, other_first, other_last)
    a, b, c, d = (pl.col(bound) if isinstance(bound, str) else bound for bound in bounds)
    return ((a <= c) & (d <= b)) | ((c <= a) & (b <= d))


def split_items(items: pl.DataFrame, order: str | None) -> pl.DataFrame:
    """Return `row`, `year`, `month`, `day`, `span` (years), `note` of each `row` and `item`.

    Args:
        items: `row`, `item`: dates as tokens.
        order: the declared order of day, month and year, if any, such as `day-month-year`.
    """
    item, numbers, letter = pl.col("item"), pl.col("numbers").list, pl.col("letter")
    is_year_first = numbers.first().str.len_bytes() == 4
    others = numbers.slice(is_year_first.cast(pl.Int64), numbers.len() - 1).list
    months = {chr(64 + month): month for month in range(1, 13)}
    parts = items.with_columns(numbers=item.str.extract_all("[0-9]+"), letter=item.str.extract("([A-LX])")).select(
        "row",
        year=pl.when(is_year_first).then(numbers.first()).otherwise(numbers.last()).cast(pl.Int32),
        first_number=others.get(0, null_on_oob=True).cast(pl.Int8),
        second_number=others.get(1, null_on_oob=True).cast(pl.Int8),
        named_month=letter.replace_strict(months, default=None, return_dtype=pl.Int8),
        is_unclear_month=(letter == "X").fill_null(value=False),
        span=pl.when(item.str.ends_with("Y")).then(10).when(item.str.ends_with("Z")).then(100).cast(pl.Int32),
        is_year_first=is_year_first,
        is_three_numbers=(numbers.len() == 3) & letter.is_null() & ~item.str.contains("<", literal=True),
        is_dotted=item.str.contains(r"^[0-9]{1,2}\s?\."),
    )
    return _without_impossible_days(_order_day_and_month(parts, order))


def _order_day_and_month(parts: pl.DataFrame, order: str | None) -> pl.DataFrame:
    """Return `row`, `year`, `span`, `month`, `day`, `note`: which number is the day, where that is clear."""
    first, second = pl.col("first_number"), pl.col("second_number")
    is_named = pl.col("named_month").is_not_null() | pl.col("is_unclear_month")
    is_year_last = pl.col("is_three_numbers") & ~pl.col("is_year_first")
    may_be_month = is_year_last & ~pl.col("is_dotted") & first.is_between(1, 12)
    is_ambiguous = may_be_month & second.is_between(1, 12) & (first != second)
    is_day_first = is_year_last & ~(may_be_month & (second > 12))
    is_other_order = pl.lit(value=False)
    if order:
        is_declared = pl.col("is_three_numbers") & (pl.col("is_year_first") == order.startswith("year"))
        declares_day_first = order.index("day") < order.index("month")
        month_number, day_number = (second, first) if declares_day_first else (first, second)
        # The month cannot be the number that is declared as such, but the other one.
        is_other_order = is_declared & (month_number > 12) & day_number.is_between(1, 12)
        is_ambiguous &= ~is_declared
        is_day_first = pl.when(is_declared).then(is_other_order != declares_day_first).otherwise(is_day_first)
    month = pl.when(is_named).then("named_month").when(is_day_first).then(second).otherwise(first)
    day = pl.when(is_named | is_day_first).then(first).otherwise(second)
    # Wikidata writes 0 for an unknown month or day.
    has_month = ~is_ambiguous & ~pl.col("is_unclear_month") & (month != 0)
    return parts.select(
        "row",
        "year",
        "span",
        month=pl.when(has_month).then(month),
        day=pl.when(has_month & (day != 0)).then(day),
        note=pl.coalesce(
            pl.when("is_unclear_month").then(pl.lit("ambiguous_month")),
            pl.when(is_ambiguous).then(pl.lit("ambiguous_order")),
            pl.when(is_other_order).then(pl.lit("other_order")),
        ),
    )


def _without_impossible_days(dated: pl.DataFrame) -> pl.DataFrame:
    """Return the same rows; where that day does not exist, only its year stays."""
    is_month = pl.col("month").is_between(1, 12)
    month_length = pl.date("year", pl.when(is_month).then("month").otherwise(1), 1).dt.month_end().dt.day()
    is_impossible = (~is_month | (pl.col("day") > month_length)).fill_null(value=False)
    return dated.with_columns(
        month=pl.when(~is_impossible).then("month"),
        day=pl.when(~is_impossible).then("day"),
        note=pl.when(is_impossible).then(pl.lit("impossible_day")).otherwise("note"),
    )


def to_intervals(dated: pl.DataFrame) -> pl.DataFrame:
    """Return `row`, `date`, `precision`, `last_date`, `date_note`."""
    month, day, span = pl.col("month"), pl.col("day"), pl.col("span")
    first = pl.date("year", month.fill_null(1), day.fill_null(1))
    precision = pl.coalesce(
        pl.when(span == 10).then(pl.lit("decade")),
        pl.when(span == 100).then(pl.lit("century")),
        pl.when(month.is_null()).then(pl.lit("year")),
        pl.when(day.is_null()).then(pl.lit("month")),
        pl.lit("day"),
    )
    last = pl.coalesce(
        pl.when(day.is_not_null()).then(first),
        pl.when(month.is_not_null()).then(first.dt.month_end()),
        pl.date(pl.col("year") + span.fill_null(1) - 1, 12, 31),
    )
    return dated.select("row", date=first, precision=precision, last_date=last, date_note="note")


def choose_interval(intervals: pl.DataFrame) -> pl.DataFrame:
    """Return one interval of each `row`: the finest if all agree with the first, else the first."""
    row = pl.col("row")
    # The items of a row are adjacent, so no window is needed: windows take a hundred times as long.
    is_first = (row != row.shift()).fill_null(value=True)
    first, last = (pl.when(is_first).then(bound).forward_fill() for bound in ("date", "last_date"))
    compared = intervals.with_columns(agrees=intervals_agree("date", "last_date", first, last))
    conflicts = compared.filter(~pl.col("agrees")).select(row.unique(), has_conflict=pl.lit(value=True))
    no_conflict = pl.col("has_conflict").is_null()
    length = pl.when(no_conflict).then((pl.col("last_date") - pl.col("date")).dt.total_days())
    return (
        compared.join(conflicts, on="row", how="left", maintain_order="left")
        .with_columns(length=length)
        .sort("row", "length", maintain_order=True)
        .filter(is_first)
        .with_columns(date_note=pl.when(no_conflict).then("date_note").otherwise(pl.lit("two_dates")))
        .drop("agrees", "has_conflict", "length")
    )


def read_other_shapes(undated: pl.DataFrame) -> pl.DataFrame:
    """Return intervals of `folded` texts without another date: years of three digits, Excel days, centuries."""
    folded = pl.col("folded")
    short_year = pl.coalesce(
        folded.str.extract(r"^[\s(]*([5-9][0-9]{2})[\s.)]*$"),
        folded.str.extract(rf"<(?:{any_of('since')})>[\s.:]*([5-9][0-9]{{2}})[^0-9]*$"),
        folded.str.extract(rf"\b([5-9][0-9]{{2}})[\s.]*(?:{ERA})"),
    ).cast(pl.Int32)
    groups = folded.str.extract_groups(CENTURIES).struct
    roman = pl.coalesce(groups.field("2"), groups.field("3"))
    century = pl.coalesce(
        groups.field("1").cast(pl.Int32),
        roman.replace_strict(ROMAN_CENTURIES, default=None, return_dtype=pl.Int32),
    )
    first_year = pl.when(century.is_between(6, 22)).then(100 * century - 99)
    span = pl.when(short_year.is_null()).then(pl.lit(100, pl.Int32))
    years = undated.select("row", year=pl.coalesce(short_year, first_year), **{**YEAR_ALONE, "span": span})
    serial = folded.str.extract(r"^\s*([0-9]{5})(?:\.[0-9]+)?\s*$").cast(pl.Int32)
    serials = undated.select("row", serial=serial).filter(pl.col("serial").is_between(_EXCEL_FIRST, _EXCEL_LAST))
    day = (_EXCEL_EPOCH + pl.duration(days="serial")).cast(pl.Date)
    note = pl.lit("excel_serial")
    excel_days = serials.select("row", date=day, precision=pl.lit("day"), last_date=day, date_note=note)
    return pl.concat([excel_days, to_intervals(years.drop_nulls("year"))])
