"""The other side of a link as evidence: a town is the one whose known partners are the partners that it names."""

from __future__ import annotations

import polars as pl

from schemas.vocabularies import LocatedBy

#: The best candidate must be confirmed by this many times as many partners as the next.
_MARGIN = 2.0
#: An item for a place must have this share of the partners that the best item for it has.
_SHARE_OF_BEST = 0.3


def decide_by_partners(candidates: pl.DataFrame, claims: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Choose among candidates by the partners that they are known to have.

    Args:
        candidates: `mention`, `place_id`, `name_score`, of mentions that nothing else decided.
        claims: `town_mention`, `partner_mention`: which mentions are stated to be partners.
        decided: `mention`, `place_id`: what other evidence decided.

    Returns:
        `mention`, `place_id`, `located_by`, `location_score`: the candidates that have more of the named partners than
        any other, and whom no other mention with a better claim takes.
    """
    place_of = decided.select("mention", "place_id")
    # Of all that is stated, what the open mentions say of themselves and what is said of the places they may be.
    asked = place_of.join(candidates, on="place_id", how="semi")
    links = _links(claims, pl.concat([asked["mention"], candidates["mention"]]))
    known = (
        links.join(place_of, on="mention")
        .join(place_of.rename({"mention": "other", "place_id": "partner_place"}), on="other")
        .select("place_id", "partner_place")
        .unique()
    )
    # What the other side may be: where it is decided that place, else any of its own candidates.
    options = pl.concat([place_of, candidates.select("mention", "place_id")]).rename(
        {"mention": "other", "place_id": "partner_place"}
    )
    support = (
        candidates.join(links, on="mention")
        .join(options, on="other")
        .join(known, on=["place_id", "partner_place"], how="semi")
        .group_by("mention", "place_id")
        .agg(pl.col("name_score").first(), support=pl.col("other").n_unique())
    )
    best = (
        support.sort("mention", "support", "name_score", "place_id", descending=[False, True, True, False])
        .group_by("mention", maintain_order=True)
        .agg(
            pl.col("place_id", "name_score", "support").first(),
            next=pl.col("support").slice(1, 1).sum(),
        )
        .filter(pl.col("support") >= _MARGIN * pl.col("next"))
        .filter(pl.col("support") > pl.col("next"))
    )
    score = 0.75 + 0.2 * pl.col("name_score") * (1 - 0.5 ** pl.col("support"))
    return best.select(
        "mention", "place_id", "support",
        located_by=pl.lit(LocatedBy.OTHER_SIDE.value), location_score=score.round(3),
    )  # fmt: skip


def _links(claims: pl.DataFrame, mentions: pl.Series) -> pl.DataFrame:
    """Return `mention`, `other`: who is stated to be whose partner, in both directions, for some mentions."""
    both = (
        claims.select(mention=one, other=other)
        for one, other in (("town_mention", "partner_mention"), ("partner_mention", "town_mention"))
    )
    asked = pl.col("mention").is_in(mentions.unique().implode())
    return pl.concat([way.filter(asked) for way in both]).unique()


def without_outdone(chosen: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Drop the Wikidata items that lead to a place to which another leads with far more partners.

    Wikidata has items for a town and for its municipality, with much the same partners: both mean the place. An item
    with few of them is a part of the town, or another of the name.
    """
    items = chosen.join(mentions.select("mention", "wikidata_id"), on="mention")
    most = pl.col("support").max().over("place_id")
    kept = pl.col("wikidata_id").is_null() | (pl.col("support") >= _SHARE_OF_BEST * most)
    return items.filter(kept).select("mention", "place_id", "located_by", "location_score")
