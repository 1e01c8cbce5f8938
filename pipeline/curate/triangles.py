"""Triangles: three towns of which each two are partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Pairs of partners that are looked at together: some 200 MB.
_AT_ONCE = 2**23
#: The columns of a triangle's corners, by rising number of partners.
CORNERS = ("low", "middle", "high")


def number_towns(links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number towns by number of partners, then id, from 0 on; numbers join many times as fast as ids.

    Args:
        links: `a`, `b`, compact or not; each two towns once.

    Returns:
        The links as numbers, `low` and `high`, and the towns in order: `town`, `degree` (number of partners), `rank`.
    """
    ends = pl.concat([links.select(town="a"), links.select(town="b")])
    towns = ends.group_by("town").agg(degree=pl.len()).with_columns(id=pl.col("town").cast(pl.String))
    towns = towns.sort("degree", "id").with_row_index("rank")
    ranks = ends.join(towns.select("town", "rank"), on="town", how="left", maintain_order="left")["rank"]
    sides = pl.DataFrame({"one": ranks.head(links.height), "other": ranks.tail(links.height)})
    numbered = sides.select(low=pl.min_horizontal("one", "other"), high=pl.max_horizontal("one", "other"))
    return numbered, towns.select("rank", "degree", town="id")


def list_triangles(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield every triangle once, many at a time: `low`, `middle`, `high`; at least one frame.

    Each is listed from its town of fewest partners (Chiba and Nishizeki 1985), so that the towns with thousands of
    partners cost nothing. The time grows with the links times the square root of their number at most.

    Args:
        links: as `number_towns` returns them.
    """
    size = links.group_by("low").agg(pairs=pl.len().cast(pl.Int64).pow(2)).sort("low")
    batch = size.select("low", batch=pl.col("pairs").cum_sum() // _AT_ONCE)
    for part in links.join(batch, on="low", how="left").partition_by("batch", include_key=False) or [links]:
        up = part.select("low", middle="high")
        wedges = up.join(part, on="low").filter(pl.col("middle") < pl.col("high"))
        yield wedges.join(links, left_on=["middle", "high"], right_on=["low", "high"], how="semi").select(CORNERS)
