"""Which place a mention means: candidates by name, decided by the evidence, or left undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.countries import STATE_OF
from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate.factorize import factorize
from pipeline.locate.mentions import read_names, read_rivers, read_tails
from pipeline.locate.qualifiers import weigh_tails
from schemas.vocabularies import LocatedBy, TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: A candidate farther from the source's own coordinates than this is another town of the same name.
NEAR_KM = 25.0
#: A place so much larger than every other of its name is meant where nothing else tells them apart: a list prints
#: the smaller one with what tells it apart. Measured on the Wikidata country files with their coordinates hidden,
#: 93% of these are right (97% from a ratio of 8); `make bench-locate` measures it again.
DOMINANT_RATIO, DOMINANT_SIZE = 3.0, 2_000
#: An alternate name counts less than the name that a place goes by.
_ALTERNATE = 0.85
_CANDIDATES_KEPT = 5


def find_candidates(mentions: pl.DataFrame, gazetteer: Gazetteer, regions: pl.DataFrame) -> pl.DataFrame:
    """Return the places that each mention's names lead to, with the evidence for each.

    A mention without a country leads nowhere: the world has several towns of almost every name.

    Args:
        mentions: as `collect_mentions` gives them.
        gazetteer: places and names.
        regions: from `regions`: names of divisions.

    Returns:
        `mention`, `place_id`, `name_score`, `km` (to the source's coordinates, null without), `in_region` (a hint of
        the mention names the division that the place lies in, a town near it, or the place itself), `open_tail` (what
        stands behind the name tells nothing that is known), `is_short` (by less than the whole text), `population`,
        `latitude`, `longitude`.
    """
    # Of many mentions the name is one, and differs what else they say: one stands for all of them.
    numbers, rows = factorize(mentions.select("text", "country_code", "kind"))
    named = mentions.select(pl.col("text", "key", "country_code", "kind").gather(rows)).with_row_index("mention")
    read = read_names(named)
    borne = _bearers(named, read, gazetteer)
    rivers = read_rivers(read.join(borne, on="mention", how="semi"))
    of_name = mentions.select("mention", "latitude", "longitude", name=numbers)
    rivers, found = (of_name.join(one.rename({"mention": "name"}), on="name") for one in (rivers, borne))
    found = found.drop("name").with_columns(
        km=distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    )
    tails = read_tails(mentions.join(found, on="mention", how="semi"), rivers.select("mention", "hint", "of_text"))
    return weigh_tails(found, tails, mentions, gazetteer, regions, NEAR_KM).select(
        "mention", "place_id", "name_score", "km", "in_region", "open_tail", "is_short", "population",
        latitude="place_latitude", longitude="place_longitude",
    )  # fmt: skip


def _bearers(named: pl.DataFrame, read: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places that go by each mention's name, by the best of its readings.

    Args:
        named: `mention`, `country_code`, `kind`.
        read: what they may be called, from `read_names`.
        gazetteer: places and names.
    """
    names = _by_state(gazetteer.names_by(read["key"]))
    found = (
        read.join(named.select("mention", "country_code"), on="mention")
        .join(names, on=["key", "country_code"])
        .with_columns(name_score=pl.col("weight") * pl.when("is_main").then(1.0).otherwise(_ALTERNATE))
    )
    is_only = found["mention"].is_unique()
    best = (
        found.filter(~is_only)
        .sort("mention", "place_id", "tier", "needs_proof", "name_score", descending=[False, False, False, False, True])
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
    return _of_the_kind(pl.concat([found.filter(is_only), best]).join(places, on="place_id"), named)


def _by_state(names: pl.DataFrame) -> pl.DataFrame:
    """Return `key`, `country_code`, `place_id`, `is_main`; a place overseas also under the state that it belongs to.

    Lists print France behind Saint-Denis de la Réunion too; that there are two must be known.
    """
    names = names.select("key", "country_code", "place_id", "is_main")
    overseas = names.filter(pl.col("country_code").is_in(list(STATE_OF))).with_columns(
        pl.col("country_code").replace_strict(STATE_OF, return_dtype=pl.String)
    )
    return pl.concat([names, overseas])


def _of_the_kind(found: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Keep the candidates of the mention's kind; a populated place goes before a division of its name."""
    is_town = pl.col("kind") == TownKind.MUNICIPALITY.value
    place_is_town = pl.col("place_kind").is_in([TownKind.MUNICIPALITY.value, TownKind.OTHER.value])
    return (
        found.join(mentions.select("mention", "kind"), on="mention")
        .filter(is_town == place_is_town)
        .filter(pl.col("is_populated") | ~pl.col("is_populated").any().over("mention"))
        .drop("kind", "place_kind", "is_populated")
    )


def find_anywhere(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the places in all the world that bear each mention's name: `mention`, `place_id`, `name_score`."""
    if mentions.is_empty():
        return pl.DataFrame(
            schema={"mention": mentions.schema["mention"], "place_id": pl.String, "name_score": pl.Float64}
        )
    read = read_names(mentions.filter(pl.col("kind") == TownKind.MUNICIPALITY.value)).filter(~pl.col("needs_proof"))
    names = gazetteer.names_by(read["key"]).select("key", "place_id", "is_main")
    names = names.join(gazetteer.places.select("place_id", "is_populated"), on="place_id").filter("is_populated")
    return (
        read.join(names, on="key")
        .with_columns(name_score=pl.col("weight") * pl.when("is_main").then(1.0).otherwise(_ALTERNATE))
        .group_by("mention", "place_id")
        .agg(pl.col("name_score").max())
    )


def decide(candidates: pl.DataFrame) -> pl.DataFrame:
    """Choose the place of each mention where the evidence tells, and say which evidence did.

    A mention with coordinates means a place near them or none. Otherwise, in this order: the only one in the region
    that the source names; the only one of that name; the only one that goes by it where others bear it as an
    alternate name; the one far larger than all others.

    Returns:
        `mention`, `place_id`, `located_by`, `location_score`; no row where the evidence does not tell.
    """
    is_only = candidates["mention"].is_unique()
    size = pl.col("population").fill_null(0)
    # Most mentions have but one candidate, of which nothing need be counted.
    only = candidates.filter(is_only).select(
        "mention", "place_id",
        best_km="km", has_region="in_region", open_tail="open_tail", is_short="is_short",
        in_region=pl.col("in_region").cast(pl.UInt32), candidates=pl.lit(1, pl.UInt32), best_name="name_score",
        as_good=pl.lit(1, pl.UInt32), largest=size, population=size, second=pl.lit(0, pl.Int64),
    )  # fmt: skip
    several = (
        rank_candidates(candidates.filter(~is_only))
        .group_by("mention")
        .agg(
            pl.col("place_id").first(),
            best_km=pl.col("km").first(),
            has_region=pl.col("in_region").first(),
            open_tail=pl.col("open_tail").first(),
            is_short=pl.col("is_short").first(),
            in_region=pl.col("in_region").sum(),
            candidates=pl.len(),
            best_name=pl.col("name_score").first(),
            as_good=(pl.col("name_score") >= pl.col("name_score").max() - 0.1).sum(),
            largest=pl.col("population").max().fill_null(0),
            population=pl.col("population").first().fill_null(0),
            second=pl.col("population").fill_null(0).slice(1).max().fill_null(0),
        )
    )
    per = pl.concat([only, several.cast(dict(only.schema))])  # type: ignore[arg-type]
    dominant = (pl.col("population") >= DOMINANT_SIZE) & (
        pl.col("population") >= DOMINANT_RATIO * pl.col("second").clip(1)
    )
    # A village that goes by the name does not stand against a city known by it.
    overshadowed = pl.col("largest") > DOMINANT_RATIO * pl.col("population").clip(DOMINANT_SIZE / DOMINANT_RATIO)
    decisions = (
        (pl.col("best_km") <= NEAR_KM, LocatedBy.NAME_AND_COORDINATES, 0.99),
        (pl.col("best_km").is_not_null(), None, 0.0),
        (pl.col("has_region") & (pl.col("in_region") == 1), LocatedBy.NAME_AND_REGION, 0.95),
        (pl.col("candidates") == 1, LocatedBy.UNIQUE_NAME, 0.9),
        (dominant & ~pl.col("open_tail"), LocatedBy.POPULATION, 0.75),
        ((pl.col("as_good") == 1) & ~overshadowed & ~pl.col("is_short"), LocatedBy.MAIN_NAME, 0.7),
    )
    # The first condition that holds decides, also where it decides for nothing.
    chosen = pl.coalesce(
        pl.when(condition.fill_null(value=False)).then(place) for place, (condition, _, _) in enumerate(decisions)
    )
    methods = {place: method.value if method else None for place, (_, method, _) in enumerate(decisions)}
    scores = {place: score for place, (_, _, score) in enumerate(decisions)}
    return (
        per.with_columns(
            located_by=chosen.replace_strict(methods, default=None, return_dtype=pl.String),
            location_score=(
                chosen.replace_strict(scores, default=0.0, return_dtype=pl.Float64) * (0.5 + 0.5 * pl.col("best_name"))
            ).round(3),
        )
        .filter(pl.col("located_by").is_not_null())
        .select("mention", "place_id", "located_by", "location_score")
    )


def rank_candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Sort each mention's candidates, best first; ties go to the larger, then to the smaller id."""
    near = pl.col("km") <= NEAR_KM
    return candidates.sort(
        "mention", near.fill_null(value=False), "in_region", pl.col("name_score").round(2),
        pl.col("population").fill_null(0), "place_id",
        descending=[False, True, True, True, True, False],
    )  # fmt: skip


def runners_up(candidates: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return the places that an undecided mention might have meant, or a mention decided by size alone.

    Returns:
        `mention`, `candidate_id`, `rank`, `score`, `evidence`.
    """
    sure = decided.filter(pl.col("located_by") != LocatedBy.POPULATION.value)
    open_ones = rank_candidates(candidates.join(sure, on="mention", how="anti"))
    several = pl.len().over("mention") > 1
    undecided = ~pl.col("mention").is_in(decided["mention"].implode())
    evidence = pl.concat_str(
        pl.format("name {}", pl.col("name_score").round(2)),
        pl.format("population {}", "population"),
        pl.format("{} km from the source's coordinates", pl.col("km").round(0).cast(pl.Int64)),
        pl.when("in_region").then(pl.lit("in the region named")),
        separator="; ", ignore_nulls=True,
    )  # fmt: skip
    return (
        open_ones.filter(several | undecided)
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("mention"))
        .filter(pl.col("rank") <= _CANDIDATES_KEPT)
        .select(
            "mention", candidate_id="place_id", rank="rank",
            score=(pl.col("name_score") / pl.len().over("mention")).round(3), evidence=evidence,
        )
    )  # fmt: skip
