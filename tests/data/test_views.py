"""What the published views and macros answer, on a dozen towns."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import polars as pl
import pytest

from pipeline.curate.database import close_database, create_views, open_database, view_names
from pipeline.curate.network import measure_network, read_network
from pipeline.curate.sql import sql_files
from pipeline.curate.table_writer import TableWriter
from pipeline.gazetteer.country_list import countries_of_today
from pipeline.gazetteer.names import search_key
from schemas import (
    MODELS,
    Claims,
    Countries,
    Ledger,
    Partnerships,
    Redirects,
    Snapshots,
    Sources,
    TownNames,
    Towns,
    check_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from schemas import TableModel

Row: TypeAlias = dict[str, Any]
Database: TypeAlias = duckdb.DuckDBPyConnection

STATEMENTS = {(path.parent.name, path.stem): path.read_text(encoding="utf-8") for path in sql_files()}
VIEWS = view_names()

#: Views that these towns give no rows; `tests/integration/test_status_and_history.py` has rows for most.
NOTHING_HERE = {
    "award_ladder", "complete_cliques", "form_conflicts", "iron_curtain_links", "status_changes",
    "suspended_since_2022", "suspected_duplicates",
}  # fmt: skip

FORMER = f"x{7:016x}"
NOWHERE = f"x{10:016x}"
DAY, MONTH, YEAR, DECADE, CENTURY = "day", "month", "year", "decade", "century"
#: town: name, country, first-level division, inhabitants, other names
PLACES: dict[str, tuple[str, str | None, str | None, int | None, tuple[str, ...]]] = {
    "gn1": ("Frankfurt am Main", "DE", "05", 750_000, ("Francfort-sur-le-Main", "Frankfurt/M.")),
    "gn2": ("Frankfurt (Oder)", "DE", "11", 57_000, ("Słubice-Frankfurt",)),
    "gn3": ("Lyon", "FR", "84", 520_000, ("Lugdunum",)),
    "gn4": ("München", "DE", "02", 1_500_000, ("Munich", "Monachium", "Mnichov", "慕尼黑")),
    "gn5": ("Łódź", "PL", "74", 670_000, ("Lodz", "Litzmannstadt")),
    "gn6": ("Coburg", "DE", "02", 41_000, ("Koburg",)),
    "gn7": ("Cobourg", "CA", "08", 20_000, ()),
    "gn8": ("Soest", "DE", "07", 47_000, ()),
    "Q9": ("Soest", "NL", "09", None, ()),
    "gn10": ("Słubice", "PL", "76", 17_000, ("Dammvorstadt",)),
    "gn13": ("Lyonville", "US", "PA", 900, ("Halle", "Koburg")),
    NOWHERE: ("Nowhere's End'; DROP TABLE towns; --", None, None, None, ("100%_Town",)),
}
#: the two towns, start, precision, and what else is not as usual
LINKS: tuple[tuple[str, str, date | None, str, Row], ...] = (
    ("gn1", "gn3", date(1960, 10, 15), DAY, {
        "start_agreement": "conflict", "source_count": 2, "family_count": 2,
        "state_a_at_start": "West Germany", "state_b_at_start": "France",
    }),
    ("gn10", "gn2", date(1975, 1, 1), YEAR, {
        "status": "unknown", "state_a_at_start": "Poland", "state_b_at_start": "East Germany",
    }),
    ("gn3", "gn5", date(1991, 1, 1), YEAR, {"source": "scrape"}),
    ("gn1", "gn4", date(1988, 6, 1), MONTH, {
        "state_a_at_start": "West Germany", "state_b_at_start": "West Germany",
    }),
    ("gn4", "gn5", date(1995, 5, 8), DAY, {}),
    ("gn1", "gn2", date(1990, 1, 1), YEAR, {}),
    ("gn6", "gn7", date(1997, 1, 1), YEAR, {
        "status": "ended", "end_date": date(2022, 1, 1), "end_precision": YEAR, "end_year": 2022,
    }),
    ("Q9", "gn8", date(1960, 1, 1), DECADE, {}),
    ("gn5", NOWHERE, date(1901, 1, 1), CENTURY, {"status": "dormant"}),
    ("gn4", "gn6", date(1980, 1, 1), DECADE, {}),
    ("gn1", "gn6", date(1990, 10, 3), DAY, {}),
    ("gn2", "gn5", None, "unknown", {"stated_by_both": False}),
)  # fmt: skip
COUNTRY = {town_id: place[1] for town_id, place in PLACES.items()}


def link_id(*towns: str) -> str:
    return f"p{[{*link[:2]} for link in LINKS].index({*towns}):016x}"


def town_rows() -> Iterator[Row]:
    for number, (town_id, (name, country_code, admin1_code, population, _)) in enumerate(PLACES.items()):
        yield {
            "town_id": town_id, "name": name, "country_code": country_code, "admin1_code": admin1_code,
            "latitude": None if town_id == NOWHERE else 40.0 + number,
            "longitude": None if town_id == NOWHERE else 10.0,
            "population": population, "kind": "municipality", "located_by": "unique_name",
            "location_score": 1.0,
        }  # fmt: skip


def name_rows() -> Iterator[Row]:
    for town_id, (usual, *_, others) in PLACES.items():
        for name in (usual, *others):
            yield {"town_id": town_id, "name": name, "is_preferred": name == usual}


def partnership_rows() -> Iterator[Row]:
    for number, (town_a, town_b, start, precision, other) in enumerate(LINKS):
        countries = {COUNTRY[town_a], COUNTRY[town_b]}
        usual = {
            "partnership_id": f"p{number:016x}", "town_a_id": town_a, "town_b_id": town_b,
            "form": "partnership", "status": "active", "start_date": start, "start_precision": precision,
            "start_year": start.year if start and precision in {DAY, MONTH, YEAR} else None,
            "end_precision": "unknown", "claim_count": 1, "source_count": 1, "family_count": 1,
            "start_agreement": "single" if start else "none", "form_conflict": False, "may_be_of_district": False,
            "is_domestic": None if None in countries else len(countries) == 1,
            "start_claim_id": f"c{number:016x}" if start else None,
            "end_claim_id": f"c{number:016x}" if other.get("end_date") else None,
            "end_cause_claim_id": f"c{number:016x}" if other.get("end_cause") else None,
        }  # fmt: skip
        yield usual | {column: value for column, value in other.items() if column != "source"}


def claim(number: int, link: int, source_id: str, start: date | None, precision: str) -> Row:
    town_id, partner_id = LINKS[link][:2]
    return {
        "claim_id": f"c{number:016x}", "source_id": source_id, "snapshot_id": f"{source_id}/a",
        "locator": f"row {number}", "as_of_date": date(2024, 1, 1), "publisher": "P",
        "authority": AUTHORITY[source_id], "family": source_id,
        "town_text": PLACES[town_id][0], "partner_text": PLACES[partner_id][0], "form": "partnership",
        "status": "active", "start_event": "charter_signed" if start else None, "start_date": start,
        "start_precision": precision, "end_precision": "unknown", "claim_rank": "normal",
        "status_is_stated": False,
        "town_id": town_id, "town_located_by": "unique_name", "town_location_score": 1.0,
        "partner_id": partner_id,
        "partner_located_by": "not_located" if partner_id == NOWHERE else "unique_name",
        "partner_location_score": 1.0, "partnership_id": f"p{link:016x}",
    }  # fmt: skip


def claim_rows() -> Iterator[Row]:
    for number, (_, _, start, precision, other) in enumerate(LINKS):
        yield claim(number, number, other.get("source", "register"), start, precision)
    yield claim(100, 0, "scrape", date(1961, 1, 1), YEAR)


AUTHORITY = {"register": "register", "scrape": "list", "gazetteer": "reference"}
DIRECTIONS = {"register": "both", "scrape": "one", "gazetteer": "one"}


def source_rows() -> Iterator[Row]:
    for source_id, authority in AUTHORITY.items():
        texts = ("title", "publisher", "url", "licence", "attribution", "language", "family")
        yield dict.fromkeys(texts, source_id) | {
            "source_id": source_id, "authority": authority, "directions": DIRECTIONS[source_id],
            "kind": "gazetteer" if source_id == "gazetteer" else "list", "listed_means": "unknown",
            "is_used": True,
        }  # fmt: skip


def snapshot_rows() -> Iterator[Row]:
    for snapshot_id in ("register/a", "register/b", "scrape/a"):
        yield {
            "snapshot_id": snapshot_id, "source_id": snapshot_id.split("/")[0], "file_name": "a",
            "sha256": "0" * 64, "byte_count": 1, "as_of_date": date(2024, 1, 1), "licence": "CC0",
        }  # fmt: skip


def ledger_rows() -> Iterator[Row]:
    accounts = (("register/a", 9, 1, 2), ("register/b", 2, 0, 0), ("scrape/a", 2, 3, 0))
    for snapshot_id, used, rejected, ignored in accounts:
        yield {
            "source_id": snapshot_id.split("/")[0], "snapshot_id": snapshot_id,
            "rows_read": used + rejected + ignored, "rows_used": used, "rows_rejected": rejected,
            "rows_ignored": ignored, "claims_made": used,
        }  # fmt: skip


def frame(model: type[TableModel], rows: Iterable[Row]) -> pl.DataFrame:
    raw = pl.DataFrame(list(rows), schema=model.dtypes())
    if model is TownNames:
        raw = raw.with_columns(search_key=search_key(pl.col("name")))
    return check_table(model, raw.sort(model.order()))


FRAMES = {
    "countries": check_table(Countries, countries_of_today()),
    "towns": frame(Towns, town_rows()),
    "town_names": frame(TownNames, name_rows()),
    "partnerships": frame(Partnerships, partnership_rows()),
    "claims": frame(Claims, claim_rows()),
    "sources": frame(Sources, source_rows()),
    "snapshots": frame(Snapshots, snapshot_rows()),
    "ledger": frame(Ledger, ledger_rows()),
    "redirects": frame(
        Redirects, [{"entity": "town", "old_id": FORMER, "new_id": "gn8", "reason": "identified since"}]
    ),
}
#: Tables that are measured of the others.
MEASURED = ("town_network", "network_figures")


def build(path: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write a database with these tables, those that are measured of them, and every view and macro."""
    with open_database(path) as connection:
        for name, model in MODELS.items():
            if name not in MEASURED:
                connection.register("incoming", frames.get(name, model.empty()))
                connection.execute(f"CREATE TABLE {name} AS FROM incoming")
                connection.unregister("incoming")
        measures = measure_network(read_network(connection))
        connection.register("node_components", measures.components)
        connection.register("path_figures", measures.paths)
        with TableWriter(connection) as tables:
            tables.create(*MEASURED)
            tables.finish()
        create_views(connection)
        close_database(connection)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "twintowns.duckdb"
    build(path, FRAMES)
    return path


