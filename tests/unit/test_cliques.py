"""Cliques: found where chance makes none, whatever the order of the links."""

from __future__ import annotations

import math
import random
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sql_files import select

from pipeline.curate.network import cliques, read_network, register_cliques
from pipeline.curate.network.cliques import expected_cliques, maximal_cliques, merge_overlapping, smallest_unusual
from schemas import Awards, Findings, TownCliques, check_table

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Five hundred links of two towns each: among so many, four towns that are all linked are no chance.
OTHERS = [(f"s{i:03}", f"t{i:03}") for i in range(500)]
GROUP = "g" + "0" * 16


class Searched(NamedTuple):
    """The result of a search: towns of sets, and towns of components that were not searched."""

    clique_members: pl.DataFrame
    dense_components: pl.DataFrame


def links(pairs: Iterable[tuple[str, str]]) -> pl.DataFrame:
    schema = {"town_a_id": pl.String, "town_b_id": pl.String}
    return pl.DataFrame([sorted(pair) for pair in pairs], schema=schema, orient="row")


def complete(*towns: str) -> list[tuple[str, str]]:
    return list(combinations(towns, 2))


def search(pairs: Iterable[tuple[str, str]]) -> Searched:
    with duckdb.connect() as connection:
        connection.register("partnerships", links(pairs))
        read_network(connection)
        register_cliques(connection)
        return Searched(*(connection.table(name).pl() for name in Searched._fields))


def town_cliques(searched: Searched, members: Iterable[tuple[str, str]] = ()) -> pl.DataFrame:
    """Return the table of the sets, given the towns of published groups."""
    groups = pl.DataFrame(list(members), schema={"group_id": pl.String, "town_id": pl.String}, orient="row")
    return select("tables", "town_cliques", clique_members=searched.clique_members, group_members=groups)


