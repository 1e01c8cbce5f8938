"""Whether a name is that of a country, a region or a continent: `[[Francia]]` behind a comma is no town."""

from __future__ import annotations

import csv
import functools
import itertools
import re
import unicodedata
from pathlib import Path
from typing import Final

import polars as pl
from babel import Locale

from pipeline.gazetteer import countries as country_table
from pipeline.gazetteer.names import LETTERS
from pipeline.readers.wikitext.profiles import Profile, common_words, load_profile

_REGIONS: Final = Path(country_table.__file__).with_name("region_names.csv")
#: 纽约州锡拉丘兹市: a state, province or prefecture, and a town in it.
_REGION_PREFIX: Final = re.compile(
    r"(?P<region>..{0,14}?(?:州|省|县|縣|県|大区|大區|邦|自治区|自治區|京畿道|[江忠全庆慶].{1,2}道|北海道|京都府|大阪府))"
    r"(?P<town>(?!广域|廣域|特别|特別|直辖|直轄|[省市县縣区區]).{2,})"
)
#: `Флаг Болгарии`: the country in the genitive.
_FLAG_OF: Final = re.compile(r"(?:флаг|прапор|флагче|застава)\s+(\w{4,})\Z", re.IGNORECASE)
#: Letters that a country's name has in common in all cases, and words of one that is declined.
_SHORTEST_STEM: Final = 3
_MOST_WORDS_OF_COUNTRY: Final = 3
#: Prefectures, of which only Japan has such.
_PREFECTURE: Final = re.compile("東京都|北海道|大阪府|京都府|..{1,2}県")
#: Styles of states behind their names: オーストラリア連邦.
_STYLE: Final = re.compile("(?:連邦|联邦|聯邦)?(?:共和国|共和國|王国|王國|大公国|公国|連邦|联邦|聯邦|国|國)\\Z")


@functools.lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return the search key of one text (`pipeline.gazetteer.names.search_key` is for columns)."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c)[0] != "M")
    plain = unicodedata.normalize("NFC", plain).lower()
    return " ".join("".join(LETTERS.get(c, c) if c.isalnum() else " " for c in plain).split())


@functools.cache
def _country_codes() -> dict[str, str]:
    names = country_table.country_names()
    return dict(names.select("search_key", pl.col("country_code").fill_null("")).iter_rows())


@functools.cache
def _country_parts() -> frozenset[str]:
    return frozenset(country_table.country_names().filter(pl.col("kind") == "part")["search_key"])


@functools.cache
def _regions() -> frozenset[str]:
    return frozenset(key for key, _ in _regions_and_countries())


@functools.cache
def _regions_and_countries() -> tuple[tuple[str, str], ...]:
    """Return the key of each region's name and the code of its country."""
    named = [(fold(name), country) for country, names in common_words().regions.items() for name in names]
    with _REGIONS.open(encoding="utf-8") as file:
        named += [(fold(row["name"]), row["iso_3166_2"].partition("-")[0]) for row in csv.DictReader(file)]
    return tuple(named)


@functools.cache
def _countries_of_regions() -> dict[str, str]:
    """Return the country of each region whose name no region of another country has."""
    countries: dict[str, set[str]] = {}
    for key, country in _regions_and_countries():
        countries.setdefault(key, set()).add(country)
    return {name: min(codes) for name, codes in countries.items() if len(codes) == 1 and name not in _country_codes()}


@functools.cache
def _continents() -> frozenset[str]:
    """Return the names of continents and parts of the world, in every language that names countries."""
    territories = (Locale.parse(locale).territories for locale in country_table.LOCALES.split())
    return frozenset(
        fold(name)
        for names in territories
        for code, name in names.items()
        if code.isdigit() or code in {"EU", "UN", "EZ"}
    )


@functools.lru_cache(maxsize=100_000)
def country_code(text: str) -> str | None:
    """Return the code of the country that a text names ("" for a state that no longer exists), or None."""
    key = fold(text)
    # A word in lower case is no country; scripts without case are not lower case.
    if not key or text.strip().islower():
        return None
    codes = _country_codes()
    if key in codes:
        return codes[key]
    if text.strip() in common_words().abbreviations:
        return common_words().abbreviations[text.strip()]
    return codes.get(_STYLE.sub("", key) if is_cjk(key) else common_words().country_articles.sub("", key, count=1))


@functools.lru_cache(maxsize=10_000)
def known_country(text: str) -> str:
    """Return the text of a country; its code where no list but an article calls it so: SUA in Romanian."""
    key = fold(text)
    if key in _country_codes() or not key:
        return text
    if text in common_words().abbreviations:
        return common_words().abbreviations[text]
    _, _, behind = text.partition(" ")  # "den USA"
    is_known = behind and country_code(text) is not None and fold(behind) in _country_codes()
    return behind if is_known else text


@functools.lru_cache(maxsize=100_000)
def is_country(text: str) -> bool:
    """Return whether a text is the name of a country of today or of the past."""
    # Two or three capitals in running text are often a state's or a province's.
    if len(text) <= 3 and "." not in text and not is_cjk(text) and text not in common_words().abbreviations:
        return False
    return country_code(text) is not None


@functools.lru_cache(maxsize=100_000)
def is_country_part(text: str) -> bool:
    """Return whether the text of a country names a part of one: Scotland, Südtirol."""
    return fold(text) in _country_parts()


