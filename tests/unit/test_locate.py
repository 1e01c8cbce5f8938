"""A mention means the place that the evidence points to, or none; ids of towns never change by accident."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import gazetteer, values
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate import index_mentions, locate
from schemas import LocationCandidates, check_table

if TYPE_CHECKING:
    from pipeline.locate import LinkageResult

PLACES = gazetteer(
    (1, "Frankfurt am Main", "DE", 50.11, 8.68, 650_000, ["Frankfurt", "Francfort-sur-le-Main"]),
    (2, "Frankfurt (Oder)", "DE", 52.34, 14.55, 51_000, ["Frankfurt"]),
    (3, "Soest", "DE", 51.57, 8.11, 49_000, []),
    (4, "Soest", "NL", 52.17, 5.29, 44_000, []),
    (5, "Praha", "CZ", 50.09, 14.42, 1_165_000, ["Prag", "Prague"]),
    (6, "Springfield", "US", 39.80, -89.64, 117_000, []),
    (7, "Springfield", "US", 37.22, -93.30, 166_000, []),
    (8, "Altdorf", "DE", 48.55, 12.11, 11_000, []),
    (9, "Altdorf", "DE", 48.61, 9.28, 1_500, []),
    (10, "Altdorf bei Nürnberg", "DE", 49.39, 11.36, 15_000, ["Altdorf"]),
    (11, "Montbéliard", "FR", 47.51, 6.80, 26_000, ["Mömpelgard"]),
    (12, "Bautzen", "DE", 51.18, 14.42, 41_000, ["Budyšin"]),
    (13, "Lyon", "FR", 45.75, 4.85, 520_000, []),
    (14, "Słubice", "PL", 52.35, 14.56, 17_000, []),
    (15, "Melle", "DE", 52.20, 8.34, 46_000, []),
    (16, "Großmelle", "DE", 53.00, 9.00, 900, ["Melle"]),
    (17, "Toledo", "ES", 39.86, -4.02, 85_000, []),
    (18, "Halle", "DE", 51.48, 11.97, 230_000, []),
    (19, "Halle", "DE", 52.06, 8.36, 21_000, []),
    regions={1: "05", 2: "11", 6: "IL", 7: "MO", 8: "02", 9: "01", 10: "02", 18: "14", 19: "07"},
)
KEYS = {
    "text": pl.String,
    "country": pl.String,
    "country_code": pl.String,
    "region": pl.String,
    "latitude": pl.Float64,
    "longitude": pl.Float64,
    "wikidata_id": pl.String,
    "geonames_id": pl.Int64,
    "population": pl.Int64,
    "kind": pl.String,
}
Mention = dict[str, Any]
NOBODY: Mention = {"text": "Nobody", "country_code": "ZZ"}


def of(text: str, country_code: str | None = "DE", **more: Any) -> Mention:
    return {"text": text, "country_code": country_code, **more}


def link(*links: tuple[Mention, Mention]) -> tuple[pl.DataFrame, LinkageResult]:
    """Locate both sides of links, and return the links with the towns of both sides."""
    rows = [
        {
            f"{side}_{key}": mention.get(key)
            for side, mention in zip(("town", "partner"), pair, strict=True)
            for key in KEYS
        }
        for pair in links
    ]
    frame = pl.DataFrame(rows, schema={f"{side}_{key}": KEYS[key] for side in ("town", "partner") for key in KEYS})
    sides = {side: {key: f"{side}_{key}" for key in KEYS} for side in ("town", "partner")}
    mentions, [indexed] = index_mentions([(frame, sides)])
    located = locate(mentions, indexed, PLACES)
    return located.assign(located.assign(indexed, "town"), "partner"), located


def find(*mentions: Mention) -> list[tuple[str, str]]:
    """Return which town each mention means and by which evidence, without a claims partner."""
    linked, _ = link(*((mention, NOBODY) for mention in mentions))
    return linked.select("town_id", "town_located_by").rows()


def find_one(text: str, country_code: str | None = "DE", **more: Any) -> tuple[str, str]:
    return find(of(text, country_code, **more))[0]


def is_minted(town_id: str) -> bool:
    return len(town_id) == 17 and town_id.startswith("x")


# Evidence


def test_an_identifier_beats_everything_if_the_gazetteer_has_it() -> None:
    assert find(
        of("Soest", "NL", geonames_id=3, latitude=52.17, longitude=5.29), of("Lyon", "FR", geonames_id=999)
    ) == [
        ("gn3", "identifier"),
        ("gn13", "unique_name"),
    ]


def test_coordinates_beat_size_and_main_names() -> None:
    assert find(
        of("Frankfurt", latitude=52.3, longitude=14.5),
        of("Frankfurt", latitude=50.1, longitude=8.7),
        of("Altdorf", latitude=48.6, longitude=9.3),
        of("Melle", latitude=53.0, longitude=9.1),
    ) == [
        ("gn2", "name_and_coordinates"),
        ("gn1", "name_and_coordinates"),
        ("gn9", "name_and_coordinates"),
        ("gn16", "name_and_coordinates"),
    ]


def test_coordinates_outside_the_country_are_rejected() -> None:
    assert find(of("Lyon", "FR", latitude=1.3, longitude=103.8)) == find(of("Lyon", "FR"))


def test_far_coordinates_reject_a_namesake() -> None:
    [(town_id, how)] = find(of("Lyon", "FR", latitude=46.9, longitude=3.0))
    assert is_minted(town_id)
    assert how == "source_coordinates"


def test_a_region_distinguishes_namesakes() -> None:
    assert find(
        of("Springfield", "US", region="Illinois"),
        of("Springfield, MO", "US"),
        of("Springfield (Missouri)", "US"),
        of("Halle", region="Nordrhein-Westfalen"),
        of("Frankfurt", region="Brandenburg"),
    ) == [
        ("gn6", "name_and_region"),
        ("gn7", "name_and_region"),
        ("gn7", "name_and_region"),
        ("gn19", "name_and_region"),
        ("gn2", "name_and_region"),
    ]


def test_a_name_of_only_one_place_of_the_country() -> None:
    assert find(of("Soest"), of("Soest", "NL"), of("MÖMPELGARD", "FR"), of("Budysin")) == [
        ("gn3", "unique_name"),
        ("gn4", "unique_name"),
        ("gn11", "unique_name"),
        ("gn12", "unique_name"),
    ]


def test_main_names_before_others_and_cities_before_villages() -> None:
    towns = find(of("Melle"), of("Frankfurt"), of("Halle"))
    assert [town_id for town_id, _ in towns] == ["gn15", "gn1", "gn18"]
    assert towns[0][1] in ("main_name", "population")
    assert {how for _, how in towns[1:]} == {"population"}


def test_a_mention_without_evidence_is_not_located_and_has_candidates() -> None:
    _, located = link((of("Springfield", "US"), NOBODY))
    [(town_id, how, score)] = (
        located.mentions.filter(text="Springfield").select("town_id", "located_by", "location_score").rows()
    )
    assert is_minted(town_id)
    assert (how, score) == ("not_located", 0.0)
    assert values(located.candidates, "town_id", "candidate_id", "rank") == [(town_id, "gn6", 2), (town_id, "gn7", 1)]
    assert located.candidates["evidence"].str.contains("population").all()
    named = located.candidates.with_columns(candidate_name=pl.lit("Springfield"))
    check_table(LocationCandidates, LocationCandidates.coerce(named))


def test_a_decision_by_size_alone_lists_the_other_candidates() -> None:
    _, located = link((of("Frankfurt"), NOBODY), (of("Soest"), NOBODY))
    assert values(located.candidates, "town_id", "candidate_id", "rank") == [("gn1", "gn2", 1)]


def test_a_name_means_nothing_without_its_country() -> None:
    assert all(is_minted(town_id) for town_id, _ in find(of("Soest", None), of("Soest", "FR"), of("Lyon", "DE")))


def test_a_county_a_region_or_a_district_is_never_the_town_of_its_name() -> None:
    towns = find(
        of("Landkreis Soest"),
        of("Kreis Soest"),
        of("Soest (Kreis)"),
        of("Soest, Landkreis"),
        of("Soesterkreis"),
        of("Powiat Słubice", "PL"),
        of("Słubice (powiat)", "PL"),
        of("Okres Praha", "CZ"),
        of("Lyon County", "FR"),
        of("Region Lyon", "FR"),
        of("Praha (1. Bezirk)", "CZ"),
        of("Lyon (3e arrondissement)", "FR"),
    )
    assert all(is_minted(town_id) for town_id, _ in towns)
    assert {how for _, how in towns} <= {"not_located", "identifier"}


def test_a_stated_kind_counts_as_much_as_one_in_the_name() -> None:
    (county, _), town = find(of("Soest", kind="county"), of("Soest", kind="municipality"))
    assert is_minted(county)
    assert town == ("gn3", "unique_name")


def test_readings_of_a_name() -> None:
    towns = find(
        of("Praha (Prag)", "CZ"),
        of("Prag [Praha]", "CZ"),
        of("Lyon (Rhône)", "FR"),
        of("Lyon, Rhône", "FR"),
        of("Ville de Lyon", "FR"),
        of("Bautzen/Budyšin"),
        of("Bautzen / Nowhere"),
        of("Stadt Bautzen"),
        of("  bautzen "),
        of("Frankfurt am Main"),
    )
    assert [town_id for town_id, _ in towns] == [*["gn5"] * 2, *["gn13"] * 3, *["gn12"] * 4, "gn1"]


def test_a_whole_name_is_more_than_what_stands_before_its_parentheses() -> None:
    [(town_id, _)] = find(of("Frankfurt (Oder)"))
    assert town_id == "gn2"


def test_a_fuller_reading_has_the_higher_score() -> None:
    _, located = link(*((of(text), NOBODY) for text in ("Bautzen", "Bautzen (an der B 96)", "X/Bautzen", "Budyšin")))
    scores = dict(located.mentions.select("text", "location_score").iter_rows())
    assert scores["Bautzen"] > scores["Bautzen (an der B 96)"] > scores["X/Bautzen"]
    assert scores["Bautzen"] > scores["Budyšin"] > 0.5


# Partners


def test_an_item_is_the_place_whose_partners_it_names() -> None:
    claims = [(of("Soest"), of("Lyon", "FR")), (of("Soest"), of("Bautzen")), (of("Soest", "NL"), of("Praha", "CZ"))]
    item = {"text": "Soest", "wikidata_id": "Q14943"}
    linked, _ = link(*claims, (item, of("Lyon", "FR")), (item, of("Bautzen")))
    assert set(linked.filter(town_wikidata_id="Q14943").select("town_id", "town_located_by").rows()) == {
        ("gn3", "other_side")
    }


def test_an_item_with_unknown_partners_keeps_its_id() -> None:
    item = {"text": "Soest", "wikidata_id": "Q14943"}
    linked, _ = link((of("Soest"), of("Lyon", "FR")), (item, of("Praha", "CZ")))
    assert linked.filter(town_wikidata_id="Q14943").select("town_id", "town_located_by").rows() == [
        ("Q14943", "identifier")
    ]


def test_partners_distinguish_namesakes() -> None:
    illinois = of("Springfield", "US", region="Illinois")
    linked, _ = link(
        (illinois, of("Lyon", "FR")),
        (illinois, of("Bautzen")),
        (of("Springfield", "US"), of("Bautzen")),
        (of("Springfield", "US"), of("Lyon", "FR")),
    )
    assert set(linked["town_id"]) == {"gn6"}
    assert set(linked["town_located_by"]) == {"name_and_region", "other_side"}


def test_partners_of_two_namesakes_decide_nothing() -> None:
    states = [of("Springfield", "US", region=region) for region in ("Illinois", "Missouri")]
    linked, _ = link(*((state, of("Lyon", "FR")) for state in states), (of("Springfield", "US"), of("Lyon", "FR")))
    assert linked["town_located_by"].to_list() == ["name_and_region", "name_and_region", "not_located"]


def test_an_item_that_another_mention_locates_is_that_place() -> None:
    sure = of("Soest", "NL", wikidata_id="Q14943", latitude=52.17, longitude=5.29)
    linked, _ = link((sure, NOBODY), ({"text": "Sust", "wikidata_id": "Q14943"}, NOBODY))
    assert linked.select("town_id", "town_located_by").rows() == [
        ("gn4", "name_and_coordinates"),
        ("gn4", "identifier"),
    ]


# Ids

UNKNOWN = [of("Kleinkleckersdorf"), of("Kleinkleckersdorf", "AT"), of("Schilda"), of("Schilda", region="Sachsen")]
SPELT = [of("Sch\u00f6nheide"), of("Scho\u0308nheide")]


@functools.cache
def find_alone() -> list[tuple[str, str]]:
    return find(*UNKNOWN, *SPELT)


def test_unknown_towns_have_ids_by_name_country_and_region() -> None:
    town_ids = [town_id for town_id, _ in find_alone()[:4]]
    # One printed with its region and one without are one town, unless the name is printed with a second region.
    assert len(set(town_ids)) == len(UNKNOWN) - 1
    (saxon, _), (bavarian, _) = find(UNKNOWN[-1], of("Schilda", region="Bayern"))
    assert saxon != bavarian
    assert all(is_minted(town_id) for town_id in town_ids)


def test_minted_ids_are_frozen() -> None:
    # The SHA-256 of twintowns:1, name, country and region, separated by U+001F.
    assert [*find_alone()[:2], find_alone()[3]] == [
        ("x1056ed4b4f0433e1", "not_located"),
        ("x994791403bbc4e15", "not_located"),
        ("x7086949bb6b16a8d", "not_located"),
    ]


def test_unicode_forms_of_letters_are_the_same_name() -> None:
    (composed, _), (decomposed, _) = find_alone()[4:]
    assert composed == decomposed


@settings(deadline=None, max_examples=2)
@given(
    st.permutations(UNKNOWN), st.lists(st.sampled_from([of("Soest"), of("Xanadu"), of("Lyon", "FR"), of("Frankfurt")]))
)
def test_ids_do_not_depend_on_other_mentions_or_order(mentions: list[Mention], others: list[Mention]) -> None:
    alone = dict(zip((str(mention) for mention in UNKNOWN), find_alone()[:4], strict=True))
    everybody = [*others, *mentions]
    towns = dict(zip((str(mention) for mention in everybody), find(*everybody), strict=True))
    assert {key: towns[key] for key in alone} == alone


def test_the_name_of_a_partner_does_not_change_a_minted_id() -> None:
    linked, _ = link((of("Schilda"), of("Lyon", "FR")), (of("Xanadu"), of("Schilda")))
    assert linked["town_id"][0] == linked["partner_id"][1] == find_alone()[2][0]


@pytest.mark.parametrize("position", [{}, {"latitude": 50.1, "longitude": 10.1}], ids=["nowhere", "near"])
def test_coordinates_of_other_mentions_do_not_change_a_minted_id(position: Mention) -> None:
    town = of("Xanadu", **position)
    elsewhere = of("Xanadu", latitude=49.95, longitude=10.1)
    assert find(town, elsewhere)[0][0] == find(town)[0][0]


# Garbage

GARBAGE = [
    "",
    " ",
    "x" * 10_000,
    "ä" * 10_000,
    "???",
    "()",
    "( )",
    "[",
    "/",
    "//",
    ",",
    ", ,",
    "-",
    "…",
    "'",
    "\\",
    "\0",
    "\t\n",
    "'; DROP TABLE towns; --",
    "Robert'); DELETE FROM claims; --",
    "<script>alert(1)</script>",
    "<b></b>",
    "&nbsp;",
    "مدينة",
    "\u202e\u200f",
    "עיר",
    "e\u0301\u0301\u0301",
    "\u0301",
    "🏰",
    "{}",
    "null",
    "NaN",
    "0",
    "1e400",
    "%",
    "_",
    "(((((",
    "$1",
    "\\1",
    ".*",
    "(?i)",
    "\ufeff",
]


def test_garbage_is_not_located() -> None:
    linked, located = link(*((of(text), of(text, None, region=text)) for text in GARBAGE))
    assert all(is_minted(town_id) for town_id in [*linked["town_id"], *linked["partner_id"]])
    assert set(located.mentions["located_by"]) == {"not_located"}
    assert located.candidates.is_empty()


@settings(deadline=None, max_examples=2)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "L"]), max_size=20), min_size=1, max_size=90))
def test_a_text_without_letters_is_not_located(texts: list[str]) -> None:
    linked, _ = link(*((of(text, region=text, country=text), NOBODY) for text in texts))
    assert all(is_minted(town_id) for town_id in linked["town_id"])


@settings(deadline=None, max_examples=2)
@given(
    st.lists(
        st.tuples(st.text(max_size=15), st.sampled_from(["DE", "US", None]), st.floats(-90, 90), st.floats(-180, 180)),
        min_size=1,
        max_size=30,
    )
)
def test_any_mention_is_given_one_id(mentions: list[tuple[str, str | None, float, float]]) -> None:
    links = [
        (of(text.encode(errors="replace").decode(), code, latitude=lat, longitude=lon), of("Soest"))
        for text, code, lat, lon in mentions
    ]
    linked, located = link(*links)
    assert linked.height == len(mentions)
    assert located.mentions["mention"].is_unique().all()
    assert linked.select(pl.col("town_id", "partner_id").null_count().sum()).row(0) == (0, 0)
    assert set(linked["partner_id"]) == {"gn3"}


# Distances


def test_distance() -> None:
    points = [
        (50.11, 8.68, 52.34, 14.55, 478),
        (0.0, 0.0, 0.0, 180.0, 20015),
        (90.0, 0.0, -90.0, 77.0, 20015),
        (51.0, 7.0, 51.0, 7.0, 0),
        (0.0, 179.5, 0.0, -179.5, 111),
    ]
    frame = pl.DataFrame(points, schema=["a", "b", "c", "d", "km"], orient="row")
    distances = frame.select(km=distance_km(*(pl.col(name) for name in "abcd")))["km"]
    assert [round(km) for km in distances] == pytest.approx([km for *_, km in points], abs=2)