def sets(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return each set's core, and the other towns in it."""
    table = town_cliques(search(pairs + OTHERS)).sort("clique_id", "town_id")
    assert table.schema == TownCliques.dtypes()
    return {
        "".join(part.filter("is_core")["town_id"]): "".join(part.filter(~pl.col("is_core"))["town_id"])
        for (_,), part in table.group_by("clique_id")
    }


def findings(searched: Searched, stated: list[tuple[str, str, str, str]], names: dict[str, str]) -> pl.DataFrame:
    """Return the findings, given claims (town, partner, source, partnership) and names of towns."""
    columns = ["town_id", "partner_id", "source_id", "partnership_id"]
    table = select(
        "tables",
        "findings",
        earlier_findings=Findings.empty(),
        awards=Awards.empty(),
        town_cliques=town_cliques(searched),
        dense_components=searched.dense_components,
        claims=pl.DataFrame(stated, schema=columns, orient="row"),
        towns=pl.DataFrame(list(names.items()), schema=["town_id", "name"], orient="row"),
    )
    return check_table(Findings, table).sort("rule", descending=True)


# What is a set


def test_a_complete_set_of_four_is_found_and_a_triangle_is_not() -> None:
    assert sets(complete("a", "b", "c", "d") + complete("x", "y", "z")) == {"abcd": ""}


def test_a_ring_of_four_without_its_diagonals_is_none() -> None:
    assert sets([("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]) == {}
    assert sets([*complete("a", "b", "c"), ("c", "d"), ("a", "d")]) == {}, "one link is missing"


def test_the_largest_is_found_once() -> None:
    assert sets(complete(*"abcdefgh")) == {"abcdefgh": ""}


def test_cliques_that_overlap_are_one_set() -> None:
    assert sets(complete(*"abcdef") + complete(*"bcdefg")) == {"abcdef": "g"}
    assert sets(complete(*"abcd") + complete(*"defg")) == {"abcd": "", "defg": ""}, "one town in common"


def test_a_clique_belongs_to_the_first_set_that_has_most_of_its_towns() -> None:
    overlapping = [list("abcdef"), list("uvwxy"), list("cdefg"), list("xyab"), list("wxyz")]
    assert merge_overlapping(overlapping) == [
        (list("abcdef"), list("abcdefg")),
        (list("uvwxy"), list("uvwxyz")),
        (list("xyab"), list("abxy")),
    ]


def test_towns_that_look_elsewhere_are_no_ring() -> None:
    capitals = [(town, f"{town}{i}") for town in "abcd" for i in range(20)]
    assert sets(complete(*"abcd") + capitals) == {}


@pytest.mark.parametrize(
    ("members", "group"),
    [("abcd", GROUP), ("abc", GROUP), ("ab", None), ("abxy", None)],
    ids=["all", "all but one", "half", "half, and others"],
)
def test_a_group_that_accounts_for_the_set_is_named(members: str, group: str | None) -> None:
    table = town_cliques(search(complete(*"abcd") + OTHERS), [(GROUP, town) for town in members])
    assert table["group_id"].to_list() == [group] * 4


def test_of_two_groups_the_one_with_more_of_the_towns_is_named_then_the_first() -> None:
    searched, other = search(complete(*"abcd") + OTHERS), "g" + "1" * 16
    for larger, smaller in (("abcd", "abc"), ("abcd", "abcdx")):
        for group, rival in ((GROUP, other), (other, GROUP)):
            members = [(group, town) for town in larger] + [(rival, town) for town in smaller]
            named = group if len(smaller) < len(larger) else GROUP
            assert town_cliques(searched, members)["group_id"].unique().to_list() == [named]


@pytest.mark.parametrize("pairs", [[], complete("a", "b")])
def test_without_enough_links_there_is_nothing(pairs: list[tuple[str, str]]) -> None:
    searched = search(pairs)
    assert searched.clique_members.is_empty()
    assert searched.dense_components.is_empty()


# What chance makes


def test_in_a_dense_network_four_are_no_surprise() -> None:
    assert smallest_unusual(pl.Series([30] * 60)) > 4
    assert smallest_unusual(pl.Series([1] * 1000)) == 4


def test_the_expected_number_is_that_of_random_networks() -> None:
    """Triangles in random networks of 200 towns with about eight partners each, counted and computed."""
    chance, rounds = random.Random(5), 20
    count = expected = 0.0
    for _ in range(rounds):
        partners: dict[int, set[int]] = {town: set() for town in range(200)}
        for a, b in combinations(range(200), 2):
            if chance.random() < 0.04:
                partners[a].add(b)
                partners[b].add(a)
        count += sum(len(partners[a] & partners[b]) for a in partners for b in partners[a]) / 6
        expected += expected_cliques(pl.Series([len(near) for near in partners.values()]), 3)
    assert expected == pytest.approx(count, rel=0.15)


def test_towns_of_thousands_of_partners_do_not_outlast_a_search() -> None:
    # Chance makes cliques of every size here, and products of such numbers fit no float.
    degrees = pl.Series(range(5000, 15000, 10))
    assert smallest_unusual(degrees) == 1001
    assert expected_cliques(degrees, 900) == math.exp(700)


# The search


PAIRS = list(combinations(range(8), 2))


@given(st.integers(0, 8), st.sets(st.sampled_from(PAIRS)))
def test_maximal_cliques_are_those_of_all_sets_of_nodes(count: int, pairs: set[tuple[int, int]]) -> None:
    nodes = set(range(count))
    partners = {node: {other for other in nodes if {(node, other), (other, node)} & pairs} for node in nodes}
    complete_sets = [
        frozenset(some)
        for size in range(count + 1)
        for some in combinations(range(count), size)
        if set(combinations(some, 2)) <= pairs
    ]
    maximal = {some for some in complete_sets if not any(some < other for other in complete_sets)}
    listed = list(maximal_cliques(partners))
    assert len(listed) == len(maximal)
    assert set(listed) == maximal


def test_a_component_with_too_many_cliques_is_reported_and_the_others_are_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of six pairs of towns each is linked to all others but its pair: 2 ** 6 cliques of six.
    pairs = [(a, b) for a, b in complete(*"abcdefABCDEF") if a.lower() != b.lower()]
    every = pairs + complete("u", "v", "w", "x") + OTHERS
    assert search(every).dense_components.is_empty()
    with monkeypatch.context() as patch:
        patch.setattr(cliques, "_MAX_LINKS", len(pairs) - 1)
        assert sorted(search(every).dense_components["town_id"]) == sorted("abcdefABCDEF")
    monkeypatch.setattr(cliques, "_MAX_CLIQUES_TIMES_LINKS", 63 * len(pairs))
    searched = search(every)
    assert sorted(searched.clique_members["town_id"]) == ["u", "v", "w", "x"]
    assert sorted(searched.dense_components["town_id"]) == sorted("abcdefABCDEF")
    stated = [(a, b, "list", f"p{number}") for number, (a, b) in enumerate(every)]
    names = {town: town.upper() for town in "uvwx"}
    assert findings(searched, stated, names).select("source_id", "rule", "raw_value").rows() == [
        ("list", "complete_clique", "U – V – W – X"),
        ("list", "cliques_not_searched", "12 towns, 60 links: too dense to list the cliques"),
    ]


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]), unique=True),
    st.randoms(use_true_random=False),
)
def test_the_core_is_complete_whatever_the_order(pairs: list[tuple[int, int]], chance: random.Random) -> None:
    named = [(f"n{a}", f"n{b}") for a, b in pairs]
    shuffled = chance.sample(named, len(named))
    once, again = (search(order + OTHERS).clique_members for order in (named, shuffled))
    assert once.equals(again)
    for (_,), part in once.group_by("clique_id"):
        core = sorted(part.filter("is_core")["town_id"])
        assert len(core) >= 4
        assert set(combinations(core, 2)) <= set(named)


def test_a_finding_names_the_towns_and_who_states_most_of_their_links() -> None:
    pairs = complete("a", "b", "c", "d")
    stated = [(a, b, "list", f"p{a}{b}") for a, b in pairs]
    stated += [("b", "a", "register", "pab")] * 9 + [("a", "s001", "register", "p9")]
    names = {"a": "Zell", "b": "Yba", "c": "Xanten", "d": "Wels"}
    table = findings(search(pairs + OTHERS), stated, names)
    assert table.select("source_id", "rule", "severity", "raw_value", "action").rows() == [
        ("list", "complete_clique", "info", "Wels – Xanten – Yba – Zell", "kept")
    ]