@pytest.fixture(scope="module")
def database(path: Path) -> Iterator[Database]:
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("views") / "empty.duckdb"
    build(path, {})
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


def ask(connection: Database, relation: str, columns: str, *values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {columns} FROM {relation}", values).fetchall()


# The files


#: How the statement of a file begins, below its comment.
BEGINNINGS = {
    "views": "CREATE VIEW {name} AS",
    "macros": r"CREATE (TEMP )?MACRO {name}\([a-z_, \"]*\) AS( TABLE)?",
    "tables": "(WITH|SELECT|FROM)",
    "decisions": "(WITH|SELECT|FROM)",
}


@pytest.mark.parametrize(("folder", "name"), [file for file in STATEMENTS if file[0] in BEGINNINGS])
def test_a_file_says_in_its_first_line_what_it_answers_and_makes_what_its_name_says(folder: str, name: str) -> None:
    comment, rest = STATEMENTS[folder, name].split("\n", 1)
    assert re.fullmatch(r"-- [A-Z].*\.", comment)
    assert re.match(rf"(-- .*\n)*{BEGINNINGS[folder].format(name=name)}\b", rest)


def test_every_table_has_the_file_of_its_name() -> None:
    assert sorted(name for folder, name in STATEMENTS if folder == "tables") == sorted(MODELS)


def test_nothing_keeps_an_older_client_from_opening_the_database() -> None:
    stored = [
        statement
        for (folder, _), statement in STATEMENTS.items()
        if folder in {"views", "macros"} and "CREATE TEMP MACRO" not in statement
    ]
    code = "\n".join(re.sub(r"--.*", "", statement) for statement in stored)
    assert "USING KEY" not in code.upper()  # is stored in a way that DuckDB before 1.3 cannot read
    assert not re.search(r"\bif\(", code)  # is stored as a function, which DuckDB before 2 does not have
    assert not re.search(r"\blambda\b|->", code)  # the one is not read by old clients, the other not by new ones


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_nothing_has_no_rows(empty_database: Database, name: str) -> None:
    rows = ask(empty_database, name, "*")
    assert len(rows) == (6 if name == "eras" else 0)


@pytest.mark.parametrize(
    "call",
    [
        "find_town('a')",
        "partners_of('a')",
        "path_between('a', 'b')",
        "path_between_countries('FR', 'Poland')",
        "statements_about('a', 'b')",
        "anniversaries(2020)",
    ],
)
def test_a_macro_over_nothing_has_no_rows(empty_database: Database, call: str) -> None:
    assert ask(empty_database, call, "*") == []


def test_views_answer_in_a_database_attached_under_another_name(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS elsewhere (READ_ONLY)")
        for name in VIEWS:
            assert ask(connection, f"elsewhere.{name}", "*") or name in NOTHING_HERE
        connection.execute("USE elsewhere")  # a macro looks in the database in use, so it needs this
        assert ask(connection, "partners_of('Lyon')", "*")


# Counting


def test_every_partnership_counts_in_its_decade(database: Database) -> None:
    rows = ask(database, "partnerships_per_decade", "decade, partnerships, active, ended, domestic")
    assert rows == [
        (1960, 2, 2, 0, 0), (1970, 1, 0, 0, 0), (1980, 2, 2, 0, 2), (1990, 5, 4, 1, 2), (None, 2, 1, 0, 0),
    ]  # fmt: skip
    assert ask(database, "partnerships_per_decade", "DISTINCT typeof(decade)") == [("INTEGER",)]


def test_a_decade_is_no_year(database: Database) -> None:
    assert ask(database, "partnerships_per_year", "year, partnerships, ended") == [
        (1960, 1, 0), (1975, 1, 0), (1988, 1, 0), (1990, 2, 0), (1991, 1, 0), (1995, 1, 0),
        (1997, 1, 1), (None, 4, 0),
    ]  # fmt: skip


def test_a_domestic_partnership_counts_once_for_its_country(database: Database) -> None:
    columns = "country_code, partnerships, domestic, ended, dated, towns, partner_countries"
    assert ask(database, "partnerships_per_country", columns) == [
        ("DE", 10, 4, 1, 9, 5, 4),
        ("PL", 5, 0, 0, 4, 2, 2),
        ("FR", 2, 0, 0, 2, 1, 2),
        ("CA", 1, 0, 1, 1, 1, 1),
        ("NL", 1, 0, 0, 1, 1, 1),
        (None, 1, 0, 0, 1, 1, 1),
    ]


def test_country_pairs_are_in_order_and_add_up(database: Database) -> None:
    columns = "country_a, country_b, partnerships, ended, dated, first_year, last_year"
    assert ask(database, "country_pairs", columns) == [
        ("DE", "DE", 4, 0, 4, 1988, 1990),
        ("DE", "PL", 3, 0, 2, 1975, 1995),
        ("CA", "DE", 1, 1, 1, 1997, 1997),
        ("DE", "FR", 1, 0, 1, 1960, 1960),
        ("DE", "NL", 1, 0, 1, None, None),
        ("FR", "PL", 1, 0, 1, 1991, 1991),
        ("PL", None, 1, 0, 1, None, None),
    ]


def test_country_partners_are_the_pairs_from_either_side(database: Database) -> None:
    columns = "country_code, country_name, partner_country_code, partner_country_name, partnerships"
    rows = ask(database, "country_partners", columns)
    assert rows[:4] == [
        ("CA", "Canada", "DE", "Germany", 1),
        ("FR", "France", "DE", "Germany", 1),
        ("FR", "France", "PL", "Poland", 1),
        ("DE", "Germany", "DE", "Germany", 4),
    ]
    per_country = dict(ask(database, "partnerships_per_country", "country_code, partnerships"))
    assert {code: sum(row[4] for row in rows if row[0] == code) for code in per_country} == per_country


def test_a_partnership_counts_once_for_each_of_its_countries_in_its_decade(database: Database) -> None:
    relation = "partnerships_per_country_and_decade WHERE country_code = 'DE'"
    assert ask(database, relation, "country_name, decade, partnerships, active, ended, domestic") == [
        ("Germany", 1960, 2, 2, 0, 0),
        ("Germany", 1970, 1, 0, 0, 0),
        ("Germany", 1980, 2, 2, 0, 2),
        ("Germany", 1990, 4, 3, 1, 2),
        ("Germany", None, 1, 1, 0, 0),
    ]
    totals = ask(database, "partnerships_per_country_and_decade GROUP BY ALL", "country_code, sum(partnerships)")
    assert dict(totals) == dict(ask(database, "partnerships_per_country", "country_code, partnerships"))


def test_a_panel_has_every_year_from_the_first_to_the_last_known(database: Database) -> None:
    pair = "country_pair_years WHERE country_a = 'CA' AND country_b = 'DE'"
    rows = ask(database, pair, "year, started, ended, in_force")
    assert rows == [(year, year == 1997, year == 2022, year < 2022) for year in range(1997, 2025)]
    frankfurt = dict(ask(database, "town_years WHERE town_id = 'gn1'", "year, in_force"))
    assert list(frankfurt) == list(range(1960, 2025))
    assert [frankfurt[year] for year in (1960, 1987, 1988, 1990, 2024)] == [1, 1, 2, 4, 4]
    dated = ask(database, "partnerships WHERE start_year IS NOT NULL", "2 * count(*)")
    assert ask(database, "town_years", "sum(started)") == dated


def test_what_ended_in_an_unknown_year_is_never_in_force(tmp_path: Path) -> None:
    partnerships = FRAMES["partnerships"].with_columns(end_year=pl.lit(None, pl.Int32))
    build(tmp_path / "panel.duckdb", FRAMES | {"partnerships": partnerships})
    with duckdb.connect(tmp_path / "panel.duckdb", read_only=True) as connection:
        rows = ask(connection, "town_years WHERE town_id = 'gn7'", "year, started, ended, in_force")
    assert rows == [(year, year == 1997, 0, 0) for year in range(1997, 2025)]


def test_confirmed_is_what_two_families_state_of_two_located_towns(database: Database, tmp_path: Path) -> None:
    columns = "town_a_name, town_b_name, town_b_country_name, family_count"
    assert ask(database, "confirmed_partnerships", columns) == [("Frankfurt am Main", "Lyon", "France", 2)]
    build(tmp_path / "two.duckdb", FRAMES | {"partnerships": FRAMES["partnerships"].with_columns(family_count=2)})
    with duckdb.connect(tmp_path / "two.duckdb", read_only=True) as connection:
        rows = ask(connection, "confirmed_partnerships", "town_a_id, town_b_id")
    assert {frozenset(row) for row in rows} == {frozenset(link[:2]) for link in LINKS if NOWHERE not in link}


@pytest.mark.parametrize("name", VIEWS)
def test_every_code_of_a_country_has_its_name_beside_it(database: Database, name: str) -> None:
    columns = [column for (column,) in ask(database, f"(DESCRIBE {name})", "column_name")]
    codes = [column for column in columns if re.search(r"country(_code|_[ab])$", column)]
    for code in codes:
        country_name = re.sub("_code$", "", code) + "_name"
        assert columns[columns.index(code) + 1] == country_name
        rows = ask(database, name, f"DISTINCT {code}, {country_name}")
        assert set(rows) <= {(None, None), *ask(database, "countries", "country_code, name")}


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        ("CA", "Poland", ["Cobourg", "Coburg", "München", "Łódź"]),
        ("fra", "de", ["Lyon", "Frankfurt am Main"]),
        ("France", "canada", ["Lyon", "Frankfurt am Main", "Coburg", "Cobourg"]),
        ("NL", "France", []),
        ("France", "FR", []),
        ("Atlantis", "FR", []),
    ],
)
def test_a_path_between_countries_leads_from_one_to_the_other(
    database: Database, a: str, b: str, names: list[str]
) -> None:
    steps = ask(database, f"path_between_countries('{a}', '{b}')", "step, name, partnership_id")
    assert [name for _, name, _ in steps] == names
    assert [step for step, *_ in steps] == list(range(len(names)))
    links = {
        frozenset(row[1:]): row[0] for row in ask(database, "partnerships", "partnership_id, town_a_id, town_b_id")
    }
    assert all(partnership_id in links.values() for _, _, partnership_id in steps[1:])


