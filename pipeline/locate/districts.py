"""Parts of large towns: which town they belong to, and their own name.

Lists print one part in many ways: `Berlin – Pankow`, `Pankow (Berlin)`, `Berlin (Bezirk Pankow)`, `Berlin-Pankow`. Town
and part together tell which one is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.gazetteer.names import search_key
from pipeline.locate.readings import HYPHENED, STATUS, any_of, plain_punctuation, words
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: Towns from this size have parts that are known abroad by their own name.
LARGE: Final = 100_000
#: A part lies within so many km of the middle of its town.
REACH_KM: Final = 25.0
_DASHED: Final = r"^([^–—(\[,]+?)(?: (?:\d+|[IVXL]+))?\s+[–—-]\s+([^(\[]+)"
_BRACKETED: Final = r"^([^–—(\[,]+?)\s*[(\[]([^()\[\]]+)[)\]]$"
_COMMA: Final = r"^([^–—(\[,]+),\s*([^(\[,]+)"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|e|eme|a|o)?"
_NUMERALS: Final = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii"
_ROMAN: Final = {numeral: str(number) for number, numeral in enumerate(_NUMERALS.split(" "), 1)}


def read_districts(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the large town and the part of it that mentions of districts name.

    Args:
        mentions: `mention`, `text`, `country_code`, `kind`.
        gazetteer: places and names.

    Returns:
        `mention`, `city_id`, `part` (a search key; a number as digits), `city_latitude`, `city_longitude`; each mention
        at most once.
    """
    districts = mentions.filter(pl.col("kind") == TownKind.DISTRICT.value).select(
        "mention", "country_code", text=plain_punctuation(pl.col("text"))
    )
    readings = _readings(districts)
    cities = _large_towns(readings["city"], gazetteer)
    is_meant = pl.col("country_code").is_null() | (pl.col("country_code") == pl.col("city_country"))
    return (
        readings.join(cities, on="city")
        # The town may stand in both: Prague 1 (Prague).
        .with_columns(part=pl.col("part").str.strip_prefix(pl.format("{} ", "city")))
        .filter(is_meant, pl.col("part") != "", pl.col("part") != pl.col("city"))
        .sort("mention", "order", "is_main", "population", "city_id", descending=[False, False, True, True, False])
        .unique("mention", keep="first", maintain_order=True)
        .select("mention", "city_id", "part", "city_latitude", "city_longitude")
    )


