"""Reads the dates of partnerships, in any of forty locales, as intervals with a precision.

A text becomes an interval of days: `1967` is the whole year, `20. Jahrhundert` a hundred of them. Nothing is
made more precise than its text. Texts are folded (case, accents, markup, digits of other scripts), every run
of letters is put between `<` and `>`, month names become one capital letter (`A` to `L`, `X` where languages
differ), decades and centuries `1980Y` and `1900Z`. Dates then have few shapes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import polars as pl

from pipeline.dates.rewrite import convert_calendars, simplify
from pipeline.dates.words import (
    APPROXIMATE,
    BEFORE_CHRIST,
    CENTURIES,
    DECADE_ENDS,
    DECADE_WORDS,
    ERA,
    ROMAN,
    SINCE,
    fold,
    month_letters,
    part,
)

OUTPUT_SCHEMA: Final = pl.Schema(
    {
        "text": pl.String(),
        "date": pl.Date(),
        "precision": pl.String(),
        "last_date": pl.Date(),
        "date_note": pl.String(),
    }
)
# Days since 1899-12-30, which is Excel's day 0 for every date after its false 29 February 1900.
EXCEL_FIRST, EXCEL_LAST, EXCEL_EPOCH = 18_264, 51_500, pl.date(1899, 12, 30)
PART_SIZE = 50_000  # texts; fewer are not worth a second thread
Y = r"(?:0[5-9][0-9]{2}|1[0-9]{3}|2[01][0-9]{2}|2200)"
N = r"[0-9]{1,2}"
_SMALL = "st|nd|rd|th|er|re|de|del|dell|do|of|d|g|m|r|e|den|the|gada|ko|ta|год|года|г|р|року|του|o|a|roku|y|tahun"
F = rf"(?:[\s.,'()/|-]|<(?:{_SMALL})>)"  # what may stand between the parts of one date
G = rf"(?:[\s.'/-]|\(<e>\)<ko>|<(?:{_SMALL})>)"  # without a comma, which parts two dates
B = r"(?-u:\b)"  # of ASCII: one of Unicode would cost the fast engine, and letters stand in < > anyway
ITEM = "|".join([
    rf"{B}{Y}[YZ]",
    rf"{B}{Y}\s?<年>\s?{N}\s?<月[^>]*>(?:\s?{N}\s?<日)?",
    *(rf"{B}{Y}\s?{sep}\s?{N}\s?{sep}\s?{N}{B}" for sep in (r"\.", "/", "-", r"\|")),
    *(rf"{B}{N}\s?{sep}\s?{N}\s?{sep}\s?{Y}{B}" for sep in (r"\.", "/", "-", r"\|")),
    rf"{B}{N}{F}*[A-LX]{F}*{Y}{B}",
    rf"[A-LX]{F}*{N}{F}+{Y}{B}",
    rf"[A-LX]{F}*{Y}{B}",
    rf"{B}{Y}{G}*[A-LX]{G}*{N}{B}",
    rf"{B}{Y}\s?\(\s?{N}\.?\s?[A-LX]",
    rf"{B}{Y}\.?\s?<gada>\s?{N}\.?\s?[A-LX]",
    rf"{B}{Y}{G}*[A-LX]",
    rf"{B}{Y}-(?:0[0-9]|1[0-2]){B}",
    rf"{B}(?:0?[1-9]|1[0-2])[./-]{Y}{B}",
    rf"{B}{Y}{B}",
])  # fmt: skip


def _tokenise(texts: pl.DataFrame, language: str | None) -> pl.DataFrame:
    """`text` and `folded`, with months, decades and centuries as tokens."""
    folded = convert_calendars(fold(texts), language)
    worded, bare = part(folded, pl.col("folded").str.contains("<", literal=True))
    if worded.is_empty():
        return simplify(bare, ITEM, language)
    tokens = (
        pl.col("folded")
        .str.replace_many(month_letters(language), leftmost=True)
        # "the 1900s" and "1900-talet" are hundred years, "the 2000s" are ten.
        .str.replace_all(r"\b(1[0-9]00)'?<s>", "${1}Z")
        .str.replace_all(r"\b([12][0-9]00)-?<(?:talet|tallet|tal|luku\w*|luvu\w*)>", "${1}Z")
        .str.replace_all(rf"\b([12][0-9]{{2}}0)['.-]{{0,2}}<(?:{DECADE_ENDS})>", "${1}Y")
        .str.replace_all(rf"<(?:{DECADE_WORDS})>[ ']*([12][0-9]{{2}}0)([^-–/0-9]|$)", "${1}Y$2")
    )
    return simplify(pl.concat([bare, worded.with_columns(tokens)]), ITEM, language)


def _parts(items: pl.DataFrame) -> pl.DataFrame:
    """Of each `row` and `item` its `year`, other numbers (`one`, `two`, in order), month and shape."""
    item, numbers, letter = pl.col("item"), pl.col("numbers").list, pl.col("letter")
    year_first = numbers.first().str.len_bytes() == 4
    months = {chr(64 + i): i for i in range(1, 13)}
    listed = items.with_columns(numbers=item.str.extract_all("[0-9]+"), letter=item.str.extract("([A-LX])"))
    others = numbers.slice(year_first.cast(pl.Int64), numbers.len() - 1).list
    return listed.select(
        "row",
        year=pl.when(year_first).then(numbers.first()).otherwise(numbers.last()).cast(pl.Int32),
        one=others.get(0, null_on_oob=True).cast(pl.Int8),
        two=others.get(1, null_on_oob=True).cast(pl.Int8),
        named=letter.replace_strict(months, default=None, return_dtype=pl.Int8),
        unclear=(letter == "X").fill_null(value=False),
        span=pl.when(item.str.ends_with("Y")).then(10).when(item.str.ends_with("Z")).then(100).cast(pl.Int32),
        day_first=~year_first & (numbers.len() == 3) & letter.is_null(),
        dotted=item.str.contains(r"^[0-9]{1,2}\s?\."),
    )


def _ordered(parts: pl.DataFrame) -> pl.DataFrame:
    """`row`, `year`, `month`, `day`, `span`, `note`: which number is the day, and whether that day exists."""
    one, two, worded = pl.col("one"), pl.col("two"), pl.col("named").is_not_null() | pl.col("unclear")
    loose = pl.col("day_first") & ~pl.col("dotted") & one.is_between(1, 12)
    swapped = loose & (two > 12)
    either = loose & two.is_between(1, 12) & (one != two)
    normal = pl.col("day_first") & ~swapped
    month = pl.when(worded).then("named").when(normal).then(two).otherwise(one)
    day = pl.when(worded | normal).then(one).otherwise(two)
    known = ~either & ~pl.col("unclear") & (month != 0)  # Wikidata writes 0 for a month or day not known
    dated = parts.select(
        "row",
        "year",
        "span",
        month=pl.when(known).then(month),
        day=pl.when(known & (day != 0)).then(day),
        note=pl.when("unclear").then(pl.lit("ambiguous_month")).when(either).then(pl.lit("ambiguous_order")),
    )
    real = pl.col("month").is_between(1, 12)
    length = pl.date("year", pl.when(real).then("month").otherwise(1), 1).dt.month_end().dt.day()
    impossible = (~real | (pl.col("day") > length)).fill_null(value=False)
    return dated.with_columns(
        month=pl.when(~impossible).then("month"),
        day=pl.when(~impossible).then("day"),
        note=pl.when(impossible).then(pl.lit("impossible_day")).otherwise("note"),
    )


# What `_intervals` needs beside the year, for a text that has nothing else.
_NO_PARTS = {
    "month": pl.lit(None, pl.Int8),
    "day": pl.lit(None, pl.Int8),
    "span": pl.lit(None, pl.Int32),
    "note": pl.lit(None, pl.String),
}


def _intervals(dated: pl.DataFrame) -> pl.DataFrame:
    """`row`, `date`, `precision`, `last_date`, `date_note`."""
    month, day, span = pl.col("month"), pl.col("day"), pl.col("span")
    first = pl.date("year", month.fill_null(1), day.fill_null(1))
    precision = (
        pl.when(span == 10).then(pl.lit("decade"))
        .when(span == 100).then(pl.lit("century"))
        .when(month.is_null()).then(pl.lit("year"))
        .when(day.is_null()).then(pl.lit("month"))
        .otherwise(pl.lit("day"))
    )  # fmt: skip
    last = (
        pl.when(day.is_not_null()).then(first)
        .when(month.is_not_null()).then(first.dt.month_end())
        .otherwise(pl.date(pl.col("year") + span.fill_null(1) - 1, 12, 31))
    )  # fmt: skip
    return dated.select("row", date=first, precision=precision, last_date=last, date_note="note")


def _settle(several: pl.DataFrame) -> pl.DataFrame:
    """One interval per `row` of its items': the finest if all agree with the first, else the first."""
    row = pl.col("row")
    # A row's items stand together, so that no window is needed: those take a hundred times as long.
    starts = (row != row.shift()).fill_null(value=True)
    first, last = (pl.when(starts).then(bound).forward_fill() for bound in ("date", "last_date"))
    agrees = several.with_columns(agrees=intervals_agree("date", "last_date", first, last))
    clashing = agrees.filter(~pl.col("agrees")).select(pl.col("row").unique(), clash=pl.lit(1))
    length = pl.when(pl.col("clash").is_null()).then((pl.col("last_date") - pl.col("date")).dt.total_days())
    ranked = agrees.join(clashing, on="row", how="left", maintain_order="left").with_columns(length=length)
    best = ranked.sort("row", "length", maintain_order=True).filter(starts)
    note = pl.when(pl.col("clash").is_null()).then("date_note").otherwise(pl.lit("two_dates"))
    return best.with_columns(date_note=note).drop("agrees", "clash", "length")


