"""Dates that depend on how a list prints them: the order of day and month, years of two digits, eras."""

import datetime as dt

import polars as pl
import pytest
from babel.dates import format_date
from builders import check, declare, receive, values
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dates import DateFormat, parse_dates
from pipeline.gazetteer.countries import country_names
from pipeline.validate import Checked, check_source

AS_OF = dt.date(2026, 10, 1)
ORDERS = ("day-month-year", "month-day-year", "year-month-day", "year-day-month")
_LOCALES = "de en fr it es nl pl cs sk pt sv da nb fi hu ro bg hr sl lv et el tr uk ru ca gl id"
LOCALES = _LOCALES.split()
#: Name, letter, sign, last day.
ERAS = (
    ("明治", "M", "㍾", dt.date(1912, 7, 29)),
    ("大正", "T", "㍽", dt.date(1926, 12, 24)),
    ("昭和", "S", "㍼", dt.date(1989, 1, 7)),
    ("平成", "H", "㍻", dt.date(2019, 4, 30)),
    ("令和", "R", "㋿", dt.date.max),
)
#: The year before the first of each era.
YEARS_BEFORE = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}

recent = st.dates(dt.date(1927, 10, 2), AS_OF)
signs = st.sampled_from([".", "/", "-", " / ", ". "])


def read(text: str, language: str = "en", order: str | None = None, **more: object) -> tuple[str | None, ...]:
    """Return the date, its precision and its note, with a plus where the century was inferred."""
    date_format = DateFormat(language, order, as_of=AS_OF, **more)  # type: ignore[arg-type]
    row = parse_dates(pl.Series([text]), date_format).row(0, named=True)
    note = "+".join(filter(None, [row["date_note"], "century" if row["century_inferred"] else None]))
    return str(row["date"]) if row["date"] else None, row["precision"], note or None


@pytest.mark.parametrize(
    ("order", "text", "date", "precision", "note"),
    [
        (None, "04/07/1966", "1966-01-01", "year", "ambiguous_order"),
        ("day-month-year", "04/07/1966", "1966-07-04", "day", None),
        ("day-month-year", "4.7.1966", "1966-07-04", "day", None),
        ("day-month-year", "03/25/1979", "1979-03-25", "day", "other_order"),
        ("day-month-year", "31/31/1990", "1990-01-01", "year", "impossible_day"),
        ("day-month-year", "00/07/1966", "1966-07-01", "month", None),
        ("day-month-year", "1966-07-04", "1966-07-04", "day", None),
        ("month-day-year", "04/07/1966", "1966-04-07", "day", None),
        ("month-day-year", "04.07.1966", "1966-04-07", "day", None),
        ("month-day-year", "25/03/1979", "1979-03-25", "day", "other_order"),
        ("month-day-year", "30/2/1990", "1990-01-01", "year", "impossible_day"),
        ("year-month-day", "1966/04/07", "1966-04-07", "day", None),
        ("year-month-day", "1966/25/04", "1966-04-25", "day", "other_order"),
        ("year-month-day", "04/07/1966", "1966-01-01", "year", "ambiguous_order"),
        ("year-month-day", "2008/09", "2008-09-01", "month", None),
        ("day-month-year", "2008/09", "2008-01-01", "year", "ambiguous_month"),
        ("year-day-month", "1966-04-07", "1966-07-04", "day", None),
        ("year-day-month", "1966年4月7日", "1966-04-07", "day", None),
    ],
)
def test_a_declared_order_decides(
    order: str | None, text: str, date: str | None, precision: str | None, note: str | None
) -> None:
    assert read(text, order=order) == (date, precision, note)


@settings(deadline=None, max_examples=60)
@given(st.dates(dt.date(1000, 1, 1), dt.date(2199, 12, 31)), st.sampled_from(ORDERS), signs, st.booleans())
def test_a_date_printed_in_the_declared_order_comes_back(date: dt.date, order: str, sign: str, padded: bool) -> None:
    parts = {"day": f"{date.day}", "month": f"{date.month}", "year": f"{date.year}"}
    text = sign.join(parts[part].zfill(2 if padded else 1) for part in order.split("-"))
    assert read(text, order=order) == (date.isoformat(), "day", None), text


