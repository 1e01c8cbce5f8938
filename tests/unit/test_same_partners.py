"""An item and a place with the same partners are one town."""

from __future__ import annotations

import polars as pl

from pipeline.locate.relational_evidence import list_links
from pipeline.locate.same_partners import find_same_partners


def same(*links: tuple[str, str]) -> list[tuple[str, str]]:
    """Return item and place for links of names; names with a Q are items, all others mean the place of the name."""
    names = sorted({name for link in links for name in link})
    numbers = {name: number for number, name in enumerate(names)}
    claims = pl.DataFrame(
        [(numbers[a], numbers[b]) for a, b in links], schema=["town_mention", "partner_mention"], orient="row"
    )
    items = pl.DataFrame(
        [(numbers[name], name) for name in names if name[0] == "Q"], ["mention", "wikidata_id"], orient="row"
    )
    places = pl.DataFrame(
        [(numbers[name], name) for name in names if name[0] != "Q"], ["mention", "place_id"], orient="row"
    )
    return find_same_partners(items, list_links(claims), places).rows()


def test_an_item_is_the_place_with_its_partners() -> None:
    partners = ("a", "b", "c")
    assert same(*(("Q1", name) for name in partners), *(("town", name) for name in partners)) == [("Q1", "town")]


def test_two_partners_are_too_few() -> None:
    assert same(*(("Q1", name) for name in "ab"), *(("town", name) for name in "ab")) == []


def test_half_of_the_partners_must_be_the_same() -> None:
    assert same(*(("Q1", name) for name in "abcdefg"), *(("town", name) for name in "abc")) == []


def test_no_other_place_may_have_most_of_them() -> None:
    links = [(name, partner) for name in ("Q1", "town", "other") for partner in "abc"]
    assert same(*links) == []


def test_a_member_of_a_ring_is_no_other_member() -> None:
    ring = ("Q1", "a", "b", "c", "d")
    assert same(*((one, other) for one in ring for other in ring if one < other)) == []
