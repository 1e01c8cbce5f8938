"""What stands behind a name: a country, a date, or both, in brackets, behind a comma, or bare: `Lana (IT), 1971`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pycountry

from pipeline.dates.only_dates import is_only_date
from pipeline.gazetteer.countries import is_country, resolve_countries
from pipeline.gazetteer.names import search_key

if TYPE_CHECKING:
    from collections.abc import Iterable

_DATE: Final = r"(?:\d{1,2}\.\s?\d{1,2}\.\s?)?(?:1[89]|20)\d{2}"
#: A date at the end, the last bracket, or what is behind the last comma, dash, colon or slash: name
#: and qualifier. The comma comes first: the date behind it may be longer than its year.
_SHAPES: Final = {
    "comma": r"^(.*[^\s,，])\s*[,，]\s*([^,，()\[\]（）]+)$",
    "since": rf"^(.*[^\s,，\d])\s+(\p{{L}}+\s+{_DATE})$",
    "bare": rf"^(.*[^\s,，\d–—-])\s+(?:[–—-]\s+)?({_DATE})$",
    "bracket": r"^(.*[^\s,，(\[（])\s*[,，]?\s*[(\[（]\s*([^()\[\]（）]*\S)\s*[)\]）]$",
    "dash": r"^(.*\S)\s+[-–—]\s+([^-–—()\[\]（）]+)$",
    "colon": r"^(.*\S)\s*[:：]\s*([^:：()\[\]（）]+)$",
    "slash": r"^(.*\S)\s*/\s*([^/()\[\]（）]+)$",
}
#: A country and a date in one qualifier: `Italien seit 1968`.
_COUNTRY_DATE: Final = (r"^(\D*\S)\s+((?:\p{L}+\.?\s+)\d.*)$", r"^(\D*\S)\s+(\d.*)$")
_MAY_HAVE_ONE: Final = r"[(\[（,，/:：]|\d{4}$|\s[-–—]\s"
#: How many qualifiers may follow one another.
_ROUNDS: Final = 3
_CODE: Final = r"^[A-Z]{2,3}$"
#: Countries that have the name of their capital, or are one town: behind a comma it may be the next partner.
_TOWN_STATES: Final = (
    *("LU", "SG", "MC", "SM", "VA", "GI", "MO", "HK", "DJ", "GT", "PA", "KW", "MX", "SV", "ST", "AD", "TN", "DZ"),
)
#: Countries whose name is a division of another country as well: the gazetteer weighs which is meant.
_ALSO_DIVISIONS: Final = ("GE",)
#: Countries whose divisions lists print by two letters behind a name: `Tirano (SO)` is in the province of Sondrio.
_CODED_DIVISIONS: Final = ("IT", "US", "CA", "CH", "BR", "AU", "DE", "ES", "MX")


def is_qualifier(texts: pl.Series, language: str, countries: pl.DataFrame) -> pl.Series:
    """Return whether each text is no name but what follows one: a country, a date, or a country and a date.

    Args:
        texts: pieces of a cell, without nulls.
        language: of the dates.
        countries: names of countries, from `pipeline.gazetteer.countries`.
    """
    frame = _read_qualifiers(texts, language, countries).with_columns(text=texts)
    code = _codes(frame["country"], countries)
    is_town = code.is_in(_TOWN_STATES) | frame["text"].str.contains(_CODE)
    has_date = frame["date"].is_not_null()
    return (frame["country"].is_not_null() | has_date) & (has_date | ~is_town.fill_null(value=False))


def find_parts(texts: pl.Series, language: str, countries: pl.DataFrame) -> pl.DataFrame:
    """Return the name, the country and the date in each distinct text that has more than a name.

    Two or three letters are a country only where no text has letters there that are none, and some are no division of
    a country that lists name by letters.

    Args:
        texts: cells of names, with nulls and repeats.
        language: of the dates.
        countries: names of countries, from `pipeline.gazetteer.countries`.

    Returns:
        `text`, `part_name`, `part_country`, `part_region`, `part_date`; the last three null where there is none.
    """
    texts = texts.drop_nulls()
    texts = texts.filter(texts.str.contains(_MAY_HAVE_ONE)).unique(maintain_order=True)
    none = pl.lit(None, pl.String)
    frame = texts.alias("text").to_frame().with_columns(name="text", country=none, date=none)
    for _ in range(_ROUNDS if texts.len() else 0):
        for shape in _SHAPES:
            frame = _cut(frame, shape, language, countries)
    found = frame.filter(pl.col("name") != pl.col("text"))
    if not _codes_are_countries(texts, countries):
        found = found.filter(~pl.col("country").str.contains(_CODE).fill_null(value=False))
    return _with_regions(found, countries)


def _cut(frame: pl.DataFrame, shape: str, language: str, countries: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with one more qualifier taken from the names that have one of this shape."""
    name = pl.col("name").str.extract(_SHAPES[shape], 1)
    qualifier = frame.select(pl.col("name").str.extract(_SHAPES[shape], 2)).to_series()
    distinct = qualifier.drop_nulls().unique(maintain_order=True)
    if distinct.is_empty():
        return frame
    read = _read_qualifiers(distinct, language, countries).with_columns(qualifier=distinct)
    if shape != "bracket":
        # 'Portland, OR': two letters behind a comma are a division more often than a country.
        read = read.with_columns(pl.when(~pl.col("country").str.contains(_CODE)).then("country").alias("country"))
    read = read.select("qualifier", found_country="country", found_date="date")
    country, date = pl.col("found_country"), pl.col("found_date")
    joined = frame.with_columns(qualifier=qualifier, shorter=name).join(
        read, on="qualifier", how="left", maintain_order="left"
    )
    is_read = (country.is_not_null() | date.is_not_null()) & pl.col("shorter").str.contains(r"\p{L}")
    is_new = (country.is_null() | pl.col("country").is_null()) & (date.is_null() | pl.col("date").is_null())
    fits = (is_read & is_new).fill_null(value=False)
    return joined.select(
        "text",
        name=pl.when(fits).then("shorter").otherwise("name"),
        country=pl.coalesce("country", pl.when(fits).then(country)),
        date=pl.coalesce("date", pl.when(fits).then(date)),
    )


