"""Misspelt names and namesakes: other evidence must support a place, and no other place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import gazetteer
from test_locate import NOBODY, Mention, is_minted, of

from pipeline.locate import index_mentions, locate

if TYPE_CHECKING:
    from pipeline.locate import LinkageResult

PLACES = gazetteer(
    (1, "Görlitz", "DE", 51.15, 14.99, 56_000, []),
    (2, "Gerlitz", "DE", 49.0, 9.0, 900, []),
    (3, "Montauban-de-Bretagne", "FR", 48.2, -2.05, 4_500, []),
    (4, "Mauves-sur-Loire", "FR", 47.3, -1.4, 700, []),
    (5, "Zgorzelec", "PL", 51.15, 15.0, 31_000, []),
    (6, "Middleton", "US", 43.1, -89.5, 20_000, []),
    (7, "Middleton", "US", 42.6, -71.0, 9_000, []),
    (8, "Plymouth", "US", 45.0, -93.5, 80_000, []),
    (9, "Plymouth", "US", 41.96, -70.67, 7_000, []),
    (10, "Lyon", "FR", 45.75, 4.85, 520_000, []),
    (11, "Arras", "FR", 50.29, 2.78, 41_000, []),
    (12, "Sankt Johann", "AT", 47.5, 12.4, 9_000, []),
    (13, "Joigny", "FR", 47.98, 3.39, 10_000, []),
    (14, "Joigny-sur-Meuse", "FR", 49.84, 4.77, 600, ["Joigny"]),
    (15, "Soest", "NL", 52.17, 5.29, 44_000, []),
    regions={6: "WI", 7: "MA", 8: "MN", 9: "MA"},
)
GORLITZ = of("Görlitz")
MINNESOTA, MASSACHUSETTS = (of("Plymouth", "US", region=region) for region in ("Minnesota", "Massachusetts"))


def link(*links: tuple[Mention, Mention]) -> tuple[pl.DataFrame, LinkageResult]:
    keys = {
        "text": pl.String,
        "country": pl.String,
        "country_code": pl.String,
        "region": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "wikidata_id": pl.String,
    }
    sides = {side: {key: f"{side}_{key}" for key in keys} for side in ("town", "partner")}
    rows = [
        {columns[key]: mention.get(key) for columns, mention in zip(sides.values(), pair, strict=True) for key in keys}
        for pair in links
    ]
    schema = {columns[key]: kind for columns in sides.values() for key, kind in keys.items()}
    mentions, [indexed] = index_mentions([(pl.DataFrame(rows, schema=schema), sides)])
    located = locate(mentions, indexed, PLACES)
    return located.assign(located.assign(indexed, "town"), "partner"), located


def find(mention: Mention, partner: Mention = NOBODY, *claims: tuple[Mention, Mention]) -> tuple[str, str]:
    """Return which town a mention means and by which evidence."""
    linked, _ = link((mention, partner), *claims)
    return linked.select("town_id", "town_located_by").row(0)


# Misspelt names


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Montauban de Bretange", "gn3"),
        ("Motauban de Bretagne", "gn3"),
        ("Montaubam de Bretagne", "gn3"),
        ("Montaubann de Bretagne", "gn3"),
        ("Montauban de Bretagnes", "gn3"),
        ("Nontauban de Bretagne", "gn3"),
        ("Montaubande Bretagne", "gn3"),
    ],
)
def test_a_long_name_with_one_wrong_letter_is_the_only_similar_one(text: str, place: str) -> None:
    assert find(of(text, "FR")) == (place, "similar_name")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Mautoban de Bretagne", "FR"),
        ("Montauban de Bretagne", "BE"),
        ("Montaubn de Bretage", "FR"),
        # Short, like two places, or like a village.
        ("Gorlits", "DE"),
        ("Görlit", "DE"),
        ("Mauges-sur-Loire", "FR"),
        ("Lyo", "FR"),
        # A county is no town, and a place of another country is not meant.
        ("Landkreis Montauban de Bretange", "FR"),
        ("Zgorzele", "DE"),
    ],
)
def test_a_similar_name_alone_proves_nothing(text: str, country: str) -> None:
    town_id, _ = find(of(text, country))
    assert is_minted(town_id)


def test_a_misspelt_name_means_the_place_where_the_source_puts_it() -> None:
    assert find(of("Gorltz", latitude=51.16, longitude=15.0)) == ("gn1", "similar_name")
    assert is_minted(find(of("Gorltz", latitude=50.9, longitude=14.9))[0])
    # Where one mention is located, the same spelling without coordinates is the same town.
    with_coordinates = of("Gorltz", latitude=51.16, longitude=15.0)
    assert find(of("Gorltz"), of("Lyon", "FR"), (with_coordinates, NOBODY)) == ("gn1", "similar_name")


def test_a_misspelt_name_means_the_place_that_has_its_partner() -> None:
    zgorzelec = of("Zgorzelec", "PL")
    assert find(of("Gorlitz x"), zgorzelec, (GORLITZ, zgorzelec))[1] == "not_located"
    assert find(of("Görltz"), zgorzelec, (GORLITZ, zgorzelec)) == ("gn1", "other_side")
    assert find(of("Görltz"), of("Lyon", "FR"), (GORLITZ, zgorzelec))[1] == "not_located"
    # The partner may be in no gazetteer itself.
    nowhere = of("Schilda", "AT")
    assert find(of("Görltz"), nowhere, (nowhere, GORLITZ)) == ("gn1", "other_side")


# Namesakes


def test_a_name_means_another_town_with_another_partner() -> None:
    plymouth, lyon, arras = of("Plymouth", "US"), of("Lyon", "FR"), of("Arras", "FR")
    linked, located = link(
        (MINNESOTA, lyon), (MASSACHUSETTS, arras), (plymouth, lyon), (arras, plymouth), (plymouth, of("Soest", "NL"))
    )
    assert linked["town_id"].to_list() == ["gn8", "gn9", "gn8", "gn11", "gn8"]
    assert linked["partner_id"].to_list() == ["gn10", "gn11", "gn10", "gn9", "gn15"]
    assert linked["partner_located_by"][3] == "other_side"
    assert linked["town_located_by"][4] == "population"
    assert located.links.height == 1
    # A frame of one side has no partners.
    alone = located.assign(linked.select("town_mention"), "town")
    assert alone["town_id"].to_list() == ["gn8", "gn9", "gn8", "gn11", "gn8"]


def test_a_partner_of_two_namesakes_leaves_the_largest() -> None:
    lyon, plymouth = of("Lyon", "FR"), of("Plymouth", "US")
    assert find(plymouth, lyon, (MINNESOTA, lyon), (MASSACHUSETTS, lyon))[0] == "gn8"


def test_a_stated_partner_outweighs_a_shared_one() -> None:
    arras, soest = of("Arras", "FR"), of("Soest", "NL")
    circle = ((MASSACHUSETTS, soest), (soest, arras))
    assert find(of("Plymouth", "US"), arras, *circle, (MINNESOTA, soest))[0] == "gn8"
    # Many towns of one name share partners.
    namesake = of("Plymouth", "GB")
    assert find(of("Plymouth", "US"), namesake, (MASSACHUSETTS, soest), (soest, namesake))[0] == "gn8"


def test_no_town_is_its_own_partner() -> None:
    meuse = of("Joigny-sur-Meuse", "FR")
    linked, _ = link((of("Joigny", "FR"), meuse), (meuse, of("Joigny", "FR")))
    assert set(linked["town_id"]) == {"gn13", "gn14"}


def test_a_name_without_a_country_that_one_place_alone_has() -> None:
    assert find(of("Soest", None), of("Lyon", "FR")) == ("gn15", "unique_name")
