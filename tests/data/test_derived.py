"""What is derived from the starter collection: motives, cliques, the ladder; and what is stated beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Database: TypeAlias = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def database(starter: Path) -> Iterator[Database]:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        yield connection


def ask(connection: Database, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query, values).fetchall()


def motives(database: Database, town: str, partner: str) -> set[tuple[str, str]]:
    """Return motive and basis of the partnership of two towns, given any names or ids of theirs."""
    query = """
        SELECT DISTINCT motive, basis
        FROM partnership_motives
        JOIN town_partners USING (partnership_id)
        WHERE town_id = (SELECT town_id FROM find_town(?) WHERE rank = 1)
            AND partner_id IN (SELECT town_id FROM find_town(?) WHERE match <> 'similar')
    """
    return set(ask(database, query, town, partner))


STATED, DERIVED = "stated", "derived"


@pytest.mark.parametrize(
    ("town", "partner", "motive", "bases"),
    [
        ("Soest", "Soest", "same_name", {STATED, DERIVED}),
        ("Coburg", "Cobourg", "same_name", {STATED, DERIVED}),
        ("Bocholt", "Bocholt", "same_name", {STATED, DERIVED}),
        ("Moosburg", "Moosburg", "same_name", {STATED, DERIVED}),
        ("Melle", "New Melle", "same_name", {STATED, DERIVED}),
        ("Eppingen", "Epping", "same_name", {STATED, DERIVED}),
        ("Marburg an der Lahn", "Maribor", "same_name", {STATED, DERIVED}),
        ("Münster", "Monastir", "same_name", {STATED, DERIVED}),
        ("Altdorf bei Nürnberg", "Altdorf", "same_name", {STATED, DERIVED}),
        ("Olsberg", "Olsberg", "same_name", {STATED, DERIVED}),
        # A byname: no rule about names finds it.
        ("Dresden", "Florenz", "same_name", {STATED}),
        ("gn2510409", "Toledo", "same_name", {DERIVED}),
        ("Frankfurt (Oder)", "Słubice", "neighbours", {STATED, DERIVED}),
        ("Görlitz", "Zgorzelec", "neighbours", {STATED, DERIVED}),
        ("Guben", "Gubin", "neighbours", {DERIVED}),
        ("Schöppingen", "Diepenheim", "personal_ties", {STATED}),
        ("Dinslaken", "Agen", "personal_ties", {STATED}),
        ("Hamburg", "Marseille", "similar_economy", {STATED}),
        ("Rostock", "Rijeka", "similar_economy", {STATED}),
        ("Frankfurt am Main", "Mailand", "similar_economy", {STATED}),
        ("Leverkusen", "Schwedt", "similar_economy", {STATED}),
        ("Heidelberg", "Cambridge", "similar_economy", {STATED}),
        ("Hannover", "Leipzig", "similar_economy", {STATED}),
        ("Bad Abbach", "Charbonnières-les-Bains", "similar_economy", {STATED}),
        ("Ludwigsburg", "Montbéliard", "shared_history", {STATED}),
        ("Pforzheim", "Gernika", "shared_history", {STATED}),
        ("Dresden", "Coventry", "shared_history", {STATED}),
        ("Bochum", "Oviedo", "shared_history", {STATED}),
        ("Sheffield", "Donezk", "shared_history", {STATED}),
        ("Aachen", "Reims", "shared_history", {STATED}),
        ("Krakau", "Nürnberg", "shared_history", {STATED}),
        ("München", "Sapporo", "shared_history", {STATED}),
    ],
)
def test_why_two_towns_found_each_other(
    database: Database, town: str, partner: str, motive: str, bases: set[str]
) -> None:
    assert {basis for found, basis in motives(database, town, partner) if found == motive} == bases


@pytest.mark.parametrize(("town", "partner"), [("Hamburg", "Marseille"), ("Paderborn", "Le Mans"), ("Bonn", "Oxford")])
def test_nothing_is_derived_where_neither_name_nor_place_tells(database: Database, town: str, partner: str) -> None:
    assert not {motive for motive, basis in motives(database, town, partner) if basis == DERIVED}


def test_what_is_derived_says_from_what(database: Database) -> None:
    query = "SELECT motive, evidence FROM partnership_motives WHERE basis = 'derived'"
    for motive, evidence in ask(database, query):
        assert (" km, " in evidence) == (motive == "neighbours")
        assert (": " in evidence) == (motive == "same_name")


def test_what_is_stated_names_its_claim(database: Database) -> None:
    query = """
        SELECT count(*) FROM partnership_motives
        WHERE basis = 'stated' AND evidence NOT IN (SELECT claim_id FROM claims WHERE motive IS NOT NULL)
    """
    assert ask(database, query) == [(0,)]


# Rings


@pytest.mark.parametrize(
    ("group", "kind", "stated", "members"),
    [
        ("Bochum–Sheffield–Oviedo–Donetsk", "ring", 4, {"Bochum", "Donetsk", "Oviedo", "Sheffield"}),
        ("Coronation towns", "multilateral", None, {"Aachen", "Reims", "Toledo"}),
        ("Royal and trading towns", "multilateral", None, {"Frankfurt am Main", "Kraków", "Nürnberg"}),
    ],
)
def test_groups_and_who_is_in_them(
    database: Database, group: str, kind: str, stated: int | None, members: set[str]
) -> None:
    query = "SELECT kind, stated_member_count FROM partnership_groups WHERE name = ?"
    assert ask(database, query, group) == [(kind, stated)]
    query = """
        SELECT count(DISTINCT town_id) FROM group_members JOIN partnership_groups USING (group_id)
        WHERE partnership_groups.name = ? AND town_id IN (SELECT town_id FROM find_town(?))
    """
    assert all(ask(database, query, group, member) == [(1,)] for member in members)
    query = "SELECT count(*) FROM group_members JOIN partnership_groups USING (group_id) WHERE name = ?"
    assert ask(database, query, group) == [(len(members),)]


def test_a_ring_that_no_source_names_is_found_in_the_pairs(database: Database) -> None:
    """Douzelage: a member a country of the Union, each twinned with each other."""
    ((towns, core, completeness, countries, members),) = ask(
        database,
        "SELECT town_count, core_town_count, completeness, country_count, concat_ws(' – ', core_towns, other_towns) "
        "FROM complete_cliques "
        "WHERE contains(core_towns, 'Holstebro')",
    )
    assert towns >= 15
    assert core >= 6
    assert 0.5 <= completeness <= 1
    assert countries == towns
    assert "Oxelösund" in members
    finding = (
        "SELECT severity, action FROM findings WHERE rule = 'complete_clique' AND contains(raw_value, 'Holstebro')"
    )
    assert ask(database, finding) == [("info", "kept")]


def test_each_two_towns_of_a_core_are_partners(database: Database) -> None:
    query = """
        SELECT count(*), count(partnership_id)
        FROM town_cliques AS a
        JOIN town_cliques AS b ON b.clique_id = a.clique_id AND a.town_id < b.town_id AND a.is_core AND b.is_core
        LEFT JOIN partnerships ON town_a_id = a.town_id AND town_b_id = b.town_id
    """
    ((pairs, partners),) = ask(database, query)
    assert pairs == partners > 0


# Awards and figures


def test_groups_have_members_with_pages(database: Database) -> None:
    query = """
        SELECT count(DISTINCT group_id), count(*), count(since_year), count(*) FILTER (evidence_url IS NULL)
        FROM group_members
    """
    ((groups, members, dated, without_page),) = ask(database, query)
    assert groups >= 50
    assert members >= 350
    assert dated >= 180
    assert without_page == 0


def test_the_ladder_has_a_row_a_town(database: Database) -> None:
    query = (
        "SELECT count(*), count(DISTINCT town_id), count(europe_prize_year), bool_and(is_in_order) FROM award_ladder"
    )
    ((rows, towns, prizes, in_order),) = ask(database, query)
    assert rows == towns > prizes == 85
    assert in_order
    query = "SELECT highest_award, europe_prize_year FROM award_ladder WHERE town_name = 'Coventry'"
    assert ask(database, query) == [("europe_prize", 1955)]


@pytest.mark.parametrize(
    ("subject", "value", "unit", "year"),
    [
        ("ambassador_exchange_term", 1, "year", None),
        ("ambassador_exchange_towns", 1, "town", None),
        ("eu_support", 12_000_000, "EUR", 2003),
        ("eu_supported_projects", 1300, "projects", 2003),
        ("eu_support_since", 1989, "year", None),
    ],
)
def test_programmes_are_figures_of_their_articles(
    database: Database, subject: str, value: float, unit: str, year: int | None
) -> None:
    query = (
        "SELECT value, unit, year, confirmation, publisher LIKE '%Wikipedia' FROM reference_figures WHERE subject = ?"
    )
    assert ask(database, query, subject) == [(value, unit, year, "unverified", True)]