def _single(items: pl.DataFrame) -> pl.DataFrame:
    return _intervals(_ordered(_parts(items)))


def _several(items: pl.DataFrame) -> pl.DataFrame:
    return _settle(_intervals(_ordered(_parts(items.explode("item")))))


def _undated(rest: pl.DataFrame) -> pl.DataFrame:
    """Years of three digits, Excel day numbers and centuries, in `folded` texts that have no other date."""
    folded = pl.col("folded")
    serial = folded.str.extract(r"^\s*([0-9]{5})(?:\.[0-9]+)?\s*$").cast(pl.Int32)
    short = pl.coalesce(
        folded.str.extract(r"^[\s(]*([5-9][0-9]{2})[\s.)]*$"),
        folded.str.extract(rf"<(?:{SINCE})>[\s.:]*([5-9][0-9]{{2}})[^0-9]*$"),
        folded.str.extract(rf"\b([5-9][0-9]{{2}})[\s.]*(?:{ERA})"),
    ).cast(pl.Int32)
    groups = folded.str.extract_groups(CENTURIES).struct
    roman = pl.coalesce(groups.field("2"), groups.field("3"))
    roman = roman.replace_strict(ROMAN, default=None, return_dtype=pl.Int32)
    number = pl.coalesce(groups.field("1").cast(pl.Int32), roman)
    century = pl.when(number.is_between(6, 22)).then(number * 100 - 99)
    span = pl.when(short.is_null()).then(pl.lit(100, pl.Int32))
    years = rest.select("row", year=pl.coalesce(short, century), **{**_NO_PARTS, "span": span})
    serials = rest.select("row", date=serial).filter(pl.col("date").is_between(EXCEL_FIRST, EXCEL_LAST))
    day = (EXCEL_EPOCH + pl.duration(days="date")).cast(pl.Date)
    note = pl.lit("excel_serial")
    excel = serials.select("row", date=day, precision=pl.lit("day"), last_date=day, date_note=note)
    return pl.concat([excel, _intervals(years.drop_nulls("year"))])


