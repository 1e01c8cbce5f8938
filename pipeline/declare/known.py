"""What the cells of a list can be compared with: places, countries, dates, identifiers, words for forms."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pipeline.dates import parse_dates
from pipeline.gazetteer.countries import country_names, is_country, resolve_countries
from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.gazetteer.names import search_key
from pipeline.readers.category_words import decode_words
from pipeline.readers.name_parts import find_parts

_HEADER_WORDS: Final = Path(__file__).with_name("header_words.toml")
#: What a cell can be; the shares of a column are counted of its distinct cells.
KINDS: Final = ("place", "country", "date", "wikidata_id", "point", "degrees", "number", "form", "status", "address")
#: Languages of list texts that is_only_date and month names need no more exactly.
_ANY_LANGUAGE: Final = "mul"
_YEAR: Final = (
    r"(?:^|\D)(?:1[0-9]{3}|20[0-9]{2})(?:\D|$)|\p{L}+\.?[ -]\d{2}$|^\D{1,2}\d{1,2}\.\d|[年月]"
    r"|^\d{1,2}[./-]\d{1,2}[./-]\d{2}$"
)
#: A date whose month is a word in whatever language: `12-gen-73`.
_DAY_WORD_YEAR: Final = r"^\d{1,2}[-./ ]+\p{L}{3,}\.?[-./ ]+(?:\d{2}|\d{4})$"
_POINT: Final = r"(?i)^point\s*\(|^\(?-?\d{1,2}\.\d+°?\s*[,;]\s*-?\d{1,3}\.\d+°?\)?$|^\d{1,2}°.*[NS]\W+\d{1,3}°.*[EWO]$"
#: A name with something behind it: `Lille (FR, 1958)`, `Verona (VR)`.
_NAME_FIRST: Final = r"^\p{L}[^\d,(\[]*[,(\[]"
_LAST_BRACKET: Final = r"\s*[(\[（][^()\[\]（）]*[)\]）]?$"

#: Letters of a date, at most: "27. września 1998 roku".
_LETTERS: Final = 16
#: Words of a header; a longer one is a title.
_LONGEST_HEADER: Final = 4


class Names(NamedTuple):
    """Search keys of places with the codes of their countries and inhabitants, and the names of countries."""

    places: pl.DataFrame
    countries: pl.DataFrame


@functools.cache
def load_names() -> Names:
    """Return the names of the embedded gazetteer: `key`, `country_code`, `population` of the largest namesake there."""
    gazetteer = load_gazetteer([])
    places = gazetteer.names.select("place_id", "key", "country_code").join(
        gazetteer.places.select("place_id", "population"), on="place_id", how="left"
    )
    return Names(places.group_by("key", "country_code").agg(pl.col("population").max()), country_names())


@functools.cache
def place_positions() -> pl.DataFrame:
    """Return where the places of the embedded gazetteer are: `key`, `latitude`, `longitude`, `population`."""
    gazetteer = load_gazetteer([])
    places = gazetteer.places.select("place_id", "latitude", "longitude", "population")
    return gazetteer.names.select("key", "place_id").unique().join(places, on="place_id").drop("place_id")


def kinds_of(cells: pl.Series) -> pl.DataFrame:
    """Return for each distinct cell which `KINDS` it is; one can be several.

    Args:
        cells: texts that are not empty.
    """
    names = load_names()
    text = pl.col("text")
    frame = cells.unique(maintain_order=True).alias("text").to_frame()
    distinct = frame["text"]
    dates = parse_dates(distinct, _ANY_LANGUAGE).select("text", "precision")
    is_read = frame.join(dates, on="text", how="left", maintain_order="left")["precision"].is_not_null()
    is_date = (is_read & distinct.str.contains(_YEAR)) | distinct.str.contains(_DAY_WORD_YEAR)
    is_known = is_place(distinct)
    is_name = (is_known & distinct.str.contains(_NAME_FIRST)) | distinct.str.contains("\n", literal=True)
    number = text.str.replace(r"^(-?\d+),(\d+)$", "$1.$2").cast(pl.Float64, strict=False)
    words = {column: [*decode_words(column)] for column in ("form", "status")}
    return frame.select(
        "text",
        place=is_known,
        country=is_country(distinct, names.countries) & (text.str.contains(r"\p{L}")),
        # A sentence with a year in it is no date, nor is a name with its year.
        date=is_date & ~is_name & (text.str.count_matches(r"\p{L}") <= _LETTERS),
        wikidata_id=text.str.contains(r"^(?:https?://\S*wikidata\.org/\S*/)?Q[1-9]\d*$"),
        point=text.str.contains(_POINT),
        degrees=(number.abs() <= 180) & text.str.contains(r"\d[.,]\d{2,}"),
        number=number.is_not_null(),
        form=search_key(text).is_in(words["form"]),
        status=search_key(text).is_in(words["status"]),
        address=text.str.contains(r"^https?://"),
    ).with_columns(pl.exclude("text").fill_null(value=False))


def is_place(texts: pl.Series) -> pl.Series:
    """Return whether each text, without a country, a date or a bracket behind it, is the name of a known place."""
    known = _known_keys()
    bare = search_key(pl.col("text").str.replace(_LAST_BRACKET, ""))
    frame = texts.alias("text").to_frame().select("text", bare=bare).with_columns(key=place_keys(texts))
    found = [
        (key in known or bare in known) and any(map(str.isalpha, text or "")) for text, bare, key in frame.iter_rows()
    ]
    return pl.Series(texts.name, found, dtype=pl.Boolean)


@functools.cache
def _known_keys() -> frozenset[str]:
    return frozenset(load_names().places["key"])


def place_keys(texts: pl.Series) -> pl.Series:
    """Return the search key of each text, without a country or a date behind it."""
    parts = find_parts(texts, _ANY_LANGUAGE, load_names().countries).select("text", "part_name")
    frame = texts.alias("text").to_frame().join(parts, on="text", how="left", maintain_order="left")
    return frame.select(search_key(pl.coalesce("part_name", "text"))).to_series()


def share(values: pl.Series) -> float:
    """Return the share of a column's values that are true; 0 if it is empty."""
    return int(values.sum()) / values.len() if values.len() else 0.0


