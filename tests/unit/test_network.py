"""The network in figures, on networks that one can draw, and against the plain way of counting."""

from __future__ import annotations

import math
import random
import statistics
from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import polars as pl
import pytest
import rustworkx as rx
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.network import figures, measure_network, read_network
from pipeline.curate.network.figures import exact_diameter, measure_paths
from pipeline.curate.table_writer import TableWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Links = set[tuple[int, int]]

COUNTRY = {"gn1": "DE", "gn2": "FR", "gn3": "FR", "gn4": "PL"}


class Measured(NamedTuple):
    """Figures and towns by name, and each three towns that are partners."""

    figures: dict[str, float]
    rows: dict[str, dict[str, Any]]
    towns: dict[str, dict[str, Any]]
    triangles: list[tuple[str, ...]]


def measure(links: Iterable[tuple[int, int]], distance: float | None = None) -> Measured:
    pairs = sorted(sorted((f"gn{a}", f"gn{b}")) for a, b in links)
    countries = [(COUNTRY.get(a), COUNTRY.get(b)) for a, b in pairs]
    partnerships = pl.DataFrame(
        {
            "town_a_id": [a for a, _ in pairs],
            "town_b_id": [b for _, b in pairs],
            "distance_km": [distance] * len(pairs),
            "is_domestic": [None if None in both else both[0] == both[1] for both in countries],
        },
        schema={"town_a_id": pl.String, "town_b_id": pl.String, "distance_km": pl.Float64, "is_domestic": pl.Boolean},
    )
    ids = sorted({town for pair in pairs for town in pair})
    towns = pl.DataFrame(
        {"town_id": ids, "country_code": [COUNTRY.get(town) for town in ids]},
        schema={"town_id": pl.String, "country_code": pl.String},
    )
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        connection.register("partnerships", partnerships)
        connection.register("towns", towns)
        measures = measure_network(read_network(connection))
        connection.register("node_components", measures.components)
        connection.register("path_figures", measures.paths)
        with TableWriter(connection) as tables:
            tables.create("town_network", "network_figures")
            tables.finish()
        rows = connection.table("network_figures").pl().rows_by_key("figure", named=True, unique=True)
        places = connection.table("town_network").pl().rows_by_key("town_id", named=True, unique=True, include_key=True)
        ids = connection.sql("SELECT town_id FROM network_towns ORDER BY node").pl()["town_id"].to_list()
        triangles = connection.execute("SELECT low, middle, high FROM triangles").fetchall()
    return Measured(
        {figure: row["value"] for figure, row in rows.items()},
        rows,
        places,
        sorted(tuple(sorted(ids[node] for node in nodes)) for nodes in triangles),
    )


def graph(links: Iterable[tuple[int, int]]) -> rx.PyGraph[str, None]:
    """Return a network for the graph library, its towns in the order of their numbers."""
    links = list(links)
    towns = sorted({town for link in links for town in link})
    place = {town: index for index, town in enumerate(towns)}
    network: rx.PyGraph[str, None] = rx.PyGraph(multigraph=False)
    network.add_nodes_from([f"gn{town}" for town in towns])
    network.add_edges_from_no_data([(place[a], place[b]) for a, b in links])
    return network


# The plain way


