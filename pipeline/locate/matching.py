"""Candidates: the places that the name of a mention leads to, and the choice among them by evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.countries import STATE_OF
from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate.factorize import factorize
from pipeline.locate.qualifiers import weigh_qualifiers
from pipeline.locate.readings import read_names, read_qualifiers, read_rivers
from schemas.vocabularies import LocatedBy, TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: A candidate farther from the source's own coordinates than this is another town of the same name.
NEAR_KM = 25.0
#: A place so much larger than every other of its name is meant where no other evidence decides: a list prints
#: the smaller one with a qualifier. Measured on the Wikidata country files with their coordinates hidden,
#: 93% of these are right (97% from a ratio of 8); `make bench-locate` measures it again.
DOMINANT_RATIO, DOMINANT_SIZE = 3.0, 2_000
#: An alternate name counts less than the usual name of a place.
_ALTERNATE = 0.85
_CANDIDATES_SHOWN = 5


def find_candidates(mentions: pl.DataFrame, gazetteer: Gazetteer, regions: pl.DataFrame) -> pl.DataFrame:
    """Return the places that each mention's names lead to, with the evidence for each.

    A mention without a country has no candidates: the world has several towns of almost every name.

    Args:
        mentions: as `collect_mentions` gives them.
        gazetteer: places and names.
        regions: from `regions`: names of divisions.

    Returns:
        `mention`, `place_id`, `name_score`, `km` (to the source's coordinates, null without), `in_region` (a qualifier
        of the mention names the division that the place lies in, a town near it, or the place itself),
        `has_open_qualifier` (the text has a qualifier without a known meaning), `is_short` (by a reading that is less
        than the text), `population`, `latitude`, `longitude`.
    """
    # Many mentions have one name and differ in what else they say: each name is looked up once.
    numbers, first_rows = factorize(mentions.select("text", "country_code", "kind"))
    names = mentions.select(pl.col("text", "key", "country_code", "kind").gather(first_rows)).with_row_index("mention")
    readings = read_names(names)
    places = _places_with_names(names, readings, gazetteer)
    rivers = read_rivers(readings.join(places, on="mention", how="semi"))
    mentions_of_name = mentions.select("mention", "latitude", "longitude", name=numbers)
    rivers, candidates = (
        mentions_of_name.join(frame.rename({"mention": "name"}), on="name").drop("name") for frame in (rivers, places)
    )
    candidates = candidates.with_columns(
        km=distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    )
    with_candidates = mentions.join(candidates, on="mention", how="semi")
    qualifiers = read_qualifiers(with_candidates, rivers.select("mention", "hint", "is_printed"))
    return weigh_qualifiers(candidates, qualifiers, mentions, gazetteer, regions, NEAR_KM).select(
        "mention",
        "place_id",
        "name_score",
        "km",
        "in_region",
        "has_open_qualifier",
        "is_short",
        "population",
        latitude="place_latitude",
        longitude="place_longitude",
    )


def _places_with_names(names: pl.DataFrame, readings: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places that have each mention's name, each by the best reading.

    Args:
        names: `mention`, `country_code`, `kind`.
        readings: from `read_names`.
        gazetteer: places and names.
    """
    matches = (
        readings.join(names.select("mention", "country_code"), on="mention")
        .join(_with_overseas(gazetteer.names_by(readings["key"])), on=["key", "country_code"])
        .with_columns(name_score=_name_score())
    )
    is_only = matches["mention"].is_unique()
    order = {"mention": False, "place_id": False, "tier": False, "needs_proof": False, "name_score": True}
    best = (
        matches.filter(~is_only)
        .sort(list(order), descending=list(order.values()))
        .unique(["mention", "place_id"], keep="first", maintain_order=True)
    )
    places = gazetteer.places.select(
        "place_id",
        "admin1_code",
        "population",
        "is_populated",
        place_kind="kind",
        place_latitude="latitude",
        place_longitude="longitude",
    )
    return _of_same_kind(pl.concat([matches.filter(is_only), best]).join(places, on="place_id"), names)


def _name_score() -> pl.Expr:
    return pl.col("weight") * pl.when("is_main").then(1.0).otherwise(_ALTERNATE)


def _with_overseas(names: pl.DataFrame) -> pl.DataFrame:
    """Return `key`, `country_code`, `place_id`, `is_main`; a place overseas also under its state.

    Lists print France behind Saint-Denis de la Réunion too, and there are two.
    """
    names = names.select("key", "country_code", "place_id", "is_main")
    overseas = names.filter(pl.col("country_code").is_in(list(STATE_OF))).with_columns(
        pl.col("country_code").replace_strict(STATE_OF, return_dtype=pl.String)
    )
    return pl.concat([names, overseas])


