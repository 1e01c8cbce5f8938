"""Dates in many languages, and what must hold for any text."""

import calendar
import csv
import datetime as dt
import itertools
from pathlib import Path

import polars as pl
import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dates import OUTPUT_SCHEMA, intervals_agree, months, parse_dates, without_until

PRECISIONS = ("day", "month", "year", "decade", "century")
_LOCALES = "de en fr it es nl pl cs sk pt sv da nb fi hu ro bg hr sl sr lt lv et el tr uk ru ca eu gl ja zh ko ar he id"
LOCALES = _LOCALES.split()

# text, first day (or None), precision, note
EXAMPLES: list[tuple[str, str | None, str | None, str | None]] = [
    ("1967", "1967-01-01", "year", None),
    ("1238", "1238-01-01", "year", None),
    ("1967.0", "1967-01-01", "year", None),
    ("seit 1956", "1956-01-01", "year", None),
    ("depuis 1962", "1962-01-01", "year", None),
    ("sinds 1958", "1958-01-01", "year", None),
    ("dal [[1970]]", "1970-01-01", "year", None),
    ("dal&nbsp;1970", "1970-01-01", "year", None),
    ("[[1970 w sporcie|1970]]<ref>x 2004</ref>", "1970-01-01", "year", None),
    ("[[10. März]] [[1972]]", "1972-03-10", "day", None),
    ("10 marzo 1972", "1972-03-10", "day", None),
    ("10º maggio 1971", "1971-05-10", "day", None),
    ("10. März 1972", "1972-03-10", "day", None),
    ("March 10, 1972", "1972-03-10", "day", None),
    ("10 March 1972", "1972-03-10", "day", None),
    ("2nd of May, 1999", "1999-05-02", "day", None),
    ("1er janvier 2001", "2001-01-01", "day", None),
    ("3 de mayo del 1999", "1999-05-03", "day", None),
    ("10 marca 1972", "1972-03-10", "day", None),
    ("w marcu 1972", "1972-03-01", "month", None),
    ("1972. március 10.", "1972-03-10", "day", None),
    ("10. maaliskuuta 1972", "1972-03-10", "day", None),
    ("10 Μαρτίου 1972", "1972-03-10", "day", None),
    ("10 березня 1972 р.", "1972-03-10", "day", None),
    ("1972. gada 10. marts", "1972-03-10", "day", None),
    ("10 במרץ 1972", "1972-03-10", "day", None),
    ("Nov. 1987", "1987-11-01", "month", None),
    ("Sept. 1980", "1980-09-01", "month", None),
    ("1969年10月27日", "1969-10-27", "day", None),
    ("1969年三月", "1969-03-01", "month", None),
    ("1969年", "1969-01-01", "year", None),
    ("٢٥ مارس ١٩٨٦", "1986-03-25", "day", None),
    ("１９６７", "1967-01-01", "year", None),
    ("1967²", "1967-01-01", "year", None),
    ("1980er", "1980-01-01", "decade", None),
    ("1980er Jahre", "1980-01-01", "decade", None),
    ("1980s", "1980-01-01", "decade", None),
    ("anni 1980", "1980-01-01", "decade", None),
    ("années 1980", "1980-01-01", "decade", None),
    ("1980-luvulla", "1980-01-01", "decade", None),
    ("1980-е годы", "1980-01-01", "decade", None),
    ("1980年代", "1980-01-01", "decade", None),
    ("1900-talet", "1900-01-01", "century", None),
    ("the 1900s", "1900-01-01", "century", None),
    ("20. Jahrhundert", "1901-01-01", "century", None),
    ("19th century", "1801-01-01", "century", None),
    ("XIX secolo", "1801-01-01", "century", None),
    ("XIXe siècle", "1801-01-01", "century", None),
    ("20世紀", "1901-01-01", "century", None),
    ("+1955-00-00T00:00:00Z", "1955-01-01", "year", None),
    ("+1955-03-00T00:00:00Z", "1955-03-01", "month", None),
    ("+1986-04-25T00:00:00Z", "1986-04-25", "day", None),
    ("-0500-01-01T00:00:00Z", None, None, None),
    ("1986-04-25", "1986-04-25", "day", None),
    ("1986-04", "1986-04-01", "month", None),
    ("25.04.1986", "1986-04-25", "day", None),
    ("3.4.1986", "1986-04-03", "day", None),
    ("25/04/1986", "1986-04-25", "day", None),
    ("04/25/1986", "1986-04-25", "day", None),
    ("04/04/1986", "1986-04-04", "day", None),
    ("1986/04/25", "1986-04-25", "day", None),
    ("04/1986", "1986-04-01", "month", None),
    ("{{Start date|1972|3|10}}", "1972-03-10", "day", None),
    ("836", "0836-01-01", "year", None),
    ("seit 836", "0836-01-01", "year", None),
    ("836 n. Chr.", "0836-01-01", "year", None),
    ("836 inhabitants", None, None, None),
    ("500 BC", None, None, None),
    ("37546", "2002-10-17", "day", "excel_serial"),
    ("99999", None, None, None),
    ("18263", None, None, None),
    ("0", None, None, None),
    ("7", None, None, None),
    ("99", None, None, None),
    ("10.03.72", None, None, None),
    ("Q1985727", None, None, None),
    ("-", None, None, None),
    ("", None, None, None),
    ("unbekannt", None, None, None),
    ("2500", None, None, None),
    ("31.02.1990", "1990-01-01", "year", "impossible_day"),
    ("30 February 2001", "2001-01-01", "year", "impossible_day"),
    ("04.25.1986", "1986-01-01", "year", "impossible_day"),
    ("03/04/1986", "1986-01-01", "year", "ambiguous_order"),
    ("listopad 1987", "1987-01-01", "year", "ambiguous_month"),
    ("10. listopada 1987", "1987-01-01", "year", "ambiguous_month"),
    ("1952/1977", "1952-01-01", "year", "two_dates"),
    ("1. Mai 1990–3. Juni 1995", "1990-05-01", "day", "two_dates"),
    ("1972 (10.03.1972)", "1972-03-10", "day", None),
    ("2001–02", "2001-01-01", "year", None),
    ("um 1990", "1990-01-01", "year", "approximate"),
    ("ca. 1985", "1985-01-01", "year", "approximate"),
    ("c. 1970", "1970-01-01", "year", "approximate"),
    ("1985?", "1985-01-01", "year", "approximate"),
    ("1499-12-31 Julian", "1499-12-31", "day", "julian"),
]

