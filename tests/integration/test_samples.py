"""The real lists, through the command line: every row accounted for, and facts that the dirt must not bury."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import polars as pl
import pytest
from small import with_small_gazetteer

from pipeline.cli import main
from pipeline.curate.references import check_references
from schemas import MODELS, check_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Database: TypeAlias = duckdb.DuckDBPyConnection

#: Files whose first line is a row.
WITHOUT_HEADER = {"relations.tsv", "names.tsv"}
REVISION = "german_register_2014/partnerstaedte_geocoded.csv"


DELIMITERS = {"dyad.hans.csv": ";"}


def rows_of(path: Path) -> list[list[str]]:
    """Return a list's records as Python's own reader sees them, without header and blank lines."""
    if path.suffix == ".json":
        return [[record["name"]] for record in json.loads(path.read_text("utf-8"))["hromadas"]]
    with path.open(encoding="utf-8-sig", newline="") as stream:
        tabs = path.suffix == ".tsv"
        delimiter = DELIMITERS.get(path.name, ",")
        reader = (
            csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            if tabs
            else csv.reader(stream, delimiter=delimiter)
        )
        rows = [row for row in reader if row]
    return rows if path.name in WITHOUT_HEADER else rows[1:]


def published(release: Path) -> dict[str, bytes]:
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in sorted(release.rglob("*.parquet"))}


@pytest.fixture(scope="module")
def database(full_build: Path) -> Iterator[Database]:
    with duckdb.connect(full_build / "twintowns.duckdb", read_only=True) as connection:
        yield connection


def ask(connection: Database, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query, values).fetchall()


# Fetched and built


def test_every_pinned_list_was_fetched_as_it_is(samples: Path, real_lists: Path) -> None:
    with (samples / "index.csv").open(encoding="utf-8", newline="") as stream:
        indexed = {row["sha256"]: row["path"] for row in csv.DictReader(stream)}
    kept = [
        json.loads(line)
        for manifest in (real_lists / "raw").glob("*/manifest.jsonl")
        if not manifest.parent.name.startswith("starter_")
        for line in manifest.read_text().splitlines()
    ]
    assert len(kept) == 32
    for entry in kept:
        path = real_lists / "raw" / entry["source_id"] / entry["path"]
        assert path.read_bytes() == (samples / indexed[entry["sha256"]]).read_bytes()
    assert "0 failed" in (real_lists / "fetch.log").read_text()


@pytest.mark.parametrize("log", ["fetch", "first"])
def test_nothing_was_printed_that_is_no_message(real_lists: Path, log: str) -> None:
    printed = (real_lists / f"{log}.log").read_text()
    assert not re.search(r"Traceback|Warning|Error|nan%|None\b", printed)


def test_every_row_of_every_file_is_accounted_for(samples: Path, real_lists: Path, database: Database) -> None:
    query = """
        SELECT sha256, rows_read, rows_used, rows_rejected, rows_ignored
        FROM ledger JOIN snapshots USING (snapshot_id) WHERE ledger.source_id NOT LIKE 'starter%'
    """
    accounts = {sha256: account for sha256, *account in ask(database, query)}
    with (samples / "index.csv").open(encoding="utf-8", newline="") as stream:
        paths = {row["sha256"]: samples / row["path"] for row in csv.DictReader(stream)}
    assert len(accounts) == len(list((real_lists / "raw").glob("[!s]*/*/*")))
    for sha256, (read, used, rejected, ignored) in accounts.items():
        assert read == len(rows_of(paths[sha256])), paths[sha256]
        assert read == used + rejected + ignored, paths[sha256]
        # The communities of which the list has hypotheses alone.
        assert ignored in ((67,) if paths[sha256].suffix == ".json" else (0, read)), paths[sha256]


def test_a_reject_is_the_row_that_stands_at_its_place(real_lists: Path, database: Database) -> None:
    query = """
        SELECT snapshots.source_id, file_name, sha256, locator, row_json
        FROM rejects JOIN snapshots USING (snapshot_id) ORDER BY ALL
    """
    rejects = ask(database, query)
    assert rejects
    for source_id, file_name, sha256, locator, row_json in rejects:
        lines = (real_lists / "raw" / source_id / sha256[:12] / file_name).read_text("utf-8").split("\n")
        line = lines[int(locator.removeprefix("line ")) - 1]
        [cells] = csv.reader([line], delimiter=DELIMITERS.get(file_name, ","))
        assert cells == list(json.loads(row_json).values())


@pytest.mark.parametrize("name", MODELS)
def test_every_table_keeps_its_contract(full_build: Path, name: str) -> None:
    frame = pl.read_parquet(full_build / f"{name}.parquet")
    assert frame.schema == MODELS[name].dtypes()
    check_table(MODELS[name], frame)


def test_every_reference_leads_to_a_row(database: Database) -> None:
    check_references(database)


def test_no_two_partnerships_join_the_same_towns(database: Database) -> None:
    query = """
        SELECT count(*) - count(DISTINCT (least(town_a_id, town_b_id), greatest(town_a_id, town_b_id))),
               count(*) FILTER (town_a_id = town_b_id)
        FROM partnerships
    """
    assert ask(database, query) == [(0, 0)]


# Wikidata's pairs of items


def test_pairs_of_items_are_counted_once(
    samples: Path, real_lists: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = rows_of(samples / "wikidata_2016" / "relations.tsv")
    arguments = ("--raw", real_lists / "raw", "--out", tmp_path, "--only", "wikidata_2016", "--json")
    assert main(["build", *map(str, arguments)]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["claims"] == len(stated) == 34_182
    claims = pl.read_parquet(tmp_path / "current" / "claims.parquet").sort(
        pl.col("locator").str.extract(r"(\d+)$").cast(pl.Int64)
    )
    towns: dict[str, set[str]] = {}
    for items, ids in zip(stated, claims.select("town_id", "partner_id").iter_rows(), strict=True):
        for item, town in zip(items, ids, strict=True):
            towns.setdefault(item, set()).add(town)
    # An item is one town. A town may be two items: its own and that of its municipality.
    assert {len(ids) for ids in towns.values()} == {1}
    directions = {tuple(min(towns[item]) for item in items) for items in stated}
    pairs = Counter(frozenset(ends) for ends in directions)
    assert made["partnerships"] == len(pairs)
    assert 17_200 < len(pairs) < len({frozenset(items) for items in stated}) == 17_401
    assert min(len(ends) for ends in pairs) == 2
    # The source keeps both directions, so it tells which links both towns state.
    frame = pl.read_parquet(tmp_path / "current" / "partnerships.parquet")
    assert frame["stated_by_both"].sum() == sum(count == 2 for count in pairs.values())


# Known pairs

FRANKFURT, MILAN = "gn2925533", "gn3173435"
FRANKFURT_ODER, SLUBICE = "gn2925535", "gn3085495"
HEIDELBERG, CAMBRIDGE = "gn2907911", "gn2653941"
PADERBORN, LE_MANS = "gn2855745", "gn3003603"
MARBURG, MARIBOR = "gn2873759", "gn3195506"
CELLE, TAVISTOCK = "gn2940213", "gn2636174"
ERFURT, KATI = "gn2929670", "gn2455558"


def starts(connection: Database, town: str, partner: str) -> list[tuple[Any, ...]]:
    query = """
        SELECT start_year, form, start_agreement FROM partnerships
        WHERE town_a_id = least($1, $2) AND town_b_id = greatest($1, $2)
    """
    return connection.execute(query, [town, partner]).fetchall()


@pytest.mark.parametrize(
    ("town", "partner", "name", "year", "agreement"),
    [
        pytest.param(FRANKFURT, MILAN, "Mailand", 1970, "conflict", id="Frankfurt am Main–Milan"),
        pytest.param(FRANKFURT_ODER, SLUBICE, "Słubice", 1975, "agree", id="Frankfurt (Oder)–Słubice"),
        pytest.param(HEIDELBERG, CAMBRIDGE, "Cambridge", 1965, "conflict", id="Heidelberg–Cambridge"),
        pytest.param(PADERBORN, LE_MANS, "Le Mans", 1967, "agree", id="Paderborn–Le Mans"),
        pytest.param(MARBURG, MARIBOR, "Maribor", 1969, "agree", id="Marburg–Maribor"),
        pytest.param(CELLE, TAVISTOCK, "Tavistock", 1952, "conflict", id="Celle–Tavistock"),
    ],
)
def test_a_pair_that_many_lists_state_is_one_partnership(
    database: Database, town: str, partner: str, name: str, year: int, agreement: str
) -> None:
    assert starts(database, town, partner) == [(year, "partnership", agreement)]
    # Nor is it there a second time, under another id of a partner of that name.
    query = """
        SELECT DISTINCT partner_id FROM town_partners JOIN town_names ON town_names.town_id = partner_id
        WHERE town_partners.town_id = ? AND town_names.search_key = search_key(?)
    """
    assert ask(database, query, town, name) == [(partner,)]


@pytest.mark.parametrize(
    ("town", "partner", "years"),
    [
        pytest.param(CELLE, TAVISTOCK, {1952, 1977}, id="Celle–Tavistock"),
        pytest.param("gn2874028", "gn3003074", {1993, 1994}, id="Malterdingen–Lentilly"),
        pytest.param("gn2947421", "gn2801754", {1952, 1980}, id="Bocholt–Bocholt"),
        pytest.param("gn2947421", "gn8299614", {1952, 1977}, id="Bocholt–Rossendale"),
        pytest.param("gn2946447", "gn2640729", {1947, 1948}, id="Bonn–Oxford"),
        pytest.param(HEIDELBERG, CAMBRIDGE, {1963, 1965}, id="Heidelberg–Cambridge"),
    ],
)
def test_a_conflict_shows_both_dates(database: Database, town: str, partner: str, years: set[int]) -> None:
    query = """
        SELECT DISTINCT year(stated_date) FROM date_conflicts JOIN partnerships USING (partnership_id)
        WHERE town_a_id = least($1, $2) AND town_b_id = greatest($1, $2) AND is_disputed
    """
    assert {year for (year,) in database.execute(query, [town, partner]).fetchall()} == years


def test_a_friendship_and_a_later_partnership_are_history(database: Database) -> None:
    assert starts(database, ERFURT, KATI) == [(2011, "partnership", "single")]
    query = """
        SELECT event, e.form, year(event_date) FROM partnership_events e JOIN partnerships USING (partnership_id)
        WHERE town_a_id = least($1, $2) AND town_b_id = greatest($1, $2)
    """
    assert set(database.execute(query, [ERFURT, KATI]).fetchall()) == {
        ("friendship_agreed", "friendship", 2009),
        ("charter_signed", "partnership", 2011),
    }
    conflict = "SELECT form_conflict FROM partnerships WHERE town_a_id = least($1, $2) AND town_b_id = greatest($1, $2)"
    assert database.execute(conflict, [ERFURT, KATI]).fetchall() == [(False,)]


def test_a_town_and_its_municipality_are_one(database: Database) -> None:
    """Wikidata has an item for each; an agreement is stated of either."""
    for item, town in (("Q727", "Q9899"), ("Q613", "Q612"), ("Q28150", "Q27116"), ("Q7764398", "Q717774")):
        assert ask(database, "SELECT count(*) FROM towns WHERE town_id = ?", item) == [(0,)]
        [(partners,)] = ask(
            database, "SELECT count(*) FROM towns JOIN town_partners USING (town_id) WHERE wikidata_id = ?", town
        )
        assert partners > 5
    # Regions that are called like their towns.
    assert ask(database, "SELECT count(*) FROM towns WHERE town_id IN ('Q3741', 'Q233588')") == [(2,)]


def test_the_county_of_slubice_is_not_the_town(database: Database) -> None:
    query = """
        SELECT DISTINCT partner_id, kind FROM town_partners JOIN towns ON towns.town_id = partner_id
        WHERE town_partners.town_id = ? AND search_key(partner_name) SIMILAR TO '.*(powiat|landkreis|county).*'
    """
    counties = ask(database, query, FRANKFURT_ODER)
    assert counties
    assert {kind for _, kind in counties} == {"county"}
    assert SLUBICE not in {town_id for town_id, _ in counties}


# Known dirt


@pytest.mark.parametrize(
    ("source", "file", "column", "bad"),
    [
        ("czech_2013", "czech_2013/vztahy2.csv", 4, ("0", "1238", "37546")),
        ("german_register_2014", "german_register_2014/partnerstaedte_final.csv", 8, ("2000",)),
    ],
)
def test_a_year_that_is_none_is_a_finding_and_no_start(
    samples: Path, database: Database, source: str, file: str, column: int, bad: tuple[str, ...]
) -> None:
    stand = Counter(row[column] for row in rows_of(samples / file) if row[column] in bad)
    assert set(stand) == set(bad)
    dated = """
        SELECT start_text, count(*), count(start_date) FROM claims
        WHERE source_id = ? AND list_contains(?, start_text) GROUP BY 1
    """
    assert {text: (count, with_date) for text, count, with_date in ask(database, dated, source, list(bad))} == {
        text: (count, 0) for text, count in stand.items()
    }
    noted = """
        SELECT raw_value, count(DISTINCT locator) FROM findings
        WHERE source_id = ? AND column_name = 'start' AND action = 'nulled' AND locator IS NOT NULL GROUP BY 1
    """
    assert dict(ask(database, noted, source)) == dict(stand)


def test_a_placeholder_is_noticed_as_a_heap(database: Database) -> None:
    found = "SELECT source_id, split_part(raw_value, ' times', 1), action FROM findings WHERE rule = 'placeholder_heap'"
    assert sorted(ask(database, found)) == [
        ("baltic_2013", "0 stands 790", "nulled"),
        ("czech_2013", "0 stands 80", "nulled"),
        ("german_register_2014", "2000 stands 922", "nulled"),
    ]


def test_what_only_placeholders_date_counts_in_no_decade(database: Database) -> None:
    query = """
        WITH dated AS (
            SELECT partnership_id, bool_and(start_text IS NULL OR (source_id, start_text) IN (
                ('german_register_2014', '2000'), ('czech_2013', '0'), ('czech_2013', '1238'), ('czech_2013', '37546')
            )) AS is_unknown, count(start_text) > 0 AS has_text
            FROM claims GROUP BY partnership_id
        )
        SELECT count(*), count(start_date) FROM dated JOIN partnerships USING (partnership_id)
        WHERE is_unknown AND has_text
    """
    ((partnerships, with_start),) = ask(database, query)
    assert partnerships > 800
    assert with_start == 0
    undated = "SELECT count(*) FROM partnerships WHERE start_date IS NULL OR start_precision = 'century'"
    assert ask(database, "SELECT partnerships FROM partnerships_per_decade WHERE decade IS NULL") == ask(
        database, undated
    )


def test_a_german_town_was_in_the_state_that_it_lay_in(database: Database) -> None:
    query = """
        SELECT admin1_code, list_sort(list(DISTINCT state)) FROM (
            SELECT unnest([town_a_id, town_b_id]) AS town_id, unnest([state_a_at_start, state_b_at_start]) AS state
            FROM partnerships WHERE start_date BETWEEN '1950-01-01' AND '1989-12-31' AND start_precision = 'year'
        ) JOIN towns USING (town_id) WHERE country_code = 'DE' AND state IS NOT NULL AND admin1_code IS NOT NULL
        GROUP BY ALL
    """
    found = dict(ask(database, query))
    assert {code for code, states in found.items() if states == ["East Germany"]} == {"11", "12", "13", "14", "15"}
    assert all(states == ["West Germany"] for code, states in found.items() if code < "11" and code != "09")
    assert ask(database, "SELECT count(*) > 200, count(DISTINCT start_year) > 30 FROM iron_curtain_links") == [
        (True, True)
    ]


# A revision of the register whose unquoted commas moved the columns of 393 rows, as somebody's own source

DECLARATION = """\
title = "The register before geocoding"
publisher = "muenchdo/TwinTowns"
url = "https://github.com/muenchdo/TwinTowns"
licence = "not stated"
language = "de"
kind = "register"
family = "rgre"
authority = "register"
directions = "one"
listed_means = "active"
as_of = 2014-12-31
files = [{ name = "partnerstaedte_geocoded.csv" }]

