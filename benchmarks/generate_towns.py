"""Towns of synthetic lists: real places and made-up ones, how many partners each has, and how each source spells it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl
from babel import Locale

from benchmarks.dice import bits, chance, pick
from pipeline.gazetteer.names import search_key
from pipeline.locate.kinds import kind_of
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.gazetteer.gazetteer import Gazetteer

#: Inhabitants of a place of which nobody knows how many it has.
_FEW = 200
#: Inhabitants of a made-up village.
_VILLAGE = 900
#: A made-up name is the beginning of one name and the end of another.
_ROUNDS = 4


def make_towns(count: int, gazetteer: Gazetteer, facts: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Return towns, at most as many as there are places and the made-up ones that go with them.

    Returns:
        One row a town: `town` (its number from 0), `place_id` (null for a made-up one), `name`, `country_code`,
        `admin1_code`, `latitude`, `longitude`, `degree` (partners it should have where towns suffice).
    """
    shares = facts["towns"]
    is_town = kind_of(pl.col("name")) == TownKind.MUNICIPALITY.value
    # The embedded gazetteer takes sections of cities for towns; lists seldom have them.
    places = gazetteer.places.filter("is_populated", is_town).with_row_index("place")
    known = min(round(count * (1 - shares["unknown"])), places.height)
    chosen = _choose(places, known, shares, seed)
    unknown = _make_up(places, chosen, round(known * shares["unknown"] / (1 - shares["unknown"])), gazetteer, seed)
    columns = ["place_id", "name", "country_code", "admin1_code", "latitude", "longitude", "population"]
    towns = pl.concat([chosen.select(columns), unknown.select(columns)]).with_row_index("town")
    return _with_degrees(towns, facts, seed).drop("population")