#: What registers, encyclopedias and towns print, by language: text, first day, precision, note.
PRINTED = Path(__file__).with_name("fixtures") / "printed_dates.tsv"

days = st.dates(dt.date(500, 1, 1), dt.date(2200, 12, 31))


def parse(text: str, language: str | None = None) -> dict[str, object]:
    return parse_dates(pl.Series([text]), language).row(0, named=True)


@pytest.mark.parametrize(("text", "first", "precision", "note"), EXAMPLES)
def test_example(text: str, first: str | None, precision: str | None, note: str | None) -> None:
    row = parse(text)
    assert (str(row["date"]) if row["date"] else None, row["precision"], row["date_note"]) == (
        first,
        precision,
        note,
    )


def printed() -> dict[str, list[dict[str, str]]]:
    with PRINTED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {language: list(group) for language, group in itertools.groupby(rows, key=lambda row: row["language"])}


@pytest.mark.parametrize("language", printed())
def test_dates_as_they_are_printed(language: str) -> None:
    rows = printed()[language]
    dates = parse_dates(pl.Series([row["text"] for row in rows]), language)
    read = {row["text"]: row for row in dates.cast({"date": pl.String}).fill_null("").to_dicts()}
    got = {text: (row["date"], row["precision"], row["date_note"]) for text, row in read.items()}
    assert got == {row["text"]: (row["date"], row["precision"], row["note"]) for row in rows}