def _read_qualifiers(texts: pl.Series, language: str, countries: pl.DataFrame) -> pl.DataFrame:
    """Return `country` and `date`: what each text says, if it says nothing else; both are null then."""
    pieces = (
        texts.cast(pl.String).alias("text").to_frame().with_row_index("number")
        .with_columns(piece=pl.col("text").str.split(",")).explode("piece", empty_as_null=True)
        .with_columns(pl.col("piece").fill_null("").str.strip_chars())
    )  # fmt: skip
    distinct = pieces["piece"].unique(maintain_order=True)
    read = _read_pieces(distinct, language, countries)
    joined = pieces.join(read, on="piece", how="left", maintain_order="left")
    country, date = pl.col("country"), pl.col("date")
    by_text = joined.group_by("number", maintain_order=True).agg(
        country=country.drop_nulls().first(),
        date=date.drop_nulls().first(),
        is_read=(country.is_not_null() | date.is_not_null()).all()
        & (country.count() <= 1) & (date.count() <= 1),
    )  # fmt: skip
    return by_text.select(pl.when("is_read").then(name).alias(name) for name in ("country", "date"))


def _read_pieces(distinct: pl.Series, language: str, countries: pl.DataFrame) -> pl.DataFrame:
    """Return `piece`, `country`, `date` of pieces that have no comma."""
    ways = [
        pl.struct(country="piece", date=pl.lit(None, pl.String)),
        pl.struct(country=pl.lit(None, pl.String), date="piece"),
    ]
    ways += [
        pl.struct(country=pl.col("piece").str.extract(shape, 1), date=pl.col("piece").str.extract(shape, 2))
        for shape in _COUNTRY_DATE
    ]
    frame = distinct.alias("piece").to_frame()
    readings = pl.concat(
        frame.select("piece", way.alias("way")).unnest("way").with_columns(rank=pl.lit(rank))
        for rank, way in enumerate(ways)
    ).filter(pl.col("country").is_not_null() | pl.col("date").is_not_null())
    is_known = is_country(readings["country"], countries) & ~_codes(readings["country"], countries).is_in(
        _ALSO_DIVISIONS
    )
    is_date = is_only_date(readings["date"].fill_null(""), language)
    good = readings.filter(
        (pl.col("country").is_null() | is_known.fill_null(value=False)) & (pl.col("date").is_null() | is_date)
    )
    best = good.sort("rank").unique("piece", keep="first").select("piece", "country", "date")
    return frame.join(best, on="piece", how="left", maintain_order="left")


def _codes(texts: pl.Series, countries: pl.DataFrame) -> pl.Series:
    """Return the code of the country of each text; null where it is none."""
    resolved = resolve_countries(texts, countries).select("country_text", "country_code")
    frame = texts.cast(pl.String).alias("country_text").to_frame()
    return frame.join(resolved, on="country_text", how="left", maintain_order="left")["country_code"].fill_null("")


def _codes_are_countries(texts: pl.Series, countries: pl.DataFrame) -> bool:
    """Return whether letters in brackets are countries in this column."""
    letters = texts.str.extract(r"[(\[（]\s*([A-Z]{2,3})\b[^()]*[)\]）]").drop_nulls().unique()
    known = letters.filter(is_country(letters, countries)) if letters.len() else letters
    return known.len() == letters.len() and bool(set(known) - set(_division_codes(_CODED_DIVISIONS)))


@functools.cache
def _division_codes(countries: tuple[str, ...]) -> frozenset[str]:
    """Return the letters of the divisions of some countries, as ISO 3166-2 has them."""
    return frozenset(division.code.partition("-")[2] for code in countries for division in _divisions(code))


def _with_regions(found: pl.DataFrame, countries: pl.DataFrame) -> pl.DataFrame:
    """Return `find_parts`, with a division of the country that stands behind a slash: `Oroville/Washington`."""
    shape = r"^(.*\S)\s*/\s*(.*\S)$"
    codes = _codes(found["country"], countries)
    region = found["name"].str.extract(shape, 2)
    names = _division_names(sorted({code for code in codes if code}))
    keys = region.fill_null("").alias("region").to_frame().select(search_key(pl.col("region"))).to_series()
    is_region = pl.Series([(code, key) in names for code, key in zip(codes, keys, strict=True)], dtype=pl.Boolean)
    return found.select(
        "text",
        part_name=pl.when(is_region).then(pl.col("name").str.extract(shape, 1)).otherwise("name"),
        part_country="country",
        part_region=pl.when(is_region).then(region),
        part_date="date",
    )


def _division_names(codes: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return country code and search key of the divisions of some countries, as ISO 3166-2 names them."""
    rows = [(code, division.name) for code in codes for division in _divisions(code)]
    frame = pl.DataFrame(rows, schema={"code": pl.String, "name": pl.String}, orient="row")
    return frozenset(frame.select("code", search_key(pl.col("name"))).iter_rows())


def _divisions(code: str) -> list[Any]:
    return pycountry.subdivisions.get(country_code=code) or []  # type: ignore[no-untyped-call]