def _readings(districts: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `country_code`, `city`, `part` (search keys) and `order`: the likeliest first."""
    text = pl.col("text")
    of, word = any_of(words()["of"]), any_of([*words()["district_first"], *words()["district_last"]])
    number = rf"(\d+|[ivx]+) ?{_ORDINAL}"
    key = search_key(text)
    pairs = (
        (key.str.extract(r"^(london) borough of (.+)$", 1), key.str.extract(r"^london borough of (.+)$", 1)),
        # The district of London: Barnet (Stadtbezirk v. London).
        (
            search_key(text.str.extract(_BRACKETED, 2)).str.extract(rf"^(?:{word}) (?:{of}|v) (.+)$"),
            search_key(text.str.extract(_BRACKETED, 1)),
        ),
        (
            key.str.extract(rf"^{number} (?:{word})(?: (?:{of}))? (.+)$", 2),
            key.str.extract(rf"^{number} (?:{word})\b", 1),
        ),
        (key.str.extract(rf"^(.+) {number} (?:{word})$", 1), key.str.extract(rf" {number} (?:{word})$", 1)),
        (key.str.extract(rf"^(.+) {number}$", 1), key.str.extract(rf" {number}$", 1)),
        (search_key(text.str.extract(_DASHED, 1)), search_key(text.str.extract(_DASHED, 2))),
        (search_key(text.str.extract(_BRACKETED, 2)), search_key(text.str.extract(_BRACKETED, 1))),
        (search_key(text.str.extract(_BRACKETED, 1)), search_key(text.str.extract(_BRACKETED, 2))),
        (search_key(text.str.extract(_COMMA, 2)), search_key(text.str.extract(_COMMA, 1))),
        (search_key(_head().str.extract(HYPHENED, 1)), search_key(_head().str.extract(HYPHENED, 2))),
    )
    return pl.concat(
        districts.select("mention", "country_code", city=city, part=_bare_part(part), order=pl.lit(order))
        for order, (city, part) in enumerate(pairs)
    ).drop_nulls(["city", "part"])


def _head() -> pl.Expr:
    """Return the text before a bracket: `Warszawa-Mokotów (Warschau-Mokotów)`."""
    return pl.col("text").str.extract(r"^([^(\[]+?)\s*(?:[(\[]|$)")


def _bare_part(part: pl.Expr) -> pl.Expr:
    """Return the name of a part without words for it; a number in digits."""
    first, last = any_of(words()["district_first"]), any_of(words()["district_last"])
    bare = part.str.replace(rf"^(?:{first}) ", "").str.replace(rf"^(?:{any_of(words()['of'])}) ", "")
    bare = bare.str.replace(rf" (?:{last})$", "").str.replace(rf"^(\d+) ?{_ORDINAL}$", "$1")
    return bare.replace(_ROMAN)


def _large_towns(keys: pl.Series, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return `city` (a search key), `city_id`, `city_country`, `population`, `is_main` and the coordinates."""
    places = gazetteer.places.filter(pl.col("population") >= LARGE).select(
        "place_id", "population", city_latitude="latitude", city_longitude="longitude"
    )
    names = gazetteer.names_by(keys).select("place_id", "is_main", city="key", city_country="country_code")
    return names.join(places, on="place_id").rename({"place_id": "city_id"})


def complete_districts(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the mentions, with the town of parts that are named alone: an item `Steglitz-Zehlendorf` is Berlin's.

    Args:
        mentions: `mention`, `key`, `country_code`, `kind`, `city_id`, `part`, `place_id` (decided on): a name that no
            place has and only one town has a part of.
    """
    is_open = pl.col("place_id").is_null() & pl.col("city_id").is_null() & (pl.col("key") != "")
    named = mentions.drop_nulls("city_id").filter(pl.col("part").str.contains(r"^\D{5,}$"))
    towns = named.group_by("part").agg(
        pl.col("city_id", "country_code").drop_nulls().first(), count=pl.col("city_id").n_unique()
    )
    towns = towns.filter(pl.col("count") == 1).select("part", part_city="city_id", part_country="country_code")
    joined = mentions.join(towns, left_on="key", right_on="part", how="left", maintain_order="left")
    in_country = pl.col("country_code").is_null() | (pl.col("country_code") == pl.col("part_country"))
    is_part = (is_open & in_country & pl.col("part_city").is_not_null()).fill_null(value=False)
    return joined.with_columns(
        city_id=pl.when(is_part).then("part_city").otherwise("city_id"),
        part=pl.when(is_part).then("key").otherwise("part"),
        country_code=pl.when(is_part).then(pl.coalesce("country_code", "part_country")).otherwise("country_code"),
        kind=pl.when(is_part).then(pl.lit(TownKind.DISTRICT.value)).otherwise("kind"),
    ).drop("part_city", "part_country")


def district_readings(districts: pl.DataFrame) -> pl.DataFrame:
    """Return the parts as readings of their mentions, as `read_names` does.

    Args:
        districts: from `read_districts`.
    """
    return districts.select("mention", key="part", tier=pl.lit(STATUS), needs_proof=pl.lit(value=False))


def within_city(candidates: pl.DataFrame, districts: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates without those of parts of a town that lie too far from it, and without the town itself.

    Args:
        candidates: `mention`, `place_id`, `place_latitude`, `place_longitude` and further columns.
        districts: from `read_districts`.
    """
    km = distance_km(
        pl.col("place_latitude"), pl.col("place_longitude"), pl.col("city_latitude"), pl.col("city_longitude")
    )
    is_possible = pl.col("city_id").is_null() | ((km <= REACH_KM) & (pl.col("place_id") != pl.col("city_id")))
    cities = districts.drop("part")
    return candidates.join(cities, on="mention", how="left").filter(is_possible).select(candidates.columns)
