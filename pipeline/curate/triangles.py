"""Triangles: three towns of which each two are partners."""

from __future__ import annotations

import polars as pl

#: The columns of a triangle's corners, by rising number of partners.
CORNERS = ("low", "middle", "high")


def list_triangles(links: pl.DataFrame, least: int = 2) -> tuple[pl.DataFrame, pl.Series]:
    """Return every triangle once, and the towns that its corners number.

    Each is listed from its town of fewest partners (Chiba and Nishizeki 1985), so that the towns with a hundred
    partners cost nothing.

    Args:
        links: `a`, `b`; each two towns once.
        least: towns of fewer partners than this are left out.

    Returns:
        `low`, `middle`, `high`: places in the series of town ids, which goes by number of partners, then id.
    """
    towns = pl.concat([links.select(town="a"), links.select(town="b")]).group_by("town").agg(degree=pl.len())
    towns = towns.sort("degree", "town").with_row_index("rank")
    rank = towns.filter(pl.col("degree") >= least).select("town", pl.col("rank").cast(pl.UInt64))
    ranked = links.join(rank, left_on="a", right_on="town").join(rank, left_on="b", right_on="town", suffix="_b")
    up = ranked.select(low=pl.min_horizontal("rank", "rank_b"), middle=pl.max_horizontal("rank", "rank_b"))
    wedges = up.join(up.rename({"middle": "high"}), on="low").filter(pl.col("middle") < pl.col("high"))
    triangles = wedges.join(up, left_on=["middle", "high"], right_on=["low", "middle"], how="semi")
    return triangles.select(CORNERS), towns["town"]