def _choose(places: pl.DataFrame, count: int, shares: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Draw places without returning them: by country as on the lists, larger ones sooner."""
    countries: dict[str, int] = dict(shares["countries"])
    rest = countries.pop("rest")
    pull = pl.col("population").clip(lower_bound=_FEW).fill_null(_FEW).cast(pl.Float64).pow(shares["pull"])
    named = pl.col("country_code").is_in(list(countries))
    share = pl.col("country_code").replace_strict(countries, default=rest, return_dtype=pl.Float64)
    group = pl.when(named).then("country_code").otherwise(pl.lit("rest"))
    weight = share * pull / pull.sum().over(group)
    luck = chance(pl.col("place"), "chosen", seed)
    return places.sort(-(1 - luck).log() / weight, "place").head(count).sort("place")


def _make_up(places: pl.DataFrame, chosen: pl.DataFrame, count: int, gazetteer: Gazetteer, seed: int) -> pl.DataFrame:
    """Return villages that no gazetteer has, beside real ones: halves of two names of their countries, put together."""
    few = [chosen if chosen.height * 2 >= count else places] * _ROUNDS
    made = []
    for turn, frame in enumerate(few):
        mixed = frame.sort("country_code", chance(pl.col("place"), f"halves {turn}", seed), "place")
        first, last = pl.col("name"), pl.col("name").shift(1).over("country_code")
        cut, begun = (first.str.len_chars() + 1) // 2, (last.str.len_chars() + 1) // 2
        made.append(mixed.with_columns(name=first.str.slice(0, cut) + last.str.slice(begun).str.to_lowercase()))
    villages = (
        pl.concat(made)
        .filter(pl.col("name").str.len_chars() >= 5)
        .with_columns(key=search_key(pl.col("name")))
        .join(gazetteer.names.select("key").unique(), on="key", how="anti", maintain_order="left")
        .unique(["key", "country_code"], keep="first", maintain_order=True)
        .with_row_index("village")
    )
    return (
        villages.sort(chance(pl.col("village"), "village", seed))
        .head(count)
        .with_columns(
            place_id=pl.lit(None, pl.String),
            population=pl.lit(_VILLAGE, pl.Int64),
            latitude=pl.col("latitude") + chance(pl.col("village"), "north", seed) * 0.6 - 0.3,
            longitude=pl.col("longitude") + chance(pl.col("village"), "east", seed) * 0.6 - 0.3,
        )
    )


def _with_degrees(towns: pl.DataFrame, facts: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Give the most partners to large towns, with much noise."""
    drawn = towns.select(degree=_degree(chance(pl.col("town"), "degree", seed), facts["degrees"])).sort(
        "degree", descending=True
    )
    # The sum of three chances is nearly a normal deviate; its own deviation is a half.
    luck = pl.sum_horizontal(chance(pl.col("town"), f"size {turn}", seed) for turn in range(3)) * 2 - 3
    size = pl.col("population").clip(lower_bound=_FEW).fill_null(_FEW).cast(pl.Float64).log()
    ranked = towns.sort(-(size + facts["towns"]["noise"] * luck), "town")
    return ranked.with_columns(drawn["degree"]).sort("town")


def _degree(luck: pl.Expr, table: Mapping[str, list[float]]) -> pl.Expr:
    """Give the number of partners for each chance: between the knots of the table as in a power law."""
    shares, degrees = table["share"], table["degree"]
    degree = pl.lit(float(degrees[0]))
    for low, high, least, most in zip(shares, shares[1:], degrees, degrees[1:], strict=False):
        tail_low, tail_high = 1 - low, max(1 - high, (1 - low) / 500)
        slope = math.log(most / least) / math.log(tail_low / tail_high) if most > least else 0.0
        value = (1 - luck).clip(lower_bound=tail_high)
        degree = pl.when(luck >= low).then(least * (tail_low / value).pow(slope)).otherwise(degree)
    return degree.ceil().cast(pl.Int64) if degrees[0] == 0 else (degree + 1e-9).floor().cast(pl.Int64)


def spell(towns: pl.DataFrame, gazetteer: Gazetteer, facts: Mapping[str, Any], seed: int) -> pl.DataFrame:
    """Return how each source prints each town.

    Returns:
        One row a source and town, source by source in the order of the facts, town by town: `text`, `country_text`
        (null where the source leaves it out), `latitude`, `longitude` (degrees, as printed, in thousandths).
    """
    others = _other_names(towns, gazetteer, seed)
    return pl.concat(
        _spell_one(towns.hstack(others), name, source, facts, seed) for name, source in facts["sources"].items()
    )


def _spell_one(
    towns: pl.DataFrame, name: str, source: Mapping[str, Any], facts: Mapping[str, Any], seed: int
) -> pl.DataFrame:
    number = pl.col("town")
    manner = pick(chance(number, f"manner {name}", seed), facts["spelling"])
    main = pl.col("name")
    hole = 1 + bits(number, f"hole {name}", seed) % pl.max_horizontal(main.str.len_chars().cast(pl.Int64) - 2, 1)
    plain = main.str.normalize("NFD").str.replace_all(r"\p{M}", "")
    ways = {
        "other": pl.col("latin"),
        "foreign": pl.col("any"),
        "plain": plain,
        "upper": main.str.to_uppercase(),
        "bracket": pl.format("{} ({})", main, pl.coalesce("region", "latin")),
        "comma": pl.format("{}, {}", main, "country_code"),
        "misspelt": pl.when(main.str.len_chars() >= 5).then(main.str.slice(0, hole) + main.str.slice(hole + 1)),
    }
    said = main
    for way, text in ways.items():
        said = pl.when(pl.col("manner") == way).then(pl.coalesce(text, main)).otherwise(said)
    country = pl.col("country_code")
    if source["countries"] != "code":
        territories = Locale(source["countries"]).territories
        country = country.replace_strict(
            {code: territories[code] for code in towns["country_code"].unique() if code in territories},
            default=country,
        )
    left_out = chance(number, f"no country {name}", seed) < source["no_country"]
    astray = chance(number, f"astray {name}", seed) < facts["errors"]["coordinates"]
    off = pl.when(astray).then(1.0).otherwise(0.0)
    return towns.with_columns(manner=manner).select(
        text=said.str.replace_all(r"[\t\n\r]", " "),
        country_text=pl.when(~left_out).then(country),
        latitude=(pl.col("latitude") + off).round(3).clip(-90, 90),
        longitude=(pl.col("longitude") + off).round(3).clip(-180, 180),
    )


def _other_names(towns: pl.DataFrame, gazetteer: Gazetteer, seed: int) -> pl.DataFrame:
    """Return, town by town: `latin` and `any`, another name in Latin letters and in any, `region`, where it lies."""
    alternates = (
        gazetteer.names.filter(~pl.col("is_main"))
        .with_row_index("number")
        .join(towns.select("town", "place_id", main="name"), on="place_id")
        .filter(pl.col("name") != pl.col("main"))
        .with_columns(luck=bits(pl.col("number"), "name", seed))
        .sort("town", "luck", "number")
    )
    latin = pl.col("name").str.contains(r"^[\p{Latin}\p{M} .'’-]{3,}$")
    each = alternates.group_by("town").agg(any=pl.col("name").first(), latin=pl.col("name").filter(latin).first())
    regions = _regions(towns)
    return (
        towns.select("town", "country_code", "admin1_code")
        .join(each, on="town", how="left", maintain_order="left")
        .join(regions, on=["country_code", "admin1_code"], how="left", maintain_order="left")
        .select("latin", "any", "region")
    )


def _regions(towns: pl.DataFrame) -> pl.DataFrame:
    """Return the names of the divisions that GeoNames numbers as ISO 3166-2 letters them: those of the US and some."""
    import pycountry

    lettered = towns.filter(pl.col("admin1_code").str.contains("^[A-Z]{2,3}$")).select("country_code", "admin1_code")
    rows = [
        (country, code, division.name)
        for country, code in lettered.unique(maintain_order=True).iter_rows()
        if (division := pycountry.subdivisions.get(code=f"{country}-{code}"))  # type: ignore[no-untyped-call]
    ]
    return pl.DataFrame(rows, schema=["country_code", "admin1_code", "region"], orient="row").cast(pl.String)
