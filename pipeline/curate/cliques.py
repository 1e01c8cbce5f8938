"""Cliques: sets of towns of which each two are partners, where chance would make none.

They are the shadow that a ring or a network casts on lists of pairs. A clique is reported, never turned into a group:
no source says that it is one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

from pipeline.curate.paths import both_ways, label_components
from pipeline.curate.triangles import CORNERS, Network
from schemas import FINDINGS, TOWN_CLIQUES
from schemas import vocabularies as v
from schemas.ids import mint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Triangles are everywhere; four is the smallest size that is asked about.
SMALLEST = 4
#: A size is unusual if a random network with the same numbers of partners would hold fewer cliques of it than this.
#: The full lists hold 616 of just four towns, where 0.02 are to be expected; of triangles, 110 are.
UNUSUAL = 0.1
#: Capitals are partners of most other capitals, and make hundreds of cliques that are no ring. In a ring at least this
#: share of the towns' partnerships is with one another; of the cliques of capitals in the full lists, a tenth is.
INWARD = 0.25


#: A part of the network whose cliques are more than this, divided by its links, is not searched: a dense network can
#: hold more than anybody can list. The largest part of the full lists has 1,282 cliques and 2,551 links: a fifth.
_MOST_CLIQUES_TIMES_LINKS = 2**24
#: Nor is a part of more links than this: a step of the search is dear there, and many steps end in no clique.
_MOST_LINKS = 2**15


@dataclass(frozen=True)
class Cliques:
    """What was found, and where the search was given up.

    Args:
        sets: `TOWN_CLIQUES`.
        unsearched: `part` (a number), `town_id`, `links` (of the part): parts of the network with too many cliques.
    """

    sets: pl.DataFrame
    unsearched: pl.DataFrame


def find_cliques(partnerships: pl.DataFrame, members: pl.DataFrame, network: Network | None = None) -> Cliques:
    """Return unusually complete sets of towns, those that overlap as one.

    The largest clique is the core of a set, and a clique that has more than half of its towns in common with the set
    belongs to it; so does the next largest that is left, and so on. The core is complete, the rest nearly so.

    A clique is unusual if chance makes none of its size, and its towns look inwards (`INWARD`). A part of the network
    that is too large and dense to search gives none: its towns are returned instead. In a network so dense that chance
    makes cliques of every size, none is unusual.

    Args:
        partnerships: `town_a_id`, `town_b_id`; any status.
        members: `group_id`, `town_id`: published groups.
        network: of the partnerships, where it is known already.

    Returns:
        The sets, where `group_id` is the group that holds all but at most one of the set's towns.
    """
    network = network or Network.of(partnerships)
    names, degree = network.towns["town"], network.towns["degree"]
    smallest = smallest_unusual(degree)
    inside = _with_parts(_in_triangles(network, smallest))
    parts = inside.group_by("part").agg(links=pl.len().cast(pl.Int64))
    searched = inside.join(parts.filter(pl.col("links") <= _MOST_LINKS), on="part", how="semi")
    found: list[list[str]] = []
    given_up = parts.filter(pl.col("links") > _MOST_LINKS)["part"].to_list()
    towns = _ends(searched)["town"]
    name_of, degree_of = (dict(zip(towns, one.gather(towns), strict=True)) for one in (names, degree))
    for part, low, high in searched.group_by("part").agg("low", "high").sort("part").iter_rows():
        some = _unusual(low, high, smallest, degree_of)
        if some is None:
            given_up.append(part)
        else:
            found += (sorted(name_of[town] for town in clique) for clique in some)
    unsearched = _ends(inside.filter(pl.col("part").is_in(given_up))).join(parts, on="part").sort("part", "town")
    unsearched = unsearched.select(pl.col("part").cast(pl.Int64), names.gather(unsearched["town"]), "links")
    sets = _together(sorted(found, key=lambda clique: (-len(clique), clique)))
    rows = [(",".join(core), town, town in core) for core, all_towns in sets for town in all_towns]
    table = pl.DataFrame(rows, schema={"core": pl.String, "town_id": pl.String, "is_core": pl.Boolean}, orient="row")
    table = table.with_columns(clique_id=mint("k", table["core"]))
    return Cliques(
        TOWN_CLIQUES.conform(table.join(_groups_of(table, members), on="clique_id", how="left")),
        unsearched.rename({"town": "town_id"}),
    )


def _unusual(low: list[int], high: list[int], smallest: int, degree: Mapping[int, int]) -> list[list[int]] | None:
    """Return the cliques of a part, given its links, that are unusual; None if it has too many to list."""
    towns = set(low).union(high)
    cliques: Iterable[list[int]]
    if 2 * len(low) == len(towns) * (len(towns) - 1):
        # Most parts are one clique, and the search takes a while to begin.
        cliques = [list(towns)]
    else:
        import networkx as nx

        cliques = nx.find_cliques(nx.Graph(zip(low, high, strict=True)))
    most = _MOST_CLIQUES_TIMES_LINKS // len(low)
    found = []
    for count, clique in enumerate(cliques):
        if count >= most:
            return None
        size = len(clique)
        if size >= smallest and size * (size - 1) >= INWARD * sum(degree[town] for town in clique):
            found.append(clique)
    return found


def smallest_unusual(degrees: pl.Series) -> int:
    """Return the smallest size, at least `SMALLEST`, of which chance would make fewer than `UNUSUAL` cliques.

    If there is none among the sizes for which enough towns have enough partners, the size after these.
    """
    size = SMALLEST
    while (degrees >= size - 1).sum() >= size and expected_cliques(degrees, size) >= UNUSUAL:
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
    able = degrees.filter(degrees >= size - 1)
    if able.is_empty():
        return 0.0
    # Logarithms, as the products of a town with thousands of partners do not fit a float; each number of partners once.
    ways = [
        math.lgamma(degree + 1) - math.lgamma(degree - size + 2) + math.log(towns)
        for degree, towns in able.value_counts().iter_rows()
    ]
    most = max(ways)
    total = most + math.log(math.fsum(math.exp(one - most) for one in ways))
    ends = float(degrees.sum())
    logarithm = size * total - math.lgamma(size + 1) - size * (size - 1) / 2 * math.log(ends)
    # A star of many links expects more than a float can hold.
    return math.exp(min(logarithm, _LARGEST_EXPONENT))


def report_cliques(cliques: Cliques, claims: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each clique and each part that was not searched, with the source of the most of its links.

    Args:
        cliques: as `find_cliques` returns them.
        claims: `town_id`, `partner_id`, `source_id`, `partnership_id`.
        towns: `town_id`, `name`.
    """
    core = cliques.sets.filter("is_core").select("town_id", place="clique_id")
    names = (
        core.join(towns, on="town_id").sort("place", "name", "town_id")
        .group_by("place", maintain_order=True).agg(raw_value=pl.col("name").str.join(" – "))
    )  # fmt: skip
    dense = cliques.unsearched.select("town_id", "links", place=pl.col("part").cast(pl.String))
    sizes = dense.group_by("place").agg(
        raw_value=pl.format("{} towns, {} links: too dense to list the cliques", pl.len(), pl.col("links").first())
    )
    found = pl.concat(
        texts.join(_main_source(members, claims), on="place").with_columns(rule=pl.lit(rule))
        for members, texts, rule in (
            (core, names, "complete_clique"),
            (dense.drop("links"), sizes, "cliques_not_searched"),
        )
    )
    return FINDINGS.conform(
        found.with_columns(
            column_name=pl.lit("partner"), severity=pl.lit(v.Severity.INFO.value), action=pl.lit(v.Action.KEPT.value)
        )
    )


