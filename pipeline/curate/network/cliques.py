"""Unusual cliques: sets of towns that are all partners of each other, and that chance would not produce.

A ring or a town network appears as a clique in lists of pairs. A clique is reported, but does not become a group,
because no source says that it is one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import polars as pl
import rustworkx as rx

from pipeline.curate.sql import read_sql
from schemas.ids import mint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb

#: The smallest size that is searched. Triangles are everywhere.
MIN_SIZE: Final = 4
#: A size is unusual if a random network with the same numbers of partners has fewer cliques of it than this. The full
#: lists have 616 cliques of four towns, where 0.02 are expected; they are expected to have 110 triangles.
MAX_EXPECTED: Final = 0.1
#: Capitals are partners of most other capitals, and so form hundreds of cliques that are not rings. In a ring, at least
#: this share of the towns' partnerships is inside the ring; in the full lists' cliques of capitals, it is a tenth.
MIN_INNER_SHARE: Final = 0.25
#: A dense network can have more cliques than anybody can list. A component is given up when its number of cliques times
#: its number of links is larger than this. For the largest component of the full lists (1,282 cliques, 2,551 links),
#: the product is a fifth of it.
_MAX_CLIQUES_TIMES_LINKS: Final = 2**24
#: A component with more links than this is not searched: each step is slow, and many steps lead to no clique.
_MAX_LINKS: Final = 2**15
#: The result of `math.exp` overflows from about 709.8 on.
_MAX_EXPONENT: Final = 700.0

_MEMBERS: Final = {"core": pl.String, "town_id": pl.String, "is_core": pl.Boolean}
_DENSE: Final = {"component": pl.Int64, "town_id": pl.String, "links": pl.Int64}


def register_cliques(connection: duckdb.DuckDBPyConnection) -> None:
    """Register the sets of towns that unusual cliques form.

    Cliques are taken from the largest to the smallest. A clique that has more than half of its towns in common with a
    set joins that set; otherwise it becomes the core of a new set. So every core is complete, and the rest of a set is
    nearly so. A component that is too large and dense to search has no sets; its towns are registered instead.

    The registered frames are `clique_members` (`clique_id`, `town_id`, `is_core`) and `dense_components` (`component`,
    a number; `town_id`; `links` of the component).

    Args:
        connection: after `read_network`.
    """
    towns = connection.sql("SELECT town_id, partner_count FROM network_towns ORDER BY node").pl()
    town_ids, degrees = towns["town_id"], towns["partner_count"]
    size = smallest_unusual(degrees)
    unusual: list[list[str]] = []
    dense = []
    for number, links in enumerate(_components(connection, size), start=1):
        cliques = _unusual_cliques(links, size, degrees)
        if cliques is None:
            nodes = sorted({node for link in links for node in link})
            dense += [(number, town_ids[node], len(links)) for node in nodes]
        else:
            unusual += (sorted(town_ids[node] for node in clique) for clique in cliques)
    sets = merge_overlapping(sorted(unusual, key=lambda clique: (-len(clique), clique)))
    rows = [(",".join(core), town, town in core) for core, members in sets for town in members]
    members = pl.DataFrame(rows, schema=_MEMBERS, orient="row")
    members = members.select("town_id", "is_core", clique_id=mint("k", members["core"]))
    connection.register("clique_members", members)
    connection.register("dense_components", pl.DataFrame(dense, schema=_DENSE, orient="row"))


def _components(connection: duckdb.DuckDBPyConnection, size: int) -> Iterable[list[tuple[int, int]]]:
    """Return the links that may be in a clique of a size, grouped by component."""
    links = connection.execute(read_sql("network", "clique_links"), {"size": size}).fetchall()
    nodes = sorted({node for link in links for node in link})
    index_of = {node: index for index, node in enumerate(nodes)}
    network: rx.PyGraph[None, None] = rx.PyGraph(multigraph=False)
    network.extend_from_edge_list([(index_of[low], index_of[high]) for low, high in links])
    groups = rx.connected_components(network)
    component_of = {nodes[index]: number for number, indices in enumerate(groups) for index in indices}
    components: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for low, high in links:
        components[component_of[low]].append((low, high))
    return components.values()


def _unusual_cliques(
    links: Sequence[tuple[int, int]], smallest: int, degrees: pl.Series
) -> list[frozenset[int]] | None:
    """Return the unusual cliques of a component; None if there are too many to list."""
    if len(links) > _MAX_LINKS:
        return None
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for low, high in links:
        partners[low].add(high)
        partners[high].add(low)
    unusual = []
    for count, clique in enumerate(maximal_cliques(partners)):
        if count >= _MAX_CLIQUES_TIMES_LINKS // len(links):
            return None
        size = len(clique)
        if size >= smallest and size * (size - 1) >= MIN_INNER_SHARE * sum(degrees[node] for node in clique):
            unusual.append(clique)
    return unusual


def maximal_cliques(partners: Mapping[int, set[int]]) -> Iterator[frozenset[int]]:
    """Yield every maximal clique: all of its nodes are partners of each other, and no other node can be added.

    Bron and Kerbosch 1973 with the pivot of Tomita, Tanaka and Takahashi 2006. The worst-case time O(3^(n/3)) is
    optimal.

    Args:
        partners: the partners of each node.
    """
    waiting: list[tuple[frozenset[int], set[int], set[int]]] = [(frozenset(), set(partners), set())]
    while waiting:
        clique, candidates, done = waiting.pop()
        if not candidates:
            if not done:
                yield clique
            continue
        pivot = max(candidates | done, key=lambda node: len(candidates & partners[node]))
        for node in sorted(candidates - partners[pivot]):
            near = partners[node]
            waiting.append((clique | {node}, candidates & near, done & near))
            candidates.remove(node)
            done.add(node)


def smallest_unusual(degrees: pl.Series) -> int:
    """Return the smallest size, from `MIN_SIZE` on, of which fewer than `MAX_EXPECTED` cliques are expected.

    If no size is unusual for which enough towns have enough partners, this is the next larger size.
    """
    size = MIN_SIZE
    while (degrees >= size - 1).sum() >= size and expected_cliques(degrees, size) >= MAX_EXPECTED:
        size += 1
    return size


def expected_cliques(degrees: pl.Series, size: int) -> float:
    """Return the expected number of cliques of a size in a random network with these numbers of partners.

    In the configuration model (Newman 2003, IV.B) the ends of all links are joined at random: two ends meet with the
    probability 1 / 2m, where m is the number of links. A town of d partners can connect its k - 1 links to the others
    of a set of k in d (d - 1) … (d - k + 2) ways. The sum over all sets is (Σ d (d - 1) …)^k / (k! (2m)^(k(k-1)/2)), or
    a little less, because no town is in a set twice.
    """
    large = degrees.filter(degrees >= size - 1)
    if large.is_empty():
        return 0.0
    # In logarithms: the product for a town with thousands of partners is too large for a float.
    ways = [
        math.lgamma(degree + 1) - math.lgamma(degree - size + 2) + math.log(towns)
        for degree, towns in large.value_counts().iter_rows()
    ]
    max_ways = max(ways)
    total = max_ways + math.log(math.fsum(math.exp(way - max_ways) for way in ways))
    ends = float(degrees.sum())
    logarithm = size * total - math.lgamma(size + 1) - size * (size - 1) / 2 * math.log(ends)
    return math.exp(min(logarithm, _MAX_EXPONENT))


def merge_overlapping(cliques: Iterable[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Return sets of overlapping cliques: the core and all towns of each.

    Args:
        cliques: towns of each clique, from the largest to the smallest.
    """
    sets: list[tuple[list[str], set[str]]] = []
    sets_of: defaultdict[str, set[int]] = defaultdict(set)
    for clique in cliques:
        common = Counter(number for town in clique for number in sets_of[town])
        number = min((number for number, towns in common.items() if 2 * towns > len(clique)), default=len(sets))
        if number == len(sets):
            sets.append((clique, set()))
        sets[number][1].update(clique)
        for town in clique:
            sets_of[town].add(number)
    return [(core, sorted(towns)) for core, towns in sets]
