"""Partners as evidence, for mentions that other evidence leaves open or decides by size alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.locate.matching import find_worldwide
from pipeline.locate.relational_evidence import (
    decide_by_link,
    decide_by_partners,
    find_confirmed,
    find_shared_neighbours,
    without_weak_items,
)
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate.candidates import MatchCandidates


@dataclass(frozen=True)
class PartnerEvidence:
    """What the partners decide.

    Attributes:
        decided: decisions.
        links: the same with `partner` (the partner's mention): for a mention beside this partner alone.
    """

    decided: pl.DataFrame
    links: pl.DataFrame


def weigh_partners(
    matched: MatchCandidates, links: pl.DataFrame, decided: pl.DataFrame, gazetteer: Gazetteer
) -> PartnerEvidence:
    """Return the choice among the places of a name by the partners.

    A mention without a country has candidates in all of them. A place decided on for its size alone gives way, in the
    links of another place of the name, to that place.

    Args:
        matched: what mentions mean by themselves.
        links: from `list_links`.
        decided: decisions so far.
        gazetteer: places and names.
    """
    mentions = matched.mentions
    named = _list_candidates(matched, decided, gazetteer)
    unknown = _unknown_towns(mentions, decided, named)
    # Places as numbers, in the order of their ids: joins of these are far faster.
    ids = pl.concat([decided["place_id"], named["place_id"], unknown["place_id"]]).unique().sort()
    decided, named, unknown = (
        frame.with_columns(pl.col("place_id").cast(pl.Enum(ids))) for frame in (decided, named, unknown)
    )
    by_size = decided.filter(pl.col("located_by") == LocatedBy.POPULATION.value)
    certain = decided.join(by_size, on="mention", how="anti")
    undecided = named.join(decided, on="mention", how="anti")
    weak = named.join(by_size, on="mention", how="semi")
    partners = pl.concat([*(frame.select("mention", "place_id") for frame in (decided, undecided)), unknown])
    confirmed = find_confirmed(undecided, links, decided, partners)
    by_partners = without_weak_items(decide_by_partners(confirmed), mentions)
    # A place decided on for its size proves nothing against another of the name; nor is it certain to be meant.
    weak_partners = pl.concat([partners, weak.select("mention", "place_id")]).unique()
    confirmed = pl.concat([confirmed, find_confirmed(weak, links, certain, weak_partners)])
    # An item is one town, whoever its partners are.
    without_item = mentions.filter(pl.col("wikidata_id").is_null())
    still_open = pl.concat([undecided.join(by_partners, on="mention", how="anti"), weak])
    still_open = still_open.join(without_item, on="mention", how="semi")
    shared = find_shared_neighbours(still_open, links, certain, mentions.select("mention", "key"))
    shared = shared.join(confirmed, on=["mention", "partner"], how="anti")
    by_link = pl.concat([decide_by_link(confirmed), decide_by_link(shared)])
    by_link = by_link.join(without_item, on="mention", how="semi")
    by_partners = pl.concat([by_partners, decide_by_partners(shared).drop("support")])
    return PartnerEvidence(
        *(frame.with_columns(pl.col("place_id").cast(pl.String)) for frame in (by_partners, by_link))
    )


def _list_candidates(matched: MatchCandidates, decided: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return `mention`, `place_id`, `name_score`: the places that the name of each mention leads to."""
    # A source that gives coordinates means a place near them, which is one of the candidates or unknown.
    named = pl.concat(
        frame.filter(pl.col("km").is_null()).select("mention", "place_id", "name_score")
        for frame in (matched.candidates, matched.similar)
    )
    without_country = matched.mentions.filter(pl.col("country_code").is_null() & pl.col("latitude").is_null())
    return pl.concat([named, find_worldwide(without_country.join(decided, on="mention", how="anti"), gazetteer)])


def _unknown_towns(mentions: pl.DataFrame, decided: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `place_id` of towns that no gazetteer has: an item, else a name and country."""
    with_places = pl.concat([decided["mention"], named["mention"]]).unique().to_frame()
    name = pl.format("{}|{}", "key", "country_code")
    unknown = mentions.join(with_places, on="mention", how="anti")
    return unknown.select("mention", place_id=pl.coalesce("wikidata_id", name)).drop_nulls()
