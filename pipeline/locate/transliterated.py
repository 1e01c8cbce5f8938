"""Names from other alphabets, as another language writes them: German `Mykolajiw` is Mykolaiv."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate.evidence import NAME, TRANSLITERATED
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

FILE: Final = Path(__file__).with_name("transliterations.toml")
#: Letters of a sounded name that are enough: shorter ones sound alike by chance.
_SHORTEST: Final = 5
_GAZETTEER: Final = "english"
#: After a consonant, ё and є: Ber(y)ozovsky, Sv(y)etlahorsk.
_SOFT: Final = {"ie": "e", "io": "e"}


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def sound(key: pl.Expr, language: str) -> pl.Expr:
    """Return how a name sounds: equal for the spellings of one name in two languages, roughly.

    Args:
        key: a search key in Latin letters.
        language: one of `languages` in `transliterations.toml`.
    """
    rules = _tables()["languages"][language] | _tables()["sounds"]
    text = key.str.replace_all(" ", "", literal=True)
    for pairs in (rules, _SOFT):
        text = text.str.replace_many(list(pairs), list(pairs.values()), leftmost=True)
    # A letter twice is one.
    for letter in "abcdefghiklmnoprstuv":
        text = text.str.replace_all(letter * 2, letter, literal=True)
    return text


def find_transliterated(unknown: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places whose usual name sounds as a mention does in a language of lists.

    Args:
        unknown: mentions without candidates.
        gazetteer: places and names.

    Returns:
        `mention`, `place_id`, `km` (to the source's coordinates, null without), and `NAME`.
    """
    countries = _tables()["countries"]
    is_possible = pl.col("country_code").is_null() | pl.col("country_code").is_in(countries)
    mentions = unknown.filter(pl.col("kind") == TownKind.MUNICIPALITY.value, is_possible)
    heard = pl.concat(
        mentions.select("mention", "country_code", "latitude", "longitude", sound=sound(pl.col("key"), language))
        for language in _tables()["languages"]
    )
    heard = heard.filter(pl.col("sound").str.len_chars() >= _SHORTEST).unique()
    names = (
        gazetteer.names.lazy()
        .filter("is_main", pl.col("country_code").is_in(countries))
        .select("place_id", named_country="country_code", sound=sound(pl.col("key"), _GAZETTEER))
        .collect()
    )
    is_meant = pl.col("country_code").is_null() | (pl.col("country_code") == pl.col("named_country"))
    places = gazetteer.places.select("place_id", place_latitude="latitude", place_longitude="longitude")
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    return (
        heard.join(names, on="sound")
        .filter(is_meant)
        .unique(["mention", "place_id"])
        .join(places, on="place_id")
        .select("mention", "place_id", pl.lit(TRANSLITERATED).alias(NAME), km=km)
        .sort("mention", "place_id")
    )
