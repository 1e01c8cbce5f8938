"""Whether a name is a country's or a region's: what tells `[[Francia]]` from a town behind a comma."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from pathlib import Path
from typing import Final

import polars as pl
from babel import Locale

from pipeline.gazetteer import countries as country_table
from pipeline.gazetteer.names import LETTERS
from pipeline.readers.wikitext.profiles import common

_REGIONS: Final = Path(country_table.__file__).with_name("region_names.csv")
_LEADING: Final = re.compile(
    r"(?:(?:the|der|die|das|den|la|le|les|l|il|lo|gli|de|het|el|los|o|a|os|as|republic of|republik|repubblica di"
    r"|republica de|republique de) )+"
)
#: 纽约州锡拉丘兹市: a state, a province or a prefecture, and a town in it.
_REGION_PREFIX: Final = re.compile(
    r"(?P<region>..{0,14}?(?:州|省|县|縣|県|大区|大區|邦|自治区|自治區|京畿道|[江忠全庆慶].{1,2}道|北海道|京都府|大阪府))"
    r"(?P<town>(?!广域|廣域|特别|特別|直辖|直轄|[省市县縣区區]).{2,})"
)
#: What a state may be called behind its name: オーストラリア連邦.
_STYLE: Final = re.compile("(?:連邦|联邦|聯邦)?(?:共和国|共和國|王国|王國|大公国|公国|連邦|联邦|聯邦|国|國)\\Z")


@functools.lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return a text as `search_key` would, for one text at a time."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c)[0] != "M")
    plain = unicodedata.normalize("NFC", plain).lower()
    return " ".join("".join(LETTERS.get(c, c) if c.isalnum() else " " for c in plain).split())


@functools.cache
def _countries() -> dict[str, str]:
    names = country_table.country_names()
    return dict(names.select("search_key", pl.col("country_code").fill_null("")).iter_rows())


@functools.cache
def _parts() -> frozenset[str]:
    names = country_table.country_names()
    return frozenset(names.filter(pl.col("kind") == "part")["search_key"])


def is_part(text: str) -> bool:
    """Return whether a country's text names a part of it: Scotland, Südtirol."""
    return fold(text) in _parts()


@functools.cache
def _regions() -> frozenset[str]:
    with _REGIONS.open(encoding="utf-8") as file:
        return frozenset(fold(row["name"]) for row in csv.DictReader(file))


@functools.cache
def _continents() -> frozenset[str]:
    """Return the names of continents, and of parts of the world, in every language that names countries."""
    named = (Locale.parse(locale).territories for locale in country_table.LOCALES.split())
    return frozenset(
        fold(name) for names in named for code, name in names.items() if code.isdigit() or code in {"EU", "UN", "EZ"}
    )


@functools.cache
def _codes() -> dict[str, str]:
    return dict(common("codes"))


@functools.lru_cache(maxsize=100_000)
def country_code(text: str) -> str | None:
    """Return the code of the country that a text names ("" for a state that is no more), or None."""
    key = fold(text)
    if not key or text.strip().islower():
        # A word in lower case is no country, but for the scripts that have no case.
        return None
    known = _countries()
    found = known.get(key)
    if found is None:
        bare = _STYLE.sub("", key) if is_cjk(key) else _LEADING.sub("", key, count=1)
        found = known.get(bare) if bare != key else None
    return found


@functools.lru_cache(maxsize=100_000)
def is_country(text: str) -> bool:
    """Return whether a text is the name of a country, now or once."""
    # Two or three capitals in running text are a state's or a province's as often.
    if len(text) <= 3 and "." not in text and not is_cjk(text) and text not in {"USA", "UK"}:
        return False
    return country_code(text) is not None


@functools.lru_cache(maxsize=100_000)
def is_region(text: str) -> bool:
    """Return whether a text is the name of a part of a country."""
    return fold(text) in _regions()


@functools.lru_cache(maxsize=10_000)
def is_continent(text: str) -> bool:
    """Return whether a text is the name of a continent or of a part of it."""
    return fold(text) in _continents()


@functools.lru_cache(maxsize=100_000)
def country_of_flag(text: str) -> str | None:
    """Return the country that a flag template's argument or name means, or None: codes are made those of ISO."""
    text = text.strip()
    if not text:
        return None
    if text.upper() in _codes():
        return _codes()[text.upper()]
    # {{DE-TH}}, {{US-CA}}, {{GBR-ENG}}: the country and its part.
    head = re.match(r"([A-Z]{2,3})-[A-Z]{1,4}\Z", text)
    if head and country_code(head[1]) is not None:
        return _codes().get(head[1], head[1])
    if country_code(text.upper() if len(text) <= 3 else text) is not None:
        return text
    # A flag in a box: {{BRAb}}.
    head = re.match(r"([A-Z]{3})(?:-?b|\d|flag)\Z", text)
    return country_of_flag(head[1]) if head else None


@functools.lru_cache(maxsize=10_000)
def is_code(text: str) -> bool:
    """Return whether a text is a country's code, as flag templates take them."""
    return text.isupper() and (text in _codes() or country_code(text) is not None)


def is_cjk(text: str) -> bool:
    """Return whether a text begins in a script without spaces."""
    return (bool(text) and "\u3040" <= text[0] <= "\u9fff") or "\uac00" <= text[:1] <= "\ud7af"


@functools.lru_cache(maxsize=100_000)
def split_region_prefix(text: str) -> tuple[str, str]:
    """Cut `纽约州锡拉丘兹市` into region and town; the region is "" where there is none."""
    found = _REGION_PREFIX.fullmatch(text) if is_cjk(text) else None
    return (found["region"], found["town"]) if found else ("", text)


@functools.lru_cache(maxsize=100_000)
def split_country_prefix(text: str) -> tuple[str, str] | None:
    """Cut `日本奈良市` into country and town, or return None."""
    if not is_cjk(text):
        return None
    for length in range(min(len(text) - 2, 12), 1, -1):
        if country_code(text[:length]) is not None:
            return text[:length], text[length:].lstrip("国國 ") if len(text) > length + 2 else text[length:]
    return None