def test_an_era_counts_only_what_surely_lies_in_it(database: Database) -> None:
    assert ask(database, "eras", "era, since_year, until_year, partnerships, domestic") == [
        ("before 1945", None, 1944, 0, 0),
        ("reconciliation", 1945, 1970, 2, 0),
        ("détente", 1971, 1984, 1, 0),
        ("opening", 1985, 1990, 3, 3),
        ("after 1990", 1991, None, 3, 0),
        ("unknown", None, None, 3, 1),
    ]


def test_a_town_counts_its_partners_and_their_countries(database: Database) -> None:
    assert ask(database, "town_degrees", "town_id, partner_count, partner_country_count") == [
        ("gn1", 4, 2), ("gn5", 4, 2), ("gn6", 3, 2), ("gn2", 3, 2), ("gn4", 3, 2), ("gn3", 2, 2),
        ("gn7", 1, 1), (NOWHERE, 1, 1), ("Q9", 1, 1), ("gn8", 1, 1), ("gn10", 1, 1), ("gn13", 0, 0),
    ]  # fmt: skip


# Looking closer


def test_town_partners_has_each_partnership_from_either_side(database: Database) -> None:
    ids = ask(database, "town_partners", "town_id, partner_id")
    assert len(ids) == 2 * len(LINKS) == len(set(ids))
    assert {(partner, town) for town, partner in ids} == set(ids)
    columns = "partner_name, partner_country_code, status, start_year, end_year, start_agreement"
    assert ask(database, "town_partners WHERE town_id = 'gn6'", columns) == [
        ("Cobourg", "CA", "ended", 1997, 2022, "single"),
        ("Frankfurt am Main", "DE", "active", 1990, None, "single"),
        ("München", "DE", "active", None, None, "single"),
    ]


