"""Partners as evidence, for mentions that their own evidence leaves open or does not make certain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.locate.decision import CERTAIN, choose, decision
from pipeline.locate.evidence import (
    MOST_BY_TWO,
    NAME,
    NOT_PRINTED,
    ONE_SHARES,
    PARTNERS,
    SAME_PARTNERS,
    STATED_BY_FEWER,
    STATED_BY_NONE,
    STATED_BY_ONE,
    compare_similar,
)
from pipeline.locate.relational_evidence import find_confirmed, find_shared_neighbours
from pipeline.locate.same_partners import find_same_partners
from pipeline.locate.weights import THRESHOLD, weigh
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: A candidate of which so many times fewer sources state the partners is another town of the name.
_MARGIN: Final = 2


@dataclass(frozen=True)
class PartnerEvidence:
    """What the partners decide.

    Attributes:
        candidates: all candidates, weighed anew where partners say something.
        decided: all decisions; those of mentions that were open or not certain are made anew.
        links: decisions with `partner` (the partner's mention): for a mention beside this partner alone.
    """

    candidates: pl.DataFrame
    decided: pl.DataFrame
    links: pl.DataFrame


def weigh_partners(
    candidates: pl.DataFrame,
    mentions: pl.DataFrame,
    links: pl.DataFrame,
    decided: pl.DataFrame,
    gazetteer: Gazetteer,
) -> PartnerEvidence:
    """Return the candidates of uncertain mentions, weighed with what their partners say, and the decisions.

    Args:
        candidates: from `weigh`.
        mentions: `mention`, `key`, `country_code`, `wikidata_id`.
        links: from `list_links`.
        decided: decisions so far.
        gazetteer: places and names.
    """
    same = _same_partners(mentions, links, decided)
    candidates = _with_other_names(candidates, same, mentions, gazetteer)
    # A source that gives coordinates means a place near them, which is one of the candidates or unknown.
    named = candidates.filter(pl.col("km").is_null()).select("mention", "place_id", name_score=pl.lit(1.0))
    # Only what is not weighed here says who the partners of a place are: no mention confirms itself.
    certain = decided.filter(pl.col("location_score") >= CERTAIN)
    named = named.join(certain, on="mention", how="anti")
    unknown = _unknown_towns(mentions, decided, candidates)
    confirmed, shared = _find_support(named, certain, decided, unknown, mentions, links)
    levels = _partner_levels(named, links, confirmed, shared)
    has_same = same.select("mention", "place_id", same=pl.lit(SAME_PARTNERS))
    weighed = weigh(
        candidates.join(levels, on=["mention", "place_id"], how="left", maintain_order="left")
        .join(has_same, on=["mention", "place_id"], how="left", maintain_order="left")
        .with_columns(pl.coalesce("same", PARTNERS, pl.lit(NOT_PRINTED)).alias(PARTNERS))
        .drop("same")
    )
    uncertain = named.select("mention").unique()
    # An item is one town, whoever its partners are.
    without_item = mentions.filter(pl.col("wikidata_id").is_null())
    by_link = _decide_by_link(
        candidates, *(frame.join(without_item, on="mention", how="semi") for frame in (confirmed, shared))
    )
    again = choose(weighed.join(uncertain, on="mention", how="semi"))
    kept = decided.join(uncertain, on="mention", how="anti")
    return PartnerEvidence(weighed, pl.concat([again, kept]), by_link)


def _find_support(
    named: pl.DataFrame,
    certain: pl.DataFrame,
    decided: pl.DataFrame,
    unknown: pl.DataFrame,
    mentions: pl.DataFrame,
    links: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the candidates that have a named partner, and those that share a partner with it and do not have it.

    Args:
        named: `mention`, `place_id`, `name_score`: candidates of uncertain mentions.
        certain: decisions that are certain.
        decided: all decisions so far.
        unknown: from `_unknown_towns`.
        mentions: `mention`, `key`.
        links: from `list_links`.
    """
    # Places as numbers, in the order of their ids: joins of these are far faster.
    ids = pl.Enum(pl.concat([decided["place_id"], named["place_id"], unknown["place_id"]]).unique().sort())
    named, certain, decided, unknown = (
        frame.with_columns(pl.col("place_id").cast(ids)) for frame in (named, certain, decided, unknown)
    )
    undecided = named.join(decided, on="mention", how="anti")
    partners = pl.concat([*(frame.select("mention", "place_id") for frame in (decided, named)), unknown]).unique()
    # A place that is not certain to be meant proves nothing against another of the name.
    confirmed = pl.concat(
        [
            find_confirmed(undecided, links, decided, partners),
            find_confirmed(named.join(undecided, on="mention", how="anti"), links, certain, partners),
        ]
    )
    shared = find_shared_neighbours(named, links, certain, mentions.select("mention", "key"))
    shared = shared.join(confirmed, on=["mention", "partner"], how="anti")
    as_text = pl.col("place_id").cast(pl.String)
    return confirmed.with_columns(as_text), shared.with_columns(as_text)


def _same_partners(mentions: pl.DataFrame, links: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `place_id` of the places that have the partners of an item without coordinates."""
    certain = decided.filter(pl.col("location_score") >= CERTAIN).select("mention", "place_id")
    items = mentions.select("mention", "wikidata_id").drop_nulls()
    without_coordinates = mentions.filter(pl.col("latitude").is_null()).select("mention", "wikidata_id")
    return without_coordinates.join(find_same_partners(items, links, certain), on="wikidata_id")


def _with_other_names(
    candidates: pl.DataFrame, same: pl.DataFrame, mentions: pl.DataFrame, gazetteer: Gazetteer
) -> pl.DataFrame:
    """Return the candidates, with the places that have the same partners and none of the names."""
    new = same.join(candidates, on=["mention", "place_id"], how="anti").select(
        "mention", "place_id", pl.lit(NOT_PRINTED).alias(NAME), km=pl.lit(None, pl.Float64)
    )
    return pl.concat([candidates, compare_similar(new, mentions, gazetteer)], how="diagonal")


def _decide_by_link(candidates: pl.DataFrame, confirmed: pl.DataFrame, shared: pl.DataFrame) -> pl.DataFrame:
    """Return decisions for single links, with `partner`: beside another partner, a name may mean another town."""
    said = pl.concat(
        frame.select("mention", "partner", "place_id", pl.lit(level).alias(PARTNERS))
        for frame, level in ((confirmed, STATED_BY_ONE), (shared, ONE_SHARES))
    ).unique(["mention", "partner", "place_id"], keep="first", maintain_order=True)
    # Of all the partners of a name, one may be of another town; of a link, the only place that has this very partner
    # is as certain as one that has two of many.
    is_only = (pl.col(PARTNERS) == STATED_BY_ONE) & (pl.len().over("mention", "partner") == 1)
    said = said.with_columns(pl.when(is_only).then(pl.lit(MOST_BY_TWO)).otherwise(PARTNERS).alias(PARTNERS))
    pairs = said.select("mention", "partner").unique(maintain_order=True).with_row_index("link")
    weighed = weigh(
        pairs.join(candidates, on="mention")
        .join(said, on=["mention", "partner", "place_id"], how="left")
        .with_columns(pl.col(PARTNERS).fill_null(STATED_BY_NONE)),
        over="link",
    )
    decided = weighed.filter(pl.col("probability") >= THRESHOLD, pl.col(PARTNERS) != STATED_BY_NONE)
    return decided.select(
        "mention", "partner", "place_id", **decision(LocatedBy.OTHER_SIDE, pl.col("probability").round(3))
    )


def _partner_levels(
    named: pl.DataFrame, links: pl.DataFrame, confirmed: pl.DataFrame, shared: pl.DataFrame
) -> pl.DataFrame:
    """Return `mention`, `place_id` and the level of `PARTNERS`."""
    support, neighbours = (
        frame.group_by("mention", "place_id").agg(pl.col("partner").n_unique().alias(name))
        for frame, name in ((confirmed, "support"), (shared, "neighbours"))
    )
    has_links = pl.col("mention").is_in(links["mention"].unique().implode())
    stated = pl.col("support").fill_null(0)
    most, second = stated.max().over("mention"), stated.top_k(2).min().over("mention")
    has_most = (stated == most) & (stated >= _MARGIN * second) & (pl.len().over("mention") > 1)
    level = pl.coalesce(
        pl.when((stated > 0) & (_MARGIN * stated <= most)).then(pl.lit(STATED_BY_FEWER)),
        pl.when(has_most & (stated > 2)).then(pl.lit("stated by three or more, and far fewer of any other")),
        pl.when(has_most & (stated == 2)).then(pl.lit(MOST_BY_TWO)),
        pl.when(pl.col("support") > 2).then(pl.lit("stated by three or more")),
        pl.when(pl.col("support") == 2).then(pl.lit("stated by two")),
        pl.when(pl.col("support") == 1).then(pl.lit(STATED_BY_ONE)),
        pl.when(pl.col("neighbours") > 1).then(pl.lit("several share a partner")),
        pl.when(pl.col("neighbours") == 1).then(pl.lit(ONE_SHARES)),
        pl.when(has_links).then(pl.lit(STATED_BY_NONE)),
        pl.lit(NOT_PRINTED),
    )
    return (
        named.join(support, on=["mention", "place_id"], how="left")
        .join(neighbours, on=["mention", "place_id"], how="left")
        .select("mention", "place_id", level.alias(PARTNERS))
    )


def _unknown_towns(mentions: pl.DataFrame, decided: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `place_id` of towns that no gazetteer has: an item, else a name and country."""
    with_places = pl.concat([decided["mention"], named["mention"]]).unique().to_frame()
    name = pl.format("{}|{}", "key", "country_code")
    unknown = mentions.join(with_places, on="mention", how="anti")
    return unknown.select("mention", place_id=pl.coalesce("wikidata_id", name)).drop_nulls()
