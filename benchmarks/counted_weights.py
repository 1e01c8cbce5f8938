"""Weights that are counted and not fitted: no list hides what they are about and prints what is true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.locate import index_mentions, match_mentions, weigh_evidence
from pipeline.locate.corrections import load_corrections
from pipeline.locate.decision import CERTAIN
from pipeline.locate.evidence import (
    DISTANCE,
    FAR,
    ITEM,
    NAME,
    NOT_PRINTED,
    OF_ANOTHER,
    PARTNERS,
    SAME_PARTNERS,
    SIZE,
    STATUS_OF_ANOTHER,
    WITHOUT_STATUS,
)
from pipeline.locate.relational_evidence import list_links
from pipeline.locate.same_partners import find_same_partners
from pipeline.locate.sides import CLAIM_SIDES

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate import MatchCandidates


def match_claims(claims: pl.DataFrame, gazetteer: Gazetteer) -> tuple[MatchCandidates, pl.DataFrame, pl.DataFrame]:
    """Return what the mentions of claims say by themselves, their links, and the claims with their mentions."""
    mentions, (indexed,) = index_mentions([(claims, CLAIM_SIDES)])
    matched = match_mentions(mentions.filter(pl.col("text").is_not_null()), gazetteer, load_corrections())
    links = indexed.select(pl.col("town_mention", "partner_mention").cast(mentions.schema["mention"]))
    return matched, list_links(links), indexed


def count_weights(claims: pl.DataFrame, gazetteer: Gazetteer) -> dict[str, dict[str, Any]]:
    """Return the levels of `DISTANCE` and `ITEM`, and of `PARTNERS` that of the same partners, with their weights.

    Args:
        claims: of all lists, with all that they print.
        gazetteer: places and names.
    """
    matched, links, _ = match_claims(claims, gazetteer)
    candidates = weigh_evidence(matched, links, gazetteer).candidates
    is_sure = (pl.col("probability") >= CERTAIN) & (pl.col(SIZE) == "the only one")
    sure = candidates.filter(is_sure).join(matched.mentions.select("mention", "wikidata_id"), on="mention")
    return {
        DISTANCE: _count_distances(candidates),
        ITEM: _count_items(sure),
        PARTNERS: _count_same_partners(sure, matched.mentions, links),
    }


def _count_distances(candidates: pl.DataFrame) -> dict[str, Any]:
    """Return the levels of distances: how far the only place of a name is, and how far are others of a name."""
    printed = candidates.filter(pl.col("km").is_not_null(), pl.col(NAME) == "whole, usual name")
    # The only one that is very far is another place of the name, which the gazetteer lacks.
    is_only = (pl.col(SIZE) == "the only one") & (pl.col(DISTANCE) != FAR)
    is_other = (pl.col(SIZE) != "the only one") & (pl.col("km") > pl.col("km").min().over("mention"))
    counts = printed.group_by(DISTANCE).agg(right=is_only.sum(), other=is_other.sum())
    share = {name: (pl.col(name) + 0.5) / (pl.col(name).sum() + 0.5 * pl.len()) for name in ("right", "other")}
    weight = (share["right"] / share["other"]).log(2).round(2)
    rows = counts.with_columns(weight=weight, candidates=pl.col("right") + pl.col("other")).sort(DISTANCE).to_dicts()
    levels = {row[DISTANCE]: {name: row[name] for name in ("weight", "candidates", "right")} for row in rows}
    return levels | {NOT_PRINTED: _level(0.0, 0, 0)}


def _count_items(sure: pl.DataFrame) -> dict[str, Any]:
    """Return the levels of `ITEM`: how many of the items that surely mean a place are the second one of it."""
    items = sure.filter(pl.col("wikidata_id").is_not_null(), pl.col("km").is_null())
    items = items.unique(["wikidata_id", "place_id"]).sort("place_id", NAME)
    # The municipality is the second item, and the town the first.
    is_second = pl.int_range(pl.len()).over("place_id") > 0
    has_status = pl.col(NAME).str.starts_with(WITHOUT_STATUS)
    counts = (
        items.with_columns(is_second=is_second).group_by(status=has_status).agg(pl.len(), pl.col("is_second").sum())
    )
    levels = {NOT_PRINTED: _level(0.0, 0, 0)}
    for status, count, second in counts.sort("status").iter_rows():
        level = STATUS_OF_ANOTHER if status else OF_ANOTHER
        levels[level] = _level(math.log2(second / count), count, second)
    return levels


def _count_same_partners(sure: pl.DataFrame, mentions: pl.DataFrame, links: pl.DataFrame) -> dict[str, Any]:
    """Return the level of `PARTNERS` for the same partners: how often the place is that which the name tells."""
    found = find_same_partners(
        mentions.select("mention", "wikidata_id").drop_nulls(), links, sure.select("mention", "place_id")
    )
    named = sure.select("wikidata_id", named="place_id").drop_nulls().unique("wikidata_id")
    compared = found.join(named, on="wikidata_id")
    right = compared.filter(pl.col("place_id") == pl.col("named")).height
    wrong = compared.height - right
    return {SAME_PARTNERS: _level(math.log2((right + 0.5) / (wrong + 0.5)), compared.height, right)}


def _level(weight: float, candidates: int, right: int) -> dict[str, float]:
    return {"weight": round(weight, 2), "candidates": candidates, "right": right}
