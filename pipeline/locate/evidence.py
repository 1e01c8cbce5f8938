"""Evidence: what a mention says for and against each candidate, as levels of a few comparisons.

`NAME`: by which reading of the text, and by the usual or another name of the place. `QUALIFIER`: what is printed with
the name (a region, a town near by, another name). `REGION`: what the source states as the region. `DISTANCE`: to the
source's coordinates. `INHABITANTS`: how many. `SIZE`: how many beside the largest other candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.locate.qualifiers import compare_qualifiers, mentions_with_qualifier, stated_countries
from pipeline.locate.readings import BARE

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
    said = compare_qualifiers(candidates, qualifiers, mentions, gazetteer, regions)
    columns = ["mention", "place_id"]
    return (
        candidates.join(said, on=columns, how="left", maintain_order="left")
        .join(mentions_with_qualifier(qualifiers, mentions), on="mention", how="left", maintain_order="left")
        .join(stated_countries(mentions), on="mention", how="left", maintain_order="left")
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
        .join(stated_countries(mentions), on="mention", maintain_order="left")
        .with_columns(nothing.alias(QUALIFIER), nothing.alias(REGION), _distance_level())
        .pipe(_compare_sizes)
        # Names that are misspelt alike are no namesakes.
        .with_columns(pl.when(pl.col(NAME).str.starts_with(MISSPELT)).then(nothing).otherwise(SIZE).alias(SIZE))
        .select(*COLUMNS)
    )


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
