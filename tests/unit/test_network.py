"""The network in figures, on networks that one can draw, and against the plain way of counting."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curate import network, paths
from pipeline.curate.network import measure_network
from pipeline.curate.paths import both_ways, label_components, measure_steps
from pipeline.curate.triangles import list_triangles, number_towns
from schemas import NETWORK_FIGURES, TOWN_NETWORK

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTRY = {"gn1": "DE", "gn2": "FR", "gn3": "FR", "gn4": "PL"}


def chain() -> tuple[dict[str, float], dict[str, str]]:
    """Return the figures of nine towns in a row, and their notes."""
    ids = [f"gn{town}" for town in range(1, 10)]
    partnerships = pl.DataFrame({"town_a_id": ids[:-1], "town_b_id": ids[1:]}).with_columns(
        distance_km=pl.lit(None, pl.Float64), is_domestic=pl.lit(None, pl.Boolean)
    )
    towns = pl.DataFrame({"town_id": ids, "country_code": [None] * 9}, schema_overrides={"country_code": pl.String})
    figures, _ = measure_network(partnerships, towns)
    return dict(figures.select("figure", "value").iter_rows()), dict(figures.select("figure", "note").iter_rows())


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


def chain_from(starts: Iterable[int]) -> list[int]:
    return [abs(start - town) for start in starts for town in range(1, 10) if town != start]


def test_a_large_component_is_measured_from_some_of_its_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "STARTS", 3)
    figures, notes = chain()
    # A chain in the order of ids: from its first, fourth and seventh town.
    steps = chain_from((1, 4, 7))
    assert figures["mean_steps"] == round(sum(steps) / len(steps), 2)
    assert figures["most_steps"] == 8
    # The means to the three are 3, 8/3, 7/3, 2, 7/3, 8/3, 3, 4, 5: their deviation √(8/9), by √3.
    assert "estimated from 3 of its towns" in notes["mean_steps"]
    assert notes["mean_steps"].endswith("Standard error: 0.54.")
    assert "lower bound" in notes["most_steps"]


def test_a_component_of_many_links_is_measured_from_fewer_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_SEARCHED", 16 * 5)
    monkeypatch.setattr(network, "_FEWEST_STARTS", 3)
    assert "estimated from 5 of its towns" in chain()[1]["mean_steps"]
    monkeypatch.setattr(network, "_SEARCHED", 0)
    assert "estimated from 3 of its towns" in chain()[1]["mean_steps"]


def test_a_component_that_is_searched_whole_is_no_estimate() -> None:
    figures, notes = chain()
    steps = chain_from(range(1, 10))
    assert figures["mean_steps"] == round(sum(steps) / len(steps), 2)
    assert notes["mean_steps"].endswith("from every town.")
    assert notes["most_steps"].endswith("the diameter.")


links = st.sets(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda link: link[0] < link[1]), min_size=1, max_size=40
)


def numbered(found: set[tuple[int, int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return number_towns(pl.DataFrame([(f"t{a}", f"t{b}") for a, b in found], schema=["a", "b"], orient="row"))


@given(links)
def test_steps_are_those_of_one_search_after_the_other(found: set[tuple[int, int]]) -> None:
    low_high, towns = numbered(found)
    graph = nx.Graph(low_high.iter_rows())
    plain = dict(nx.all_pairs_shortest_path_length(graph))
    steps = measure_steps(both_ways(low_high), pl.Series(range(towns.height)))
    assert steps.counts == Counter(steps for reached in plain.values() for steps in reached.values() if steps)
    assert steps.of_towns.to_list() == [sum(plain[town].values()) for town in range(towns.height)]


def test_towns_at_the_end_of_long_tails_are_reached_when_most_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that has all its bits is looked at no more; those that lack some go on."""
    core = nx.gnm_random_graph(60, 400, seed=1)
    tails = [(town, *range(100 * town, 100 * town + length)) for town, length in ((3, 5), (7, 12), (11, 30))]
    graph = nx.compose_all([core, *(nx.path_graph(tail) for tail in tails)])
    assert nx.is_connected(graph)
    number = {town: place for place, town in enumerate(sorted(graph, key=graph.degree))}
    links = pl.DataFrame([(number[a], number[b]) for a, b in graph.edges], ["low", "high"], orient="row")
    monkeypatch.setattr(paths, "_BITS", 8)
    starts = range(0, len(number), 2)
    steps = measure_steps(both_ways(links), pl.Series(starts))
    apart = dict(nx.all_pairs_shortest_path_length(nx.relabel_nodes(graph, number)))
    assert steps.counts == Counter(apart[one][town] for one in starts for town in apart if town != one)
    assert steps.of_towns.to_list() == [sum(apart[one][town] for one in starts) for town in range(len(number))]


def test_many_starts_are_searched_in_several_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = pl.DataFrame([sorted((town, (town + 1) % 700)) for town in range(700)], schema=["low", "high"], orient="row")
    for at_once in (1, 3 * 1400, 2**22):
        monkeypatch.setattr(paths, "_AT_ONCE", at_once)
        steps = measure_steps(both_ways(ring), pl.Series(range(700)))
        assert steps.counts == {step: 700 if step == 350 else 1400 for step in range(1, 351)}
        assert steps.of_towns.unique().to_list() == [350**2]


@given(links)
def test_components_are_those_of_networkx(found: set[tuple[int, int]]) -> None:
    low_high, _ = numbered(found)
    labels = label_components(both_ways(low_high))
    plain = {min(towns): towns for towns in nx.connected_components(nx.Graph(low_high.iter_rows()))}
    assert {least: {town for town, label in enumerate(labels) if label == least} for least in set(labels)} == plain


def test_a_long_chain_is_one_component() -> None:
    chance = list(range(1000))
    random.Random(7).shuffle(chance)
    links = pl.DataFrame([sorted(two) for two in pairwise(chance)], schema=["low", "high"], orient="row")
    assert label_components(both_ways(links)).unique().to_list() == [0]


def test_triangles_are_listed_in_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    low_high, _ = numbered(set(combinations(range(12), 2)))
    monkeypatch.setattr("pipeline.curate.triangles._AT_ONCE", 50)
    parts = list(list_triangles(low_high))
    assert len(parts) > 3
    assert sorted(pl.concat(parts).iter_rows()) == list(combinations(range(12), 3))


@given(links)
def test_triangles_are_those_of_all_threes_of_towns(found: set[tuple[int, int]]) -> None:
    low_high, towns = numbered(found)
    names, triangles = towns["town"], pl.concat(list_triangles(low_high))
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
