"""Misspelt names: a place whose name is one letter off, where something else speaks for it too.

A name that no place bears may be misspelt, or be that of a village that the gazetteer lacks. Villages are the more
frequent, so that likeness alone proves nothing: the source's coordinates must agree, or the partners, or the name be so
long that nothing else is like it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from schemas.vocabularies import LocatedBy, TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: Letters of a name that can be misspelt.
_SHORTEST: Final = 5
#: Where nothing but likeness speaks for a place: letters of the name, letters of the word that differs, inhabitants.
#: Of 78 such placings on the real lists one is wrong; of those with names of ten letters and more, one in ten.
_LONG: Final = 12
_LONG_WORD: Final = 6
_KNOWN: Final = 1_000
#: Of two names that differ in one letter so many first letters agree or so many last ones, by the least length of one.
_SAME: Final = {9: 4, 7: 3, _SHORTEST: 2}
#: A misspelt place is this near to the source's coordinates, by the least length of its name; farther away it is a
#: village with a name of its own.
_NEAR_KM: Final = {8: 10.0, _SHORTEST: 5.0}
#: What a name that is one letter off is worth as a name.
_WORTH: Final = 0.7
_NEAR_SCORE: Final = 0.85
_ALONE_SCORE: Final = 0.65


def find_similar(unknown: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places of the stated country whose own name is one letter off a mention's.

    One letter is wrong, missing or too many, or two neighbours have changed places. Letters are those of search keys.

    Args:
        unknown: mentions that no name leads anywhere.
        gazetteer: places and names.

    Returns:
        `mention`, `place_id`, `name_score`, `km` (to the source's coordinates, null without), `is_near` (to these),
        `is_alone` (the name is long and no other place's like it, and nowhere does a place bear it).
    """
    named = (
        unknown.filter(pl.col("kind") == TownKind.MUNICIPALITY.value, pl.col("country_code").is_not_null())
        .select("mention", "country_code", "latitude", "longitude", said="key")
        .filter(pl.col("said").str.len_chars() >= _SHORTEST)
    )
    names = gazetteer.names.lazy().filter("is_main").select("country_code", "place_id", name="key").collect()
    similar = _one_letter_off(named.select("country_code", "said").unique(), names)
    real = gazetteer.names_by(similar["said"])["key"].unique()
    places = gazetteer.places.select("place_id", "population", north="latitude", east="longitude")
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("north"), pl.col("east"))
    letters = pl.col("said").str.len_chars()
    reach = pl.coalesce(pl.when(letters >= least).then(reach) for least, reach in _NEAR_KM.items())
    is_one = pl.col("place_id").n_unique().over("country_code", "said") == 1
    return (
        similar.with_columns(is_alone=is_one & pl.col("is_telling") & ~pl.col("said").is_in(real.implode()))
        .join(named, on=["country_code", "said"])
        .join(places, on="place_id")
        .select(
            "mention", "place_id", name_score=pl.lit(_WORTH), km=km, is_near=(km <= reach).fill_null(value=False),
            is_alone=pl.col("is_alone") & (pl.col("population") >= _KNOWN).fill_null(value=False),
        )
        .sort("mention", "place_id")
    )  # fmt: skip


def decide_similar(similar: pl.DataFrame) -> pl.DataFrame:
    """Choose the places that the source's coordinates confirm, or that nothing else is like.

    Returns:
        `mention`, `place_id`, `located_by`, `location_score`.
    """
    near = similar.filter("is_near").sort("mention", "km", "place_id").unique("mention", keep="first")
    alone = similar.filter(pl.col("km").is_null() & pl.col("is_alone"))
    return pl.concat(
        kept.select(
            "mention", "place_id",
            located_by=pl.lit(LocatedBy.SIMILAR_NAME.value), location_score=pl.lit(score),
        )
        for kept, score in ((near, _NEAR_SCORE), (alone, _ALONE_SCORE))
    )  # fmt: skip


