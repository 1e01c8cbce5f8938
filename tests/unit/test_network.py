"""The network in figures, on networks that one can draw, and against the plain way of counting."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curate import network
from pipeline.curate.network import count_steps, measure_network
from pipeline.curate.triangles import list_triangles
from schemas import NETWORK_FIGURES, TOWN_NETWORK

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTRY = {"gn1": "DE", "gn2": "FR", "gn3": "FR", "gn4": "PL"}


def measured(
    links: Iterable[tuple[int, int]], distance: float | None = None
) -> tuple[dict[str, float], dict[str, dict[str, Any]]]:
    pairs = sorted(sorted((f"gn{a}", f"gn{b}")) for a, b in links)
    countries = [(COUNTRY.get(a), COUNTRY.get(b)) for a, b in pairs]
    partnerships = pl.DataFrame(
        {
            "town_a_id": [a for a, _ in pairs], "town_b_id": [b for _, b in pairs],
            "distance_km": [distance] * len(pairs),
            "is_domestic": [None if None in both else both[0] == both[1] for both in countries],
        },
        schema={"town_a_id": pl.String, "town_b_id": pl.String, "distance_km": pl.Float64, "is_domestic": pl.Boolean},
    )  # fmt: skip
    ids = sorted({town for pair in pairs for town in pair})
    towns = pl.DataFrame(
        {"town_id": ids, "country_code": [COUNTRY.get(town) for town in ids]},
        schema={"town_id": pl.String, "country_code": pl.String},
    )
    figures, places = measure_network(partnerships, towns)
    NETWORK_FIGURES.validate(figures)
    TOWN_NETWORK.validate(places)
    return dict(figures.select("figure", "value").iter_rows()), {row["town_id"]: row for row in places.to_dicts()}


def test_a_triangle_with_a_tail_and_a_pair_beside() -> None:
    figures, places = measured([(1, 2), (2, 3), (1, 3), (3, 4), (8, 9)], distance=100)
    assert figures == {
        "towns": 6, "partnerships": 5, "mean_partners": 1.6667, "most_partners": 3, "components": 2,
        "largest_component_towns": 4, "largest_component_share": 0.6667, "triangles": 1, "clustering": 0.6,
        "mean_local_clustering": pytest.approx((1 + 1 + 1 / 3) / 6, abs=1e-4),
        # Partners at both ends, (2, 2) (2, 3) (2, 3) (3, 1) (1, 1): their covariance is 0.
        "assortativity": 0,
        "mean_steps": 1.33, "median_steps": 1, "most_steps": 2, "countries": 3, "country_pairs": 2,
        "domestic_share": 0.25, "mean_distance": 100, "median_distance": 100,
    }  # fmt: skip
    assert places["gn3"] == {
        "town_id": "gn3", "partner_count": 3, "triangle_count": 1, "clustering": pytest.approx(1 / 3), "component": 1,
        "component_town_count": 4,
    }  # fmt: skip
    assert (places["gn4"]["clustering"], places["gn9"]["component"]) == (None, 2)


def test_a_network_of_nothing_has_no_more_than_its_zeros() -> None:
    figures, places = measured([])
    assert figures == {"towns": 0, "partnerships": 0, "components": 0, "countries": 0, "country_pairs": 0}
    assert places == {}


def test_where_all_towns_are_alike_there_is_no_assortativity() -> None:
    figures, _ = measured([(1, 2)])
    assert "assortativity" not in figures
    assert "clustering" not in figures


def test_a_star_is_as_disassortative_as_can_be_and_two_cliques_are_assortative() -> None:
    assert measured([(1, 2), (1, 3), (1, 4)])[0]["assortativity"] == -1
    assert measured([(1, 2), (5, 6), (6, 7), (5, 7)])[0]["assortativity"] == 1


def test_components_of_one_size_are_numbered_by_their_ids() -> None:
    _, places = measured([(7, 8), (1, 2)])
    assert [places[f"gn{town}"]["component"] for town in (1, 2, 7, 8)] == [1, 1, 2, 2]


def test_a_large_component_is_measured_from_some_of_its_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "STARTS", 3)
    figures, _ = measured((town, town + 1) for town in range(1, 9))
    # A chain in the order of ids: from its first, fourth and seventh town.
    steps = [abs(start - town) for start in (1, 4, 7) for town in range(1, 10) if town != start]
    assert figures["mean_steps"] == round(sum(steps) / len(steps), 2)
    assert figures["most_steps"] == 8


links = st.sets(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda link: link[0] < link[1]), min_size=1, max_size=40
)


@given(links)
def test_steps_are_those_of_one_search_after_the_other(found: set[tuple[int, int]]) -> None:
    graph = nx.Graph(found)
    graph.add_nodes_from(range(12))
    counts = count_steps([sorted(graph[town]) for town in range(12)], range(12))
    plain = Counter(
        steps for _, reached in nx.all_pairs_shortest_path_length(graph) for steps in reached.values() if steps
    )
    assert dict(counts) == dict(plain)


@given(links)
def test_triangles_are_those_of_all_threes_of_towns(found: set[tuple[int, int]]) -> None:
    frame = pl.DataFrame([(f"t{a}", f"t{b}") for a, b in found], schema=["a", "b"], orient="row")
    triangles, names = list_triangles(frame)
    listed = sorted(tuple(sorted(names.gather(list(corners)))) for corners in triangles.iter_rows())
    plain = [three for three in combinations(range(12), 3) if all(pair in found for pair in combinations(three, 2))]
    assert listed == sorted(tuple(sorted(f"t{town}" for town in three)) for three in plain)


@given(links)
def test_clustering_is_that_of_networkx(found: set[tuple[int, int]]) -> None:
    figures, places = measured(found)
    graph = nx.Graph(found)
    assert figures.get("clustering", 0) == pytest.approx(nx.transitivity(graph), abs=1e-4)
    assert figures["mean_local_clustering"] == pytest.approx(nx.average_clustering(graph), abs=1e-4)
    assert figures["components"] == nx.number_connected_components(graph)
    assert {town: row["triangle_count"] for town, row in places.items()} == {
        f"gn{town}": count for town, count in nx.triangles(graph).items()
    }
