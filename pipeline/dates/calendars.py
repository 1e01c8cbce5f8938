"""Years of other calendars as Gregorian years: Japanese eras, the Republic of China, the Thai Buddhist calendar."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from pipeline.dates.fold import split_rows
from pipeline.dates.words import EDGE, NUMBER, WORDS

_ERAS: Final = {name: era for name, era in WORDS["eras"].items() if "letter" in era}
_NAMES: Final = "|".join(WORDS["eras"])
#: `<昭>` and `<showa>` for `<昭和>`.
_SIGNS: Final = {
    f"<{era[key]}>": f"<{name}>" for name, era in WORDS["eras"].items() for key in ("sign", "latin") if key in era
}
_SIGN: Final = "|".join(sign.strip("<>") for sign in _SIGNS)
_LETTERS: Final = "".join(era["letter"] for era in _ERAS.values())
_ERA_OF: Final = WORDS["eras"] | {era["letter"]: era for era in _ERAS.values()}
_YEARS_BEFORE: Final = {text: era["first"].year - 1 for text, era in _ERA_OF.items()}
_LONGEST_ERA: Final = 199
#: The first Gregorian day of Japan; what is printed of earlier years are days and months of the moon.
_GREGORIAN_IN_JAPAN: Final = dt.date(1873, 1, 1)

_GREGORIAN_YEAR: Final = r"(?:1[0-9]{3}|20[0-9]{2})"
_YEAR_OF_ERA: Final = "[0-9]{1,3}"
#: Month and day behind the year of an era: the two of `年月日`, then the two of `.4.22`.
_MONTH_AND_DAY: Final = (
    rf"\s?<年>\s?({NUMBER})\s?<月[^>]*>(?:\s?({NUMBER})\s?<日)?"
    rf"|\s?[./-]\s?({NUMBER})(?:\s?[./-]\s?({NUMBER}))?{EDGE}"
)
#: Groups: what stands before, era, its year, the text of month and day, these four numbers, what stands behind.
_NAMED: Final = rf"^(.*?)<[^>]*?({_NAMES})>\.?\s?({_YEAR_OF_ERA})({_MONTH_AND_DAY}|{EDGE})(.*)$"
_LETTERED: Final = rf"^([\s(]*)<([{_LETTERS}])>\.?\s?({NUMBER})({_MONTH_AND_DAY}|\s?<年|[\s)]*$)(.*)$"
#: `昭和44年（1969年）` and `1969年（昭和44年）`.
_ERA_AND_YEAR: Final = (
    rf"<[^>]*?(?P<era>{_NAMES})>\s?(?P<year>{_YEAR_OF_ERA})\s?(?:<年>)?"
    rf"\s?\(\s?(?P<gregorian>{_GREGORIAN_YEAR})\s?(?:<年>)?\s?\)\s?(?:<年>)?"
)
_YEAR_AND_ERA: Final = (
    rf"(?P<gregorian>{_GREGORIAN_YEAR})\s?<年>\s?\(\s?<(?P<era>{_NAMES})>\s?(?P<year>{_YEAR_OF_ERA})\s?<年>\s?\)"
)
#: Eras in one text that are converted.
_MOST_ERAS: Final = 3

_OTHER_CALENDAR: Final = rf"{_NAMES}|<(?:{_SIGN})元?>|[ก-๛]|<ه"
#: The Thai Buddhist calendar counts from 543 BC; the months of before 1941 are not converted.
_BUDDHIST: Final = 543


def convert_calendars(folded: pl.DataFrame, language: str | None) -> pl.DataFrame:
    """Return years of Japanese eras, of the Republic of China and of the Thai calendar as Gregorian years.

    Args:
        folded: `text`, `folded`.
        language: in Japanese, `S44.10.27` is of the era Shōwa.

    Returns:
        The same rows with `calendar_note`, in another order. The note is `impossible_era_year` where an era has no
        such year, which is removed; `outside_era` where a day or month is not in the era, so that only its year is
        left; `two_dates` where a Gregorian year in brackets is another one; else null.
    """
    column = pl.col("folded")
    is_other = column.str.contains(_OTHER_CALENDAR)
    is_japanese = (language or "").lower()[:2] == "ja"
    if is_japanese:
        is_other |= column.str.contains(rf"^[\s(]*<[{_LETTERS}]元?>")
    folded = folded.with_columns(calendar_note=pl.lit(None, pl.String))
    other, folded = split_rows(folded, is_other)
    if other.is_empty():
        return folded
    converted = _keep_one_calendar(other)
    for _ in range(_MOST_ERAS):
        converted = _convert_eras(converted, _NAMED)
    if is_japanese:
        converted = _convert_eras(converted, _LETTERED)
    return pl.concat([folded, converted.with_columns(_convert_buddhist_year())])


def _keep_one_calendar(texts: pl.DataFrame) -> pl.DataFrame:
    """Return texts in which a Gregorian year in brackets, or beside an era in brackets, stands alone."""
    column = pl.col("folded")
    plain = (
        column.str.replace_all(r"\b1[0-9]{3}\s?<ه[^>]*>", " ")  # a year of the Hijra
        .str.replace_all(rf"<([^>]*(?:{_NAMES})|{_SIGN}|[{_LETTERS}])元>", "<$1>1")
        .str.replace_many(_SIGNS)
        # Ten years, but no decade.
        .str.replace_all(rf"<(?:[^>]*(?:{_NAMES})|[{_LETTERS}])>\s?{_YEAR_OF_ERA}\s?<年代[^>]*>", " ")
    )
    texts = texts.with_columns(plain)
    for shape in (_ERA_AND_YEAR, _YEAR_AND_ERA):
        groups = column.str.extract_groups(shape).struct
        year = _of_era(_YEARS_BEFORE, groups.field("era")) + groups.field("year").cast(pl.Int32)
        differs = year != groups.field("gregorian").cast(pl.Int32)
        texts = texts.with_columns(
            folded=column.str.replace_all(shape, "${gregorian}<年>"),
            calendar_note=pl.coalesce("calendar_note", pl.when(differs).then(pl.lit("two_dates"))),
        )
    return texts


def _convert_eras(texts: pl.DataFrame, shape: str) -> pl.DataFrame:
    """Return texts with the first date of an era that has this shape as a Gregorian one."""
    groups = pl.col("groups").struct
    parts = texts.with_columns(groups=pl.col("folded").str.extract_groups(shape)).with_columns(
        era=groups.field("2"),
        year_of_era=groups.field("3").cast(pl.Int32),
        month=pl.coalesce(groups.field("5"), groups.field("7")).cast(pl.Int32),
        day=pl.coalesce(groups.field("6"), groups.field("8")).cast(pl.Int32),
    )
    year = _of_era(_YEARS_BEFORE) + pl.col("year_of_era")
    last_year = _of_era({text: _years(era) for text, era in _ERA_OF.items()})
    is_year = pl.col("year_of_era").is_between(1, last_year)
    # Zero stands for an unknown month or day.
    month = pl.when(pl.col("month") > 0).then("month")
    day = pl.when(pl.col("day") > 0).then("day")
    earliest = _number(year, month.fill_null(1), day.fill_null(1))
    latest = _number(year, month.fill_null(12), day.fill_null(31))
    first = _of_era({text: _day_number(_first_day(era)) for text, era in _ERA_OF.items()})
    last = _of_era({text: _day_number(era.get("last", dt.date.max)) for text, era in _ERA_OF.items()})
    is_outside = month.is_not_null() & ((latest < first) | (earliest > last))
    # `1980.4` is no month elsewhere, and `2000-1` is not clear: all become days and months of ISO 8601.
    date = pl.when(groups.field("7").is_not_null()).then(
        pl.concat_str([year, *(groups.field(name).str.zfill(2) for name in "78")], separator="-", ignore_nulls=True)
    )
    inside = pl.coalesce(date, pl.concat_str([year, groups.field("4")]))
    dated = pl.when(~is_year).then(pl.lit(" ")).when(is_outside).then(pl.format("{}<年>", year)).otherwise(inside)
    note = pl.when(~is_year).then(pl.lit("impossible_era_year")).when(is_outside).then(pl.lit("outside_era"))
    text = pl.concat_str([groups.field("1"), pl.lit(" "), dated, groups.field("9")])
    is_era = pl.col("era").is_not_null()
    return parts.with_columns(
        folded=pl.when(is_era).then(text).otherwise("folded"),
        calendar_note=pl.coalesce("calendar_note", pl.when(is_era).then(note)),
    ).select(texts.columns)


def _of_era(values: dict[str, int], era: str | pl.Expr = "era") -> pl.Expr:
    column = pl.col(era) if isinstance(era, str) else era
    return column.replace_strict(values, default=None, return_dtype=pl.Int32)


def _years(era: dict[str, dt.date]) -> int:
    return era["last"].year - era["first"].year + 1 if "last" in era else _LONGEST_ERA


def _first_day(era: dict[str, dt.date]) -> dt.date:
    return max(era["first"], _GREGORIAN_IN_JAPAN)


def _day_number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _number(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return a day as a number that can be compared, whether the day exists or not."""
    return year * 10_000 + month * 100 + day


def _convert_buddhist_year() -> pl.Expr:
    folded = pl.col("folded")
    without_era = folded.str.replace_all(r"<(?:พ|ค)>\.?\s?<ศ>\.?", " ")
    groups = without_era.str.extract_groups(r"^(.*?)\b(2[4-6][0-9]{2})\b(.*)$").struct
    year = (groups.field("2").cast(pl.Int32) - _BUDDHIST).cast(pl.String)
    dated = pl.concat_str([groups.field("1"), year, groups.field("3")])
    is_thai = folded.str.contains("[ก-๛]")
    return pl.when(is_thai).then(pl.coalesce(dated, without_era)).otherwise(folded).alias("folded")
