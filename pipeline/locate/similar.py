"""Misspelt names: a place whose name differs in one letter, where other evidence supports it.

A name that no place has may be misspelt, or be that of a village that the gazetteer lacks. Villages are the more
frequent, so similarity alone proves nothing: the source's coordinates must agree, or the partners, or the name must be
so long that no other is similar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate.decision import decision
from pipeline.locate.evidence import MISSPELT, NAME, NEAR_KM, ONLY_SIMILAR
from schemas.vocabularies import LocatedBy, TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: Letters of a name that can be misspelt.
_SHORTEST: Final = 5
#: Where only the similar name supports a place: letters of the name, letters of the word that differs, inhabitants.
#: Of 78 such decisions on the real lists one is wrong; of those with names of ten letters and more, one in ten.
_LONG: Final = 12
_LONG_WORD: Final = 6
_KNOWN: Final = 1_000
#: Shortest and longest text, and the number of letters of which two names that differ in one letter have the first or
#: the last ones in common.
_COMMON_LETTERS: Final = ((_SHORTEST, 6, 2), (7, 8, 3), (9, 1_000_000, 4))
_ALONE_SCORE: Final = 0.65


def find_similar(unknown: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places of the stated country whose usual name differs from a mention's in one letter.

    One letter is wrong, missing or too many, or two neighbours are swapped. Letters are those of search keys. Where the
    source prints coordinates, the place lies near them.

    Args:
        unknown: mentions without candidates.
        gazetteer: places and names.

    Returns:
        `mention`, `place_id`, `km` (to the source's coordinates, null without), and `NAME`: whether it is the only
        similar one (the name is long, no other place has a similar one, and no place anywhere has the name itself).
    """
    letters = pl.col("text").str.len_chars()
    mentions = (
        unknown.filter(pl.col("kind") == TownKind.MUNICIPALITY.value, pl.col("country_code").is_not_null())
        .select("mention", "country_code", "latitude", "longitude", text="key")
        .filter(letters >= _SHORTEST)
    )
    names = gazetteer.names.lazy().filter("is_main").select("country_code", "place_id", name="key").collect()
    similar = _find_one_letter_off(mentions.select("country_code", "text").unique(), names)
    existing = gazetteer.names_by(similar["text"])["key"].unique()
    places = gazetteer.places.select("place_id", "population", place_latitude="latitude", place_longitude="longitude")
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    is_only = pl.col("place_id").n_unique().over("country_code", "text") == 1
    is_known = (pl.col("population") >= _KNOWN).fill_null(value=False)
    return (
        similar.with_columns(is_alone=is_only & pl.col("is_long") & ~pl.col("text").is_in(existing.implode()))
        .join(mentions, on=["country_code", "text"])
        .join(places, on="place_id")
        .select(
            "mention",
            "place_id",
            pl.when(pl.col("is_alone") & is_known).then(pl.lit(ONLY_SIMILAR)).otherwise(pl.lit(MISSPELT)).alias(NAME),
            km=km,
        )
        .filter((pl.col("km") <= NEAR_KM) | pl.col("km").is_null())
        .sort("mention", "place_id")
    )


def decide_same_spelling(candidates: pl.DataFrame, mentions: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return decisions for misspelt names that mean one place in another mention.

    Args:
        candidates: with `NAME` and `km`.
        mentions: `mention`, `key`, `country_code`.
        decided: all decisions so far.
    """
    similar = candidates.filter(pl.col(NAME).str.starts_with(MISSPELT))
    spellings = mentions.select("mention", "country_code", "key").join(similar, on="mention", how="semi")
    meanings = (
        decided.select("mention", "place_id")
        .join(similar, on=["mention", "place_id"], how="semi")
        .join(spellings, on="mention")
        .select("country_code", "key", "place_id")
        .unique()
        .filter(pl.len().over("country_code", "key") == 1)
    )
    return (
        similar.filter(pl.col("km").is_null())
        .join(spellings, on="mention")
        .join(meanings, on=["country_code", "key", "place_id"], how="semi")
        .select("mention", "place_id", **decision(LocatedBy.SIMILAR_NAME, _ALONE_SCORE))
    )


def _find_one_letter_off(texts: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return `country_code`, `text`, `place_id`, `is_long` of names that differ from a text in one letter."""
    letters = pl.col("text").str.len_chars()
    names = names.with_columns(length=pl.col("name").str.len_chars())
    # The three lengths that the name may have.
    texts = texts.with_columns(length=pl.concat_list(letters - 1, letters, letters + 1)).explode("length")
    pairs = []
    for shortest, longest, common in _COMMON_LETTERS:
        batch = texts.filter(letters.is_between(shortest, longest))
        for offset in (0, -common):
            text_end, name_end = (pl.col(column).str.slice(offset, common) for column in ("text", "name"))
            same_end = batch.with_columns(end=text_end).join(
                names.with_columns(end=name_end), on=["country_code", "length", "end"]
            )
            pairs.append(_keep_similar(same_end.filter(pl.col("text") != pl.col("name"))))
    differing = _differ_in_one_letter(pl.concat(pairs).unique())
    word_counts = [pl.col(column).str.count_matches(" ", literal=True) for column in ("text", "name")]
    word_with_difference = pl.concat_str(
        pl.col("text").str.slice(0, pl.col("common")).str.extract("([^ ]*)$"),
        pl.col("text").str.slice(pl.col("common")).str.extract("^([^ ]*)"),
    )
    is_long_word = (word_counts[0] != word_counts[1]) | (word_with_difference.str.len_chars() >= _LONG_WORD)
    return differing.select("country_code", "text", "place_id", is_long=(letters >= _LONG) & is_long_word)


def _keep_similar(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of `text` and `name` without most of those that differ in more than one letter: by their ends.

    This is much faster than the exact comparison.
    """
    length = pl.min_horizontal(pl.col(column).str.len_chars() for column in ("text", "name")).cast(pl.Int64)
    half, rest = length // 2, length - length // 2 - 1
    text, name = pl.col("text").str, pl.col("name").str
    return (
        # The first letter is the same, or all but the first two; and so from the end.
        pairs.filter((text.head(1) == name.head(1)) | (text.tail(length - 2) == name.tail(length - 2)))
        .filter((text.tail(1) == name.tail(1)) | (text.head(length - 2) == name.head(length - 2)))
        .filter((text.head(half) == name.head(half)) | (text.tail(rest) == name.tail(rest)))
        .select("country_code", "text", "place_id", "name")
    )


def _differ_in_one_letter(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of `text` and `name` that differ in one letter; `common` letters go before it."""
    text, name, common = pl.col("text").str, pl.col("name").str, pl.col("common")
    compared = pairs.lazy().with_columns(common=pl.lit(0))
    # Binary search for the number of letters in common.
    step = 2 ** int(pairs.select(text.len_chars().max().fill_null(0)).item()).bit_length()
    while step := step // 2:
        is_same = text.slice(common, step) == name.slice(common, step)
        compared = compared.with_columns(common=pl.when(is_same).then(common + step).otherwise(common))
    is_wrong = text.slice(common + 1) == name.slice(common + 1)
    is_missing = text.slice(common) == name.slice(common + 1)
    is_added = text.slice(common + 1) == name.slice(common)
    is_swapped = (
        (text.slice(common, 1) == name.slice(common + 1, 1))
        & (text.slice(common + 1, 1) == name.slice(common, 1))
        & (text.slice(common + 2) == name.slice(common + 2))
    )
    return compared.filter(is_wrong | is_missing | is_added | is_swapped).collect()
