"""What partners tell of mentions that do not tell their town themselves, or only the likeliest of its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.locate.matching import find_anywhere
from pipeline.locate.relational_evidence import (
    decide_by_link,
    decide_by_partners,
    find_circles,
    find_witnesses,
    without_outdone,
)
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate import Sought


@dataclass(frozen=True)
class Told:
    """What partners tell.

    Attributes:
        decided: `mention`, `place_id`, `located_by`, `location_score`.
        links: the same with `other` (the partner's mention): of a mention beside this partner alone.
    """

    decided: pl.DataFrame
    links: pl.DataFrame


def ask_partners(sought: Sought, links: pl.DataFrame, decided: pl.DataFrame, gazetteer: Gazetteer) -> Told:
    """Choose among the places of a name by the partners.

    A mention without a country is looked for in all of them. A place decided on for its size alone gives way for the
    links of another place of the name.

    Args:
        sought: what mentions say by themselves.
        links: `mention`, `other`: who is stated to be whose partner, from `both_ways`.
        decided: `mention`, `place_id`, `located_by`, …: what is decided.
        gazetteer: places and names.
    """
    mentions = sought.mentions
    named = _open_names(sought, decided, gazetteer)
    unknown = _unknown_partners(mentions, decided, named)
    # Places as numbers, in the order of their ids: far cheaper to join.
    ids = pl.concat([decided["place_id"], named["place_id"], unknown["place_id"]]).unique().sort()
    as_number = pl.col("place_id").cast(pl.Enum(ids))
    place_of, named, unknown = (one.with_columns(as_number) for one in (decided, named, unknown))
    place_of = place_of.select("mention", "place_id", "located_by")
    by_size = place_of.filter(pl.col("located_by") == LocatedBy.POPULATION.value)
    weak = named.join(by_size, on="mention", how="semi")
    undecided = named.join(place_of, on="mention", how="anti")
    sure = place_of.join(by_size, on="mention", how="anti")
    partners = pl.concat([*(one.select("mention", "place_id") for one in (place_of, undecided)), unknown])
    witnesses = find_witnesses(undecided, links, place_of, partners)
    told = without_outdone(decide_by_partners(witnesses), mentions)
    # What is but the largest of its name proves nothing against another that is no more; nor need it be meant.
    weak_partners = pl.concat([partners, weak.select("mention", "place_id")]).unique()
    witnesses = pl.concat([witnesses, find_witnesses(weak, links, sure, weak_partners)])
    # An item is one town, whoever its partners are.
    listed = mentions.filter(pl.col("wikidata_id").is_null())
    unasked = pl.concat([undecided.join(told, on="mention", how="anti"), weak]).join(listed, on="mention", how="semi")
    keys = mentions.select("mention", "key")
    circles = find_circles(unasked, links, sure, keys).join(witnesses, on=["mention", "other"], how="anti")
    by_link = pl.concat([decide_by_link(witnesses), decide_by_link(circles)]).join(listed, on="mention", how="semi")
    told = pl.concat([told, decide_by_partners(circles).select(told.columns)])
    return Told(*(one.with_columns(pl.col("place_id").cast(pl.String)) for one in (told, by_link)))


def _open_names(sought: Sought, decided: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return `mention`, `place_id`, `name_score`: what the name of each mention leads to."""
    # A source that gives coordinates has said where the town is: near one of the candidates or nowhere known.
    named = pl.concat(
        one.filter(pl.col("km").is_null()).select("mention", "place_id", "name_score")
        for one in (sought.candidates, sought.similar)
    )
    stateless = sought.mentions.filter(pl.col("country_code").is_null() & pl.col("latitude").is_null())
    return pl.concat([named, find_anywhere(stateless.join(decided, on="mention", how="anti"), gazetteer)])


def _unknown_partners(mentions: pl.DataFrame, decided: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `place_id` of those whom no gazetteer knows: an item, else a name and country."""
    known = pl.concat([decided["mention"], named["mention"]]).unique().to_frame()
    name = pl.format("{}|{}", "key", "country_code")
    return (
        mentions.join(known, on="mention", how="anti")
        .select("mention", place_id=pl.coalesce("wikidata_id", name))
        .drop_nulls()
    )  # fmt: skip