def _read(texts: pl.DataFrame, language: str | None) -> pl.DataFrame:
    """The columns of `parse_dates` for texts that are more than a year."""
    if texts.is_empty():
        return pl.DataFrame(schema=OUTPUT_SCHEMA)
    rest = _tokenise(texts, language).with_row_index("row")
    folded = pl.col("folded")
    found = rest.select("row", "folded", item=folded.str.extract_all(ITEM), is_bc=folded.str.contains(BEFORE_CHRIST))
    found = found.filter(~pl.col("is_bc")).with_columns(count=pl.col("item").list.len())
    single = found.filter(count=1).select("row", pl.col("item").list.first())
    plain = pl.col("item").str.len_bytes() == 4
    years = single.filter(plain).select("row", year=pl.col("item").cast(pl.Int32), **_NO_PARTS)
    # Each of these costs more than a small list has to read.
    sorts = (
        (_single, single.filter(~plain)),
        (_several, found.filter(pl.col("count") > 1).select("row", "item")),
        (_undated, found.filter(count=0)),
    )
    dated = pl.concat([_intervals(years), *(read_them(rows) for read_them, rows in sorts if rows.height)])
    julian = folded.str.contains("<julian|1985786")
    approximate = folded.str.contains(APPROXIMATE)
    note = pl.when(julian).then(pl.lit("julian")).when(approximate).then(pl.lit("approximate"))
    joined = rest.join(dated, on="row", how="left", maintain_order="left")
    is_bound = pl.col("special") == "bound_only"
    other = pl.when(is_bound).then(pl.lit("two_dates")).otherwise("special")
    return joined.with_columns(
        date_note=pl.when(pl.col("date").is_not_null())
        .then(pl.coalesce("date_note", other, note))
        .when(is_bound)
        .then("special")
    ).select(*OUTPUT_SCHEMA)