BOUNDS = [
    ("de", "vor {}"),
    ("de", "nach {}"),
    ("de", "bis {}"),
    ("de", "spätestens {}"),
    ("en", "before {}"),
    ("en", "until {}"),
    ("fr", "avant {}"),
    ("it", "prima del {}"),
    ("es", "hasta {}"),
    ("nl", "vóór {}"),
    ("pl", "przed {} r."),
    ("cs", "do roku {}"),
    ("hu", "{} előtt"),
    ("ru", "до {} года"),
    ("tr", "{}'dan önce"),
    ("ja", "{}年以前"),
    ("ko", "{}년 이전"),
]


@pytest.mark.parametrize(("language", "shape"), BOUNDS)
def test_a_bound_is_no_date(language: str, shape: str) -> None:
    bounds = [shape.format(year) for year in range(1000, 2100)]
    dates = parse_dates(pl.Series(bounds), language)
    assert dates["date"].null_count() == dates["precision"].null_count() == dates["last_date"].null_count() == 1100
    assert set(dates["date_note"]) == {"bound_only"}
    both = parse_dates(pl.Series([f"1100, {bound}" for bound in bounds]), language)
    assert set(both["date"]) <= {dt.date(1100, 1, 1), None}


def test_until_is_part_of_an_end() -> None:
    ends = ["bis 2004", "until 2004", "do roku 2004", "jusqu'en 2004", "fino al 2004", "2004"]
    assert pl.DataFrame({"end": ends}).select(without_until(pl.col("end")))["end"].to_list() == ["2004"] * 6
    others = ["vor 2004", "bisher", "Donnerstag 2004"]
    assert pl.DataFrame({"end": others}).select(without_until(pl.col("end")))["end"].to_list() == others


@settings(deadline=None, max_examples=30)
@given(
    days.filter(lambda day: 1000 <= day.year < 2100 and day.day > 1), st.sampled_from(["/", "-", "–", " and ", " & "])
)
def test_several_days_are_no_finer_than_their_month(date: dt.date, sign: str) -> None:
    month = calendar.month_name[date.month]
    for text in (
        f"{date.day - 1}{sign}{date.day} {month} {date.year}",
        f"{month} {date.day - 1}{sign}{date.day}, {date.year}",
    ):
        row = parse(text, "en")
        assert (row["date"], row["precision"]) == (date.replace(day=1), "month"), text


@settings(deadline=None, max_examples=30)
@given(st.dates(dt.date(1927, 1, 1), dt.date(1988, 12, 31)))
def test_years_of_a_japanese_era(date: dt.date) -> None:
    year = date.year - 1925
    for text in (f"昭和{year}年{date.month}月{date.day}日", f"{date.year}年（昭和{year}年）{date.month}月{date.day}日"):
        row = parse(text, "ja")
        assert (row["date"], row["precision"], row["date_note"]) == (date, "day", None), text


@pytest.mark.parametrize(
    ("text", "language", "month"),
    [
        ("listopad 1987", "cs", 11),
        ("listopada 1987", "pl", 11),
        ("listopad 1987", "hr-HR", 10),
        ("srp 1987", "cs", 8),
        ("srp 1987", "hr", 7),
        ("10 lip 1987", "pl", 7),
        ("maj 1987", None, 5),
        ("červen 1987", None, 6),
        ("červenec 1987", None, 7),
    ],
)
def test_language_decides_month(text: str, language: str | None, month: int) -> None:
    date = parse(text, language)["date"]
    assert isinstance(date, dt.date)
    assert date.month == month


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("1967", "1967-12-31"),
        ("Februar 1972", "1972-02-29"),
        ("1980s", "1989-12-31"),
        ("20th century", "2000-12-31"),
        ("the 1900s", "1999-12-31"),
        ("10.03.1972", "1972-03-10"),
    ],
)
def test_last_day(text: str, last: str) -> None:
    assert str(parse(text)["last_date"]) == last


def test_empty_and_null_have_the_schema() -> None:
    for texts in (pl.Series([], dtype=pl.String), pl.Series([None, None])):
        dates = parse_dates(texts)
        assert dates.is_empty()
        assert dates.schema == OUTPUT_SCHEMA


def test_numbers_are_texts() -> None:
    assert parse_dates(pl.Series([1967, 0, None]))["precision"].to_list() == [None, "year"]