def test_source_coverage_accounts_for_every_source(database: Database) -> None:
    columns = (
        "source_id, snapshots, rows_read, rows_used, rows_rejected, rows_ignored, claims, dated_claims, "
        "partnerships, partnerships_only_here, towns, towns_located, located_share"
    )
    assert ask(database, "source_coverage", columns) == [
        ("register", 2, 14, 11, 1, 2, 11, 10, 11, 10, 11, 10, 0.9091),
        ("scrape", 1, 5, 2, 3, 0, 2, 2, 2, 1, 3, 3, 1.0),
        ("gazetteer", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None),
    ]


def test_date_conflicts_show_every_rival_and_which_was_chosen(database: Database) -> None:
    columns = "town_a_name, town_b_name, start_date, is_chosen, stated_date, stated_precision, source_id, authority"
    chosen = ("Frankfurt am Main", "Lyon", date(1960, 10, 15))
    assert ask(database, "date_conflicts", columns) == [
        (*chosen, True, date(1960, 10, 15), DAY, "register", "register"),
        (*chosen, False, date(1961, 1, 1), YEAR, "scrape", "list"),
    ]


def test_one_sided_partnerships_say_which_side_states_them(database: Database) -> None:
    columns = "partnership_id, town_a_name, stated_by_a, town_b_name, stated_by_b"
    assert ask(database, "one_sided_partnerships", columns) == [
        (link_id("gn2", "gn5"), "Frankfurt (Oder)", True, "Łódź", False)
    ]


