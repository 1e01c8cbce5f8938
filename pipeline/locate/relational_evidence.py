"""Relational evidence: a town is the one whose known partners are the partners that the mention names.

Links are `mention`, `partner`: the numbers of two mentions that a source states to be partners.
"""

from __future__ import annotations

import polars as pl

from pipeline.locate.decision import decision
from schemas.vocabularies import LocatedBy

#: The best candidate must be confirmed by this many times as many partners as the next.
_MARGIN = 2.0
#: A place with more partners than this gives no evidence by a shared one. On all lists, of 231 decisions for
#: towns with namesakes, their own pair left out, 229 are right.
_MAX_PARTNERS = 20
#: Links that are compared at once.
_BATCH_SIZE = 500_000
#: Multiplier that puts a pair of numbers into one.
_PAIR = 2**32
#: An item for a place must have this share of the partners that the best item for it has.
_SHARE_OF_BEST = 0.3


def list_links(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the links of claims, each pair once in either direction: `mention`, `partner`.

    Args:
        claims: `town_mention`, `partner_mention`.
    """
    dtype = claims.schema["town_mention"]
    town, partner = pl.col("town_mention").cast(pl.UInt64), pl.col("partner_mention").cast(pl.UInt64)
    # One number of both: its distinct values take a fraction of the time that those of two take.
    pair = pl.min_horizontal(town, partner) * _PAIR + pl.max_horizontal(town, partner)
    links = (
        claims.drop_nulls()
        .select(pair=pair.unique())
        .select(mention=(pl.col("pair") // _PAIR).cast(dtype), partner=(pl.col("pair") % _PAIR).cast(dtype))
    )
    reverse = links.filter(pl.col("mention") != pl.col("partner")).select(mention="partner", partner="mention")
    return pl.concat([links, reverse])


def find_confirmed(
    candidates: pl.DataFrame, links: pl.DataFrame, decided: pl.DataFrame, partners: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the candidates of which other claims state the same partners as their mention names.

    Args:
        candidates: `mention`, `place_id`, `name_score`, of undecided mentions.
        links: from `list_links`.
        decided: decisions by other evidence.
        partners: `mention`, `place_id`: what mentions may mean as partners; by default the place decided on,
            else any of the candidates. Ids of any type will do.

    Returns:
        `mention`, `partner`, `place_id`, `name_score`.
    """
    places, named = decided.select("mention", "place_id"), candidates.select("mention", "place_id")
    partners = pl.concat([places, named]) if partners is None else partners
    partners = partners.rename({"mention": "partner", "place_id": "partner_place"})
    known_partners = _list_partners(places.join(named, on="place_id", how="semi"), links, partners)
    return (
        candidates.join(_links_of(links, named["mention"]), on="mention")
        .join(partners, on="partner")
        .join(known_partners, on=["place_id", "partner_place"], how="semi")
        .group_by("mention", "partner", "place_id")
        .agg(pl.col("name_score").max())
    )


def find_shared_neighbours(
    candidates: pl.DataFrame, links: pl.DataFrame, decided: pl.DataFrame, keys: pl.DataFrame
) -> pl.DataFrame:
    """Return the candidates that share a partner with a partner that their mention names.

    Towns whose partners are partners of one another are many. Partners that have the mention's own name are no
    evidence: all that are called Neustadt share partners.

    Args:
        candidates: as for `find_confirmed`.
        links: as for `find_confirmed`.
        decided: decisions by certain evidence.
        keys: `mention`, `key`: the names of all mentions.

    Returns:
        As `find_confirmed`.
    """
    places, named = decided.select("mention", "place_id"), candidates.select("mention", "place_id")
    partners = places.rename({"mention": "partner", "place_id": "partner_place"})
    named_links = _links_of(links, named["mention"])
    keys = keys.filter(_is_in("mention", pl.concat([named_links["mention"], named_links["partner"]])))
    named_links = (
        named_links.join(keys, on="mention")
        .join(keys.rename({"mention": "partner", "key": "partner_key"}), on="partner")
        .filter(pl.col("key") != pl.col("partner_key"))
        .join(partners, on="partner")
        .join(named.rename({"place_id": "partner_place"}), on=["mention", "partner_place"], how="anti")
        .select("mention", "partner", "partner_place")
    )
    relevant = pl.concat([named["place_id"], named_links["partner_place"]])
    neighbours = _list_partners(places.filter(_is_in("place_id", relevant)), links, partners)
    neighbours = neighbours.rename({"partner_place": "neighbour"})
    of_candidates = neighbours.join(named, on="place_id", how="semi").filter(pl.len().over("place_id") <= _MAX_PARTNERS)
    of_partners = neighbours.rename({"place_id": "partner_place"})
    columns = ["mention", "partner", "place_id", "name_score"]
    shared = [
        batch.join(candidates, on="mention")
        .join(of_candidates, on="place_id")
        .join(of_partners, on=["partner_place", "neighbour"], how="semi")
        .select(columns)
        .unique()
        # Candidates times their partners: in batches, as all at once would be many times the result.
        for batch in named_links.iter_slices(_BATCH_SIZE)
    ]
    empty = candidates.clear().with_columns(partner="mention").select(columns)
    return pl.concat([empty, *shared])


def _list_partners(places: pl.DataFrame, links: pl.DataFrame, partners: pl.DataFrame) -> pl.DataFrame:
    """Return `place_id`, `partner_place`: the places that are stated to be partners of some places.

    Args:
        places: `mention`, `place_id`.
        links: from `list_links`.
        partners: `partner`, `partner_place`.
    """
    return (
        _links_of(links, places["mention"])
        .join(places, on="mention")
        .join(partners, on="partner")
        # No town is its own partner: Joigny and Joigny-sur-Meuse are two.
        .filter(pl.col("place_id") != pl.col("partner_place"))
        .select("place_id", "partner_place")
        .unique()
    )


def decide_by_partners(confirmed: pl.DataFrame) -> pl.DataFrame:
    """Return decisions for the candidates that have far more of the named partners than any other.

    Args:
        confirmed: from `find_confirmed` or `find_shared_neighbours`.

    Returns:
        Decisions, and `support`: the number of partners.
    """
    support = confirmed.group_by("mention", "place_id").agg(
        pl.col("name_score").first(), support=pl.col("partner").n_unique()
    )
    order = {"mention": False, "support": True, "name_score": True, "place_id": False}
    return (
        support.sort(list(order), descending=list(order.values()))
        .group_by("mention", maintain_order=True)
        .agg(pl.col("place_id", "name_score", "support").first(), next_support=pl.col("support").slice(1, 1).sum())
        .filter(pl.col("support") >= _MARGIN * pl.col("next_support"), pl.col("support") > pl.col("next_support"))
        .select("mention", "place_id", "support", **decision(LocatedBy.OTHER_SIDE, _score(pl.col("support"))))
    )


def _score(support: pl.Expr) -> pl.Expr:
    return (0.75 + 0.2 * pl.col("name_score") * (1 - 0.5**support)).round(3)


def _links_of(links: pl.DataFrame, mentions: pl.Series) -> pl.DataFrame:
    return links.filter(_is_in("mention", mentions))


def _is_in(column: str, values: pl.Series) -> pl.Expr:
    return pl.col(column).is_in(values.unique().implode())


def without_weak_items(decided: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return decisions without those of Wikidata items with far fewer partners than another item of the place.

    Wikidata has items for a town and for its municipality, with much the same partners: both mean the place. An item
    with few of them is a part of the town, or another of the name.

    Args:
        decided: from `decide_by_partners`.
        mentions: `mention`, `wikidata_id`.
    """
    is_strong = pl.col("support") >= _SHARE_OF_BEST * pl.col("support").max().over("place_id")
    return (
        decided.join(mentions.select("mention", "wikidata_id"), on="mention")
        .filter(pl.col("wikidata_id").is_null() | is_strong)
        .select("mention", "place_id", "located_by", "location_score")
    )
