"""Evidence: what a mention says for and against each candidate, as levels of a few comparisons.

`NAME`: by which reading of the text, and by the usual or another name of the place. `QUALIFIER`: what is printed with
the name (a region, a town near by, another name). `REGION`: what the source states as the region. `DISTANCE`: to the
source's coordinates. `INHABITANTS`: how many. `SIZE`: how many beside the largest other candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.countries import country_names
from pipeline.gazetteer.gazetteer import distance_km
from pipeline.gazetteer.regions import county_areas
from pipeline.locate.readings import BARE, OTHER

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

NAME, QUALIFIER, REGION, DISTANCE = "name", "qualifier", "region", "distance"
INHABITANTS, SIZE, PARTNERS, ITEM = "inhabitants", "size", "partners", "item"
COMPARISONS: Final = (NAME, QUALIFIER, REGION, DISTANCE, INHABITANTS, SIZE, PARTNERS, ITEM)
NOT_PRINTED, CONTRADICTS = "not printed", "contradicts"
STATED_BY_NONE, STATED_BY_FEWER, STATED_BY_ONE = "stated by none", "stated by fewer than of another", "stated by one"
MOST_BY_TWO, ONE_SHARES = "stated by two, and far fewer of any other", "one shares a partner"
SAME_PARTNERS = "the same partners"
MISSPELT, ONLY_SIMILAR, TRANSLITERATED = "misspelt", "misspelt, the only similar one", "transliterated"
#: A candidate is the place of another Wikidata item, and the same where the mention's name has a word of status.
OF_ANOTHER, STATUS_OF_ANOTHER = "of another", "of another, with a status here"
WITHOUT_STATUS: Final = "without status"
#: A candidate farther from the source's own coordinates than this is another town of the same name.
NEAR_KM: Final = 25.0
#: The columns of candidates.
COLUMNS: Final[tuple[str | pl.Expr, ...]] = (
    *("mention", "has_country", "place_id", "country_code", "km", "population"),
    *(pl.col(f"place_{degrees}").alias(degrees) for degrees in ("latitude", "longitude")),
    *(NAME, QUALIFIER, REGION, DISTANCE, INHABITANTS, SIZE),
)
#: The readings of `read_names`, by tier, and those that leave out what may distinguish namesakes.
_READINGS: Final = ("whole", WITHOUT_STATUS, "without qualifier", "qualifier")
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
#: Upper bounds in km, and of the share of the largest other candidate's population; each the name of its level.
_DISTANCES: Final = (1, 2, 5, 15, 25, 60)
_RATIOS: Final = (0.001, 0.003, 0.01, 0.03, 0.12, 0.33, 1, 3, 8, 30, 100, 300)
#: The levels of `SIZE` of a candidate that is larger than all others.
LARGEST: Final = (*(f"under {bound:g} times" for bound in _RATIOS if bound > 1), f"{_RATIOS[-1]:g} times or more")
_INHABITANTS: Final = (1_000, 5_000, 20_000, 100_000, 500_000)
FAR: Final = f"over {_DISTANCES[-1]} km"
#: What a place has at least, whose population is unknown or tiny.
_SMALLEST: Final = 300


def compare(
    candidates: pl.DataFrame,
    qualifiers: pl.DataFrame,
    mentions: pl.DataFrame,
    gazetteer: Gazetteer,
    regions: pl.DataFrame,
) -> pl.DataFrame:
    """Return the candidates with the level of each comparison.

    Args:
        candidates: `mention`, `place_id`, `country_code`, `admin1_code`, `place_latitude`, `place_longitude`, `km` (to
            the source's coordinates), `population`, `tier`, `needs_proof`, `is_main`, and further columns; the best
            reading of each `mention` and `place_id`.
        qualifiers: from `read_qualifiers`.
        mentions: as `collect_mentions` gives them.
        gazetteer: places and names.
        regions: from `regions`.
    """
    said = _compare_qualifiers(candidates, qualifiers, mentions, gazetteer, regions)
    columns = ["mention", "place_id"]
    return (
        candidates.join(said, on=columns, how="left", maintain_order="left")
        .join(_mentions_with_qualifier(qualifiers, mentions), on="mention", how="left", maintain_order="left")
        .join(_stated_countries(mentions), on="mention", how="left", maintain_order="left")
        .with_columns(_name_level(), _qualifier_level(), _region_level(), _distance_level())
        .pipe(_compare_sizes)
        .select(*COLUMNS)
    )


def compare_similar(similar: pl.DataFrame, mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the candidates that have a similar name, with the level of each comparison.

    Args:
        similar: `mention`, `place_id`, `km` and `NAME`, the level of the name.
        mentions: `mention`, `country_code`.
        gazetteer: places and names.
    """
    places = gazetteer.places.select(
        "place_id", "country_code", "population", place_latitude="latitude", place_longitude="longitude"
    )
    nothing = pl.lit(NOT_PRINTED)
    return (
        similar.join(places, on="place_id", maintain_order="left")
        .join(_stated_countries(mentions), on="mention", maintain_order="left")
        .with_columns(nothing.alias(QUALIFIER), nothing.alias(REGION), _distance_level())
        .pipe(_compare_sizes)
        # Names that are misspelt alike are no namesakes.
        .with_columns(pl.when(pl.col(NAME).str.starts_with(MISSPELT)).then(nothing).otherwise(SIZE).alias(SIZE))
        .select(*COLUMNS)
    )


def _stated_countries(mentions: pl.DataFrame) -> pl.DataFrame:
    return mentions.select("mention", has_country=pl.col("country_code").is_not_null())


def _name_level() -> pl.Expr:
    tier = pl.col("tier")
    reading = tier.cast(pl.Int64).replace_strict(dict(enumerate(_READINGS)), return_dtype=pl.String)
    is_fullest = tier == tier.min().over("mention")
    return pl.concat_str(
        pl.when(~is_fullest).then(pl.lit("less than another, ")).otherwise(pl.lit("")),
        reading,
        pl.when("needs_proof").then(pl.lit(", shortened")).otherwise(pl.lit("")),
        pl.when("is_main").then(pl.lit(", usual name")).otherwise(pl.lit(", other name")),
    ).alias(NAME)


def _qualifier_level() -> pl.Expr:
    # In the text as it stands, the qualifier is a part of the name.
    is_open = pl.col("has_qualifier").fill_null(value=False) & (pl.col("tier") >= BARE)
    size = pl.col("population").fill_null(0)
    is_largest = size == size.max().over("mention")
    agreeing = pl.col("agreeing").fill_null(0)
    # Of 'Rome (Georgia, USA)' both; the country alone is no state.
    agrees_less = (agreeing < agreeing.max().over("mention")) & pl.col("printed_contradiction")
    return pl.coalesce(
        pl.when((agreeing > 0) & agrees_less).then(pl.lit(CONTRADICTS)),
        pl.when(agreeing > 0).then(pl.lit("agrees")),
        pl.when("printed_support").then(pl.lit("agrees loosely")),
        pl.when("printed_contradiction").then(pl.lit(CONTRADICTS)),
        # A list prints the name alone for the largest of it.
        pl.when(is_open & is_largest).then(pl.lit("not understood, the largest")),
        pl.when(is_open).then(pl.lit("not understood")),
        pl.lit(NOT_PRINTED),
    ).alias(QUALIFIER)


def _region_level() -> pl.Expr:
    return pl.coalesce(
        pl.when("region_exact").then(pl.lit("agrees")),
        pl.when("region_support").then(pl.lit("agrees loosely")),
        pl.when("region_contradiction").then(pl.lit(CONTRADICTS)),
        pl.when("has_region").then(pl.lit("not understood")),
        pl.lit(NOT_PRINTED),
    ).alias(REGION)


def _distance_level() -> pl.Expr:
    km = pl.col("km")
    bounds = (pl.when(km <= bound).then(pl.lit(f"up to {bound} km")) for bound in _DISTANCES)
    return pl.coalesce(pl.when(km.is_null()).then(pl.lit(NOT_PRINTED)), *bounds, pl.lit(FAR)).alias(DISTANCE)


def _compare_sizes(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates with the levels of `INHABITANTS` and `SIZE`."""
    # What is printed rules the others out, however large they are.
    is_possible = (pl.col(QUALIFIER) != CONTRADICTS) & (pl.col(REGION) != CONTRADICTS) & (pl.col(DISTANCE) != FAR)
    people, size = pl.col("population").fill_null(0), pl.col("size")
    sized = candidates.with_columns(
        size=people.clip(_SMALLEST), is_rival=is_possible | ~is_possible.any().over("mention")
    )
    rivals = (
        sized.filter("is_rival")
        .sort("mention", "size", descending=[False, True])
        .group_by("mention")
        .agg(largest=size.first(), second=size.slice(1, 1).first())
    )
    is_largest = pl.col("is_rival") & (size == pl.col("largest"))
    ratio = size / pl.when(is_largest).then("second").otherwise("largest")
    inhabitants = (pl.when(people < bound).then(pl.lit(f"under {bound:,}")) for bound in _INHABITANTS)
    ratios = (pl.when(ratio < bound).then(pl.lit(f"under {bound:g} times")) for bound in _RATIOS)
    return sized.join(rivals, on="mention", maintain_order="left").with_columns(
        pl.coalesce(*inhabitants, pl.lit(f"{_INHABITANTS[-1]:,} or more")).alias(INHABITANTS),
        pl.coalesce(
            pl.when(ratio.is_null()).then(pl.lit("the only one")),
            *ratios,
            pl.lit(f"{_RATIOS[-1]:g} times or more"),
        ).alias(SIZE),
    )


def _mentions_with_qualifier(qualifiers: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `mention` and `has_qualifier` of those whose text has one that is not the other name."""
    # 'Petrosani (Petroschen)': the other name, though the gazetteer does not have it.
    begins_alike = pl.col("hint").str.slice(0, 4) == pl.col("key").str.slice(0, 4)
    printed = qualifiers.filter("is_printed").join(mentions.select("mention", "key"), on="mention")
    return printed.filter(~begins_alike).select("mention", has_qualifier=pl.lit(value=True)).unique()


def _compare_qualifiers(
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
    columns = ["mention", "place_id", "country_code", "admin1_code", "place_latitude", "place_longitude", "tier"]
    qualified = (
        candidates.select(columns).join(qualifiers, on="mention").join(_stated_countries(mentions), on="mention")
    )
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
    supports, is_printed, is_exact = pl.col("supports"), pl.col("is_printed"), pl.col("is_exact")
    in_regions = _compare_regions(qualified.join(areas, on=["hint", "country_code"], how="anti"), regions)
    # Toledo, Oregon lies in that state, not at the town of Oregon in Ohio.
    in_any_region = in_regions.filter(supports & is_exact).select("mention", "hint").unique()
    near_towns = _compare_near_towns(printed, names, gazetteer).join(in_any_region, on=["mention", "hint"], how="anti")
    return (
        pl.concat(
            [
                in_regions.select(said),
                _compare_areas(qualified, areas).select(said),
                _compare_countries(qualified).select(said),
                *(frame.with_columns(supports=yes, is_exact=yes).select(said) for frame in (own_name, end_of_name)),
                near_towns.with_columns(is_exact=yes).select(said),
                qualified.filter(~is_printed)
                .with_columns(supports=pl.lit(None, pl.Boolean), is_exact=pl.lit(value=False))
                .select(said),
            ]
        )
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