@functools.lru_cache(maxsize=100_000)
def is_region(text: str) -> bool:
    """Return whether a text is the name of a part of a country."""
    return fold(text) in _regions()


@functools.lru_cache(maxsize=100_000)
def country_of_region(text: str) -> str:
    """Return the code of the country that a region belongs to, or "" where its name is that of several or of none."""
    code = _countries_of_regions().get(fold(text), "")
    return code or ("JP" if _PREFECTURE.fullmatch(text.strip()) else "")


@functools.lru_cache(maxsize=10_000)
def is_continent(text: str) -> bool:
    """Return whether a text is the name of a continent or of a part of it."""
    return fold(text) in _continents()


@functools.lru_cache(maxsize=100_000)
def country_of_flag(text: str) -> str | None:
    """Return the country that a flag template's argument or name means, or None: codes become those of ISO 3166."""
    text, codes = text.strip(), common_words().codes
    if not text:
        return None
    if text.upper() in codes:
        return codes[text.upper()]
    # {{DE-TH}}, {{US-CA}}, {{GBR-ENG}}: the country and its part.
    prefix = re.match(r"([A-Z]{2,3})-[A-Z]{1,4}\Z", text)
    if prefix and country_code(prefix[1]) is not None:
        return codes.get(prefix[1], prefix[1])
    if country_code(text.upper() if len(text) <= 3 else text) is not None:
        return text
    if genitive := _FLAG_OF.match(text):
        return _country_of_genitive(genitive[1])
    # A flag in a box: {{BRAb}}; one of several: {{FRA-1}}.
    prefix = re.match(r"([A-Z]{3})(?:-?[a-z]|[- ]?\d{1,4}|[- ]?flag)\Z", text)
    return country_of_flag(prefix[1]) if prefix else None


@functools.lru_cache(maxsize=1_000)
def _country_of_genitive(text: str) -> str | None:
    """Return the country of `Флаг Китая`, by the only name that differs in its last letters."""
    stem = fold(text)[:-1]
    codes = {
        code
        for name, code in _country_codes().items()
        if name[:-1] == stem or name == stem or f"{name[:-1]}" == stem[:-1]
    }
    return min(codes) if len(codes) == 1 else None


def country_in_case(text: str, profile: Profile) -> str:
    """Return the country whose name in a case of a language a text is (`Soomes`, `Wielkiej Brytanii`), or ""."""
    words = text.split()
    if not words or not text[:1].isupper() or len(words) > _MOST_WORDS_OF_COUNTRY:
        return ""
    special = next((country for country, pattern in profile.cases.items() if pattern.match(text)), "")
    if special:
        return str(Locale.parse(profile.language).territories[special])
    return "" if country_code(text) is not None else _country_by_stems(text, profile.language)


@functools.lru_cache(maxsize=10_000)
def _country_by_stems(text: str, language: str) -> str:
    """Return the country of the language's names that has the longest stems in common with the words of a text."""
    words, found = text.split(), []
    endings = load_profile(language).case_endings
    for name in _names_in(language).get((len(words), text[0]), ()):
        stems = [_common_start(*pair) for pair in zip(words, name, strict=True)]
        if all(
            word == known or (len(stem) >= max(_SHORTEST_STEM, len(known) - 2) and endings.match(word[len(stem) :]))
            for word, known, stem in zip(words, name, stems, strict=True)
        ):
            found.append((sum(map(len, stems)), " ".join(name)))
    return max(found, default=(0, ""))[1]


def _common_start(word: str, other: str) -> str:
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))
    return "".join(letter for letter, _ in pairs)


@functools.cache
def _names_in(language: str) -> dict[tuple[int, str], list[list[str]]]:
    """Return the names of countries in a language, split into words, by the number of these and the first letter."""
    names: dict[tuple[int, str], list[list[str]]] = {}
    for code, name in Locale.parse(language).territories.items():
        if len(code) == len("FI") and code.isalpha() and country_code(name) is not None:
            names.setdefault((len(name.split()), name[0]), []).append(name.split())
    return names


@functools.lru_cache(maxsize=10_000)
def is_country_code(text: str) -> bool:
    """Return whether a text is a country's code, as flag templates take them."""
    return text.isupper() and (text in common_words().codes or country_code(text) is not None)


def is_cjk(text: str) -> bool:
    """Return whether a text begins in a script without spaces (Chinese, Japanese) or in Korean."""
    return "\u3040" <= text[:1] <= "\u9fff" or "\uac00" <= text[:1] <= "\ud7af"


@functools.lru_cache(maxsize=100_000)
def split_region_prefix(text: str) -> tuple[str, str]:
    """Split `纽约州锡拉丘兹市` into region and town; the region is "" where there is none."""
    match = _REGION_PREFIX.fullmatch(text) if is_cjk(text) else None
    return (match["region"], match["town"]) if match else ("", text)


@functools.lru_cache(maxsize=100_000)
def split_country_prefix(text: str) -> tuple[str, str] | None:
    """Split `日本奈良市` into country and town; return None where it does not begin with a country."""
    if not is_cjk(text):
        return None
    for length in range(min(len(text) - 2, 12), 1, -1):
        if country_code(text[:length]) is not None:
            return text[:length], text[length:].lstrip("国國 ") if len(text) > length + 2 else text[length:]
    return None
