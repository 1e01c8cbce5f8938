"""What is printed with a name, compared with each candidate: another name, a division, a country, a town near by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.countries import country_names, former_unions
from pipeline.gazetteer.gazetteer import distance_km
from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import county_areas
from pipeline.locate.readings import OTHER

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: How far in km from a town another lies that is printed with it (`Altdorf b. Nürnberg`, `Audru (Pärnu)`), by its size.
_NEAR_TOWN: Final = 35.0
_NEAR_CITY: Final = 60.0
_CITY: Final = 500_000
#: A place that has the qualifier as an alternate name counts as a town near by only from this size.
_TOWN: Final = 5_000
#: An alternate name contradicts candidates far away only from this size: Trient, not Petroschen.
_FAMOUS: Final = 100_000
#: Degrees around the bounds of a county within which nothing is certain.
_EDGE: Final = 0.1


def stated_countries(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `mention` and `has_country`: whether its country is known."""
    return mentions.select("mention", has_country=pl.col("country_code").is_not_null())


def mentions_with_qualifier(qualifiers: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `mention` and `has_qualifier` of those whose text has one that is not the other name."""
    # 'Petrosani (Petroschen)': the other name, though the gazetteer does not have it.
    begins_alike = pl.col("hint").str.slice(0, 4) == pl.col("key").str.slice(0, 4)
    printed = qualifiers.filter("is_printed").join(mentions.select("mention", "key"), on="mention")
    return printed.filter(~begins_alike).select("mention", has_qualifier=pl.lit(value=True)).unique()


def compare_qualifiers(
    candidates: pl.DataFrame,
    qualifiers: pl.DataFrame,
    mentions: pl.DataFrame,
    gazetteer: Gazetteer,
    regions: pl.DataFrame,
) -> pl.DataFrame:
    """Return what the qualifiers say of each candidate; no row where their meaning is unknown.

    Returns:
        `mention`, `place_id`; `printed_support`, `agreeing` (how many, by more than a county), `printed_contradiction`;
        and of the stated region `region_support`, `region_exact`, `region_contradiction`; `has_region`.
    """
    supports, is_printed, is_exact = pl.col("supports"), pl.col("is_printed"), pl.col("is_exact")
    return (
        _compare_each(candidates, qualifiers, mentions, gazetteer, regions)
        .group_by("mention", "place_id")
        .agg(
            printed_support=(supports & is_printed).any(),
            agreeing=pl.col("hint").filter(supports & is_printed & is_exact).n_unique(),
            printed_contradiction=(~supports & is_printed).any(),
            region_support=(supports & ~is_printed).any(),
            region_exact=(supports & ~is_printed & is_exact).any(),
            region_contradiction=(~supports & ~is_printed).any(),
            has_region=(~is_printed).any(),
        )
    )


def _compare_each(
    candidates: pl.DataFrame,
    qualifiers: pl.DataFrame,
    mentions: pl.DataFrame,
    gazetteer: Gazetteer,
    regions: pl.DataFrame,
) -> pl.DataFrame:
    """Return what each qualifier says of each candidate, once for each of its meanings.

    Returns:
        `mention`, `place_id`, `hint`, `is_printed`, `supports` (null of a stated region that is not understood),
        `is_exact` (by more than a county).
    """
    columns = ["mention", "place_id", "country_code", "admin1_code", "place_latitude", "place_longitude", "tier"]
    qualified = candidates.select(columns).join(qualifiers, on="mention").join(stated_countries(mentions), on="mention")
    areas = county_areas()
    names = gazetteer.names_by(qualified["hint"]).select("place_id", "country_code", "is_main", hint="key")
    printed = qualified.filter("is_printed")
    # The qualifier read as the name itself says nothing more.
    own_name = qualified.filter(pl.col("tier") != OTHER).join(names, on=["place_id", "country_code", "hint"])
    longer_names = gazetteer.names_of(printed["place_id"]).select("place_id", name="key")
    end_of_name = printed.join(longer_names, on="place_id").filter(
        pl.col("name").str.ends_with(pl.format(" {}", "hint"))
    )
    said = ["mention", "place_id", "hint", "is_printed", "supports", "is_exact"]
    yes = pl.lit(value=True)
    in_regions = _compare_regions(qualified.join(areas, on=["hint", "country_code"], how="anti"), regions)
    # Toledo, Oregon lies in that state, not at the town of Oregon in Ohio.
    in_any_region = in_regions.filter("supports", "is_exact").select("mention", "hint").unique()
    near_towns = _compare_near_towns(printed, names, gazetteer).join(in_any_region, on=["mention", "hint"], how="anti")
    return pl.concat(
        [
            in_regions.select(said),
            _compare_areas(qualified, areas).select(said),
            _compare_countries(qualified).select(said),
            *(frame.with_columns(supports=yes, is_exact=yes).select(said) for frame in (own_name, end_of_name)),
            near_towns.with_columns(is_exact=yes).select(said),
            _compare_unions(candidates, mentions).select(said),
            qualified.filter(~pl.col("is_printed"))
            .with_columns(supports=pl.lit(None, pl.Boolean), is_exact=pl.lit(value=False))
            .select(said),
        ]
    )


def _compare_regions(qualified: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    """Return whether candidates lie in a division that a qualifier names, in the stated country or in any."""
    # A county says less than a land: its admin1 is a whole nation in Great Britain.
    divisions = (
        regions.drop_nulls("admin1_code")
        .group_by("hint", division_country="country_code", division="admin1_code")
        .agg(is_exact=(pl.col("is_first_level") & pl.col("is_division")).any())
    )
    lies_in_it = (pl.col("admin1_code") == pl.col("division")).fill_null(value=True) & (
        pl.col("country_code") == pl.col("division_country")
    )
    is_meant = ~pl.col("has_country") | (pl.col("country_code") == pl.col("division_country"))
    return (
        qualified.join(divisions, on="hint")
        .filter(is_meant)
        .group_by("mention", "place_id", "hint", "is_printed")
        .agg(supports=lies_in_it.any(), is_exact=(lies_in_it & pl.col("is_exact")).any())
    )


def _compare_areas(qualified: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Return whether candidates lie in the county that a qualifier names; nothing of those that lie just outside."""
    latitude, longitude = pl.col("place_latitude"), pl.col("place_longitude")
    inside = latitude.is_between("south", "north") & longitude.is_between("west", "east")
    near = latitude.is_between(pl.col("south") - _EDGE, pl.col("north") + _EDGE) & longitude.is_between(
        pl.col("west") - 1.5 * _EDGE, pl.col("east") + 1.5 * _EDGE
    )
    return (
        qualified.join(areas, on=["hint", "country_code"])
        .filter(inside | ~near)
        .with_columns(supports=inside, is_exact=pl.lit(value=True))
    )


def _compare_countries(qualified: pl.DataFrame) -> pl.DataFrame:
    """Return whether candidates lie in the country that a qualifier names, where the source states none."""
    names = country_names(cache_folder()).filter(pl.col("kind") == "current")
    names = names.select(named="country_code", hint="search_key").drop_nulls()
    return (
        qualified.filter(~pl.col("has_country"))
        .join(names, on="hint")
        .with_columns(supports=pl.col("country_code") == pl.col("named"), is_exact=pl.lit(value=True))
    )


def _compare_unions(candidates: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return whether candidates lie in a successor of the former state that a source states as the country."""
    unions = former_unions(cache_folder()).rename({"search_key": "hint"})
    stated = mentions.filter(pl.col("country_code").is_null(), pl.col("country").is_not_null())
    stated = stated.select("mention", hint=search_key(pl.col("country"))).join(unions, on="hint")
    return (
        candidates.select("mention", "place_id", "country_code")
        .join(stated, on="mention")
        .with_columns(
            supports=pl.col("country_code").is_in(pl.col("successors")),
            is_printed=pl.lit(value=False),
            is_exact=pl.lit(value=False),
        )
    )


def _compare_near_towns(printed: pl.DataFrame, names: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return whether candidates lie near the town that a qualifier names."""
    places = gazetteer.places.select("population", latitude="latitude", longitude="longitude", town_id="place_id")
    towns = names.rename({"place_id": "town_id"}).join(places, on="town_id").unique()
    population = pl.col("population")
    reach = pl.when(population >= _CITY).then(_NEAR_CITY).otherwise(_NEAR_TOWN)
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    return (
        printed.join(towns.filter(pl.col("is_main") | (population >= _TOWN)), on=["country_code", "hint"])
        .filter(pl.col("town_id") != pl.col("place_id"))
        .with_columns(supports=km <= reach)
        # A river or a hill may have the name of some hamlet far away.
        .filter(pl.col("supports") | (population >= pl.when("is_main").then(_TOWN).otherwise(_FAMOUS)))
    )
