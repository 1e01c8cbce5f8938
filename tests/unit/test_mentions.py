"""The names that a mention may mean, its qualifiers, and the places that both lead to."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import regions
from pipeline.locate.decision import choose
from pipeline.locate.districts import read_districts
from pipeline.locate.kinds import kind_of
from pipeline.locate.matching import find_candidates
from pipeline.locate.readings import read_names, read_qualifiers, read_rivers
from pipeline.locate.weights import weigh


def mentions_of(*stated: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(place, text, country, None, None, None) for place, (text, country) in enumerate(stated)],
        schema={
            "mention": pl.UInt32,
            "text": pl.String,
            "country_code": pl.String,
            "region": pl.String,
            "latitude": pl.Float64,
            "longitude": pl.Float64,
        },
        orient="row",
    ).with_columns(
        country="country_code", key=search_key(pl.col("text")), kind=kind_of(pl.col("text"), pl.col("country_code"))
    )


def qualifiers_of(text: str, country: str | None) -> pl.DataFrame:
    mentions = mentions_of((text, country))
    return read_qualifiers(mentions, read_rivers(read_names(mentions)))


READ = [
    ("Altdorf b. Nürnberg", "DE", "altdorf bei nurnberg", 0, False),
    ("Lauf a.d.Pegnitz", "DE", "lauf an der pegnitz", 0, False),
    ("Weiden i.d.OPf.", "DE", "weiden in der oberpfalz", 0, False),
    ("Freiburg i. Br.", "DE", "freiburg im breisgau", 0, False),
    ("Bad Homburg v. d. H.", "DE", "bad homburg vor der hohe", 0, False),
    ("Frankfurt a. M.", "DE", "frankfurt am main", 0, False),
    ("Ste. Maxime", "FR", "sainte maxime", 0, False),
    ("St. Vith", "BE", "saint vith", 0, False),
    ("St. Johann", "AT", "sankt johann", 0, False),
    ("Borský Sv.Jur", "SK", "borsky svaty jur", 0, False),
    ("Brandýs n. L.", "CZ", "brandys nad labem", 0, False),
    ("Frankfurt (Oder)", "DE", "frankfurt oder", 0, False),
    ("Frankfurt (Oder)", "DE", "frankfurt an der oder", 1, False),
    ("Schwedt/Oder", "DE", "schwedt an der oder", 1, False),
    ("Frankenberg an der Eder", "DE", "frankenberg eder", 1, False),
    ("Gmina Dobra", "PL", "dobra", 1, False),
    ("Miasto i Gmina Polanica Zdroj", "PL", "polanica zdroj", 1, False),
    ("City of Leeds", "GB", "leeds", 1, False),
    ("Jelgava Municipality", "LV", "jelgava", 1, False),
    ("Johnson City", "US", "johnson", 1, True),
    ("Praha (Prag)", "CZ", "praha", 2, False),
    ("Praha (Prag)", "CZ", "prag", 3, True),
    ("Gering, Nebraska", "US", "gering", 2, False),
    ("Limbaži – Salacgrīva", "LV", "salacgriva", 2, True),
    ("Worms am Rhein", "DE", "worms", 2, True),
    ("Rožmberk nad Vltavou", "CZ", "rozmberk", 2, True),
    ("La Chapelle", "FR", "chapelle", 2, True),
]


@pytest.mark.parametrize(("text", "country", "key", "tier", "needs_proof"), READ)
def test_readings(text: str, country: str, key: str, tier: int, needs_proof: bool) -> None:
    readings = read_names(mentions_of((text, country))).filter(pl.col("key") == key)
    assert readings.select("tier", "needs_proof").rows() == [(tier, needs_proof)]


def test_another_body_than_a_municipality_is_read_as_it_stands() -> None:
    read = read_names(mentions_of(("Soest (Kreis)", "DE")))
    assert sorted(read["key"]) == ["soest kreis"]


@pytest.mark.parametrize(
    ("text", "country", "keys"),
    [
        ("13e arrondissement de Paris", "FR", {"paris 13"}),
        ("3rd district of Budapest", "HU", {"budapest 3", "budapest 03"}),
        ("London Borough of Camden", "GB", {"camden"}),
        ("Gangnam-gu", "KR", {"gangnam"}),
    ],
)
def test_parts_of_towns(text: str, country: str, keys: set[str]) -> None:
    read = read_names(mentions_of((text, country)))
    assert keys <= set(read["key"])


QUALIFIERS = [
    ("Melle (Deux-Sèvres)", "deux sevres"),
    ("Aubigny (Dep. Vendee)", "vendee"),
    ("Nysa (Woiwodschaft Oppeln)", "oppeln"),
    ("Popielów, Opole Voivodeship", "opole"),
    ("Halifax/Calderdale", "calderdale"),
    ("Swarzedz b. Poznan", "poznan"),
    ("Born (seit 2001 Sittard-Geleen)", "sittard geleen"),
    ("Gorzów (Landsberg/Warthe)", "landsberg an der warthe"),
    ("Corning (city), New York", "new york"),
]


@pytest.mark.parametrize(("text", "hint"), QUALIFIERS)
def test_qualifiers(text: str, hint: str) -> None:
    assert hint in qualifiers_of(text, None)["hint"].to_list()


def test_a_word_of_status_is_no_qualifier() -> None:
    assert qualifiers_of("Aalen (Stadt)", "DE").is_empty()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


#: Name in the list, country, the place in GeoNames; none where the list does not tell or the gazetteer has it not.
MEANT = [
    ("Frankfurt (Oder)", "DE", "Frankfurt (Oder)"),
    ("Frankfurt/Oder", "DE", "Frankfurt (Oder)"),
    ("Frankfurt am Main", "DE", "Frankfurt am Main"),
    ("Frankfurt nad Mohanem", "DE", "Frankfurt am Main"),
    ("Praha (Prag)", "CZ", "Prague"),
    ("Melle (Deux-Sèvres)", "FR", "Melle"),
    ("Gering, Nebraska", "US", "Gering"),
    ("Toledo, Ohio", "US", "Toledo"),
    ("Richmond / Virginia", "US", "Richmond"),
    ("Altdorf b. Nürnberg", "DE", "Altdorf bei Nürnberg"),
    ("Swarzedz b. Poznan", "PL", "Swarzędz"),
    ("Hann. Münden", "DE", "Hannoversch Münden"),
    ("Albinea (Reggio Emilia)", "IT", "Albinea"),
    ("Doksy (Česká Lípa District)", "CZ", "Doksy"),
    ("L'Hôpital, Moselle", "FR", None),
    ("Sarre, Aosta Valley", "IT", None),
    ("Alexeyevsky (Moscow)", "RU", None),
    ("Campbon (Bretagne)", "FR", None),
    ("Chaoyang/Peking", "CN", None),
]


@pytest.mark.parametrize(("text", "country", "place"), MEANT)
def test_places_meant(text: str, country: str, place: str | None, gazetteer: Gazetteer) -> None:
    mentions = mentions_of((text, country))
    candidates = find_candidates(mentions, gazetteer, regions(cache_folder()), read_districts(mentions, gazetteer))
    names = choose(weigh(candidates)).join(gazetteer.places, on="place_id")["name"].to_list()
    assert names == ([place] if place else [])


def test_coordinates_outweigh_a_qualifier(gazetteer: Gazetteer) -> None:
    """What the list prints in brackets may be wrong; a place of the name at its coordinates is the place."""
    stated = mentions_of(("Lichtenvoorde (Overijssel)", "NL")).with_columns(latitude=51.985, longitude=6.567)
    decided = choose(
        weigh(find_candidates(stated, gazetteer, regions(cache_folder()), read_districts(stated, gazetteer)))
    )
    assert decided["located_by"].to_list() == ["name_and_coordinates"]