def _of_same_kind(candidates: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates of the mention's kind; a populated place goes before a division of its name."""
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    place_is_town = pl.col("place_kind").is_in([TownKind.MUNICIPALITY.value, TownKind.OTHER.value])
    return (
        candidates.join(mentions.select("mention", "kind"), on="mention")
        .filter(is_town == place_is_town)
        .filter(pl.col("is_populated") | ~pl.col("is_populated").any().over("mention"))
        .drop("kind", "place_kind", "is_populated")
    )


def find_worldwide(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places of all countries that have each mention's name: `mention`, `place_id`, `name_score`."""
    readings = read_names(mentions.filter(pl.col("kind") == TownKind.MUNICIPALITY.value))
    readings = readings.filter(~pl.col("needs_proof"))
    names = gazetteer.names_by(readings["key"]).select("key", "place_id", "is_main")
    populated = gazetteer.places.filter("is_populated")
    return (
        readings.join(names.join(populated, on="place_id", how="semi"), on="key")
        .with_columns(name_score=_name_score())
        .group_by("mention", "place_id")
        .agg(pl.col("name_score").max())
    )


def decide(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the place of each mention where the evidence decides, and which evidence did.

    A mention with coordinates means a place near them or none. Otherwise, in this order: the only one in the region
    that the source names; the only one of that name; the one far larger than all others; the only one whose usual name
    it is where for the others it is an alternate name.

    Args:
        candidates: from `find_candidates`.

    Returns:
        Decisions; no row where the evidence does not decide.
    """
    size = pl.col("population").fill_null(0)
    is_dominant = (size >= DOMINANT_SIZE) & (size >= DOMINANT_RATIO * pl.col("second_largest").clip(1))
    # A village whose usual name it is does not compete with a city that has it as an alternate name.
    is_overshadowed = pl.col("largest") > DOMINANT_RATIO * size.clip(DOMINANT_SIZE / DOMINANT_RATIO)
    has_best_name = (pl.col("best_names") == 1) & ~is_overshadowed & ~pl.col("is_short")
    rules = (
        (pl.col("km") <= NEAR_KM, LocatedBy.NAME_AND_COORDINATES, 0.99),
        (pl.col("in_region") & (pl.col("in_region_count") == 1), LocatedBy.NAME_AND_REGION, 0.95),
        (pl.col("candidate_count") == 1, LocatedBy.UNIQUE_NAME, 0.9),
        (is_dominant & ~pl.col("has_open_qualifier"), LocatedBy.POPULATION, 0.75),
        (has_best_name, LocatedBy.MAIN_NAME, 0.7),
    )
    located_by = pl.coalesce(pl.when(condition).then(pl.lit(method.value)) for condition, method, _ in rules)
    score = pl.coalesce(pl.when(condition).then(pl.lit(score)) for condition, _, score in rules)
    return (
        _best_candidates(candidates)
        .filter(pl.col("km").is_null() | (pl.col("km") <= NEAR_KM))
        .select(
            "mention",
            "place_id",
            located_by=located_by,
            location_score=(score * (0.5 + 0.5 * pl.col("name_score"))).round(3),
        )
        .drop_nulls("located_by")
    )


def _best_candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the best candidate of each mention, and how it compares with the others."""
    size = pl.col("population").fill_null(0)
    columns = ("place_id", "km", "in_region", "has_open_qualifier", "is_short", "name_score", "population")
    return (
        rank_candidates(candidates)
        .group_by("mention", maintain_order=True)
        .agg(
            pl.col(columns).first(),
            candidate_count=pl.len(),
            in_region_count=pl.col("in_region").sum(),
            best_names=(pl.col("name_score") >= pl.col("name_score").max() - 0.1).sum(),
            largest=size.max(),
            second_largest=size.slice(1).max().fill_null(0),
        )
    )


def rank_candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return each mention's candidates, best first; of equal ones the larger, then the smaller id."""
    is_near = (pl.col("km") <= NEAR_KM).fill_null(value=False)
    evidence = (is_near, "in_region", pl.col("name_score").round(2), pl.col("population").fill_null(0))
    return candidates.sort("mention", *evidence, "place_id", descending=[False, *(True for _ in evidence), False])


def runners_up(candidates: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return the places that an undecided mention may mean, or a mention decided by size alone.

    Returns:
        `mention`, `candidate_id`, `rank`, `score`, `evidence`.
    """
    certain = decided.filter(pl.col("located_by") != LocatedBy.POPULATION.value)
    has_several = pl.len().over("mention") > 1
    is_undecided = ~pl.col("mention").is_in(decided["mention"].implode())
    evidence = pl.concat_str(
        pl.format("name {}", pl.col("name_score").round(2)),
        pl.format("population {}", "population"),
        pl.format("{} km from the source's coordinates", pl.col("km").round(0).cast(pl.Int64)),
        pl.when("in_region").then(pl.lit("in the region named")),
        separator="; ",
        ignore_nulls=True,
    )
    return (
        rank_candidates(candidates.join(certain, on="mention", how="anti"))
        .filter(has_several | is_undecided)
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("mention"))
        .filter(pl.col("rank") <= _CANDIDATES_SHOWN)
        .select(
            "mention",
            candidate_id="place_id",
            rank="rank",
            score=(pl.col("name_score") / pl.len().over("mention")).round(3),
            evidence=evidence,
        )
    )
