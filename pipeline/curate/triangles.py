"""Triangles: three towns of which each two are partners."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Pairs of partners that are looked at together: some 200 MB.
_AT_ONCE = 2**23
#: The columns of a triangle's corners, by rising number of partners.
CORNERS = ("low", "middle", "high")
#: So many triangles are kept for whoever asks for them next: some 200 MB.
_MOST_KEPT = 2**24


@dataclass
class Network:
    """Links between towns as `number_towns` returns them, and their triangles, which are listed once."""

    links: pl.DataFrame
    towns: pl.DataFrame
    _kept: list[pl.DataFrame] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, partnerships: pl.DataFrame) -> Network:
        """Number the towns of partnerships: `town_a_id`, `town_b_id`."""
        return cls(*number_towns(partnerships.select(a="town_a_id", b="town_b_id")))

    def triangles(self) -> Iterator[pl.DataFrame]:
        """Yield every triangle once, as `list_triangles` does."""
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[pl.DataFrame] = []
        count = 0
        for some in list_triangles(self.links):
            count += some.height
            if count <= _MOST_KEPT:
                kept.append(some)
            yield some
        if count <= _MOST_KEPT:
            self._kept = kept


def number_towns(links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number towns by number of partners, then id, from 0 on; numbers join many times as fast as ids.

    Args:
        links: `a`, `b`, texts or categories; each two towns once.

    Returns:
        The links as numbers, `low` and `high`, and the towns in order: `town`, `degree` (number of partners), `rank`.
    """
    codes = pl.concat([links["a"].cast(pl.Categorical), links["b"].cast(pl.Categorical)]).alias("town")
    towns = codes.to_frame().group_by("town").agg(degree=pl.len()).with_columns(code=pl.col("town").to_physical())
    towns = towns.with_columns(pl.col("town").cast(pl.String)).sort("degree", "town").with_row_index("rank")
    most = towns["code"].max()
    rank_of = pl.zeros(most + 1 if isinstance(most, int) else 0, pl.UInt32, eager=True)
    ranks = rank_of.scatter(towns["code"], towns["rank"]).gather(codes.to_physical())
    sides = pl.DataFrame({"one": ranks.head(links.height), "other": ranks.tail(links.height)})
    numbered = sides.select(low=pl.min_horizontal("one", "other"), high=pl.max_horizontal("one", "other"))
    return numbered, towns.select("town", "degree", "rank")


def list_triangles(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield every triangle once, many at a time: `low`, `middle`, `high`; at least one frame.

    Each is listed from its town of fewest partners (Chiba and Nishizeki 1985), so that the towns with thousands of
    partners cost nothing. The time grows with the links times the square root of their number at most.

    Args:
        links: as `number_towns` returns them.
    """
    pairs = links.group_by("low").agg(pairs=pl.len().cast(pl.Int64).pow(2)).sort("low")
    batch = pairs.select("low", batch=pl.col("pairs").cum_sum() // _AT_ONCE)
    towns = links["high"].max()
    size = pl.lit((int(towns) if isinstance(towns, int) else 0) + 1, pl.UInt64)
    joined = links.select(link=pl.col("low") * size + pl.col("high"))
    for part in links.join(batch, on="low", how="left").partition_by("batch", include_key=False) or [links]:
        up = part.select("low", middle="high")
        wedges = up.join(part, on="low").filter(pl.col("middle") < pl.col("high"))
        # One number a link: two columns take twice as long to look up.
        wedges = wedges.with_columns(link=pl.col("middle") * size + pl.col("high"))
        yield wedges.join(joined, on="link", how="semi").select(CORNERS)
