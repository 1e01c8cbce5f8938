"""The other side of a link as evidence: a town is the one whose known partners are the partners that it names."""

from __future__ import annotations

import polars as pl

from schemas.vocabularies import LocatedBy

#: The best candidate must be confirmed by this many times as many partners as the next.
_MARGIN = 2.0
#: Partners of a place at most, for one that it has in common with another to tell. On all lists, of 231 placings of
#: towns with namesakes, their own pair left out, 229 are right.
_CIRCLE = 20
#: Links that are looked at in one go.
_LINKS = 500_000
#: Where one number ends and the other begins in a pair of them.
_HALF = 2**32
#: An item for a place must have this share of the partners that the best item for it has.
_SHARE_OF_BEST = 0.3


def both_ways(claims: pl.DataFrame) -> pl.DataFrame:
    """Return who is stated to be whose partner, each two once in either direction: `mention`, `other`."""
    sides = pl.col("town_mention").cast(pl.UInt64), pl.col("partner_mention").cast(pl.UInt64)
    # One number of both: it takes a fraction of the time that two take.
    numbers = (
        claims.drop_nulls().select(pair=pl.min_horizontal(sides) * _HALF + pl.max_horizontal(sides))["pair"].unique()
    )
    kind = claims.schema["town_mention"]
    pairs = pl.DataFrame({"pair": numbers}).select(
        mention=(pl.col("pair") // _HALF).cast(kind), other=(pl.col("pair") % _HALF).cast(kind)
    )
    turned = pairs.filter(pl.col("mention") != pl.col("other")).select(mention="other", other="mention")
    return pl.concat([pairs, turned])


def find_witnesses(
    candidates: pl.DataFrame, links: pl.DataFrame, decided: pl.DataFrame, partners: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Find the candidates of whom it is stated elsewhere that they are partners of whom their mentions name.

    Args:
        candidates: `mention`, `place_id`, `name_score`, of mentions that are not among the decided.
        links: `mention`, `other`: who is stated to be whose partner, from `both_ways`.
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
    known = (
        _links_of(links, asked["mention"])
        .join(asked, on="mention")
        .join(partners, on="other")
        # No town is its own partner: Joigny and Joigny-sur-Meuse are two.
        .filter(pl.col("place_id") != pl.col("partner_place"))
        .select("place_id", "partner_place")
        .unique()
    )  # fmt: skip
    return (
        candidates.join(_links_of(links, named["mention"]), on="mention")
        .join(partners, on="other")
        .join(known, on=["place_id", "partner_place"], how="semi")
        .group_by("mention", "other", "place_id")
        .agg(pl.col("name_score").max())
    )


def find_circles(
    candidates: pl.DataFrame, links: pl.DataFrame, decided: pl.DataFrame, keys: pl.DataFrame
) -> pl.DataFrame:
    """Find the candidates that have a partner in common with whom their mentions name.

    Towns whose partners are partners of one another are many. Partners that bear the mention's own name tell nothing:
    all that are called Neustadt have partners in common.

    Args:
        candidates: as for `find_witnesses`.
        links: as for `find_witnesses`.
        decided: `mention`, `place_id`: what sure evidence decided.
        keys: `mention`, `key`: the names of all mentions.

    Returns:
        As `find_witnesses`.
    """
    place_of, named = decided.select("mention", "place_id"), candidates.select("mention", "place_id")
    partner_of = place_of.rename({"mention": "other", "place_id": "partner_place"})
    own_links = _links_of(links, named["mention"])
    keys = keys.filter(_is_one_of(pl.concat([own_links["mention"], own_links["other"]])))
    own_links = (
        own_links.join(keys, on="mention")
        .join(keys.rename({"mention": "other", "key": "other_key"}), on="other")
        .filter(pl.col("key") != pl.col("other_key"))
        .join(partner_of, on="other")
        .join(named.rename({"place_id": "partner_place"}), on=["mention", "partner_place"], how="anti")
        .select("mention", "other", "partner_place")
    )
    # Who the partners are of those who may be in a circle.
    may_be = pl.concat([named["place_id"], own_links["partner_place"]]).unique().alias("place_id").to_frame()
    asked = place_of.join(may_be, on="place_id", how="semi")
    known = (
        _links_of(links, asked["mention"])
        .join(asked, on="mention")
        .join(partner_of, on="other")
        .filter(pl.col("place_id") != pl.col("partner_place"))
        .select("place_id", common="partner_place")
        .unique()
    )
    # Of a place with many partners, one in common with another says little.
    few = known.join(named, on="place_id", how="semi").filter(pl.len().over("place_id") <= _CIRCLE)
    partners = known.rename({"place_id": "partner_place"})
    circles = [
        some.join(candidates, on="mention")
        .join(few, on="place_id")
        .join(partners, on=["partner_place", "common"], how="semi")
        .select("mention", "other", "place_id", "name_score")
        .unique()
        # Candidates times their partners: by parts, as all at once are many times what they come to.
        for some in own_links.iter_slices(_LINKS)
    ]
    return (
        pl.concat(circles)
        if circles
        else candidates.head(0).select("mention", pl.col("mention").alias("other"), "place_id", "name_score")
    )


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


def _links_of(links: pl.DataFrame, mentions: pl.Series) -> pl.DataFrame:
    return links.filter(_is_one_of(mentions))


def _is_one_of(mentions: pl.Series) -> pl.Expr:
    return pl.col("mention").is_in(mentions.unique().implode())


def without_outdone(chosen: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Drop the Wikidata items that lead to a place to which another leads with far more partners.

    Wikidata has items for a town and for its municipality, with much the same partners: both mean the place. An item
    with few of them is a part of the town, or another of the name.
    """
    items = chosen.join(mentions.select("mention", "wikidata_id"), on="mention")
    most = pl.col("support").max().over("place_id")
    kept = pl.col("wikidata_id").is_null() | (pl.col("support") >= _SHARE_OF_BEST * most)
    return items.filter(kept).select("mention", "place_id", "located_by", "location_score")