@settings(deadline=None, max_examples=60)
@given(recent, st.sampled_from(ORDERS), signs)
def test_a_year_of_two_digits_in_the_declared_order_comes_back(date: dt.date, order: str, sign: str) -> None:
    parts = {"day": f"{date.day:02}", "month": f"{date.month:02}", "year": f"{date.year % 100:02}"}
    text = sign.join(parts[part] for part in order.split("-"))
    assert read(text, order=order) == (date.isoformat(), "day", "century"), text


@pytest.mark.parametrize(
    ("language", "text", "date", "precision", "note"),
    [
        ("fr", "juil-66", "1966-07-01", "month", "century"),
        ("fr", "sept. 79", "1979-09-01", "month", "century"),
        ("fr", "févr-05", "2005-02-01", "month", "century"),
        ("fr", "févr-00", "2000-02-01", "month", "century"),
        ("fr", "mars-1958", "1958-03-01", "month", None),
        ("fr", "le 12 mai 68", "1968-05-12", "day", "century"),
        ("fr", "automne 91", "1991-01-01", "year", "season+century"),
        ("fr", "avant mai 68", None, None, "bound_only"),
        ("fr", "mai 68 - juin 72", "1968-05-01", "month", "two_dates+century"),
        ("en", "Jul-66", "1966-07-01", "month", "century"),
        ("en", "May 05", "2005-05-01", "month", "century"),
        ("en", "12 May '05", "2005-05-12", "day", "century"),
        ("en", "March 12, 98", "1998-03-12", "day", "century"),
        ("en", "12-mar-98", "1998-03-12", "day", "century"),
        ("en", "98-mar-12", "1998-03-12", "day", "century"),
        ("en", "07/66", "1966-07-01", "month", "century"),
        ("en", "12-31-66", "1966-12-31", "day", "century"),
        ("en", "3/12/66", "1966-01-01", "year", "ambiguous_order+century"),
        ("en", "Sep-26", "2026-09-01", "month", "century"),
        ("en", "Nov-26", "1926-11-01", "month", "century"),
        ("de", "12.3.66", "1966-03-12", "day", "century"),
        ("de", "10./11.3.66", "1966-03-01", "month", "several_days+century"),
        ("de", "vor 12.3.66", None, None, "bound_only"),
        ("es", "12 de mayo de 98", "1998-05-12", "day", "century"),
        ("es", "mayo de 05", "2005-05-01", "month", "century"),
        ("de", "Anfang der 70er Jahre", "1970-01-01", "decade", "century"),
        ("fr", "années 70", "1970-01-01", "decade", "century"),
        ("en", "early 70s", "1970-01-01", "decade", "century"),
        ("cs", "v 70. letech", "1970-01-01", "decade", "century"),
        ("pl", "lata 80. XX wieku", "1901-01-01", "century", None),
        # A number that may be a day.
        ("en", "12-mar-05", None, None, "ambiguous_year"),
        ("en", "March 12", None, None, "ambiguous_year"),
        ("de", "10.11.12", None, None, "ambiguous_year"),
        ("en", "12 March", None, None, None),
        # No date, or one with other words.
        ("en", "66", None, None, None),
        ("de", "10.55", None, None, None),
        ("en", "48.12.66", None, None, None),
        ("en", "room 12-3-66", None, None, None),
        ("pl", "Route S55.4.66", None, None, None),
    ],
)
def test_a_year_of_two_digits(
    language: str, text: str, date: str | None, precision: str | None, note: str | None
) -> None:
    assert read(text, language) == (date, precision, note)


@settings(deadline=None, max_examples=25)
@given(st.lists(recent, min_size=1, max_size=20), st.sampled_from(LOCALES))
def test_a_short_month_with_a_year_of_two_digits_comes_back(dates: list[dt.date], locale: str) -> None:
    printed = {f"{format_date(date, 'LLL', locale)}-{date:%y}": date.replace(day=1) for date in dates}
    parsed = parse_dates(pl.Series(list(printed)), DateFormat(locale, as_of=AS_OF))
    got = {row["text"]: (row["date"], row["precision"], row["century_inferred"]) for row in parsed.to_dicts()}
    assert got == {text: (date, "month", True) for text, date in printed.items()}


@settings(deadline=None, max_examples=50)
@given(st.dates(dt.date(1800, 1, 1), dt.date(2150, 12, 31)), st.integers(1700, 2100))
def test_a_declared_hundred_years_decide(date: dt.date, first_year: int) -> None:
    expected = date.year % 100 + first_year // 100 * 100
    expected += 100 if expected < first_year else 0
    got = read(f"{date:%b}-{date:%y}", two_digit_years_from=first_year)
    assert got == (f"{expected}-{date:%m}-01", "month", None)


