"""Dates of partnerships, in any of forty locales, as intervals with a precision.

A text becomes an interval of days: `1967` is the whole year, `20. Jahrhundert` a hundred years. The interval is never
more precise than the text. Texts are folded (case, accents, markup, digits of other scripts), every run of letters is
put between `<` and `>`, month names become one capital letter (`A` to `L`, `X` where languages differ), decades and
centuries `1980Y` and `1900Z`. Dates then have few shapes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.dates.calendars import convert_calendars
from pipeline.dates.fold import fold, split_rows
from pipeline.dates.intervals import YEAR_ALONE, choose_interval, read_other_shapes, split_items, to_intervals
from pipeline.dates.months import month_letters
from pipeline.dates.rewrite import simplify
from pipeline.dates.short_years import expand_years
from pipeline.dates.two_years import TWO_YEARS, drop_unclear_months, is_season
from pipeline.dates.words import APPROXIMATE, BEFORE_CHRIST, EDGE, JULIAN, NUMBER, any_of

if TYPE_CHECKING:
    from datetime import date

OUTPUT_SCHEMA: Final = pl.Schema(
    {
        "text": pl.String(),
        "date": pl.Date(),
        "precision": pl.String(),
        "last_date": pl.Date(),
        "date_note": pl.String(),
        "century_inferred": pl.Boolean(),
    }
)
#: A year alone has no more characters.
_LONG_YEAR: Final = 4
#: A text of more characters is no date.
_LONGEST: Final = 2_000
#: The first year that is read.
_EARLIEST: Final = 500
#: Texts of one thread; fewer are not worth a second one.
_BATCH_SIZE: Final = 50_000

_YEAR: Final = r"(?:0[5-9][0-9]{2}|1[0-9]{3}|2[01][0-9]{2}|2200)"
#: What may stand between the parts of one date; a comma separates two dates where the year comes first.
_GAP: Final = rf"(?:[\s.,'()/|-]|<(?:{any_of('small_words')})>)"
_GAP_WITHOUT_COMMA: Final = rf"(?:[\s.'/-]|\(<e>\)<ko>|<(?:{any_of('small_words')})>)"
#: A date as token; the first shape that fits is taken.
_DATE: Final = "|".join(
    [
        rf"{EDGE}{_YEAR}[YZ]",
        rf"{EDGE}{_YEAR}\s?<年>\s?{NUMBER}\s?<月[^>]*>(?:\s?{NUMBER}\s?<日)?",
        *(rf"{EDGE}{_YEAR}\s?{sign}\s?{NUMBER}\s?{sign}\s?{NUMBER}{EDGE}" for sign in (r"\.", "/", "-", r"\|")),
        *(rf"{EDGE}{NUMBER}\s?{sign}\s?{NUMBER}\s?{sign}\s?{_YEAR}{EDGE}" for sign in (r"\.", "/", "-", r"\|")),
        rf"{EDGE}{NUMBER}{_GAP}*[A-LX]{_GAP}*{_YEAR}{EDGE}",
        rf"[A-LX]{_GAP}*{NUMBER}{_GAP}+{_YEAR}{EDGE}",
        rf"[A-LX]{_GAP}*{_YEAR}{EDGE}",
        rf"{EDGE}{_YEAR}{_GAP_WITHOUT_COMMA}*[A-LX]{_GAP_WITHOUT_COMMA}*{NUMBER}{EDGE}",
        rf"{EDGE}{_YEAR}\s?\(\s?{NUMBER}\.?\s?[A-LX]",
        rf"{EDGE}{_YEAR}\.?\s?<gada>\s?{NUMBER}\.?\s?[A-LX]",
        rf"{EDGE}{_YEAR}{_GAP_WITHOUT_COMMA}*[A-LX]",
        rf"{EDGE}{_YEAR}[-/](?:0?[0-9]|1[0-2]){EDGE}",
        rf"{EDGE}{_YEAR}\.(?:0[1-9]|1[0-2]){EDGE}",
        rf"{EDGE}(?:0?[1-9]|1[0-2])[./-]{_YEAR}{EDGE}",
        rf"{EDGE}{_YEAR}{EDGE}",
    ]
)


@dataclass(frozen=True)
class DateFormat:
    """How a list prints its dates.

    Attributes:
        language: tag (`cs`, `pt-BR`) of a language whose month names win where the same name is another month
            elsewhere (`listopad`: November in Czech, October in Croatian); an unknown language changes nothing.
        order: of dates in numbers: `day-month-year`, `month-day-year`, `year-month-day` or `year-day-month`. A date
            with the year on the other side is read as without it.
        two_digit_years_from: the first of the hundred years that years of two digits mean.
        as_of: the day whose state the list describes: no start is later. Without both of these, years of two digits
            are not read.
    """

    language: str | None = None
    order: str | None = None
    two_digit_years_from: int | None = None
    as_of: date | None = None

    @property
    def first_short_year(self) -> int | None:
        """Return the first of the hundred years that years of two digits mean, if they are read."""
        if self.two_digit_years_from is not None or self.as_of is None:
            return self.two_digit_years_from
        return max(self.as_of.year - 99, _EARLIEST)


def parse_dates(texts: pl.Series, date_format: DateFormat | str | None = None) -> pl.DataFrame:
    """Return each distinct text as an interval of days.

    Args:
        texts: dates as sources print them, of any type that casts to text; nulls and repetitions do not
            matter.
        date_format: how the list prints them, or its language alone.

    Returns:
        One row per distinct text, ordered by `text`, with the columns of `OUTPUT_SCHEMA`: `date` and
        `last_date` bound the interval (proleptic Gregorian), `precision` is day, month, year, decade or
        century, and `century_inferred` says that the year has two digits, and its century was taken from `as_of`. The
        first three are null where nothing could be read: no year, none from 500 to 2200, or a text of more than 2,000
        characters. `date_note` then says why, if a reason is known:

        - `bound_only`: only a bound is given (`before 1990`)
        - `ambiguous_year` (`10/11/12`, `March 12`): a number is a day or a year, and no order is declared
        - `impossible_era_year`: the era has no such year (`昭和99年`)

        Else `date_note` is the first of these:

        - `two_dates`: several that exclude one another (`1952/1977`, `1961/62`), `date` being the first
        - `several_days`, `several_months` (`10/11 March 1972`, `Mai/Juni 1985`): the month or year that has them
        - `excel_serial`: a bare number of five digits, read as an Excel day
        - `impossible_day`, `ambiguous_order` (`03/04/1986`), `ambiguous_month` (`listopad 1987`, `2008/09`),
          `outside_era` (`昭和64年5月1日`): only the year was taken
        - `other_order`: read in the only order that is possible, which is not the declared one (`25/03/1979`)
        - `julian`: marked as of the Julian calendar, and not converted
        - `approximate`: `ca. 1985`; the interval is that of the year itself
        - `new_year`: `1950-01-01T00:00:00Z`, as services that know a year alone print it; a year
        - `season`: `Herbst 1991`; the interval is that of the year
    """
    if not isinstance(date_format, DateFormat):
        date_format = DateFormat(date_format)
    distinct = texts.drop_nulls().cast(pl.String).unique().to_frame("text")
    long, distinct = split_rows(distinct, pl.col("text").str.len_chars() > _LONGEST)
    undated = _complete(long)
    years, others = _read_years(distinct, date_format)
    days = pl.DataFrame(schema=OUTPUT_SCHEMA)
    if date_format.order != "year-day-month":
        days, others = _read_iso_days(others)
    # A string expression uses one core, so the texts are read in as many batches as there are cores.
    size = max(_BATCH_SIZE, -(-others.height // pl.thread_pool_size()))
    if others.height <= size:  # polars caches compiled patterns by thread: a new one would compile them again
        batches = [_read_texts(others, date_format)]
    else:
        with ThreadPoolExecutor() as pool:
            batches = list(pool.map(lambda batch: _read_texts(batch, date_format), others.iter_slices(size)))
    return pl.concat([undated, years, _complete(days), *batches]).sort("text")


def _read_years(texts: pl.DataFrame, date_format: DateFormat) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the dates of texts that are a year and nothing else, and the other texts."""
    text = pl.col("text")
    year = text.str.extract(rf"^({_YEAR})(?:-01-01T00:00:00Z)?$").cast(pl.Int32)
    first = date_format.two_digit_years_from
    if first is not None:
        short = text.str.extract(r"^'?([0-9]{2})$").cast(pl.Int32)
        year = pl.coalesce(year, first + (short - first) % 100)
    years, others = split_rows(texts.with_columns(year=year), pl.col("year").is_not_null())
    year = pl.col("year")
    note = pl.when(text.str.len_chars() > _LONG_YEAR).then(pl.lit("new_year"))
    dates = years.select(
        "text", date=pl.date(year, 1, 1), precision=pl.lit("year"), last_date=pl.date(year, 12, 31), date_note=note
    )
    return _complete(dates), others.drop("year")


