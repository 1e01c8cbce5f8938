"""Kinds of GeoNames features: a town, a part of a town, or a division that contains towns."""

from __future__ import annotations

import polars as pl

from schemas.vocabularies import TownKind

#: The features that can be partners, by https://www.geonames.org/export/codes.html: populated places, and
#: administrative divisions of the levels 1 to 5 or of none, also former ones (…H). Countries, zones, leased
#: territories and parishes of a church (PCL…, ZN…, LTER, PRSH) cannot.
_DIVISION = r"^ADM(?:[1-5]H?|DH?)$"
#: Populated places where nobody lives: historical, abandoned, destroyed, and former capitals. They stay, for old
#: partnerships and old names, but are no municipality and never compete with a living town.
_ABANDONED = ("PPLH", "PPLQ", "PPLW", "PPLCH")

#: The level of a country's municipalities, where it is not the third. GeoNames numbers a country's levels from the
#: top, so the number depends on how many there are above the municipality:
#: 1: countries without a level in between (Latvian novadi, Slovene občine, Maltese local councils…);
#: 2: county and municipality, such as län and kommun, provincie and gemeente, prefecture and city, județ and comună;
#: 4: Germany has Regierungsbezirk and Kreis above the Gemeinde, France département and arrondissement above the
#:    commune, Belgium province and arrondissement above it.
#: Elsewhere it is the third (Gemeinde in Austria, comune in Italy, municipio in Spain, gmina in Poland, obec in
#: Czechia, kunta in Finland, where ADM2 is the seutukunta) or mixed (United Kingdom, United States, India).
_MUNICIPALITY_LEVEL = {
    1: "AD LI LV ME MK MT SI SM",
    2: "AU BG BR CO CR CU DK DO EC EE GT HN HR IS JP KR LT LU MX NI NL NO NZ PT RO SE TR VE XK",
    4: "BE DE FR",
}
_LEVEL_OF_COUNTRY = {
    country: level for level, countries in _MUNICIPALITY_LEVEL.items() for country in countries.split()
}


def is_wanted() -> pl.Expr:
    """Return whether a row of a GeoNames table can be a partner, by `feature_class` and `feature_code`."""
    is_division = (pl.col("feature_class") == "A") & pl.col("feature_code").str.contains(_DIVISION)
    return ((pl.col("feature_class") == "P") | is_division).fill_null(value=False)


def is_populated() -> pl.Expr:
    """Return whether a row is a living place: no division, which may have the same name, and not abandoned."""
    return (pl.col("feature_class") == "P") & ~pl.col("feature_code").is_in(_ABANDONED).fill_null(value=False)


def feature_kind() -> pl.Expr:
    """Return the `TownKind` of a row, by `feature_class`, `feature_code` and `country_code`.

    A populated place is a municipality, a section of one (PPLX) a district. Of the divisions, the first is a region
    and those between it and the municipality are counties. A division below the municipality is a district where the
    country's level is known, and a municipality elsewhere: it may be a parish or township that has twins.
    Former divisions, those of no level and places where nobody lives are `other`.
    """
    code = pl.col("feature_code")
    level = code.str.extract(r"^ADM([1-5])$", 1).cast(pl.Int8)
    known_level = pl.col("country_code").replace_strict(_LEVEL_OF_COUNTRY, default=None, return_dtype=pl.Int8)
    municipality_level = known_level.fill_null(3)
    kinds = (
        (code.is_in(_ABANDONED), TownKind.OTHER),
        (code == "PPLX", TownKind.DISTRICT),
        (pl.col("feature_class") == "P", TownKind.MUNICIPALITY),
        (level.is_null(), TownKind.OTHER),
        (level == municipality_level, TownKind.MUNICIPALITY),
        (level == 1, TownKind.REGION),
        (level < municipality_level, TownKind.COUNTY),
        (known_level.is_not_null(), TownKind.DISTRICT),
        (pl.lit(value=True), TownKind.MUNICIPALITY),
    )
    # The first condition that is true decides.
    return pl.coalesce(pl.when(condition).then(pl.lit(kind.value)) for condition, kind in kinds)