def search_keys(texts: list[str]) -> list[str]:
    """Return the search key of each text."""
    return _keys(texts)


def likely_country(texts: pl.Series) -> tuple[str, float] | None:
    """Return the country that has most of these places, with its share of them; None if nothing is a place.

    Of several that have as many it is the one with the most inhabitants in them: Segovia is in Spain before Colombia.
    """
    keys = place_keys(texts.unique()).unique().alias("key").to_frame().filter(pl.col("key") != "")
    found = keys.join(load_names().places, on="key")
    if found.is_empty():
        return None
    counts = found.group_by("country_code").agg(pl.len(), pl.col("population").fill_null(0).sum())
    best = counts.sort("len", "population", "country_code", descending=[True, True, False]).row(0, named=True)
    return best["country_code"], best["len"] / keys.height


def country_codes(texts: pl.Series) -> pl.Series:
    """Return the code of the country that each text means; null where it means none."""
    found = resolve_countries(texts, load_names().countries).select("country_text", "country_code")
    frame = texts.alias("country_text").cast(pl.String).to_frame()
    return frame.join(found, on="country_text", how="left", maintain_order="left")["country_code"]


@functools.cache
def header_words() -> dict[str, frozenset[str]]:
    """Return the search keys of the words for each column of ours."""
    words = tomllib.loads(_HEADER_WORDS.read_text("utf-8"))
    return {ours: frozenset(_keys(texts)) for ours, texts in words.items()}


def _keys(texts: list[str]) -> list[str]:
    return pl.Series("text", texts).to_frame().select(search_key(pl.col("text"))).to_series().to_list()


def header_roles(name: str) -> set[str]:
    """Return the columns of ours that the words of a header may mean; the whole header counts before its words."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", " ", name)
    [key] = _keys([parted.replace("_", " ").replace(".", " ")])
    key = re.sub(r"(?: \d+)+$", "", key)
    whole = {ours for ours, words in header_words().items() if key in words}
    if whole:
        return whole
    if len(key.split()) > _LONGEST_HEADER:
        return set()
    parts = {part for part in key.split() if not part.isdigit()}
    return {
        ours
        for ours, words in header_words().items()
        if parts & words or any(" " in word and word in key for word in words)
    }
