"""Derived motives: towns of one name and towns that are near, and those that only look so."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate import likeness
from pipeline.curate.likeness import alike_names, core_name
from pipeline.curate.motives import ABROAD_KM, DOMESTIC_KM, country_borders, derive_motives
from pipeline.gazetteer.names import search_key
from schemas import PARTNERSHIP_MOTIVES


def derive(
    town: str, partner: str, *, countries: tuple[str | None, str | None] = ("DE", "FR"), km: float | None = 500.0,
    kind: str = "municipality", located_by: str = "unique_name", others: tuple[tuple[str, str], ...] = (),
) -> dict[str, str]:  # fmt: skip
    """Return the evidence by motive of one partnership; `others` are further names of `a` and `b`."""
    towns = pl.DataFrame(
        {
            "town_id": ["a", "b"], "name": [town, partner], "country_code": list(countries),
            "kind": ["municipality", kind], "located_by": ["unique_name", located_by],
        },
        schema_overrides={"country_code": pl.String},
    )  # fmt: skip
    names = pl.DataFrame([("a", town), ("b", partner), *others], schema=["town_id", "name"], orient="row")
    names = names.with_columns(search_key=search_key(pl.col("name")))
    link = {"partnership_id": "p1", "town_a_id": "a", "town_b_id": "b", "distance_km": km}
    partnerships = pl.DataFrame([link], schema_overrides={"distance_km": pl.Float64})
    found = derive_motives(partnerships, towns, names)
    assert found.schema == PARTNERSHIP_MOTIVES.polars_schema
    assert set(found["basis"]) <= {"derived"}
    return {motive: evidence for _, motive, _, evidence in found.iter_rows()}


# Names


@pytest.mark.parametrize(
    ("town", "partner", "evidence"),
    [
        ("Soest", "Soest", "same: soest"),
        ("Łódź", "Lodz", "same: lodz"),
        ("Rye", "Rye", "same: rye"),
        ("東京", "東京", "same: 東京"),
        ("Melle", "New Melle", "same but for an addition: melle (Melle / New Melle)"),
        ("Linz", "Linz am Rhein", "same but for an addition: linz (Linz / Linz am Rhein)"),
        ("Altdorf bei Nürnberg", "Altdorf", "same but for an addition: altdorf (Altdorf bei Nürnberg / Altdorf)"),
        ("Marienberg", "Bad Marienberg", "same but for an addition: marienberg (Marienberg / Bad Marienberg)"),
        ("Sankt Valentin", "Saint-Valentin",
         "same but for an addition: saint valentin (Sankt Valentin / Saint-Valentin)"),
        ("Frankfurt (Oder)", "Frankfurt", "same but for an addition: frankfurt (Frankfurt (Oder) / Frankfurt)"),
        ("Coburg", "Cobourg", "sounds alike: coburg / cobourg (0.86)"),
        ("Münster", "Monastir", "sounds alike: munster / monastir (0.62)"),
        ("Philippsburg", "Phillipsburg", "sounds alike: philippsburg / phillipsburg (0.83)"),
        ("Eppingen", "Epping", "similar: eppingen / epping (0.75)"),
        ("Portalegre", "Porto Alegre", "similar: portalegre / porto alegre (0.83)"),
    ],
)  # fmt: skip
def test_the_same_or_a_similar_name(town: str, partner: str, evidence: str) -> None:
    assert derive(town, partner) == {"same_name": evidence}


@pytest.mark.parametrize(
    ("town", "partner"),
    [
        ("Hamburg", "Homburg"),
        ("Magdeburg", "Marburg"),
        ("Ravensburg", "Regensburg"),
        ("Mannheim", "Monheim"),
        ("Freiburg", "Freising"),
        ("Saint-Malo", "Saint-Marc"),
        ("Bad Ems", "Bad Ischl"),
        ("Neustadt", "Neuss"),
        ("San José", "San Juan"),
        ("Villa de Álvarez", "Villa di Serio"),
        ("Bar", "Bor"),
        ("Piran", "Porano"),
        ("Marlow", "Marly-le-Roi"),
        ("Rostock", "Rijeka"),
        ("Frankfurt am Main", "Mainz"),
        ("", "!"),
    ],
)
def test_names_that_are_not_alike(town: str, partner: str) -> None:
    assert derive(town, partner) == {}


def test_a_name_in_another_language_counts() -> None:
    found = derive("Marburg an der Lahn", "Maribor", others=(("b", "Marburg"), ("b", "Marburg an der Drau")))
    assert found == {"same_name": "same by another name: marburg (Marburg an der Lahn / Maribor)"}
    found = derive("Shkodër", "Üsküdar", others=(("a", "Scutari"), ("b", "Scutari")))
    assert found == {"same_name": "same by another name: scutari (Shkodër / Üsküdar)"}


@pytest.mark.parametrize("shared", ["तरन", "drsdn", "BCN", "Ciudad", "Rio"])
def test_a_shared_reading_or_a_common_word_does_not(shared: str) -> None:
    assert derive("Turin", "Tirana", others=(("a", shared), ("b", shared))) == {}


def test_what_is_left_of_a_long_other_name_does_not() -> None:
    others = (("a", "Santiago de León de Caracas"), ("b", "Santiago de Guayaquil"))
    assert derive("Caracas", "Guayaquil", others=others) == {}


def measures(pairs: list[tuple[str, str]]) -> list[str | None]:
    """Return by which measure each two names are alike."""
    names = [name for pair in pairs for name in pair]
    towns = pl.DataFrame({"town_id": [f"x{place}" for place in range(len(names))], "name": names})
    places = pl.int_range(len(names), dtype=pl.UInt32, eager=True)
    ends = pl.DataFrame({"a": places.gather_every(2), "b": places.gather_every(2, 1)})
    found = alike_names(ends, towns, pl.DataFrame(schema={"town_id": pl.String, "search_key": pl.String}))
    said = dict(found.select("row", pl.col("evidence").str.split(":").list.first()).iter_rows())
    return [said.get(pair) for pair in range(len(pairs))]


#: Names of few letters, so that many are alike.
NAMES = st.one_of(
    st.text(max_size=12), st.text("abemu", max_size=7).map("{}burg".format), st.text("Sant é-", max_size=9)
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=10, max_size=30))
def test_likeness_has_no_direction(pairs: list[tuple[str, str]]) -> None:
    assert measures(pairs) == measures([(b, a) for a, b in pairs])


@settings(max_examples=15, deadline=None)
@given(st.lists(NAMES, min_size=10, max_size=30))
def test_every_name_is_the_same_as_itself(names: list[str]) -> None:
    known = pl.Series("name", names, pl.String).to_frame().select(search_key(pl.col("name")) != "").to_series()
    assert measures([(name, f" {name}!") for name in names]) == ["same" if one else None for one in known]


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Bad Neustadt an der Saale", "neustadt"),
        ("St. Pölten", "saint polten"),
        ("Linz a.d. Donau", "linz"),
        ("Brienz/Brinzauls", "brienz"),
        ("Villa de Álvarez", None),
        ("東京", None),
    ],
)
def test_a_name_without_its_additions(name: str, core: str | None) -> None:
    assert pl.select(core_name(pl.lit(name))).item() == core


CORES = st.text("abeimnrst ", min_size=1, max_size=9)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(CORES, CORES), min_size=50, max_size=100))
def test_no_names_that_are_near_are_passed_over(pairs: list[tuple[str, str]]) -> None:
    cores = pl.DataFrame(pairs, schema=["core_a", "core_b"], orient="row")
    usual = pl.DataFrame({"core": [core for pair in pairs for core in pair]}).select(
        letters=likeness.letters(pl.col("core")), length=pl.col("core").str.len_chars().cast(pl.Int16)
    )
    places = pl.int_range(2 * len(pairs), dtype=pl.UInt32, eager=True)
    ends = pl.DataFrame({"a": places.gather_every(2), "b": places.gather_every(2, 1)})
    near = likeness.edit_likeness(cores)["likeness"] >= likeness.LOOKED_AT
    assert likeness.may_be_near(usual, ends).filter(near).all()


# Neighbours


@pytest.mark.parametrize(
    ("countries", "km", "evidence"),
    [
        (("DE", "PL"), 0.8, "0.8 km, across the border DE–PL"),
        (("PL", "DE"), ABROAD_KM, "50.0 km, across the border DE–PL"),
        (("DK", "SE"), 5.2, "5.2 km, abroad DK–SE, no border on land"),
        (("DE", "DE"), DOMESTIC_KM, "10.0 km, within DE"),
    ],
)
def test_neighbours(countries: tuple[str, str], km: float, evidence: str) -> None:
    assert derive("Köln", "Arras", countries=countries, km=km) == {"neighbours": evidence}


@pytest.mark.parametrize(
    ("countries", "km"),
    [
        (("DE", "PL"), ABROAD_KM + 0.1),
        (("DE", "DE"), DOMESTIC_KM + 0.1),
        (("DE", "PL"), None),
        ((None, "PL"), 1.0),
        ((None, None), 1.0),
    ],
)
def test_far_or_unknown_is_no_neighbour(countries: tuple[str | None, str | None], km: float | None) -> None:
    assert derive("Köln", "Arras", countries=countries, km=km) == {}


@pytest.mark.parametrize("located_by", ["source_coordinates", "not_located"])
def test_a_guessed_place_is_no_neighbour(located_by: str) -> None:
    assert derive("Köln", "Arras", km=1.0, located_by=located_by) == {}


@pytest.mark.parametrize("kind", ["county", "region", "other"])
def test_an_area_is_no_neighbour(kind: str) -> None:
    assert derive("Köln", "Arras", km=1.0, kind=kind) == {}


def test_a_town_can_be_namesake_and_neighbour() -> None:
    assert set(derive("Gubin", "Guben", countries=("PL", "DE"), km=1.6)) == {"same_name", "neighbours"}


def test_borders_are_named_once_in_order() -> None:
    borders = country_borders()
    assert {"DE–PL", "FR–IT", "BE–NL"} <= set(borders)
    assert len(set(borders)) == len(borders)
    assert all(a < b for a, b in (border.split("–") for border in borders))
    assert "DK–SE" not in borders
