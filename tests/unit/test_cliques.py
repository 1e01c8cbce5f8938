"""Cliques: found where chance makes none, whatever the order of the links."""

from __future__ import annotations

import math
import random
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.cliques import expected_cliques, find_cliques, report_cliques, smallest_unusual
from pipeline.curate.triangles import Network
from schemas import FINDINGS, TOWN_CLIQUES

NO_GROUPS = pl.DataFrame(schema={"group_id": pl.String, "town_id": pl.String})
#: Five hundred links of two towns each: among so many, four towns that are all linked are no chance.
OTHERS = [(f"s{i:03}", f"t{i:03}") for i in range(500)]


def links(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame([sorted(pair) for pair in pairs], schema=["town_a_id", "town_b_id"], orient="row")


def complete(*towns: str) -> list[tuple[str, str]]:
    return list(combinations(towns, 2))


def found(pairs: list[tuple[str, str]], members: pl.DataFrame = NO_GROUPS) -> dict[str, str]:
    """Return each set's core, and the other towns in it."""
    cliques = find_cliques(links(pairs + OTHERS), members).sets
    assert cliques.schema == TOWN_CLIQUES.polars_schema
    return {
        "".join(part.filter("is_core")["town_id"]): "".join(part.filter(~pl.col("is_core"))["town_id"])
        for (_,), part in cliques.group_by("clique_id")
    }


def test_a_complete_set_of_four_is_found_and_a_triangle_is_not() -> None:
    assert found(complete("a", "b", "c", "d") + complete("x", "y", "z")) == {"abcd": ""}


def test_a_ring_of_four_without_its_diagonals_is_none() -> None:
    assert found([("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]) == {}
    assert found([*complete("a", "b", "c"), ("c", "d"), ("a", "d")]) == {}, "one link is missing"


def test_the_largest_is_found_once() -> None:
    assert found(complete(*"abcdefgh")) == {"abcdefgh": ""}


def test_cliques_that_overlap_are_one_set() -> None:
    assert found(complete(*"abcdef") + complete(*"bcdefg")) == {"abcdef": "g"}
    assert found(complete(*"abcd") + complete(*"defg")) == {"abcd": "", "defg": ""}, "one town in common"


def test_towns_that_look_elsewhere_are_no_ring() -> None:
    capitals = [(town, f"{town}{i}") for town in "abcd" for i in range(20)]
    assert found(complete(*"abcd") + capitals) == {}


def test_a_group_that_accounts_for_the_set_is_named() -> None:
    group = "g" + "0" * 16
    for towns, named in (("abcd", [group]), ("abc", [group]), ("ab", [None])):
        members = pl.DataFrame({"group_id": [group] * len(towns), "town_id": list(towns)})
        cliques = find_cliques(links(complete(*"abcd") + OTHERS), members).sets
        assert cliques["group_id"].unique().to_list() == named


@pytest.mark.parametrize("pairs", [[], complete("a", "b")])
def test_without_enough_links_there_is_nothing(pairs: list[tuple[str, str]]) -> None:
    assert find_cliques(links(pairs).cast(pl.String), NO_GROUPS).sets.is_empty()


def test_in_a_dense_network_four_are_no_surprise() -> None:
    assert smallest_unusual(pl.Series([30] * 60)) > 4
    assert smallest_unusual(pl.Series([1] * 1000)) == 4


def test_the_expected_number_is_that_of_random_networks() -> None:
    """Triangles in random networks of 200 towns with about eight partners each, counted and computed."""
    chance, rounds = random.Random(5), 20
    count = expected = 0.0
    for _ in range(rounds):
        near: dict[int, set[int]] = {town: set() for town in range(200)}
        for a, b in combinations(range(200), 2):
            if chance.random() < 0.04:
                near[a].add(b)
                near[b].add(a)
        count += sum(len(near[a] & near[b]) for a in near for b in near[a]) / 6
        expected += expected_cliques(pl.Series([len(one) for one in near.values()]), 3)
    assert expected == pytest.approx(count, rel=0.15)


def test_towns_of_thousands_of_partners_do_not_outlast_a_search() -> None:
    # Chance makes cliques of every size here, and products of such numbers fit no float.
    degrees = pl.Series(range(5000, 15000, 10))
    assert smallest_unusual(degrees) == 1001
    assert expected_cliques(degrees, 900) == math.exp(700)


def test_a_part_of_too_many_cliques_is_reported_and_the_others_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of six pairs of towns each is linked to all others but its pair: 2 ** 6 cliques of six.
    pairs = [two for two in complete(*"abcdefABCDEF") if two[0].lower() != two[1].lower()]
    table = links(pairs + complete("u", "v", "w", "x") + OTHERS)
    assert find_cliques(table, NO_GROUPS).unsearched.is_empty()
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.curate.cliques._MOST_LINKS", len(pairs) - 1)
        assert sorted(find_cliques(table, NO_GROUPS).unsearched["town_id"]) == sorted("abcdefABCDEF")
    monkeypatch.setattr("pipeline.curate.cliques._MOST_CLIQUES_TIMES_LINKS", 63 * len(pairs))
    cliques = find_cliques(table, NO_GROUPS)
    assert sorted(cliques.sets["town_id"]) == ["u", "v", "w", "x"]
    assert sorted(cliques.unsearched["town_id"]) == sorted("abcdefABCDEF")
    claims = table.select(town_id="town_a_id", partner_id="town_b_id", source_id=pl.lit("list")).with_row_index(
        "partnership_id"
    )
    towns = pl.DataFrame({"town_id": list("uvwx"), "name": list("UVWX")})
    findings = report_cliques(cliques, claims, towns)
    FINDINGS.validate(findings)
    assert findings.select("source_id", "rule", "raw_value").rows() == [
        ("list", "cliques_not_searched", "12 towns, 60 links: too dense to list the cliques"),
        ("list", "complete_clique", "U – V – W – X"),
    ]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]), unique=True),
    st.randoms(use_true_random=False),
)
def test_the_core_is_complete_whatever_the_order(pairs: list[tuple[int, int]], chance: random.Random) -> None:
    named = [(f"n{a}", f"n{b}") for a, b in pairs]
    shuffled = chance.sample(named, len(named))
    once, again = (find_cliques(links(one + OTHERS), NO_GROUPS).sets for one in (named, shuffled))
    assert once.equals(again)
    for (_,), part in once.group_by("clique_id"):
        core = sorted(part.filter("is_core")["town_id"])
        assert len(core) >= 4
        assert set(combinations(core, 2)) <= set(named)


