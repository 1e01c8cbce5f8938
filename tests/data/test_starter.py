"""What the starter collection says when it is built: how much there is, and facts that can be looked up elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import polars as pl
import pytest

from pipeline.curate.references import check_references
from schemas import MODELS, check_table

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


# How much there is


def test_there_is_enough_to_begin_with(database: Database) -> None:
    ((count, dated),) = ask(database, "SELECT count(*), count(start_date) FROM partnerships")
    ((countries,),) = ask(database, "SELECT count(DISTINCT country_code) FROM towns")
    assert count >= 2_000
    assert dated >= 600
    assert countries >= 40


def test_every_decade_since_the_war_has_partnerships(database: Database) -> None:
    decades = {decade for (decade,) in ask(database, "SELECT decade FROM partnerships_per_decade")}
    assert decades >= set(range(1940, 2020, 10))


def test_decades_add_up_to_all_partnerships(database: Database) -> None:
    assert ask(database, "SELECT sum(partnerships) FROM partnerships_per_decade") == ask(
        database, "SELECT count(*) FROM partnerships"
    )


# What is known of single pairs


@dataclass(frozen=True)
class Pair:
    """Two towns, and what must be said of their link.

    Attributes:
        town, partner: name by which `find_town` must lead there, country, GeoNames id.
        year: when the form began; None where nobody dates it.
        form: what they agreed on.
        status: what may be said of it today.
        agreement: where sources are known to differ, or not to.
    """

    town: tuple[str, str, str]
    partner: tuple[str, str, str]
    year: int | None
    form: str = "partnership"
    status: frozenset[str] = frozenset({"active", "unknown"})
    agreement: str | None = None

    def __str__(self) -> str:
        return f"{self.town[0]}–{self.partner[0]}"


AACHEN = ("Aachen", "DE", "gn3247449")
BOCHOLT = ("Bocholt", "DE", "gn2947421")
BOCHOLT_BE = ("Bocholt", "BE", "gn2801754")
BOCHUM = ("Bochum", "DE", "gn2947416")
DONETSK = ("Donezk", "UA", "gn709717")
DRESDEN = ("Dresden", "DE", "gn2935022")
FRANKFURT = ("Frankfurt am Main", "DE", "gn2925533")
KRAKOW = ("Krakau", "PL", "gn3094802")
MELLE = ("Melle", "DE", "gn2872079")
OVIEDO = ("Oviedo", "ES", "gn3114711")
PADERBORN = ("Paderborn", "DE", "gn2855745")
REIMS = ("Reims", "FR", "gn2984114")
SHEFFIELD = ("Sheffield", "GB", "gn2638077")
TOLEDO = ("Toledo", "ES", "gn2510409")
ENDED = frozenset({"ended"})

PAIRS = (
    Pair(AACHEN, REIMS, 1967),
    Pair(AACHEN, TOLEDO, 1985),
    Pair(("Altdorf bei Nürnberg", "DE", "gn2958024"), ("Altdorf", "CH", "gn2661780"), 2025),
    Pair(("Bad Abbach", "DE", "gn2953559"), ("Charbonnières-les-Bains", "FR", "gn3026700"), 1978),
    Pair(BOCHOLT, BOCHOLT_BE, 1980),
    Pair(BOCHOLT, ("Rossendale", "GB", "gn8299614"), 1977, agreement="conflict"),
    Pair(BOCHUM, SHEFFIELD, 1950, agreement="agree"),
    Pair(BOCHUM, OVIEDO, 1980, agreement="agree"),
    Pair(BOCHUM, DONETSK, 1987, agreement="agree"),
    Pair(SHEFFIELD, DONETSK, None),
    Pair(("Bonn", "DE", "gn2946447"), ("Oxford", "GB", "gn2640729"), 1947),
    Pair(("Coburg", "DE", "gn2939951"), ("Cobourg", "CA", "gn5924579"), 1997, status=ENDED),
    Pair(("Crailsheim", "DE", "gn2939797"), ("Worthington", "US", "gn5053460"), 1947),
    Pair(DRESDEN, ("Coventry", "GB", "gn2652221"), 1959),
    Pair(DRESDEN, ("Florenz", "IT", "gn3176959"), 1978),
    Pair(("Frankfurt (Oder)", "DE", "gn2925535"), ("Slubice", "PL", "gn3085495"), 1975),
    Pair(FRANKFURT, ("Mailand", "IT", "gn3173435"), 1970, agreement="conflict"),
    Pair(FRANKFURT, ("Lyon", "FR", "gn2996944"), 1960, agreement="conflict"),
    Pair(FRANKFURT, KRAKOW, 1991),
    Pair(("Nürnberg", "DE", "gn2861650"), KRAKOW, 1979),
    Pair(("Hamburg", "DE", "gn2911298"), ("Marseille", "FR", "gn2995469"), 1958),
    Pair(("Heidelberg", "DE", "gn2907911"), ("Cambridge", "GB", "gn2653941"), 1965, agreement="conflict"),
    Pair(("Ludwigsburg", "DE", "gn2875392"), ("Mömpelgard", "FR", "gn2992938"), 1950, agreement="agree"),
    Pair(("Marburg an der Lahn", "DE", "gn2873759"), ("Marburg an der Drau", "SI", "gn3195506"), 1969),
    Pair(MELLE, ("Melle", "FR", "gn2994675"), None),
    Pair(MELLE, ("Melle", "BE", "gn2791385"), None),
    Pair(("Münster", "DE", "gn2867543"), ("Monastir", "TN", "gn2473493"), None),
    Pair(("Osaka", "JP", "gn1853909"), ("San Francisco", "US", "gn5391959"), 1957, status=ENDED),
    Pair(PADERBORN, ("Le Mans", "FR", "gn3003603"), 1967, agreement="agree"),
    Pair(PADERBORN, ("Belleville", "US", "gn4233813"), 1990),
    Pair(("Pforzheim", "DE", "gn2853969"), ("Guernica", "ES", "gn3120989"), 1989),
    Pair(("Saarlouis", "DE", "gn2842632"), ("Eisenhüttenstadt", "DE", "gn2931481"), 1986, agreement="conflict"),
    Pair(("Schöppingen", "DE", "gn2836390"), ("Diepenheim", "NL", "gn2756878"), 1978, status=ENDED),
    Pair(("Soest", "DE", "gn2831708"), ("Soest", "NL", "gn2747034"), 2004),
    Pair(("Wiesbaden", "DE", "gn2809346"), ("Klagenfurt", "AT", "gn2774326"), 1930, agreement="agree"),
)  # fmt: skip


def partnership(connection: Database, town: str, partner: str) -> dict[str, Any] | None:
    """Return the record of a pair of towns, if there is one."""
    query = "FROM partnerships WHERE town_a_id = least($1, $2) AND town_b_id = greatest($1, $2)"
    found = connection.execute(query, [town, partner])
    names, rows = [column[0] for column in found.description or ()], found.fetchall()
    assert len(rows) <= 1
    return dict(zip(names, rows[0], strict=True)) if rows else None


def certain(connection: Database, town: str, partner: str) -> dict[str, Any]:
    found = partnership(connection, town, partner)
    assert found is not None
    return found


def events(connection: Database, town: str, partner: str) -> set[tuple[str, str, date, str]]:
    query = "SELECT event, form, event_date, event_precision FROM partnership_events WHERE partnership_id = ?"
    return set(ask(connection, query, certain(connection, town, partner)["partnership_id"]))


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_known_pair(database: Database, pair: Pair) -> None:
    found = certain(database, pair.town[2], pair.partner[2])
    assert found["start_year"] == pair.year
    assert found["form"] == pair.form
    assert found["status"] in pair.status
    assert pair.agreement in (None, found["start_agreement"])


@pytest.mark.parametrize(
    "town",
    sorted({town for pair in PAIRS for town in (pair.town, pair.partner)}),
    ids=lambda town: f"{town[0]} {town[1]}",
)
def test_a_town_is_found_by_a_name_in_any_language(database: Database, town: tuple[str, str, str]) -> None:
    name, country_code, town_id = town
    query = "SELECT town_id FROM find_town(?) WHERE country_code = ? ORDER BY rank LIMIT 1"
    assert ask(database, query, name, country_code) == [(town_id,)]


@pytest.mark.parametrize(
    ("name", "town_id"),
    [
        ("Mömpelgard", "gn2992938"),
        ("Mailand", "gn3173435"),
        ("Florenz", "gn3176959"),
        ("Firenze", "gn3176959"),
        ("Krakau", "gn3094802"),
        ("Cracovia", "gn3094802"),
        ("Norimberk", "gn2861650"),
        ("Karl-Marx-Stadt", "gn2940132"),
        ("Marburg an der Drau", "gn3195506"),
        ("Frankfurt nad Mohanem", "gn2925533"),
        ("frankfurt oder", "gn2925535"),
    ],
)
def test_an_exonym_leads_to_the_right_town_first(database: Database, name: str, town_id: str) -> None:
    assert ask(database, "SELECT town_id FROM find_town(?) WHERE rank = 1", name) == [(town_id,)]


@pytest.mark.parametrize(
    ("town", "partner"),
    [(REIMS, TOLEDO), (SHEFFIELD, OVIEDO), (OVIEDO, DONETSK)],
    ids=["Reims–Toledo", "Sheffield–Oviedo", "Oviedo–Donetsk"],
)
def test_members_of_a_group_are_not_partners_for_it(
    database: Database, town: tuple[str, str, str], partner: tuple[str, str, str]
) -> None:
    assert partnership(database, town[2], partner[2]) is None
    shared = "SELECT group_id FROM group_members WHERE town_id IN (?, ?) GROUP BY 1 HAVING count(*) = 2"
    assert len(ask(database, shared, town[2], partner[2])) == 1


def test_a_network_has_its_size_and_no_pairs(database: Database) -> None:
    query = "SELECT group_id, kind, stated_member_count FROM partnership_groups WHERE name = 'Neustadt in Europa'"
    ((group_id, kind, members),) = ask(database, query)
    assert kind == "network"
    assert 36 <= members <= 37
    assert ask(database, "SELECT count(*) FROM group_members WHERE group_id = ?", group_id) == [(37,)]
    pairs = "SELECT count(*) FROM town_partners WHERE town_name LIKE 'Neustadt%' AND partner_name LIKE 'Neustadt%'"
    assert ask(database, pairs) == [(0,)]


def test_namesakes_of_melle_are_a_star(database: Database) -> None:
    new_melle = "SELECT partner_id FROM town_partners WHERE town_id = ? AND partner_name = 'New Melle'"
    ((partner_id,),) = ask(database, new_melle, MELLE[2])
    assert certain(database, MELLE[2], partner_id)["start_date"] == date(1988, 6, 18)
    assert ask(database, "SELECT count(*) FROM town_partners WHERE town_id = ?", partner_id) == [(1,)]
    assert partnership(database, "gn2994675", "gn2791385") is None


def test_an_old_bond_is_a_precursor_and_no_start(database: Database) -> None:
    told = events(database, PADERBORN[2], "gn3003603")
    assert {(event, day) for event, _, day, _ in told} >= {
        ("precursor", date(836, 1, 1)),
        ("charter_signed", date(1967, 6, 3)),
        ("counter_signed", date(1967, 11, 4)),
    }
    assert ask(database, "SELECT count(*) FROM partnerships WHERE start_year < 1800") == [(0,)]
    assert ask(database, "SELECT DISTINCT event FROM partnership_events WHERE event_date < DATE '1800-01-01'") == [
        ("precursor",)
    ]


def test_a_friendship_that_became_a_partnership_keeps_both(database: Database) -> None:
    assert events(database, "gn2958024", "gn2661780") == {
        ("friendship_agreed", "friendship", date(1948, 1, 1), "year"),
        ("charter_signed", "partnership", date(2025, 7, 11), "day"),
    }
    found = certain(database, "gn2958024", "gn2661780")
    assert (found["start_date"], found["start_precision"]) == (date(2025, 7, 11), "day")
    assert (found["start_agreement"], found["form_conflict"]) == ("single", False)


def test_a_contact_before_the_charter_is_kept_apart(database: Database) -> None:
    told = events(database, BOCHOLT[2], BOCHOLT_BE[2])
    assert told >= {
        ("first_contact", "contact", date(1952, 1, 1), "year"),
        ("charter_signed", "partnership", date(1980, 1, 1), "year"),
    }


def test_a_merged_town_ended_its_partnership(database: Database) -> None:
    found = certain(database, "gn2836390", "gn2756878")
    assert (found["start_year"], found["end_year"], found["end_cause"]) == (1978, 2002, "merger")
    assert ("ended", "partnership", date(2002, 1, 1), "year") in events(database, "gn2836390", "gn2756878")


@pytest.mark.parametrize(
    ("town", "partner", "year", "precision"),
    # Osaka's mayor wrote on a day in 2018, which is told with its page; a note without one says 2017.
    [("gn2939951", "gn5924579", 2022, "year"), ("gn1853909", "gn5391959", 2018, "day")],
)
def test_what_ended_says_when(database: Database, town: str, partner: str, year: int, precision: str) -> None:
    found = certain(database, town, partner)
    assert (found["end_year"], found["end_precision"]) == (year, precision)


def test_ends_have_their_pages(database: Database) -> None:
    query = """
        SELECT event, count(*), count(DISTINCT partnership_id), count(evidence_url)
        FROM status_changes WHERE source_id = 'starter_ends' GROUP BY event
    """
    changes = {event: (rows, links, pages) for event, rows, links, pages in ask(database, query)}
    assert changes.keys() == {"suspended", "ended", "resumed"}
    assert sum(links for _, links, _ in changes.values()) >= 300
    assert all(pages == rows for rows, _, pages in changes.values())
    ((countries,),) = ask(database, "SELECT count(DISTINCT country_code) FROM suspended_since_2022")
    assert countries >= 15


def test_all_partners_of_a_country_are_suspended_where_a_page_says_all(database: Database) -> None:
    query = """
        SELECT town_b_name FROM status_changes
        WHERE town_a_name = 'Busan' AND town_b_country_code = 'JP' AND event = 'suspended'
        UNION SELECT town_a_name FROM status_changes
        WHERE town_b_name = 'Busan' AND town_a_country_code = 'JP' AND event = 'suspended'
    """
    assert {name for (name,) in ask(database, query)} == {"Fukuoka", "Shimonoseki"}


def test_a_town_without_partners_is_a_finding(database: Database) -> None:
    query = "SELECT count(*) FROM findings WHERE source_id = 'starter_ends' AND rule = 'states_none'"
    assert ask(database, query) == [(2,)]


def test_two_signatures_are_two_events_and_a_third_date_is_a_conflict(database: Database) -> None:
    found = certain(database, "gn2842632", "gn2931481")
    # The town's own date wins over the encyclopedia's.
    assert (found["start_date"], found["start_precision"]) == (date(1986, 9, 19), "day")
    assert found["is_domestic"] is True
    assert ("counter_signed", "partnership", date(1986, 10, 6), "day") in events(database, "gn2842632", "gn2931481")


def test_a_day_on_the_towns_own_page_wins_over_a_year_elsewhere(database: Database) -> None:
    found = certain(database, FRANKFURT[2], "gn3173435")
    assert (found["start_date"], found["start_precision"]) == (date(1970, 10, 20), "day")
    ((publisher,),) = ask(database, "SELECT publisher FROM claims WHERE claim_id = ?", found["start_claim_id"])
    assert publisher == "frankfurt.de"


@pytest.mark.parametrize("town", ["Neckarsulm", "Ilmenau", "Holon"])
def test_a_town_in_a_caption_has_partners(database: Database, town: str) -> None:
    assert ask(database, "FROM partners_of(?) LIMIT 1", town)


@pytest.mark.parametrize(
    ("subject", "value", "confirmation"),
    [
        ("council_regions_in_name_since", 1984, "contradicted"),
        ("council_regions_in_name_since", 1985, "confirmed"),
        ("council_of_municipalities_founders", 50, "partly"),
        ("council_of_municipalities_founders", 56, "confirmed"),
        ("europe_prize_since", 1955, "confirmed"),
    ],
)
def test_a_stated_figure_says_whether_it_holds(
    database: Database, subject: str, value: float, confirmation: str
) -> None:
    query = "SELECT confirmation FROM reference_figures WHERE subject = ? AND value = ?"
    assert ask(database, query, subject, value) == [(confirmation,)]


def test_prizes_are_awards_of_towns(database: Database) -> None:
    query = "SELECT count(*), count(town_id), count(award_year) FROM awards WHERE award = 'europe_prize'"
    assert ask(database, query) == [(85, 85, 85)]
    query = "SELECT award, count(*) FILTER (evidence_url IS NOT NULL) FROM awards GROUP BY award"
    pages = dict(ask(database, query))
    assert all(pages[award] >= 40 for award in ("european_diploma", "flag_of_honour", "plaque_of_honour"))


# Towns and what are none


def test_partners_of_one_name_are_two_towns(database: Database) -> None:
    query = "SELECT town_a_id, town_b_id, town_a_country_code, town_b_country_code FROM same_name_twins"
    namesakes = {(a, b) for a, b, *_ in ask(database, query)}
    for town, partner in (
        (BOCHOLT, BOCHOLT_BE),
        (MELLE, ("", "", "gn2994675")),
        (("", "", "gn2831708"), ("", "", "gn2747034")),
    ):
        assert tuple(sorted((town[2], partner[2]))) in namesakes
    assert all(a != b for a, b in namesakes)


def test_a_county_is_not_the_town_of_its_name(database: Database) -> None:
    counties = ask(
        database,
        # Ried im Innkreis has inhabitants.
        "SELECT name, kind, town_id FROM towns "
        "WHERE (name ILIKE '%powiat%' OR name ILIKE '%kreis%') AND population IS NULL",
    )
    assert ("Powiat słubicki", "county") in {(name, kind) for name, kind, _ in counties}
    towns = dict(ask(database, "SELECT town_id, kind FROM towns"))
    for name, kind, town_id in counties:
        assert kind == "county", name
        assert town_id != "gn3085495"
    found = certain(database, "gn2925535", next(town_id for name, _, town_id in counties if name == "Powiat słubicki"))
    assert found["start_year"] == 2005
    assert towns["gn3085495"] == "municipality"
    ((distance,),) = ask(
        database, "SELECT distance_km FROM town_partners WHERE town_id = 'gn2925535' AND partner_id = 'gn3085495'"
    )
    assert distance < 5


def test_the_claims_that_speak_of_counties_never_lead_to_a_towns_id(database: Database) -> None:
    query = """
        SELECT town_text, town_id FROM (
            SELECT town_text, town_id FROM claims UNION SELECT partner_text, partner_id FROM claims
        ) JOIN towns USING (town_id)
        WHERE regexp_matches(town_text, '(?i)\\b(landkreis|kreis|powiat|county|département|provincia)\\b')
          AND kind = 'municipality'
    """
    assert ask(database, query) == []


# The tables


@pytest.mark.parametrize("name", MODELS)
def test_every_table_keeps_its_contract_and_its_order(starter: Path, name: str) -> None:
    model = MODELS[name]
    frame = check_table(model, pl.read_parquet(starter / f"{name}.parquet"))
    places = frame.select(model.order())
    assert places.equals(places.sort(pl.all(), nulls_last=True))
    # Rows of one place are the same row: there is no tie that threads could settle.
    assert places.n_unique() == frame.n_unique()


def test_claims_come_by_source_and_by_the_pair_that_they_are_about(database: Database) -> None:
    ordered = "FROM claims SELECT claim_id ORDER BY source_id, town_id, partner_id, claim_id"
    assert ask(database, "SELECT claim_id FROM claims") == ask(database, ordered)
    assert ask(database, "SELECT count(*) - count(DISTINCT claim_id) FROM claims") == [(0,)]


def test_every_reference_leads_to_a_row(database: Database) -> None:
    check_references(database)


def test_every_snapshots_rows_are_accounted_for(database: Database) -> None:
    query = "SELECT source_id, rows_read, rows_used + rows_rejected + rows_ignored, claims_made FROM ledger"
    accounts = ask(database, query)
    assert [account for account in accounts if account[1] != account[2] or account[1] == 0] == []
    claims = dict(ask(database, "SELECT source_id, count(*) FROM claims GROUP BY 1"))
    assert {source: made for source, *_, made in accounts if made} == claims
    rejects = dict(ask(database, "SELECT source_id, count(*) FROM rejects GROUP BY 1"))
    refused = "SELECT source_id, rows_rejected FROM ledger WHERE rows_rejected > 0"
    assert dict(ask(database, refused)) == rejects


def test_no_pair_of_towns_has_two_records(database: Database) -> None:
    pairs = ask(database, "SELECT least(town_a_id, town_b_id), greatest(town_a_id, town_b_id) FROM partnerships")
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("table", ["claims", "partnership_groups", "awards", "reference_figures", "sources"])
def test_no_statement_lacks_who_said_so(database: Database, table: str) -> None:
    nameless = f"SELECT count(*) FROM {table} WHERE coalesce(trim(publisher), '') = ''"
    assert ask(database, nameless) == [(0,)]


def test_every_value_of_a_partnership_leads_to_a_claim_that_says_so(database: Database) -> None:
    query = """
        SELECT count(*) FROM partnerships p LEFT JOIN claims c
          ON c.claim_id = p.start_claim_id AND c.partnership_id = p.partnership_id AND c.start_date = p.start_date
        WHERE p.start_date IS NOT NULL AND c.claim_id IS NULL
    """
    assert ask(database, query) == [(0,)]


def test_a_decision_is_a_row_for_each_value_that_has_a_claim(database: Database) -> None:
    named = """
        SELECT partnership_id, replace(column_name, '_claim_id', '') AS decided, claim_id
        FROM (
            UNPIVOT (SELECT partnership_id, COLUMNS('_claim_id$') FROM partnerships)
            ON * EXCLUDE partnership_id
            INTO NAME column_name VALUE claim_id
        )
        ORDER BY ALL
    """
    decisions = ask(database, "SELECT partnership_id, decided, claim_id FROM decisions ORDER BY ALL")
    assert decisions == ask(database, named)
    assert len(decisions) == len({decision[:2] for decision in decisions})


@pytest.mark.parametrize(
    ("decided", "columns"),
    [
        ("form", ("form",)),
        ("start", ("start_date", "start_precision")),
        ("status", ("status",)),
        ("end", ("end_date", "end_precision")),
        ("end_cause", ("end_cause",)),
    ],
)
def test_the_claim_of_a_decision_has_the_value_of_the_partnership(
    database: Database, decided: str, columns: tuple[str, ...]
) -> None:
    same = " AND ".join(f"claims.{name} = partnerships.{name}" for name in columns)
    query = f"""
        SELECT
            count(*) > 0,
            count(*) FILTER ({same} AND claims.partnership_id = partnerships.partnership_id),
            (SELECT count({columns[0]}) FROM partnerships)
        FROM decisions
        JOIN partnerships USING (partnership_id)
        JOIN claims USING (claim_id)
        WHERE decided = ?
    """
    ((are_some, agreeing, known),) = ask(database, query, decided)
    assert are_some
    assert agreeing == known


def test_a_runner_up_is_another_claim_of_the_same_partnership(database: Database) -> None:
    query = """
        SELECT
            count(*) FILTER (decided_by <> 'only_claim'),
            count(*) FILTER (
                claims.partnership_id = decisions.partnership_id AND runner_up_claim_id <> decisions.claim_id
            ),
            count(runner_up_claim_id)
        FROM decisions
        LEFT JOIN claims ON claims.claim_id = runner_up_claim_id
    """
    ((contested, sound, named),) = ask(database, query)
    assert contested == sound == named > 0


# The database


def test_every_table_view_macro_and_column_says_what_it_is(database: Database) -> None:
    for kind, name in (("tables", "table_name"), ("views", "view_name")):
        undescribed = f"SELECT {name} FROM duckdb_{kind}() WHERE NOT internal AND coalesce(comment, '') = ''"
        assert ask(database, undescribed) == [], kind
    macros = "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND coalesce(comment, '') = ''"
    assert ask(database, macros) == []
    columns = """
        SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''
    """
    assert ask(database, columns) == []
    assert ask(database, "SELECT count(DISTINCT table_name) > 40 FROM duckdb_columns() WHERE NOT internal") == [(True,)]
    names = {name for (name,) in ask(database, "SELECT table_name FROM duckdb_tables() WHERE NOT internal")}
    assert names == set(MODELS)


@pytest.mark.parametrize(
    ("town", "name"), [("gn2947421", "bocholt"), ("gn2857291", "olsberg"), ("gn2771244", "moosburg")]
)
def test_a_namesake_is_one_partner_however_it_is_printed(database: Database, town: str, name: str) -> None:
    partners = ask(
        database,
        f"SELECT partner_id FROM town_partners WHERE town_id = '{town}' "
        f"AND starts_with(search_key(partner_name), '{name}')",
    )
    assert len(partners) == 1


PROMISED_VIEWS = (
    "partnerships_per_decade", "partnerships_per_year", "partnerships_per_country", "country_pairs", "town_partners",
    "source_coverage", "date_conflicts", "one_sided_partnerships", "partnerships_per_country_and_decade",
    "country_pair_years", "town_years", "confirmed_partnerships", "country_partners",
)  # fmt: skip
PROMISED_MACROS = {
    "anniversaries": "anniversaries(2027)", "find_town": "find_town('Coventry')",
    "partners_of": "partners_of('Coventry')", "path_between": "path_between('Coventry', 'Sapporo')",
    "path_between_countries": "path_between_countries('Iceland', 'NP')",
    "statements_about": "statements_about('Coventry', 'Dresden')",
}  # fmt: skip


def test_every_view_runs(database: Database) -> None:
    views = [name for (name,) in ask(database, "SELECT view_name FROM duckdb_views() WHERE NOT internal")]
    assert set(views) >= set(PROMISED_VIEWS)
    answers = {name: len(ask(database, f"FROM {name}")) for name in views}
    # Nothing in the starter collection keeps both sides of a link.
    assert {name for name, rows in answers.items() if rows == 0} <= {"one_sided_partnerships", "suspected_duplicates"}


def test_every_country_of_today_has_its_own_codes_and_name(database: Database) -> None:
    names = "count(*), count(DISTINCT country_code), count(DISTINCT alpha_3_code), count(DISTINCT name)"
    [counts] = ask(database, f"SELECT {names} FROM countries")
    assert set(counts) == {250}
    columns = "alpha_3_code, name, continent, is_eu_member"
    rows = {
        code: ask(database, f"SELECT {columns} FROM countries WHERE country_code = '{code}'")
        for code in ("NA", "XK", "GB", "CZ", "HR")
    }
    assert rows == {
        "NA": [("NAM", "Namibia", "Africa", False)],
        "XK": [("XKX", "Kosovo", "Europe", False)],
        "GB": [("GBR", "United Kingdom", "Europe", False)],
        "CZ": [("CZE", "Czechia", "Europe", True)],
        "HR": [("HRV", "Croatia", "Europe", True)],
    }
    assert ask(database, "SELECT count(*) FROM countries WHERE is_eu_member") == [(27,)]


def test_every_town_takes_part_in_something(database: Database) -> None:
    taking_part = """
        SELECT unnest([town_a_id, town_b_id]) AS town_id FROM partnerships
        UNION SELECT town_id FROM awards
        UNION SELECT town_id FROM group_members
    """
    assert ask(database, f"SELECT town_id, name FROM towns ANTI JOIN ({taking_part}) USING (town_id)") == []


def test_every_macro_runs(database: Database) -> None:
    macros = "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND function_type = 'table_macro'"
    names = {name for (name,) in ask(database, macros)}
    assert names >= set(PROMISED_MACROS)
    assert names <= set(PROMISED_MACROS), "a new macro: call it here too"
    for name, call in PROMISED_MACROS.items():
        assert ask(database, f"FROM {call}"), name


def test_partners_of_a_town_are_those_of_its_records(database: Database) -> None:
    partners = {
        (name, year) for name, year in ask(database, "SELECT partner_name, start_year FROM partners_of('Coventry')")
    }
    assert ("Dresden", 1959) in partners


def test_two_read_at_the_same_time(starter: Path, database: Database) -> None:
    code = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).sql('FROM partnerships').shape[0])"
    path = str(starter / "twintowns.duckdb")
    cursor = database.execute("SELECT partnership_id FROM partnerships")
    cursor.fetchmany(10)
    other = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    rest = len(cursor.fetchall())
    assert int(other.stdout) == rest + 10
    with pytest.raises(duckdb.Error, match=re.compile("read-only", re.IGNORECASE)):
        database.execute("DELETE FROM partnerships")