[columns]
town = "gemeindename"
town_region = "bundesland"
partner = "partnergemeinde"
partner_country = "land"
start = "seit"
form = "form"

[constants]
town_country = "DE"

[codes.form]
p = "partnership"
f = "friendship"
k = "contact"

[shape]
seit = '\\d{1,4}'
kontinent = "Afrika|Amerika|Asien|Australien|Europa|Ozeanien|Australien/Ozeanien"
latitude = '-?\\d+(\\.\\d+)?'

[[suspect]]
column = "start"
values = ["2000"]
reason = "a placeholder"

[expect]
max_shifted_rows = ALLOWED
"""


def build_revision(samples: Path, folder: Path, allowed: int) -> int:
    (folder / "revision.toml").write_text(DECLARATION.replace("ALLOWED", str(allowed)), encoding="utf-8")
    shutil.copy(samples / REVISION, folder)
    where = ("--raw", folder / "raw", "--out", folder / "out", "--sources", folder)
    with with_small_gazetteer():  # where the towns lie is not asked
        return main(["build", *map(str, where), "--only", "revision"])


def moved_rows(samples: Path) -> set[str]:
    """Return where a row has no year in the column of the year: no other row of this list lacks one."""
    rows = rows_of(samples / REVISION)
    return {f"line {line}" for line, row in enumerate(rows, start=2) if not row[6].strip().isdigit()}


def test_shifted_rows_stop_the_build(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(moved_rows(samples)) == 393
    assert build_revision(samples, tmp_path, 0) == 3
    printed, said = capsys.readouterr()
    assert printed == ""
    assert "revision: 393 row(s) with shifted columns, 0 allowed" in said
    assert "line 10" in said
    assert "Aachen (Kreis) (Aachen" in said
    assert "max_shifted_rows = 393" in said
    assert not os.path.lexists(tmp_path / "out" / "current")


@pytest.mark.long
def test_shifted_rows_that_are_allowed_are_rejected_one_by_one(samples: Path, tmp_path: Path) -> None:
    assert build_revision(samples, tmp_path, 393) == 0
    current = tmp_path / "out" / "current"
    rejects = pl.read_parquet(current / "rejects.parquet")
    assert set(rejects["locator"]) == moved_rows(samples)
    assert rejects["rules"].str.contains("row_shifted").all()
    account = pl.read_parquet(current / "ledger.parquet").row(0, named=True)
    assert (account["rows_read"], account["rows_used"], account["rows_rejected"]) == (7_138, 7_138 - 393, 393)
    texts = pl.read_parquet(current / "claims.parquet").select("town_text", "partner_text", "partner_country_text")
    assert not texts.unpivot()["value"].str.contains(r"^\s*\d+(\.\d+)?\s*$").any()
