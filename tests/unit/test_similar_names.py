"""Names of partners that are the same or similar, and names that only look so."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curate.similar_names import (
    MIN_SIMILARITY,
    Names,
    core_name,
    edit_similarity,
    find_similar_names,
    letter_bits,
    may_be_similar,
    read_names,
)
from pipeline.gazetteer.names import search_key


def evidence_of(town: str, partner: str, *others: tuple[str, str]) -> str | None:
    """Return why the names of two partners are similar; `others` are further names of `gn1` and `gn2`."""
    names = pl.DataFrame([("gn1", town), ("gn2", partner), *others], schema=["town_id", "name"], orient="row")
    link = {"partnership_id": "p1", "town_a_id": "gn1", "town_b_id": "gn2"}
    with duckdb.connect() as connection:
        connection.register("partnerships", pl.DataFrame([link]))
        connection.register("towns", names[:2])
        connection.register("town_names", names.with_columns(search_key=search_key(pl.col("name"))))
        similar = find_similar_names(read_names(connection))
    assert similar.schema == {"partnership_id": pl.String, "evidence": pl.String}
    assert similar["partnership_id"].to_list() in ([], ["p1"])
    return similar["evidence"].item() if similar.height else None


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
        (
            "Sankt Valentin",
            "Saint-Valentin",
            "same but for an addition: saint valentin (Sankt Valentin / Saint-Valentin)",
        ),
        ("Frankfurt (Oder)", "Frankfurt", "same but for an addition: frankfurt (Frankfurt (Oder) / Frankfurt)"),
        ("Coburg", "Cobourg", "sounds alike: coburg / cobourg (0.86)"),
        ("Münster", "Monastir", "sounds alike: munster / monastir (0.62)"),
        ("Philippsburg", "Phillipsburg", "sounds alike: philippsburg / phillipsburg (0.83)"),
        ("Eppingen", "Epping", "similar: eppingen / epping (0.75)"),
        ("Portalegre", "Porto Alegre", "similar: portalegre / porto alegre (0.83)"),
    ],
)
def test_the_same_or_a_similar_name(town: str, partner: str, evidence: str) -> None:
    assert evidence_of(town, partner) == evidence


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
def test_names_that_are_not_similar(town: str, partner: str) -> None:
    assert evidence_of(town, partner) is None


def test_a_name_in_another_language_counts() -> None:
    others = (("gn2", "Marburg"), ("gn2", "Marburg an der Drau"))
    evidence = evidence_of("Marburg an der Lahn", "Maribor", *others)
    assert evidence == "same by another name: marburg (Marburg an der Lahn / Maribor)"
    evidence = evidence_of("Shkodër", "Üsküdar", ("gn1", "Scutari"), ("gn2", "Scutari"))
    assert evidence == "same by another name: scutari (Shkodër / Üsküdar)"


@pytest.mark.parametrize("shared", ["तरन", "drsdn", "BCN", "Ciudad", "Rio"])
def test_a_shared_reading_or_a_common_word_does_not(shared: str) -> None:
    assert evidence_of("Turin", "Tirana", ("gn1", shared), ("gn2", shared)) is None


def test_what_is_left_of_a_long_other_name_does_not() -> None:
    others = (("gn1", "Santiago de León de Caracas"), ("gn2", "Santiago de Guayaquil"))
    assert evidence_of("Caracas", "Guayaquil", *others) is None


def test_pairs_of_many_partnerships_are_compared_each_by_itself() -> None:
    names = {"gn1": "Soest", "gn2": "Soest", "gn3": "Coburg", "gn4": "Cobourg", "gn5": "Rijeka"}
    towns = pl.DataFrame(list(names.items()), schema=["town_id", "name"], orient="row")
    links = [("p1", "gn1", "gn2"), ("p2", "gn1", "gn5"), ("p3", "gn3", "gn4"), ("p4", "gn3", "gn5")]
    with duckdb.connect() as connection:
        schema = ["partnership_id", "town_a_id", "town_b_id"]
        connection.register("partnerships", pl.DataFrame(links, schema=schema, orient="row"))
        connection.register("towns", towns.reverse())
        connection.register("town_names", towns.with_columns(search_key=search_key(pl.col("name"))))
        similar = find_similar_names(read_names(connection))
    assert dict(similar.iter_rows()) == {"p1": "same: soest", "p3": "sounds alike: coburg / cobourg (0.86)"}


def pairs_of(names: list[tuple[str, str]]) -> pl.DataFrame:
    """Return pairs of towns, where the names of all pairs follow one another in the table of towns."""
    rows = pl.int_range(2 * len(names), dtype=pl.UInt32, eager=True)
    return pl.DataFrame({"a": rows.gather_every(2), "b": rows.gather_every(2, 1)})


def measures(pairs: list[tuple[str, str]]) -> list[str | None]:
    """Return for each pair of names in what way they are similar."""
    names = [name for pair in pairs for name in pair]
    towns = pl.DataFrame({"town_id": [f"x{number}" for number in range(len(names))], "name": names})
    partnerships = pairs_of(pairs).with_columns(partnership_id=pl.int_range(len(pairs)))
    no_names = pl.DataFrame(schema={"town_id": pl.String, "search_key": pl.String})
    similar = find_similar_names(Names(partnerships, towns, no_names))
    measure_of = dict(similar.select("partnership_id", pl.col("evidence").str.split(":").list.first()).iter_rows())
    return [measure_of.get(pair) for pair in range(len(pairs))]


#: Names of few letters, so that many are similar.
NAMES = st.one_of(
    st.text(max_size=12), st.text("abemu", max_size=7).map("{}burg".format), st.text("Sant é-", max_size=9)
)


@settings(max_examples=15)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=10, max_size=30))
def test_similarity_has_no_direction(pairs: list[tuple[str, str]]) -> None:
    assert measures(pairs) == measures([(b, a) for a, b in pairs])


@settings(max_examples=15)
@given(st.lists(NAMES, min_size=10, max_size=30))
def test_every_name_is_the_same_as_itself(names: list[str]) -> None:
    have_key = pl.Series("name", names, pl.String).to_frame().select(search_key(pl.col("name")) != "").to_series()
    assert measures([(name, f" {name}!") for name in names]) == ["same" if has_key else None for has_key in have_key]


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


@settings(max_examples=15)
@given(st.lists(st.tuples(CORES, CORES), min_size=50, max_size=100))
def test_no_similar_names_are_passed_over(pairs: list[tuple[str, str]]) -> None:
    towns = pl.DataFrame({"core": [core for pair in pairs for core in pair]}).select(
        letters=letter_bits(pl.col("core")), length=pl.col("core").str.len_chars().cast(pl.Int16)
    )
    cores = pl.DataFrame(pairs, schema=["a", "b"], orient="row")
    is_similar = edit_similarity(cores["a"], cores["b"]) >= MIN_SIMILARITY
    assert may_be_similar(towns, pairs_of(pairs)).filter(is_similar).all()