def _main_source(members: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Return which source states the most links between the towns of one place: `place`, `source_id`."""
    members = members.with_columns(pl.col("town_id").cast(claims.schema["town_id"]))
    return (
        claims.select("town_id", "partner_id", "source_id", "partnership_id")
        .join(members, on="town_id")
        .join(members.rename({"town_id": "partner_id"}), on=["place", "partner_id"])
        .group_by("place", "source_id").agg(stated=pl.col("partnership_id").n_unique())
        .sort("place", "stated", "source_id", descending=[False, True, False])
        .unique("place", keep="first", maintain_order=True)
        .select("place", "source_id")
    )  # fmt: skip


def _in_triangles(network: Network, size: int) -> pl.DataFrame:
    """Return the links that are in as many triangles as each link of a clique of the size is: `low`, `high`."""
    # Only towns of as many partners as a clique's can be in one; the first of a triangle has the fewest.
    is_able = network.towns["degree"] >= size - 1
    counts = pl.concat(
        able.select(low=one, high=other).group_by("low", "high").len()
        for triangles in network.triangles()
        for able in [triangles.filter(is_able.gather(triangles["low"]))]
        for one, other in combinations(CORNERS, 2)
    )
    often = counts.group_by("low", "high").agg(pl.col("len").sum()).filter(pl.col("len") >= size - 2)
    return often.select("low", "high")


def _with_parts(links: pl.DataFrame) -> pl.DataFrame:
    """Add to links the `part` of the network that they are in: its first town."""
    towns = pl.concat([links["low"], links["high"]]).unique().sort()
    if towns.is_empty():
        return links.with_columns(part=pl.lit(0, pl.UInt32))
    place = pl.zeros(towns[-1] + 1, pl.UInt32, eager=True)
    place = place.scatter(towns, pl.int_range(towns.len(), dtype=pl.UInt32, eager=True))
    labels = label_components(both_ways(links.select(place.gather(links[end]).alias(end) for end in ("low", "high"))))
    return links.with_columns(towns.gather(labels.gather(place.gather(links["low"]))).alias("part"))


def _ends(links: pl.DataFrame) -> pl.DataFrame:
    """Return the towns of links, each once: `part`, `town`."""
    return pl.concat(links.select("part", town=end) for end in ("low", "high")).unique()


def _together(cliques: Iterable[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Put overlapping cliques together, given the largest first: each set's core and all of its towns."""
    sets: list[tuple[list[str], set[str]]] = []
    # Only sets that have a town in common are compared.
    homes: defaultdict[str, set[int]] = defaultdict(set)
    for clique in cliques:
        common = Counter(home for town in clique for home in homes[town])
        home = min((home for home, towns in common.items() if 2 * towns > len(clique)), default=len(sets))
        if home == len(sets):
            sets.append((clique, set()))
        sets[home][1].update(clique)
        for town in clique:
            homes[town].add(home)
    return [(core, sorted(towns)) for core, towns in sets]


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