@pytest.mark.long
@pytest.mark.parametrize("locale", LOCALES)
@settings(deadline=None, max_examples=8)
@given(st.lists(days, min_size=1, max_size=40))
def test_babel_formats_come_back(locale: str, dates: list[dt.date]) -> None:
    # A date in digits prints the years before 1000 without their 0.
    printed = {
        format_date(date, width, locale).replace(f"{date.year}", f"{date.year:04}"): date
        for date in dates
        for width in ("long", "medium")
    }
    read = parse_dates(pl.Series(list(printed)), locale)
    for text, date, note in read.select("text", "date", "date_note").iter_rows():
        # Some print medium dates as 03/04/1986, which alone is not clear.
        assert date == printed[text] or note == "ambiguous_order", (text, date, note)


@settings(deadline=None)
@given(
    days,
    st.sampled_from(["{y}", "seit {y}", "dal [[{y}]]", "({y})", "{y}.", "{y} in der Stadt", "+{y}-00-00T00:00:00Z"]),
)
def test_a_year_stays_a_year(date: dt.date, shape: str) -> None:
    row = parse(shape.format(y=f"{date.year:04}"))
    assert (row["date"], row["precision"]) == (dt.date(date.year, 1, 1), "year")


@settings(deadline=None)
@given(days)
def test_a_month_stays_a_month(date: dt.date) -> None:
    for text in (f"{calendar.month_name[date.month]} {date.year:04}", f"{date.month:02}/{date.year:04}"):
        assert parse(text)["precision"] == "month"


likely = st.text(st.sampled_from("0123456789 ./-–年月日[]{}|<>'mai v.Chr.erÉİΣß²٣&;+TZ"), max_size=30)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(st.text(), likely), max_size=20))
def test_any_text(texts: list[str]) -> None:
    dates = parse_dates(pl.Series(texts, dtype=pl.String))
    assert dates["text"].to_list() == sorted(set(texts), key=str.encode)
    assert dates.filter(pl.col("last_date") < pl.col("date")).is_empty()
    assert set(dates["precision"].drop_nulls()) <= set(PRECISIONS)
    assert (dates["date"].is_null() == dates["precision"].is_null()).all()
    assert (dates["date"].is_null() == dates["last_date"].is_null()).all()
    assert set(dates.filter(pl.col("date").is_null())["date_note"]) <= {None, "bound_only", "impossible_era_year"}


@settings(deadline=None, max_examples=8)
@given(st.permutations([text for text, *_ in EXAMPLES]), st.integers(1, 3))
def test_only_the_text_matters(texts: list[str], times: int) -> None:
    dates = parse_dates(pl.Series(texts * times))
    assert dates.equals(parse_dates(pl.Series([text for text, *_ in EXAMPLES])))
    assert dates.filter(pl.col("text") == texts[0]).equals(parse_dates(pl.Series(texts[:1])))


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("1967", "10.03.1967", True),
        ("10.03.1967", "März 1967", True),
        ("1960s", "1967", True),
        ("20th century", "1960s", True),
        ("20th century", "2000s", False),
        ("1967", "1968", False),
        ("März 1967", "10.04.1967", False),
        ("1967", "", None),
    ],
)
def test_intervals_agree(first: str, second: str, agree: bool | None) -> None:
    a, b = parse(first), parse(second)
    bounds = pl.DataFrame(
        {"a": [a["date"]], "b": [a["last_date"]], "c": [b["date"]], "d": [b["last_date"]]},
        schema=dict.fromkeys("abcd", pl.Date),
    )
    assert bounds.select(intervals_agree("a", "b", "c", "d")).item() is agree
    assert bounds.select(intervals_agree(pl.col("c"), pl.col("d"), "a", "b")).item() is agree


def test_names_of_months_are_the_same_from_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(months, "cache_folder", lambda: tmp_path)
    first, cached = months._month_names.__wrapped__(), months._month_names.__wrapped__()
    assert list(tmp_path.iterdir())
    assert first == cached
    assert first["de"]["<oktober>"] == 10