def test_same_name_twins_are_namesakes_only(database: Database) -> None:
    columns = "partnership_id, search_key, town_a_country_code, town_b_country_code"
    assert ask(database, "same_name_twins", columns) == [(link_id("Q9", "gn8"), "soest", "NL", "DE")]


def test_german_german_links_began_before_unification(database: Database) -> None:
    assert ask(database, "german_german_links", "partnership_id, start_date, is_certain, crossed_the_border") == [
        (link_id("gn4", "gn6"), date(1980, 1, 1), True, False),
        (link_id("gn1", "gn4"), date(1988, 6, 1), True, False),
        (link_id("gn1", "gn2"), date(1990, 1, 1), False, True),
    ]


def test_anniversaries_are_multiples_of_five_of_what_is_not_over(database: Database) -> None:
    columns = "anniversary, town_a_name, town_b_name, start_year, start_precision"
    assert ask(database, "anniversaries(2025)", columns) == [
        (65, "Frankfurt am Main", "Lyon", 1960, DAY),
        (50, "Słubice", "Frankfurt (Oder)", 1975, YEAR),
        (35, "Frankfurt am Main", "Coburg", 1990, DAY),
        (35, "Frankfurt am Main", "Frankfurt (Oder)", 1990, YEAR),
        (30, "München", "Łódź", 1995, DAY),
    ]
    assert ask(database, "anniversaries(2022)", "partnership_id") == []  # 25 years, but ended
    assert ask(database, "anniversaries(1960)", "partnership_id") == []  # its first year is no anniversary


