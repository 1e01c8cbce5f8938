"""Which town is meant: mentions to towns with stable ids, or minted ids where no gazetteer has the town."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from pipeline.locate.candidates import MatchCandidates, match_mentions
from pipeline.locate.corrections import load_corrections
from pipeline.locate.decision import add_decisions, choose, runners_up
from pipeline.locate.districts import complete_districts
from pipeline.locate.items import assign_items, decide_by_item, match_items
from pipeline.locate.kinds import division_key
from pipeline.locate.linkage_result import LinkageResult
from pipeline.locate.mentions import index_mentions
from pipeline.locate.minting import mint_towns
from pipeline.locate.partner_evidence import PartnerEvidence, weigh_partners
from pipeline.locate.relational_evidence import list_links
from pipeline.locate.similar import decide_same_spelling
from pipeline.locate.weights import weigh
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.gazetteer.gazetteer import Gazetteer

__all__ = ["LinkageResult", "Match", "MatchCandidates", "index_mentions", "locate", "match_mentions"]

#: Returns what mentions mean by themselves, given the gazetteer and the corrections, as `match_mentions` does.
Match: TypeAlias = "Callable[[pl.DataFrame, Gazetteer, pl.DataFrame], MatchCandidates]"


def locate(
    mentions: pl.DataFrame,
    claims: pl.DataFrame,
    gazetteer: Gazetteer,
    corrections: pl.DataFrame | None = None,
    match: Match = match_mentions,
) -> LinkageResult:
    """Return which town each mention means.

    Args:
        mentions: from `index_mentions`.
        claims: `town_mention` and `partner_mention`: the partners that are stated.
        gazetteer: places and names.
        corrections: reviewed decisions, from `load_corrections`.
        match: does what `match_mentions` does, for example in batches on other machines.
    """
    matched = match(mentions, gazetteer, load_corrections() if corrections is None else corrections)
    mentions = matched.mentions
    # The columns of an empty frame of claims have no type.
    links = list_links(claims.select(pl.col("town_mention", "partner_mention").cast(mentions.schema["mention"])))
    evidence = weigh_evidence(matched, links, gazetteer)
    decided = add_decisions(evidence.decided, decide_same_spelling(evidence.candidates, mentions, evidence.decided))
    assigned = assign_items(evidence.candidates, mentions, decided, links)
    mentions = complete_districts(mentions.join(assigned.decided, on="mention", how="left"))
    mentions = mentions.with_columns(key=division_key(pl.col("text"), pl.col("key"), pl.col("kind")))
    towns = _join_items(_identify_towns(mentions, assigned.described), links)
    candidates = _open_questions(assigned.candidates, assigned.decided, towns)
    return LinkageResult(towns, candidates, matched.corrected, matched.misplaced, _exceptions(evidence.links, towns))


def weigh_evidence(matched: MatchCandidates, links: pl.DataFrame, gazetteer: Gazetteer) -> PartnerEvidence:
    """Return the candidates with their probabilities, and the decisions: by their own evidence, then with partners.

    Args:
        matched: what mentions say by themselves.
        links: from `list_links`.
        gazetteer: places and names.
    """
    mentions = matched.mentions
    candidates = weigh(matched.candidates)
    decided = add_decisions(matched.decided, choose(candidates))
    # What mentions say of one another.
    decided = add_decisions(decided, decide_by_item(mentions, decided))
    return weigh_partners(candidates, mentions, links, decided, gazetteer)


def _identify_towns(mentions: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return every mention with its `town_id`: the place decided on, else its Wikidata item, else a minted id.

    A second item of a town that has its place has its place, too.

    Args:
        mentions: with the decision.
        items: what is known of items without a place, as `AssignedItems.described`.
    """
    has_item = pl.col("wikidata_id").is_not_null()
    towns = mentions.join(items, on="mention", how="left", maintain_order="left").select(
        pl.exclude("^item_.*$", "town_id", "located_by", "location_score", "country_code", "latitude", "longitude"),
        town_id=pl.coalesce("place_id", "item_place", "wikidata_id"),
        located_by=pl.coalesce(
            "located_by", "item_located_by", pl.when(has_item).then(pl.lit(LocatedBy.IDENTIFIER.value))
        ),
        location_score=pl.coalesce("location_score", "item_score", pl.when(has_item).then(0.0)),
        country_code=pl.coalesce("country_code", "item_country", pl.col("iso_3166_2").str.slice(0, 2)),
        latitude=pl.coalesce("latitude", "item_latitude"),
        longitude=pl.coalesce("longitude", "item_longitude"),
        is_second_item=pl.col("item_place").is_not_null(),
    )
    minted = mint_towns(towns.filter(pl.col("town_id").is_null()))
    return towns.join(minted, on="mention", how="left").select(
        pl.exclude("place_id", "town_id", "located_by", "location_score", "minted_id", "minted_by", "minted_score"),
        town_id=pl.coalesce("town_id", "minted_id"),
        located_by=pl.coalesce("located_by", "minted_by", pl.lit(LocatedBy.NOT_LOCATED.value)),
        location_score=pl.coalesce("location_score", "minted_score", 0.0),
    )


def _join_items(towns: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the same mentions, with the id of the Wikidata item where a minted town is one."""
    has_item = pl.col("item_id").is_not_null()
    is_weak = has_item & (pl.col("located_by") == LocatedBy.NOT_LOCATED.value)
    return (
        towns.join(match_items(towns, links), on="town_id", how="left", maintain_order="left")
        .with_columns(
            town_id=pl.coalesce("item_id", "town_id"),
            located_by=pl.when(is_weak).then(pl.lit(LocatedBy.OTHER_SIDE.value)).otherwise("located_by"),
            location_score=pl.when(is_weak).then(0.8).otherwise("location_score"),
        )
        .drop("item_id", "key")
    )


def _exceptions(decided_links: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Return where a mention means another town beside one partner than elsewhere, as `LinkageResult.links`."""
    return (
        decided_links.rename({"place_id": "town_id"})
        .join(towns.select("mention", elsewhere="town_id"), on="mention")
        .filter(pl.col("town_id") != pl.col("elsewhere"))
        .drop("elsewhere")
        .sort("mention", "partner")
    )


def _open_questions(candidates: pl.DataFrame, decided: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates of towns that were not located, or located by size alone."""
    return (
        runners_up(candidates, decided)
        .join(towns.select("mention", "town_id"), on="mention")
        .filter(pl.col("candidate_id") != pl.col("town_id"))
        .sort("town_id", "rank", "mention")
        .unique(["town_id", "candidate_id"], keep="first", maintain_order=True)
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("town_id"))
        .drop("mention")
    )