def test_years_of_two_digits_need_a_day_to_end_at() -> None:
    texts = pl.Series(["juil-66", "12.3.66", "70er Jahre"])
    assert parse_dates(texts, "fr")["date"].null_count() == 3


@settings(deadline=None, max_examples=60)
@given(st.dates(dt.date(1873, 1, 1), dt.date(2099, 12, 31)))
def test_a_date_of_any_japanese_era_comes_back(date: dt.date) -> None:
    name, letter, sign, _ = next(era for era in ERAS if date <= era[3])
    year = date.year - YEARS_BEFORE[name]
    for text in (
        f"{name}{year}年{date.month}月{date.day}日", f"{name[0]}{year}.{date.month}.{date.day}",
        f"{letter}{year}.{date.month}.{date.day}", f"{letter.lower()}{year:02}/{date.month:02}/{date.day:02}",
        f"{sign}{year}.{date.month}.{date.day}", f"{name}{'元' if year == 1 else year}年{date.month}月{date.day}日",
    ):  # fmt: skip
        assert read(text, "ja") == (date.isoformat(), "day", None), text
    for text in (f"{name}{year}年{date.month}月", f"{letter}{year}.{date.month}"):
        assert read(text, "ja") == (f"{date:%Y-%m}-01", "month", None), text
    for text in (f"{name}{year}年", f"{sign}{year}", f"{letter}{year}"):
        assert read(text, "ja") == (f"{date:%Y}-01-01", "year", None), text


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([era[0] for era in ERAS[:-1]]), st.integers(1, 99), st.integers(1, 12), st.integers(1, 28))
def test_no_day_lies_outside_its_era(name: str, year: int, month: int, day: int) -> None:
    date = dt.date(year + YEARS_BEFORE[name], month, day)
    place = [era[0] for era in ERAS].index(name)
    last = ERAS[place][3] + dt.timedelta(days=place < 2)  # Taishō and Shōwa began on the last day of the era before
    first = ERAS[place - 1][3] + dt.timedelta(days=1) if place else dt.date(1873, 1, 1)
    got = read(f"{name}{year}年{month}月{day}日", "ja")
    if year > last.year - YEARS_BEFORE[name]:
        assert got == (None, None, "impossible_era_year")
    elif first <= date <= last:
        assert got == (date.isoformat(), "day", None)
    else:
        assert got == (f"{date:%Y}-01-01", "year", "outside_era")


@settings(deadline=None, max_examples=40)
@given(st.dates(dt.date(1912, 1, 1), dt.date(2099, 12, 31)))
def test_a_year_of_the_republic_of_china_or_of_the_buddha_comes_back(date: dt.date) -> None:
    text = f"民國{date.year - 1911}年{date.month}月{date.day}日"
    assert read(text, "zh") == (date.isoformat(), "day", None)
    if date.year < 2057:
        assert read(f"พ.ศ. {date.year + 543}", "th") == (f"{date:%Y}-01-01", "year", None)


def test_the_letter_of_an_era_is_one_in_japanese_only() -> None:
    assert read("S55.4.22", "ja") == ("1980-04-22", "day", None)
    assert read("S55.4.22", "en") == (None, None, None)


likely = st.text(st.sampled_from("0123456789 ./-–'年月日元昭和MTSHR<>()maiJul春er"), max_size=24)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.one_of(st.text(), likely), max_size=20),
    st.sampled_from([None, *ORDERS]),
    st.sampled_from(["ja", "en"]),
)
def test_any_text_in_any_format(texts: list[str], order: str | None, language: str) -> None:
    date_format = DateFormat(language, order, as_of=AS_OF)
    dates = parse_dates(pl.Series(texts, dtype=pl.String), date_format)
    assert dates.equals(parse_dates(dates["text"], date_format))
    assert dates.filter(pl.col("last_date") < pl.col("date")).is_empty()
    assert dates["century_inferred"].null_count() == 0
    undated = dates.filter(pl.col("date").is_null())
    assert set(undated["date_note"]) <= {None, "bound_only", "ambiguous_year", "impossible_era_year"}
    assert not undated["century_inferred"].any()
    # What was read says the same when it is printed plainly.
    lengths = {"day": 10, "month": 7, "year": 4}
    plain = dates.filter(pl.col("precision").is_in(list(lengths)))
    printed = [row["date"].isoformat()[: lengths[row["precision"]]] for row in plain.to_dicts()]
    again = parse_dates(pl.Series(printed, dtype=pl.String))
    expected = plain.select("date", "precision", "last_date").unique().sort(pl.all())
    assert again.select("date", "precision", "last_date").unique().sort(pl.all()).equals(expected)