# Finding towns


@pytest.mark.parametrize(
    ("text", "town_id", "matched_name", "match"),
    [
        ("München", "gn4", "München", "usual_name"),
        ("  mÜNCHEN ", "gn4", "München", "usual_name"),
        ("munchen", "gn4", "München", "usual_name"),
        ("Munich", "gn4", "Munich", "other_name"),
        ("慕尼黑", "gn4", "慕尼黑", "other_name"),
        ("lodz", "gn5", "Łódź", "usual_name"),
        ("Frankfurt Oder", "gn2", "Frankfurt (Oder)", "usual_name"),
        ("Frankfurt", "gn1", "Frankfurt am Main", "prefix"),
        ("oder", "gn2", "Frankfurt (Oder)", "word"),
        ("Halle", "gn13", "Halle", "other_name"),
        ("gn5", "gn5", "Łódź", "id"),
        ("q9", "Q9", "Soest", "id"),
        (FORMER, "gn8", "Soest", "former_id"),
        ("Münhcen", "gn4", "München", "similar"),
        (
            "Nowhere's End'; DROP TABLE towns; --",
            NOWHERE,
            "Nowhere's End'; DROP TABLE towns; --",
            "usual_name",
        ),
        ("100%_town", NOWHERE, "100%_Town", "other_name"),
    ],
)
def test_find_town_puts_the_best_first(
    database: Database, text: str, town_id: str, matched_name: str, match: str
) -> None:
    first, *_ = ask(database, "find_town(?)", "town_id, matched_name, match, rank", text)
    assert first == (town_id, matched_name, match, 1)


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", "Co%g", "__burg", "gn%", "Atlantis", "gn99", None])
def test_find_town_finds_nothing_where_there_is_nothing(database: Database, text: str | None) -> None:
    assert ask(database, "find_town(?::VARCHAR)", "*", text) == []


