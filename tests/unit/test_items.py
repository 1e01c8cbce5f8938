"""A place is one Wikidata item, and an item one place."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.locate.decision import add_decisions, choose
from pipeline.locate.evidence import COMPARISONS, NAME, NOT_PRINTED, SIZE
from pipeline.locate.items import AssignedItems, assign_items
from pipeline.locate.weights import weigh

NO_LINKS = pl.DataFrame(schema={"mention": pl.Int64, "partner": pl.Int64})
USUAL, OTHER, STATUS = "whole, usual name", "whole, other name", "without status, usual name"
LARGER, SMALLER = "under 30 times", "under 0.12 times"


def assigned(
    mentions: list[str | None],
    *candidates: tuple[int, str, str, str],
    links: pl.DataFrame = NO_LINKS,
    regions: tuple[int, ...] = (),
    **certain: int,
) -> AssignedItems:
    """Return items and places of mentions, which are items or none.

    Args:
        mentions: the Wikidata id of each.
        candidates: `mention`, `place_id`, the level of the name, that of the size.
        links: partners.
        regions: mentions of regions.
        certain: places that a mention surely means, as its coordinates say.
    """
    items = pl.DataFrame({"wikidata_id": mentions}, schema={"wikidata_id": pl.String}).with_columns(
        mention=pl.int_range(pl.len()),
        kind=pl.int_range(pl.len()).is_in(regions).replace_strict({True: "region", False: "municipality"}),
    )
    levels = dict.fromkeys(COMPARISONS, NOT_PRINTED)
    rows = [
        levels
        | {"mention": mention, "place_id": place, NAME: name, SIZE: size}
        | {"has_country": False, "country_code": place[-2:].upper(), "latitude": 1.0, "longitude": 2.0}
        for mention, place, name, size in candidates
    ]
    weighed = weigh(pl.DataFrame(rows).with_columns(population=pl.lit(10_000), km=pl.lit(None, pl.Float64)))
    by_coordinates = pl.DataFrame(
        [(mention, place, "name_and_coordinates", 1.0) for place, mention in certain.items()],
        schema={"mention": pl.Int64, "place_id": pl.String, "located_by": pl.String, "location_score": pl.Float64},
        orient="row",
    )
    return assign_items(weighed, items, add_decisions(by_coordinates, choose(weighed)), links)


def places(result: AssignedItems) -> dict[int, str]:
    return dict(result.decided.select("mention", "place_id").rows())


def test_a_place_goes_to_the_likelier_item() -> None:
    result = assigned(
        ["Q1", "Q2", None],
        (0, "gn1_de", OTHER, "the only one"),
        (1, "gn1_de", USUAL, "the only one"),
        (2, "gn1_de", USUAL, "the only one"),
    )
    assert places(result) == {1: "gn1_de", 2: "gn1_de"}


def test_of_equal_items_the_one_with_more_partners_then_the_older_has_the_place() -> None:
    candidates = [(mention, "gn1_de", USUAL, "the only one") for mention in (0, 1)]
    assert places(assigned(["Q10", "Q9"], *candidates)) == {1: "gn1_de"}
    links = pl.DataFrame({"mention": [0, 0], "partner": [5, 6]})
    assert places(assigned(["Q10", "Q9"], *candidates, links=links)) == {0: "gn1_de"}


def test_an_item_has_the_second_likeliest_place_where_the_first_is_taken() -> None:
    candidates = [
        (mention, place, USUAL, size) for mention in (0, 1) for place, size in (("gn1_us", LARGER), ("gn2_us", SMALLER))
    ]
    assert places(assigned(["Q1", "Q2"], *candidates, gn1_us=0)) == {0: "gn1_us", 1: "gn2_us"}


def test_an_item_with_coordinates_stays_where_it_is() -> None:
    candidates = [(mention, "gn1_de", USUAL, "the only one") for mention in range(3)]
    assert places(assigned(["Q1", "Q2", "Q1"], *candidates, gn1_de=0)) == {0: "gn1_de", 2: "gn1_de"}


def test_a_municipality_lies_where_its_town_does() -> None:
    result = assigned(
        ["Q1", "Q2"], (0, "gn1_dk", USUAL, "the only one"), (1, "gn1_dk", STATUS, "the only one"), gn1_dk=0
    )
    assert places(result) == {0: "gn1_dk"}
    described = result.described.row(0, named=True)
    assert (described["mention"], described["item_country"], described["item_latitude"]) == (1, "DK", 1.0)
    assert described["item_score"] < 1
    assert described["item_place"] is None


def both(*pairs: tuple[int, int]) -> pl.DataFrame:
    """Return the links of pairs of mentions, in either direction."""
    return pl.DataFrame(
        [*pairs, *(pair[::-1] for pair in pairs)], {"mention": pl.Int64, "partner": pl.Int64}, orient="row"
    )


#: A town and its municipality, and two places that may be partners.
BODIES: list[str | None] = ["Q1", "Q2", None, None]
NAMES = ((0, "gn1_dk", USUAL, "the only one"), (1, "gn1_dk", STATUS, "the only one"))
PLACES = {"gn1_dk": 0, "gn2_se": 2, "gn3_se": 3}


IN_COMMON = both((0, 2), (1, 2), (1, 3))


@pytest.mark.parametrize(
    ("links", "regions", "place"),
    [
        pytest.param(IN_COMMON, (), "gn1_dk", id="a partner in common"),
        pytest.param(both((0, 2), (1, 3)), (), None, id="no partner in common"),
        pytest.param(both((0, 2), (1, 2), (1, 0)), (), None, id="a partner of the town itself is its namesake"),
        pytest.param(IN_COMMON, (1,), None, id="a region of that name"),
        pytest.param(IN_COMMON, (2,), None, id="a region in common"),
    ],
)
def test_a_municipality_with_a_partner_of_its_town_is_the_town(
    links: pl.DataFrame, regions: tuple[int, ...], place: str | None
) -> None:
    result = assigned(BODIES, *NAMES, links=links, regions=regions, **PLACES)
    assert places(result) == {mention: place_id for place_id, mention in PLACES.items()}
    described = result.described.row(0, named=True)
    assert (described["mention"], described["item_place"]) == (1, place)


def test_an_item_does_not_lie_where_its_partner_does() -> None:
    """A town is no partner of its own: of two Whittiers that are partners, one lies elsewhere."""
    [described] = assigned(BODIES, *NAMES, links=both((0, 1)), regions=(), **PLACES).described.rows(named=True)
    assert (described["item_country"], described["item_latitude"], described["item_place"]) == ("DK", None, None)


def test_the_partner_may_be_a_second_item_too() -> None:
    """Two towns and their municipalities: some state the link of the towns, others that of the municipalities."""
    mentions: list[str | None] = ["Q1", "Q2", "Q3", "Q4"]
    candidates = [
        (mention, place, name, "the only one")
        for mention, place, name in (
            (0, "gn1_dk", USUAL),
            (1, "gn1_dk", STATUS),
            (2, "gn2_se", USUAL),
            (3, "gn2_se", STATUS),
        )
    ]
    result = assigned(mentions, *candidates, links=both((0, 2), (1, 3)), gn1_dk=0, gn2_se=2)
    assert dict(result.described.select("mention", "item_place").rows()) == {1: "gn1_dk", 3: "gn2_se"}