def decide_spelt_alike(similar: pl.DataFrame, mentions: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Choose for a misspelt name the place that it means where something speaks for that.

    Args:
        similar: from `find_similar`.
        mentions: `mention`, `key`, `country_code`.
        decided: `mention`, `place_id`, of all that is decided.

    Returns:
        `mention`, `place_id`, `located_by`, `location_score`.
    """
    spelling = mentions.select("mention", "country_code", "key").join(similar, on="mention", how="semi")
    told = (
        decided.select("mention", "place_id").join(similar, on=["mention", "place_id"], how="semi")
        .join(spelling, on="mention").select("country_code", "key", "place_id").unique()
        .filter(pl.len().over("country_code", "key") == 1)
    )  # fmt: skip
    return (
        similar.filter(pl.col("km").is_null())
        .join(spelling, on="mention")
        .join(told, on=["country_code", "key", "place_id"], how="semi")
        .select(
            "mention", "place_id",
            located_by=pl.lit(LocatedBy.SIMILAR_NAME.value), location_score=pl.lit(_ALONE_SCORE),
        )
    )  # fmt: skip


def _one_letter_off(said: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return `country_code`, `said`, `place_id`, `is_telling` of names that differ in one letter."""
    letters = pl.col("said").str.len_chars()
    nation = pl.col("country_code").hash()
    names = names.select("place_id", "name", letters=pl.col("name").str.len_chars(), nation=nation)
    # The three lengths that the name may have.
    asked = said.with_columns(letters=pl.concat_list(letters - 1, letters, letters + 1), nation=nation)
    asked = asked.explode("letters")
    pairs, longer = [], pl.lit(value=False)
    for least, same in _SAME.items():
        some = asked.filter((letters >= least) & ~longer)
        longer = letters >= least
        # Names of other lengths have nobody to be like.
        near = names.filter(pl.col("letters").is_in(some["letters"].unique().implode()))
        for offset in (0, -same):
            # Country, length and letters as one number: what it takes for the same by mistake is told apart below.
            keys = [
                pl.col("nation") + pl.col("letters") + pl.col(text).str.slice(offset, same).hash()
                for text in ("said", "name")
            ]
            some_keys = some.with_columns(end=keys[0])
            ends = near.select("place_id", "name", own_nation="nation", end=keys[1])
            ends = ends.filter(pl.col("end").is_in(some_keys["end"].unique().implode()))
            pairs.append(
                _mostly_alike(some_keys.join(ends, on="end"))
                .filter(pl.col("nation") == pl.col("own_nation"), pl.col("said") != pl.col("name"))
                .select("country_code", "said", "place_id", "name")
            )
    differing = _differing(pl.concat(pairs).unique())
    words = [pl.col(column).str.count_matches(" ", literal=True) for column in ("said", "name")]
    word = pl.concat_str(
        pl.col("said").str.slice(0, pl.col("alike")).str.extract("([^ ]*)$"),
        pl.col("said").str.slice(pl.col("alike")).str.extract("^([^ ]*)"),
    )
    return differing.select(
        "country_code", "said", "place_id",
        is_telling=(letters >= _LONG) & ((words[0] != words[1]) | (word.str.len_chars() >= _LONG_WORD)),
    )  # fmt: skip


def _mostly_alike(pairs: pl.DataFrame) -> pl.DataFrame:
    """Drop most of the pairs of `said` and `name` that do not differ in one letter, by ever longer ends."""
    least = pl.min_horizontal(pl.col(text).str.len_chars() for text in ("said", "name")).cast(pl.Int64)
    half, rest = least // 2, least - least // 2 - 1
    said, name = pl.col("said").str, pl.col("name").str
    return (
        # The first letter is alike, or all but the first two; and the same from the end.
        pairs.filter((said.head(1) == name.head(1)) | (said.tail(least - 2) == name.tail(least - 2)))
        .filter((said.tail(1) == name.tail(1)) | (said.head(least - 2) == name.head(least - 2)))
        .filter((said.head(half) == name.head(half)) | (said.tail(rest) == name.tail(rest)))
    )


def _differing(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep the pairs of `said` and `name` that differ in one letter; `alike` is how many letters go before it."""
    said, name, alike = pl.col("said").str, pl.col("name").str, pl.col("alike")
    found = pairs.lazy().with_columns(alike=pl.lit(0))
    longest = pairs.select(said.len_chars().max().fill_null(0)).item()
    step = 2 ** int(longest).bit_length()
    while step := step // 2:
        found = found.with_columns(
            alike=pl.when(said.slice(alike, step) == name.slice(alike, step)).then(alike + step).otherwise(alike)
        )
    letter, other = said.slice(alike, 1), name.slice(alike, 1)
    next_letter, next_other = said.slice(alike + 1, 1), name.slice(alike + 1, 1)
    is_one = (
        (said.slice(alike + 1) == name.slice(alike + 1))
        | (said.slice(alike) == name.slice(alike + 1))
        | (said.slice(alike + 1) == name.slice(alike))
        | ((letter == next_other) & (next_letter == other) & (said.slice(alike + 2) == name.slice(alike + 2)))
    )
    return found.filter(is_one).collect()