# Declarations and findings


def dated(checked: Checked) -> list[tuple[str, dt.date | None, str]]:
    return values(checked.claims, "start_text", "start_date", "start_precision")


def found(checked: Checked) -> list[tuple[str, str, str, str]]:
    return values(checked.findings, "raw_value", "rule", "action", "severity")


def test_a_list_declares_how_it_prints_dates() -> None:
    content = "town,partner,start\nA,B,04/07/1966\nA,C,25/03/1979\nA,D,05-06-07\n"
    checked = check(content, format={"date_order": "month-day-year", "two_digit_years_from": 1910})
    assert dated(checked) == [
        ("04/07/1966", dt.date(1966, 4, 7), "day"),
        ("05-06-07", dt.date(2007, 5, 6), "day"),
        ("25/03/1979", dt.date(1979, 3, 25), "day"),
    ]
    assert found(checked) == [("25/03/1979", "date_other_order", "kept", "info")]


def test_what_is_not_declared_is_a_finding() -> None:
    content = "town,partner,start\nA,B,04/07/1966\nA,C,Mai 68\nA,D,05-06-07\nA,E,Nov-24\n"
    checked = check(content)
    assert dated(checked) == [
        ("04/07/1966", dt.date(1966, 1, 1), "year"),
        ("05-06-07", None, "unknown"),
        ("Mai 68", dt.date(1968, 5, 1), "month"),
        ("Nov-24", dt.date(1924, 11, 1), "month"),
    ]
    assert found(checked) == [
        ("04/07/1966", "date_ambiguous_order", "kept", "info"),
        ("05-06-07", "date_ambiguous_year", "nulled", "warning"),
        ("Mai 68", "date_century_inferred", "kept", "info"),
        ("Nov-24", "date_century_inferred", "kept", "info"),
    ]


def test_each_file_has_its_own_order_and_its_own_day() -> None:
    files = [
        {"name": "a.csv", "format": {"date_order": "day-month-year"}},
        {"name": "b.csv", "format": {"date_order": "month-day-year"}, "as_of": "2003-01-01"},
    ]
    declaration = declare(files=files, columns={name: name for name in ("town", "partner", "start")})
    contents = [f"town,partner,start\nA,{partner},04/07/1966\nA,{partner},Jun-10\n" for partner in "BC"]
    checked = check_source(declaration, receive(declaration, *contents), country_names())
    assert values(checked.claims, "partner_text", "start_text", "start_date") == [
        ("B", "04/07/1966", dt.date(1966, 7, 4)),
        ("B", "Jun-10", dt.date(2010, 6, 1)),
        ("C", "04/07/1966", dt.date(1966, 4, 7)),
        ("C", "Jun-10", dt.date(1910, 6, 1)),
    ]


def test_what_an_era_does_not_have_is_a_finding() -> None:
    content = (
        "town,partner,start,end\nA,B,昭和99年,\nA,C,昭和64年5月1日,\nA,D,S55.4.22,平成31年6月\nA,E,before 2022-03-04,\n"
    )
    checked = check(content, language="ja")
    assert values(checked.claims, "start_text", "start_date", "start_precision", "end_date", "end_precision") == [
        ("S55.4.22", dt.date(1980, 4, 22), "day", dt.date(2019, 1, 1), "year"),
        ("before 2022-03-04", None, "unknown", None, "unknown"),
        ("昭和64年5月1日", dt.date(1989, 1, 1), "year", None, "unknown"),
        ("昭和99年", None, "unknown", None, "unknown"),
    ]
    assert found(checked) == [
        ("before 2022-03-04", "date_bound_only", "nulled", "warning"),
        ("平成31年6月", "date_outside_era", "kept", "info"),
        ("昭和64年5月1日", "date_outside_era", "kept", "info"),
        ("昭和99年", "date_impossible_era_year", "nulled", "warning"),
    ]


def test_an_order_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="day-month-year"):
        declare(format={"date_order": "dd/mm/yyyy"})
    with pytest.raises(ValueError, match="two_digit_years_from"):
        declare(format={"two_digit_years_from": 30})