def _iso_days(texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read texts that are nothing but a day of ISO 8601; return them and the texts that are more, less or no day."""
    day = pl.col("text").str.to_date("%Y-%m-%d", strict=False)
    shaped = pl.col("text").str.contains(rf"^{Y}-[0-9]{{2}}-[0-9]{{2}}$")
    days, rest = part(texts.with_columns(date=pl.when(shaped).then(day)), pl.col("date").is_not_null())
    read = days.select("text", "date", precision=pl.lit("day"), last_date="date", date_note=pl.lit(None, pl.String))
    return read, rest.select("text")


def parse_dates(texts: pl.Series, language: str | None = None) -> pl.DataFrame:
    """Read each distinct text as an interval of days.

    Args:
        texts: dates as sources print them, of any type that casts to text; nulls and repetitions do not
            matter.
        language: tag (`cs`, `pt-BR`) of a language whose month names win where the same name is another month
            elsewhere (`listopad`: November in Czech, October in Croatian); others than ours change nothing.

    Returns:
        One row per distinct text, ordered by `text`, with the columns of `OUTPUT_SCHEMA`: `date` and
        `last_date` bound the interval (proleptic Gregorian), `precision` is day, month, year, decade or
        century. All are null where nothing could be read: no year, or none from 500 to 2200. Where nothing but
        a bound is given (`before 1990`), these are null, and `date_note` is `bound_only`. Else `date_note` is the
        first of these:

        - `two_dates`: several that exclude one another, `date` being the first
        - `several_days`, `several_months` (`10/11 March 1972`, `Mai/Juni 1985`): the month or year that has them
        - `excel_serial`: a bare number of five digits, read as an Excel day
        - `impossible_day`, `ambiguous_order` (`03/04/1986`), `ambiguous_month`: only the year was taken
        - `julian`: marked as of the Julian calendar, and not converted
        - `approximate`: `ca. 1985`; the interval is that of the year itself
    """
    distinct = texts.drop_nulls().cast(pl.String).unique().to_frame("text")
    bare = pl.col("text").str.contains(rf"^{Y}$")
    year = pl.col("text").cast(pl.Int32)
    null = pl.lit(None, pl.String)
    years = distinct.filter(bare).select(
        "text",
        date=pl.date(year, 1, 1),
        precision=pl.lit("year"),
        last_date=pl.date(year, 12, 31),
        date_note=null,
    )
    days, rest = _iso_days(distinct.filter(~bare))
    if rest.height:
        month_letters(language)  # built once, before threads ask for it
    # A string expression keeps one core busy, so the texts are read in as many parts as there are cores.
    size = max(PART_SIZE, -(-rest.height // pl.thread_pool_size()))
    if rest.height <= size:  # polars keeps compiled patterns by thread: a new one would compile them again
        read = [_read(rest, language)]
    else:
        with ThreadPoolExecutor() as pool:
            read = list(pool.map(lambda part: _read(part, language), rest.iter_slices(size)))
    return pl.concat([years, days, *read]).match_to_schema(OUTPUT_SCHEMA).sort("text")


def intervals_agree(
    first: str | pl.Expr, last: str | pl.Expr, other_first: str | pl.Expr, other_last: str | pl.Expr
) -> pl.Expr:
    """Whether one interval of days contains the other; null where a bound is.

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