def test_find_town_ranks_the_kind_of_match_before_the_number_of_partners(database: Database) -> None:
    columns = "town_id, match, score, partner_count, rank"
    assert ask(database, "find_town('lyon')", columns) == [
        ("gn3", "usual_name", 1.0, 2, 1), ("gn13", "prefix", 0.7, 0, 2),
    ]  # fmt: skip
    assert ask(database, "find_town('Koburg')", columns) == [
        ("gn6", "other_name", 0.9, 3, 1), ("gn13", "other_name", 0.9, 0, 2),
    ]  # fmt: skip


def test_find_town_settles_ties_by_population_then_id(database: Database) -> None:
    assert ask(database, "find_town('SOEST')", "town_id, country_code, population") == [
        ("gn8", "DE", 47_000), ("Q9", "NL", None),
    ]  # fmt: skip


def test_a_quoted_name_works_as_a_literal(database: Database) -> None:
    assert ask(database, "find_town('nowhere''s end')", "town_id") == [(NOWHERE,)]


# Partners and paths


@pytest.mark.parametrize("text", ["gn5", "Łódź", "LODZ", "Litzmannstadt"])
def test_partners_of_takes_a_name_or_an_id(database: Database, text: str) -> None:
    columns = "town_id, town_name, town_country_code, partner_id, partner_country_code, start_year"
    town = ("gn5", "Łódź", "PL")
    assert ask(database, "partners_of(?)", columns, text) == [
        (*town, "gn2", "DE", None),
        (*town, "gn3", "FR", 1991),
        (*town, "gn4", "DE", 1995),
        (*town, NOWHERE, None, None),
    ]


def test_partners_of_an_ambiguous_name_says_which_town_it_took(database: Database) -> None:
    assert ask(database, "partners_of('Soest')", "town_id, town_country_code, partner_id") == [("gn8", "DE", "Q9")]
    assert ask(database, "partners_of('Frankfurt')", "DISTINCT town_name, matched_name, match") == [
        ("Frankfurt am Main", "Frankfurt am Main", "prefix")
    ]


@pytest.mark.parametrize("text", ["Atlantis", "", "%", "gn99", "Münhcen", "Lyonville", "' OR 1=1 --"])
def test_partners_of_does_not_guess(database: Database, text: str) -> None:
    assert ask(database, "partners_of(?)", "*", text) == []


def test_path_between_takes_the_shortest_and_settles_ties_by_id(database: Database) -> None:
    columns = "step, town_id, partnership_id, start_year"
    assert ask(database, "path_between('Coburg', 'Lugdunum')", columns) == [
        (0, "gn6", None, None),
        (1, "gn1", link_id("gn1", "gn6"), 1990),
        (2, "gn3", link_id("gn1", "gn3"), 1960),
    ]
    # Of the three ways over Frankfurt (Oder), Lyon and München the first by id.
    assert ask(database, "path_between('gn1', 'gn5')", "town_id") == [("gn1",), ("gn2",), ("gn5",)]