def _complete(dates: pl.DataFrame) -> pl.DataFrame:
    """Return dates that have no note with all columns of `OUTPUT_SCHEMA`."""
    complete = dates.match_to_schema(OUTPUT_SCHEMA, missing_columns="insert")
    return complete.with_columns(pl.col("century_inferred").fill_null(value=False))


def _read_iso_days(texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the dates of texts that are a day of ISO 8601 and nothing else, and the other texts."""
    is_shaped = pl.col("text").str.contains(rf"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}$")
    day = pl.col("text").str.to_date("%Y-%m-%d", strict=False)
    days, others = split_rows(texts.with_columns(date=pl.when(is_shaped).then(day)), pl.col("date").is_not_null())
    return days.select("text", "date", precision=pl.lit("day"), last_date="date"), others.select("text")


def _read_texts(texts: pl.DataFrame, date_format: DateFormat) -> pl.DataFrame:
    """Return the columns of `parse_dates` for texts that are more than a year."""
    if texts.is_empty():
        return pl.DataFrame(schema=OUTPUT_SCHEMA)
    tokens = _tokenize(texts, date_format).with_row_index("row")
    dated = tokens.join(_read_tokens(tokens, date_format.order), on="row", how="left", maintain_order="left")
    if date_format.as_of and date_format.two_digit_years_from is None:
        dated = _no_later_than(dated, date_format.as_of)
    is_inferred = pl.lit(value=False)
    if date_format.two_digit_years_from is None:
        is_inferred = pl.col("has_short_year") & pl.col("date").is_not_null()
    note = _note(date_format.language)
    return dated.with_columns(date_note=note, century_inferred=is_inferred).select(list(OUTPUT_SCHEMA))


def _read_tokens(tokens: pl.DataFrame, order: str | None) -> pl.DataFrame:
    """Return `row`, `date`, `precision`, `last_date`, `date_note` of each text that has a date."""
    folded, item = pl.col("folded"), pl.col("item")
    items = (
        tokens.filter(~folded.str.contains(BEFORE_CHRIST))
        .select("row", "folded", item=folded.str.extract_all(_DATE))
        .with_columns(count=item.list.len())
    )
    single = items.filter(count=1).select("row", item.list.first())
    years, single = split_rows(single, item.str.len_bytes() == 4)
    several = items.filter(pl.col("count") > 1).select("row", "item").explode("item")
    intervals = [to_intervals(years.select("row", year=item.cast(pl.Int32), **YEAR_ALONE))]
    # Each of these takes longer than a small list needs.
    if single.height:
        intervals.append(to_intervals(split_items(single, order)))
    if several.height:
        intervals.append(choose_interval(to_intervals(split_items(several, order))))
    if (undated := items.filter(count=0)).height:
        intervals.append(read_other_shapes(undated))
    return pl.concat(intervals)


def _no_later_than(dated: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return dates in which a century that was taken from `as_of` does not lead beyond it."""
    earlier = pl.col("date").dt.offset_by("-100y")
    # 29 February is not in every hundredth year.
    is_later = pl.col("has_short_year") & (pl.col("date") > as_of) & (earlier.dt.day() == pl.col("date").dt.day())
    return dated.with_columns(
        date=pl.when(is_later).then(earlier).otherwise("date"),
        last_date=pl.when(is_later).then(pl.col("last_date").dt.offset_by("-100y")).otherwise("last_date"),
    )


def _note(language: str | None) -> pl.Expr:
    """Return the first note on a text, or why it has no date."""
    folded = pl.col("folded")
    is_bound = pl.col("special") == "bound_only"
    is_year = pl.col("precision") == "year"
    notes = (
        "date_note",
        pl.when(is_bound).then(pl.lit("two_dates")).otherwise("special"),
        "calendar_note",
        pl.when(is_year & folded.str.contains(TWO_YEARS)).then(pl.lit("two_dates")),
        "month_note",
        pl.when(folded.str.contains(JULIAN)).then(pl.lit("julian")),
        pl.when(folded.str.contains(APPROXIMATE)).then(pl.lit("approximate")),
        pl.when(is_year & is_season(folded, language)).then(pl.lit("season")),
    )
    is_impossible = pl.col("calendar_note") == "impossible_era_year"
    reason = pl.coalesce(pl.when(is_bound).then("special"), pl.when(is_impossible).then("calendar_note"), "year_note")
    return pl.when(pl.col("date").is_not_null()).then(pl.coalesce(notes)).otherwise(reason)


def _tokenize(texts: pl.DataFrame, date_format: DateFormat) -> pl.DataFrame:
    """Return `text` and `folded`, with months, decades and centuries as tokens, and what was rewritten.

    The columns of the latter are those of `convert_calendars`, `expand_years`, `drop_unclear_months` and `simplify`.
    """
    language = date_format.language
    folded = convert_calendars(fold(texts), language)
    with_words, without_words = split_rows(folded, pl.col("folded").str.contains("<", literal=True))
    if with_words.height:
        with_words = with_words.with_columns(_with_tokens(language))
    tokens = expand_years(pl.concat([without_words, with_words]), date_format.first_short_year, date_format.order)
    return simplify(drop_unclear_months(tokens, date_format.order), _DATE, language)


def _with_tokens(language: str | None) -> pl.Expr:
    return (
        pl.col("folded")
        .str.replace_many(month_letters(language), leftmost=True)
        # "the 1900s" and "1900-talet" are hundred years, "the 2000s" are ten.
        .str.replace_all(r"\b(1[0-9]00)'?<s>", "${1}Z")
        .str.replace_all(r"\b([12][0-9]00)-?<(?:talet|tallet|tal|luku\w*|luvu\w*)>", "${1}Z")
        .str.replace_all(rf"\b([12][0-9]{{2}}0)['.-]{{0,2}}<(?:{any_of('decade_endings')})>", "${1}Y")
        .str.replace_all(rf"<(?:{any_of('decade_words')})>[ ']*([12][0-9]{{2}}0)([^-–/0-9]|$)", "${1}Y$2")
    )
