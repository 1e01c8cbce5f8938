"""The other side of a link as evidence: a town is the one whose known partners are the partners that it names."""

from __future__ import annotations

import polars as pl

from schemas.vocabularies import LocatedBy

#: The best candidate must be confirmed by this many times as many partners as the next.
_MARGIN = 2.0


def decide_by_partners(candidates: pl.DataFrame, links: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Choose among candidates by the partners that they are known to have.

    Args:
        candidates: `mention`, `place_id`, `name_score`, of mentions that nothing else decided.
        links: `mention`, `other`: which mentions are stated to be partners, in both directions.
        decided: `mention`, `place_id`: what other evidence decided.

    Returns:
        `mention`, `place_id`, `located_by`, `location_score`: the candidates that have more of the named partners than
        any other, and whom no other mention with a better claim takes.
    """
    place_of = decided.select("mention", "place_id")
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
        .join(known, on="place_id")
        .join(options, on=["other", "partner_place"], how="semi")
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


def one_item_a_place(chosen: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Keep, of several Wikidata items that lead to one place, the one that most partners confirm.

    Wikidata has items for a town and for its parts of the same name; where as many partners speak for two, neither is
    taken.
    """
    items = chosen.join(mentions.select("mention", "wikidata_id"), on="mention").with_columns(
        place_support=pl.col("support").max().over("place_id", "wikidata_id")
    )
    rivals = (
        items.filter(pl.col("wikidata_id").is_not_null())
        .select("place_id", "wikidata_id", "place_support")
        .unique()
        .filter(pl.col("place_support") == pl.col("place_support").max().over("place_id"))
        .filter(pl.len().over("place_id") == 1)
    )
    kept = (
        items.filter(pl.col("wikidata_id").is_null())
        if rivals.is_empty()
        else pl.concat(
            [
                items.filter(pl.col("wikidata_id").is_null()),
                items.join(rivals, on=["place_id", "wikidata_id"], how="semi"),
            ]
        )
    )
    return kept.select("mention", "place_id", "located_by", "location_score")
