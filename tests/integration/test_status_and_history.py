"""What a release says of links that were suspended, that ended, that changed, and of the states of their time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import pytest

from pipeline.build import build
from pipeline.sources.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MadeOnce

Database: TypeAlias = duckdb.DuckDBPyConnection

DECLARATION = """\
title = "{name}"
publisher = "{name}"
url = "https://example.org/{name}"
licence = "CC0-1.0"
language = "de"
kind = "register"
family = "{name}"
authority = "register"
directions = "one"
listed_means = "active"
as_of = 2023-12-31
files = [{{ name = "{name}.csv" }}]

[columns]
town = "town"
town_country = "town_country"
partner = "partner"
partner_country = "partner_country"
form = "form"
status = "status"
start = "start"
start_event = "event"
end = "end"
end_cause = "cause"
note = "note"
"""
HEADER = "town,town_country,partner,partner_country,form,status,start,event,end,cause,note\n"
ROWS = """\
Bonn,DE,Oxford,GB,Städtepartnerschaft,,1947,,,,
Weimar,DE,Trier,DE,Städtepartnerschaft,,24.5.1987,,,,
Erfurt,DE,Vilnius,LT,Städtepartnerschaft,,1972,,,,
Karlsruhe,DE,Nancy,FR,Jumelage,,1955,,,,
Köln,DE,Wolgograd,RU,Partnerschaft,ausgesetzt,1988,,2022,Krieg,Ratsbeschluss vom März 2022
Hamburg,DE,Sankt Petersburg,RU,Partnerschaft,,2022,suspended,,Krieg,
Coburg,DE,Cobourg,CA,Partnerschaft,beendet,1997,,2022,Ratsbeschluss,
Nürnberg,DE,Krakau,PL,Freundschaft,,,,,,
Heidelberg,DE,Cambridge,GB,Partnerschaft,,vor 1990,,,,
"""
OTHER = "Nürnberg,DE,Krakau,PL,Partnerschaft,,,,,,\n"


def make(folder: Path, rows: str) -> Path:
    for name, content in (("eins", rows), ("zwei", OTHER)):
        (folder / f"{name}.toml").write_text(DECLARATION.format(name=name), encoding="utf-8")
        (folder / f"{name}.csv").write_text(HEADER + content, encoding="utf-8")
    settings = Settings(folder / "raw", folder / "out", sources=(folder,), only=frozenset({"eins", "zwei"}))
    build(settings)
    return folder / "out" / "current" / "twintowns.duckdb"


@pytest.fixture(scope="session")
def folder(made_once: MadeOnce) -> Path:
    """Return a folder with a first release, to be copied and not written to."""
    return made_once("status", lambda folder: make(folder, ROWS))


@pytest.fixture(scope="session")
def first(folder: Path) -> Path:
    return (folder / "out" / "current" / "twintowns.duckdb").resolve()


@pytest.fixture(scope="module")
def database(first: Path) -> Iterator[Database]:
    with duckdb.connect(first, read_only=True) as connection:
        yield connection


def ask(connection: Database, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_a_suspension_has_its_date_its_cause_and_its_statement(database: Database) -> None:
    query = """
        SELECT event, year(event_date), event_precision, cause, status, source_id, note IS NOT NULL, claim_id <> ''
        FROM status_changes WHERE event = 'suspended' ORDER BY town_a_name, town_b_name
    """
    assert sorted(ask(database, query)) == [
        ("suspended", 2022, "year", "war", "suspended", "eins", False, True),
        ("suspended", 2022, "year", "war", "suspended", "eins", True, True),
    ]
    assert ask(database, "SELECT count(*) FROM partnerships WHERE status = 'suspended' AND end_date IS NULL") == [(2,)]


def test_an_end_says_why_and_who_says_so(database: Database) -> None:
    query = "SELECT start_year, end_year, end_cause, source_id, town_a_name, town_b_name FROM ended_partnerships"
    ((start, end, cause, source, *towns),) = ask(database, query)
    assert (start, end, cause, source, set(towns)) == (1997, 2022, "council_decision", "eins", {"Coburg", "Cobourg"})


def test_forms_that_disagree_are_shown_with_who_states_which(database: Database) -> None:
    query = "SELECT forms, sources, chosen_form FROM form_conflicts"
    assert ask(database, query) == [(["friendship", "partnership"], ["eins", "zwei"], "partnership")]


def test_a_bound_dates_nothing(database: Database) -> None:
    query = "SELECT start_text, start_date, start_precision FROM claims WHERE start_text LIKE 'vor%'"
    assert ask(database, query) == [("vor 1990", None, "unknown")]
    assert ask(database, "SELECT raw_value, action FROM findings WHERE rule = 'date_bound_only'") == [
        ("vor 1990", "nulled")
    ]


def test_links_between_the_two_germanies(database: Database) -> None:
    query = "SELECT list_sort([state_a_at_start, state_b_at_start]), crossed_the_border FROM german_german_links"
    assert ask(database, query) == [(["East Germany", "West Germany"], True)]


def test_links_across_the_iron_curtain(database: Database) -> None:
    query = "SELECT list_sort([state_a_at_start, state_b_at_start]), start_year FROM iron_curtain_links"
    assert ask(database, query) == [
        (["East Germany", "West Germany"], 1987),
        (["Soviet Union", "West Germany"], 1988),
    ]


def test_states_of_the_time_beside_todays_countries(database: Database) -> None:
    query = """
        SELECT state_a, state_b, today_country_a, today_country_b, partnerships, first_year FROM countries_at_start
        ORDER BY first_year
    """
    assert ask(database, query) == [
        ("Allied-occupied Germany", "United Kingdom", "DE", "GB", 1, 1947),
        ("France", "West Germany", "FR", "DE", 1, 1955),
        ("East Germany", "Soviet Union", "DE", "LT", 1, 1972),
        ("East Germany", "West Germany", "DE", "DE", 1, 1987),
        ("Soviet Union", "West Germany", "RU", "DE", 1, 1988),
        ("Canada", "Germany", "CA", "DE", 1, 1997),
    ]


def test_what_a_source_lists_no_more_has_not_ended(folder: Path, first: Path, tmp_path: Path) -> None:
    rest = "".join(line for line in ROWS.splitlines(keepends=True) if "Nancy" not in line)
    later = make(Path(shutil.copytree(folder, tmp_path / "later", symlinks=True)), rest)
    with duckdb.connect(later, read_only=True) as second, duckdb.connect(first, read_only=True) as before:
        ((gone,),) = ask(before, "SELECT partnership_id FROM town_partners WHERE town_name = 'Nancy'")
        assert ask(second, f"SELECT * FROM partnerships WHERE partnership_id = '{gone}'") == []
        ended = "SELECT partnership_id, status, end_date FROM partnerships WHERE status = 'ended' ORDER BY ALL"
        assert ask(second, ended) == ask(before, ended)
        events = "SELECT count(*) FROM partnership_events WHERE event = 'ended'"
        assert ask(second, events) == ask(before, events) == [(1,)]
        told = f"SELECT change FROM changes WHERE entity = 'partnership' AND entity_id = '{gone}'"
        assert ask(second, told) == [("removed",)]