def test_path_between_is_as_long_either_way(database: Database) -> None:
    there = ask(database, "path_between('Cobourg', 'Słubice')", "town_id, name, country_code")
    assert [town_id for town_id, *_ in there] == ["gn7", "gn6", "gn1", "gn2", "gn10"]
    assert there[0] == ("gn7", "Cobourg", "CA")
    assert ask(database, "path_between('Słubice', 'Cobourg')", "town_id, name, country_code") == there[::-1]


def test_path_between_neighbours_and_to_itself(database: Database) -> None:
    assert ask(database, "path_between('soest', 'q9')", "step, town_id, status") == [
        (0, "gn8", None), (1, "Q9", "active"),
    ]  # fmt: skip
    assert ask(database, "path_between('Lyon', 'gn3')", "step, town_id") == [(0, "gn3")]


@pytest.mark.parametrize(
    "ends",
    [
        ("Soest", "Lyon"),
        ("Lyonville", "Lyon"),
        ("Lyon", "Atlantis"),
        ("Atlantis", "Lyon"),
        ("%", "_"),
        ("", ""),
    ],
)
def test_path_between_the_unconnected_and_the_unknown_is_empty(database: Database, ends: tuple[str, str]) -> None:
    assert ask(database, "path_between(?, ?)", "*", *ends) == []


# The network


def test_a_component_is_a_row_with_its_towns_and_links(database: Database) -> None:
    columns = "component, towns, partnerships, countries, most_partners, best_linked_town"
    assert ask(database, "network_components", columns) == [
        (1, 9, 11, 4, 4, "Frankfurt am Main"), (2, 2, 1, 2, 1, "Soest"),
    ]  # fmt: skip


def test_countries_are_held_against_chance(database: Database) -> None:
    columns = "country_a, country_b, partnerships, expected, ratio, share_of_a, share_of_b"
    rows = {row[:2]: row[2:] for row in ask(database, "country_network", columns)}
    assert sum(row[0] for row in rows.values()) == 7
    # Ends abroad: DE 6, PL 4, FR 2, CA 1, NL 1; all pairs of ends of two countries: (14² - 58) / 2 = 69.
    assert rows["DE", "PL"] == (3, round(6 * 4 * 7 / 69, 1), round(3 * 69 / (6 * 4 * 7), 2), 0.5, 0.75)


def test_natural_partners_share_two_partners_abroad_and_are_none_themselves(database: Database) -> None:
    columns = "town_a_id, town_b_id, shared_partners, score"
    first, *_ = ask(database, "natural_partners", columns)
    # Łódź and Frankfurt am Main share Lyon (2 partners), München (3) and Frankfurt (Oder) (3).
    assert first == ("gn1", "gn5", 3, round(1 / math.log(2) + 2 / math.log(3), 3))
    assert ask(database, "natural_partners JOIN partnerships USING (town_a_id, town_b_id)", "count(*)") == [(0,)]
    assert ask(database, "natural_partners", "count(*) FILTER (town_a_country_code = town_b_country_code)") == [(0,)]


def test_statements_about_two_towns_lead_to_the_file(database: Database) -> None:
    columns = "source_id, locator, start_date, sha256, gave"
    assert ask(database, "statements_about('Lyon', 'Francfort-sur-le-Main')", columns) == [
        ("register", "row 0", date(1960, 10, 15), "0" * 64, "start"),
        ("scrape", "row 100", date(1961, 1, 1), "0" * 64, ""),
    ]
    assert ask(database, "statements_about('Lyon', 'Soest')", columns) == []
    # Of the two towns that Frankfurt and Koburg can mean, those that are partners; not the best of each name.
    slubice = ask(database, "statements_about('Słubice', 'Frankfurt')", "partnership_id")
    assert slubice == [(link_id("gn10", "gn2"),)]


def test_distance_between_is_the_great_circle(database: Database) -> None:
    # A degree of the equator, the way from pole to pole, none at all.
    ways = "distance_between(0, 0, 0, 1), distance_between(90, 0, -90, 0), distance_between(50, 8, 50, 8)"
    assert ask(database, "range(1)", ways) == [(pytest.approx(111.195, abs=1e-3), pytest.approx(20015.1, abs=0.1), 0)]
