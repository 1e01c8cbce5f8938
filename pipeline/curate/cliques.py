"""Cliques: sets of towns of which each two are partners, where chance would make none.

They are the shadow that a ring or a network casts on lists of pairs. A clique is reported, never turned into a group:
no source says that it is one.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import polars as pl

from pipeline.curate.triangles import CORNERS, list_triangles, number_towns
from pipeline.ids import mint
from schemas import FINDINGS, TOWN_CLIQUES
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Triangles are everywhere; four is the smallest size that is asked about.
SMALLEST = 4
#: A size is unusual if a random network with the same numbers of partners would hold fewer cliques of it than this.
#: The full lists hold 616 of just four towns, where 0.02 are to be expected; of triangles, 110 are.
UNUSUAL = 0.1
#: Capitals are partners of most other capitals, and make hundreds of cliques that are no ring. In a ring at least this
#: share of the towns' partnerships is with one another; of the cliques of capitals in the full lists, a tenth is.
INWARD = 0.25


def find_cliques(partnerships: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return unusually complete sets of towns, those that overlap as one.

    The largest clique is the core of a set, and a clique that has more than half of its towns in common with the set
    belongs to it; so does the next largest that is left, and so on. The core is complete, the rest nearly so.

    A clique is unusual if chance makes none of its size, and its towns look inwards (`INWARD`).

    Args:
        partnerships: `town_a_id`, `town_b_id`; any status.
        members: `group_id`, `town_id`: published groups.

    Returns:
        `TOWN_CLIQUES`: `group_id` is the group that holds all but at most one of the set's towns.
    """
    links = partnerships.select(a="town_a_id", b="town_b_id")
    degree = pl.concat([links.select(town="a"), links.select(town="b")]).group_by("town").agg(degree=pl.len())
    smallest = smallest_unusual(degree["degree"])
    graph = nx.Graph()
    graph.add_edges_from(_in_two_triangles(links).iter_rows())
    partners = dict(zip(degree["town"], degree["degree"], strict=True))
    found = (
        sorted(clique)
        for clique in nx.find_cliques(graph)
        if len(clique) >= smallest
        and len(clique) * (len(clique) - 1) >= INWARD * sum(partners[town] for town in clique)
    )
    sets = _together(sorted(found, key=lambda clique: (-len(clique), clique)))
    rows = [(",".join(core), town, town in core) for core, towns in sets for town in towns]
    table = pl.DataFrame(rows, schema={"core": pl.String, "town_id": pl.String, "is_core": pl.Boolean}, orient="row")
    table = table.with_columns(clique_id=mint("k", table["core"]))
    return TOWN_CLIQUES.conform(table.join(_groups_of(table, members), on="clique_id", how="left"))


def smallest_unusual(degrees: pl.Series) -> int:
    """Return the smallest size, at least `SMALLEST`, of which chance would make fewer than `UNUSUAL` cliques."""
    size = SMALLEST
    while expected_cliques(degrees, size) >= UNUSUAL and size <= degrees.len():
        size += 1
    return size


_LARGEST_EXPONENT = 700.0


def expected_cliques(degrees: pl.Series, size: int) -> float:
    """Return how many cliques of a size are to be expected in a random network with these numbers of partners.

    In the configuration model (Newman 2003, IV.B) the ends of all links are joined at random: two ends meet with the
    probability 1 / 2m, where m is the number of links. A town of d partners can give its k - 1 links to the others of a
    set of k in d (d - 1) … (d - k + 2) ways, so that the sum over all sets is (Σ d (d - 1) …)^k / (k! (2m)^(k(k-1)/2)),
    or a little less, as no town is in a set twice.
    """
    able = degrees.filter(degrees >= size - 1).cast(pl.Float64)
    ways = able
    for less in range(1, size - 1):
        ways = ways * (able - less)
    total = float(ways.sum())
    if not total:
        return 0.0
    ends = float(degrees.sum())
    logarithm = size * math.log(total) - math.lgamma(size + 1) - size * (size - 1) / 2 * math.log(ends)
    # A star of many links expects more than a float can hold.
    return math.exp(min(logarithm, _LARGEST_EXPONENT))


def report_cliques(cliques: pl.DataFrame, claims: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each clique, with the source that states the most of its links.

    Args:
        cliques: as `find_cliques` returns them.
        claims: `town_id`, `partner_id`, `source_id`, `partnership_id`.
        towns: `town_id`, `name`.
    """
    core = cliques.filter("is_core").select("clique_id", "town_id")
    names = (
        core.join(towns, on="town_id").sort("clique_id", "name", "town_id")
        .group_by("clique_id", maintain_order=True).agg(raw_value=pl.col("name").str.join(" – "))
    )  # fmt: skip
    stated = (
        claims.select("town_id", "partner_id", "source_id", "partnership_id")
        .join(core, on="town_id")
        .join(core.rename({"town_id": "partner_id"}), on=["clique_id", "partner_id"])
        .group_by("clique_id", "source_id").agg(links=pl.col("partnership_id").n_unique())
        .sort("clique_id", "links", "source_id", descending=[False, True, False])
        .unique("clique_id", keep="first", maintain_order=True)
    )  # fmt: skip
    return FINDINGS.conform(
        names.join(stated, on="clique_id").with_columns(
            column_name=pl.lit("partner"), rule=pl.lit("complete_clique"),
            severity=pl.lit(v.Severity.INFO.value), action=pl.lit(v.Action.KEPT.value),
        )
    )  # fmt: skip


def _in_two_triangles(links: pl.DataFrame) -> pl.DataFrame:
    """Return the links that are in two triangles or more, as each link of a clique of four is: `a`, `b`."""
    numbered, towns = number_towns(links)
    triangles = list_triangles(numbered.filter(towns["degree"].gather(numbered["low"]) >= SMALLEST - 1))
    names = towns["town"]
    often = (
        pl.concat(triangles.select(low=one, high=other) for one, other in combinations(CORNERS, 2))
        .group_by("low", "high").len()
        .filter(pl.col("len") >= SMALLEST - 2)
        .sort("low", "high")
    )  # fmt: skip
    return often.select(a=names.gather(often["low"]), b=names.gather(often["high"]))


def _together(cliques: Iterable[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Put overlapping cliques together, given the largest first: each set's core and all of its towns."""
    sets: list[tuple[frozenset[str], set[str]]] = []
    for clique in cliques:
        towns = frozenset(clique)
        home = next((all_towns for core, all_towns in sets if 2 * len(all_towns & towns) > len(towns)), None)
        if home is None:
            sets.append((towns, set(towns)))
        else:
            home |= towns
    return [(sorted(core), sorted(all_towns)) for core, all_towns in sets]


def _groups_of(table: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return `clique_id`, `group_id` of the sets that a published group accounts for."""
    sizes = table.group_by("clique_id").agg(size=pl.len())
    return (
        table.select("clique_id", "town_id")
        .join(members.select("group_id", "town_id").unique(), on="town_id")
        .group_by("clique_id", "group_id").agg(known=pl.len())
        .join(sizes, on="clique_id")
        .filter(pl.col("known") >= pl.col("size").cast(pl.Int64) - 1)
        .sort("clique_id", "known", "group_id", descending=[False, True, False])
        .unique("clique_id", keep="first", maintain_order=True)
        .select("clique_id", "group_id")
    )  # fmt: skip