def partners_of(links: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in links:
        partners[a].add(b)
        partners[b].add(a)
    return dict(partners)


def steps_from(start: int, partners: Mapping[int, set[int]]) -> dict[int, int]:
    """Return the length of the shortest path to every town that there is a path to."""
    steps = {start: 0}
    ring = [start]
    while ring:
        ring = sorted({near for town in ring for near in partners[town] if near not in steps})
        length = max(steps.values()) + 1
        steps |= dict.fromkeys(ring, length)
    return steps


def plain_components(partners: Mapping[int, set[int]]) -> list[set[int]]:
    """Return the towns of each component; the largest first, then that of the first id."""
    components = {frozenset(steps_from(town, partners)) for town in partners}
    ordered = sorted(components, key=lambda towns: (-len(towns), min(f"gn{town}" for town in towns)))
    return [set(towns) for towns in ordered]


def all_steps(partners: Mapping[int, set[int]], towns: Iterable[int]) -> list[int]:
    """Return the lengths of the shortest paths from each of some towns to every other."""
    return [length for start in towns for town, length in steps_from(start, partners).items() if town != start]


# Networks that one can draw


def test_a_triangle_with_a_tail_and_a_pair_beside() -> None:
    network = measure([(1, 2), (2, 3), (1, 3), (3, 4), (8, 9)], distance=100)
    assert network.figures == {
        "towns": 6,
        "partnerships": 5,
        "mean_partners": 1.6667,
        "most_partners": 3,
        "components": 2,
        "largest_component_towns": 4,
        "largest_component_share": 0.6667,
        "triangles": 1,
        "clustering": 0.6,
        "mean_local_clustering": pytest.approx((1 + 1 + 1 / 3) / 6, abs=1e-4),
        # Partners at both ends, (2, 2) (2, 3) (2, 3) (3, 1) (1, 1): their covariance is 0.
        "assortativity": 0,
        "mean_steps": 1.33,
        "median_steps": 1,
        "most_steps": 2,
        "countries": 3,
        "country_pairs": 2,
        "domestic_share": 0.25,
        "mean_distance": 100,
        "median_distance": 100,
    }
    assert network.towns["gn3"] == {
        "town_id": "gn3",
        "partner_count": 3,
        "triangle_count": 1,
        "clustering": pytest.approx(1 / 3),
        "component": 1,
        "component_town_count": 4,
    }
    assert (network.towns["gn4"]["clustering"], network.towns["gn9"]["component"]) == (None, 2)


def test_a_network_of_nothing_has_no_more_than_its_zeros() -> None:
    network = measure([])
    assert network.figures == {"towns": 0, "partnerships": 0, "components": 0, "countries": 0, "country_pairs": 0}
    assert network.towns == {}


def test_where_all_towns_are_alike_there_is_no_assortativity() -> None:
    network = measure([(1, 2)])
    assert "assortativity" not in network.figures
    assert "clustering" not in network.figures


def test_a_star_is_as_disassortative_as_can_be_and_two_cliques_are_assortative() -> None:
    assert measure([(1, 2), (1, 3), (1, 4)]).figures["assortativity"] == -1
    assert measure([(1, 2), (5, 6), (6, 7), (5, 7)]).figures["assortativity"] == 1


def test_components_of_one_size_are_numbered_by_their_ids() -> None:
    towns = measure([(7, 8), (1, 2)]).towns
    assert [towns[f"gn{town}"]["component"] for town in (1, 2, 7, 8)] == [1, 1, 2, 2]


def test_every_figure_says_how_it_is_meant() -> None:
    rows = measure([(1, 2), (2, 3), (1, 3), (3, 4)], distance=100).rows
    assert all(row["note"].endswith(".") for row in rows.values())
    shares = {figure for figure, row in rows.items() if row["unit"] is None}
    assert shares == {
        "largest_component_share",
        "clustering",
        "mean_local_clustering",
        "assortativity",
        "domestic_share",
    }


# Shortest paths from some towns

CHAIN = list(pairwise(range(1, 10)))


def test_a_large_component_is_measured_from_some_of_its_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_MAX_VISITED_LINKS", 3 * len(CHAIN))
    monkeypatch.setattr(figures, "_MIN_STARTS", 1)
    rows = measure(CHAIN).rows
    # A chain in the order of ids: from its first, fourth and seventh town.
    steps = all_steps(partners_of(CHAIN), (1, 4, 7))
    assert rows["mean_steps"]["value"] == round(statistics.fmean(steps), 2)
    assert rows["median_steps"]["value"] == statistics.median_low(steps)
    # Their means are 36/8, 21/8 and 24/8, their medians 4, 2 and 2. Six of nine towns are left out.
    left_out = (6 / 9 / 3) ** 0.5
    assert rows["mean_steps"]["standard_error"] == round(statistics.stdev([36 / 8, 21 / 8, 24 / 8]) * left_out, 3)
    assert rows["median_steps"]["standard_error"] == round(statistics.stdev([4, 2, 2]) * left_out, 3)
    assert rows["mean_steps"]["unit"] == rows["median_steps"]["unit"] == "step, sampled"
    # The diameter is exact whatever the sample.
    assert (rows["most_steps"]["value"], rows["most_steps"]["unit"], rows["most_steps"]["standard_error"]) == (
        8,
        "step",
        None,
    )


@pytest.mark.parametrize(("searched", "starts"), [(8 * 5, (1, 3, 5, 7, 9)), (0, (1, 4, 7))])
def test_a_component_of_many_links_is_measured_from_fewer_towns(
    monkeypatch: pytest.MonkeyPatch, searched: int, starts: tuple[int, ...]
) -> None:
    monkeypatch.setattr(figures, "_MAX_VISITED_LINKS", searched)
    monkeypatch.setattr(figures, "_MIN_STARTS", 3)
    steps = all_steps(partners_of(CHAIN), starts)
    mean = measure(CHAIN).rows["mean_steps"]
    assert (mean["value"], mean["unit"]) == (round(statistics.fmean(steps), 2), "step, sampled")


def test_a_component_that_is_searched_whole_is_no_estimate() -> None:
    rows = measure(CHAIN).rows
    assert rows["mean_steps"]["value"] == round(statistics.fmean(all_steps(partners_of(CHAIN), range(1, 10))), 2)
    for figure in ("mean_steps", "median_steps", "most_steps"):
        assert (rows[figure]["unit"], rows[figure]["standard_error"]) == ("step", None)


def chance_links(seed: int, towns: int, links: int, tails: Iterable[int] = ()) -> Links:
    """Return links of a connected network: a tree at random, more links at random, and tails that hang on it."""
    chance = random.Random(seed)
    joined = {(chance.randrange(town), town) for town in range(1, towns)}
    while len(joined) < links:
        joined.add(tuple(sorted(chance.sample(range(towns), 2))))  # type: ignore[arg-type] # two numbers
    for start, length in enumerate(tails, 1):
        joined |= set(pairwise([chance.randrange(towns), *(1000 * start + place for place in range(length))]))
    return joined


@pytest.mark.parametrize(
    "links",
    [
        chance_links(1, 400, 399),
        chance_links(2, 400, 800),
        chance_links(3, 500, 3000),
        chance_links(4, 300, 1200, tails=(5, 12, 40)),
        {(min(town, 0), town) for town in range(1, 300)},
        set(pairwise(range(350))),
    ],
    ids=["tree", "sparse", "dense", "long tails", "star", "chain"],
)
def test_a_sampled_mean_is_within_three_standard_errors_and_the_diameter_is_exact(
    monkeypatch: pytest.MonkeyPatch, links: Links
) -> None:
    monkeypatch.setattr(figures, "_MAX_VISITED_LINKS", 100 * len(links))
    partners = partners_of(links)
    steps = all_steps(partners, partners)
    paths = measure_paths(graph(links))
    assert paths.mean_error is not None
    assert paths.median_error is not None
    assert abs(paths.mean - statistics.fmean(steps)) <= 3 * paths.mean_error
    assert paths.diameter == max(steps)


def test_from_every_town_of_a_ring_it_is_as_far(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = graph((town, (town + 1) % 300) for town in range(300))
    whole = measure_paths(ring)
    monkeypatch.setattr(figures, "_MAX_VISITED_LINKS", 100 * 300)
    sampled = measure_paths(ring)
    assert sampled.mean == pytest.approx(150**2 / 299)
    assert whole.mean == pytest.approx(150**2 / 299)
    assert (sampled.mean_error, sampled.median_error, whole.mean_error) == (0, 0, None)
    assert sampled.median == whole.median == 75
    assert sampled.diameter == whole.diameter == 150


def test_a_long_chain_is_one_component() -> None:
    chance = list(range(500))
    random.Random(7).shuffle(chance)
    network = measure(pairwise(chance))
    assert {row["component"] for row in network.towns.values()} == {1}
    assert (network.figures["components"], network.figures["most_steps"]) == (1, 499)


# Against the plain way

LINKS = st.sets(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda link: link[0] < link[1]), min_size=1, max_size=40
)
#: Connected: each town is joined to one before it.
CONNECTED = st.integers(2, 24).flatmap(
    lambda towns: st.builds(
        lambda tree, more: {(min(place % town, town), town) for town, place in enumerate(tree, 1)} | more,
        st.lists(st.integers(0, 99), min_size=towns - 1, max_size=towns - 1),
        st.sets(
            st.tuples(st.integers(0, towns - 1), st.integers(0, towns - 1)).filter(lambda link: link[0] < link[1]),
            max_size=towns,
        ),
    )
)


@given(CONNECTED)
def test_paths_from_every_town_are_those_of_one_search_after_the_other(links: Links) -> None:
    partners = partners_of(links)
    steps = all_steps(partners, partners)
    paths = measure_paths(graph(links))
    assert paths.mean == pytest.approx(statistics.fmean(steps))
    assert paths.median == statistics.median_low(steps)
    assert (paths.mean_error, paths.median_error) == (None, None)
    assert paths.diameter == max(steps)


@given(CONNECTED, st.randoms(use_true_random=False))
def test_the_diameter_is_the_same_whatever_the_order(links: Links, chance: random.Random) -> None:
    partners = partners_of(links)
    shuffled = list(partners)
    chance.shuffle(shuffled)
    number = dict(zip(partners, shuffled, strict=True))
    assert exact_diameter(graph((number[a], number[b]) for a, b in links)) == max(all_steps(partners, partners))


@settings(max_examples=25)
@given(LINKS)
def test_all_measures_are_those_of_the_plain_way(links: Links) -> None:
    partners, network = partners_of(links), measure(links)
    components = plain_components(partners)
    threes = [three for three in combinations(sorted(partners), 3) if set(combinations(three, 2)) <= links]
    corners = {town: sum(town in three for three in threes) for town in partners}
    pairs = {town: math.comb(len(near), 2) for town, near in partners.items()}
    assert network.triangles == sorted(tuple(sorted(f"gn{town}" for town in three)) for three in threes)
    assert network.towns == {
        f"gn{town}": {
            "town_id": f"gn{town}",
            "partner_count": len(near),
            "triangle_count": corners[town],
            "clustering": pytest.approx(corners[town] / pairs[town]) if pairs[town] else None,
            "component": next(place for place, towns in enumerate(components, 1) if town in towns),
            "component_town_count": next(len(towns) for towns in components if town in towns),
        }
        for town, near in partners.items()
    }
    local = [corners[town] / pairs[town] if pairs[town] else 0 for town in partners]
    steps = all_steps(partners, components[0])
    assert network.figures["components"] == len(components)
    assert network.figures["largest_component_towns"] == len(components[0])
    assert network.figures["triangles"] == len(threes)
    transitivity = 3 * len(threes) / sum(pairs.values()) if any(pairs.values()) else None
    assert network.figures.get("clustering") == (
        None if transitivity is None else pytest.approx(transitivity, abs=1e-4)
    )
    assert network.figures["mean_local_clustering"] == pytest.approx(statistics.fmean(local), abs=1e-4)
    assert network.figures["mean_steps"] == pytest.approx(statistics.fmean(steps), abs=0.005001)
    assert network.figures["median_steps"] == statistics.median_low(steps)
    assert network.figures["most_steps"] == max(steps)