def test_a_finding_names_the_towns_and_who_states_most_of_their_links() -> None:
    pairs = complete("a", "b", "c", "d")
    cliques = find_cliques(links(pairs + OTHERS), NO_GROUPS)
    claims = pl.DataFrame(
        [(a, b, "list", f"p{a}{b}") for a, b in pairs]
        + [("b", "a", "register", "pab")] * 9
        + [("a", "s001", "register", "p9")],
        schema=["town_id", "partner_id", "source_id", "partnership_id"],
        orient="row",
    )
    towns = pl.DataFrame({"town_id": ["a", "b", "c", "d"], "name": ["Zell", "Yba", "Xanten", "Wels"]})
    findings = report_cliques(cliques, claims, towns)
    FINDINGS.validate(findings)
    assert findings.select("source_id", "rule", "severity", "raw_value").rows() == [
        ("list", "complete_clique", "info", "Wels – Xanten – Yba – Zell")
    ]


def test_a_network_that_is_known_already_gives_the_same() -> None:
    pairs = links(complete(*"abcd") + OTHERS)
    network = Network.of(pairs)
    first = find_cliques(pairs, NO_GROUPS, network)
    again = find_cliques(pairs, NO_GROUPS, network)
    assert first.sets.equals(find_cliques(pairs, NO_GROUPS).sets)
    assert again.sets.equals(first.sets)
    assert not first.sets.is_empty()
