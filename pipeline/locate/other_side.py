"""The other side of a link as evidence: a town is the one whose known partners are the partners that it names."""

from __future__ import annotations

import polars as pl

from schemas.vocabularies import LocatedBy

#: The best candidate must be confirmed by this many times as many partners as the next.
_MARGIN = 2.0
#: Partners of a place at most, for one that it has in common with another to tell. On all lists, of 231 placings of
#: towns with namesakes, their own pair left out, 229 are right.
_CIRCLE = 20
#: An item for a place must have this share of the partners that the best item for it has.
_SHARE_OF_BEST = 0.3


def find_witnesses(
    candidates: pl.DataFrame, claims: pl.DataFrame, decided: pl.DataFrame, partners: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Find the candidates of whom it is stated elsewhere that they are partners of whom their mentions name.

    Args:
        candidates: `mention`, `place_id`, `name_score`, of mentions that are not among the decided.
        claims: `town_mention`, `partner_mention`: which mentions are stated to be partners.
        decided: `mention`, `place_id`: what other evidence decided.
        partners: `mention`, `place_id`: whom mentions may mean where they are the partner; by default the place decided
            on, else any of the candidates. Ids of any sort will do.

    Returns:
        `mention`, `other` (the partner's mention), `place_id`, `name_score`.
    """
    place_of, named = decided.select("mention", "place_id"), candidates.select("mention", "place_id")
    if partners is None:
        partners = pl.concat([place_of, named])
    partners = partners.rename({"mention": "other", "place_id": "partner_place"})
    # Of all that is stated, what the open mentions say of themselves and what is said of the places they may be.
    asked = place_of.join(named, on="place_id", how="semi")
    links = _links(claims, pl.concat([asked["mention"], named["mention"]]))
    known = (
        links.join(asked, on="mention")
        .join(partners, on="other")
        # No town is its own partner: Joigny and Joigny-sur-Meuse are two.
        .filter(pl.col("place_id") != pl.col("partner_place"))
        .select("place_id", "partner_place")
        .unique()
    )  # fmt: skip
    return (
        candidates.join(links, on="mention")
        .join(partners, on="other")
        .join(known, on=["place_id", "partner_place"], how="semi")
        .group_by("mention", "other", "place_id")
        .agg(pl.col("name_score").max())
    )


def find_circles(
    candidates: pl.DataFrame, claims: pl.DataFrame, decided: pl.DataFrame, keys: pl.DataFrame
) -> pl.DataFrame:
    """Find the candidates that have a partner in common with whom their mentions name.

    Towns whose partners are partners of one another are many. Partners that bear the mention's own name tell nothing:
    all that are called Neustadt have partners in common.

    Args:
        candidates: as for `find_witnesses`.
        claims: as for `find_witnesses`.
        decided: `mention`, `place_id`: what sure evidence decided.
        keys: `mention`, `key`: the names of all mentions.

    Returns:
        As `find_witnesses`.
    """
    place_of = decided.select("mention", "place_id")
    # Of a place with many partners, one in common with another says little.
    known = (
        claims.select(mention="town_mention", other="partner_mention")
        .join(place_of, on="mention")
        .join(place_of.rename({"mention": "other", "place_id": "partner_place"}), on="other")
        .select("place_id", "partner_place")
    )
    known = (
        pl.concat([known, known.select(place_id="partner_place", partner_place="place_id")])
        .filter(pl.col("place_id") != pl.col("partner_place"))
        .unique()
    )
    few = known.join(candidates, on="place_id", how="semi").filter(pl.len().over("place_id") <= _CIRCLE)
    open_links = (
        _links(claims, candidates["mention"])
        .join(keys, on="mention")
        .join(keys.rename({"mention": "other", "key": "other_key"}), on="other")
        .filter(pl.col("key") != pl.col("other_key"))
        .join(place_of.rename({"mention": "other", "place_id": "partner_place"}), on="other")
        .join(candidates.rename({"place_id": "partner_place"}), on=["mention", "partner_place"], how="anti")
        .select("mention", "other", "partner_place")
    )
    return (
        open_links.join(candidates, on="mention")
        .join(few.rename({"partner_place": "common"}), on="place_id")
        .join(known.rename({"place_id": "partner_place", "partner_place": "common"}), on=["partner_place", "common"],
              how="semi")
        .group_by("mention", "other", "place_id")
        .agg(pl.col("name_score").max())
    )  # fmt: skip


def decide_by_partners(witnesses: pl.DataFrame) -> pl.DataFrame:
    """Choose among candidates by the partners that they are known to have.

    Args:
        witnesses: from `find_witnesses`.

    Returns:
        `mention`, `place_id`, `support` (partners), `located_by`, `location_score`: the candidates that have more of
        the named partners than any other.
    """
    support = witnesses.group_by("mention", "place_id").agg(
        pl.col("name_score").first(), support=pl.col("other").n_unique()
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
    return best.select(
        "mention", "place_id", "support",
        located_by=pl.lit(LocatedBy.OTHER_SIDE.value), location_score=_score(pl.col("support")),
    )  # fmt: skip


def decide_by_link(witnesses: pl.DataFrame) -> pl.DataFrame:
    """Choose among candidates for one link: a name may mean another town where the partner is another.

    Args:
        witnesses: from `find_witnesses`.

    Returns:
        `mention`, `other` (the partner's mention), `place_id`, `located_by`, `location_score`: where only one of the
        candidates has that partner.
    """
    return witnesses.filter(pl.len().over("mention", "other") == 1).select(
        "mention", "other", "place_id",
        located_by=pl.lit(LocatedBy.OTHER_SIDE.value), location_score=_score(pl.lit(1)),
    )  # fmt: skip


def _score(support: pl.Expr) -> pl.Expr:
    return (0.75 + 0.2 * pl.col("name_score") * (1 - 0.5**support)).round(3)


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
