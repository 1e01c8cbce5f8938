"""Small lists that are each laid out in a way of their own, as lists are found in the wild: every link comes out.

The lists are no part of the project: they lie in `cases/lists` beside the folder that `TWINTOWNS_SAMPLES` names.
"""

from __future__ import annotations

import csv
import functools
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from pipeline.build import build
from pipeline.gazetteer.countries import country_names
from pipeline.sources import load_editions
from pipeline.sources.settings import Settings
from pipeline.validate.source_reader import read_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.validate import Checked

HEAD = """\
title = "A case"
publisher = "Made up"
url = "https://example.org"
licence = "CC0-1.0"
as_of = 2026-10-01
"""
NAMED = 'columns = { town = "town", partner = "partner" }\n'
WITH_LAND = 'columns = { town = "town", partner = "partner", partner_country = "land" }\n'
WITH_SINCE = 'columns = { town = "town", partner = "partner", start = "since" }\n'
IN_GERMANY = 'constants = { town_country = "Germany" }\n'
IN_NETHERLANDS = 'constants = { town_country = "Nederland" }\n'
#: For each case its file, the language of its words, and the rest of its declaration.
CASES: Mapping[str, tuple[str, str, str]] = {
    "c01_index_pandas": ("csv", "de", WITH_LAND + IN_GERMANY),
    "c01_two_empty_headers": ("csv", "de", WITH_LAND + IN_GERMANY),
    "c01_header_one_short": ("csv", "de", 'format = { delimiter = " " }\n' + WITH_LAND + IN_GERMANY),
    "c01_trailing_semicolon": (
        "csv", "de",
        """\
format = { delimiter = ";" }
columns = { town = "Gemeinde", partner = "Partner", partner_country = "Land" }
constants = { town_country = "Österreich" }
""",
    ),
    "c02_nested_strings": (
        "json", "en",
        'format = { type = "json" }\ncolumns = { town = "town", town_country = "country", partner = "partners" }\n',
    ),
    "c02_nested_objects": (
        "json", "en",
        """\
format = { type = "json", records = "towns" }
[columns]
town = "town"
town_country = "country"
partner = "partners.name"
partner_country = "partners.country"
start = "partners.since"
""",
    ),
    "c02_keyed_by_town": (
        "json", "en",
        """\
format = { type = "json" }
columns = { town = "key", partner = "value" }
constants = { town_country = "Sweden" }
""",
    ),
    "c02_sparql": (
        "json", "en",
        """\
format = { type = "json" }
[columns]
town = "aLabel"
town_wikidata_id = "a"
partner = "bLabel"
partner_wikidata_id = "b"
partner_point = "bPoint"
start = "since"
""",
    ),
    "c03_points": (
        "geojson", "en",
        """\
format = { type = "json" }
columns = { town = "name", partner = "partner", partner_country = "partner_country", start = "since" }
"""
        + IN_GERMANY,
    ),
    "c03_lines": ("geojson", "en", 'format = { type = "json" }\ncolumns = { town = "from", partner = "to" }\n'),
    "c04_wide": ("csv", "nl", 'columns = { town = "town" }\nunpivot = { partner = "partner_{n}" }\n' + IN_NETHERLANDS),
    "c04_wide_groups": (
        "csv", "nl",
        """\
columns = { town = "town" }
unpivot = { partner = "partner_{n}", partner_country = "country_{n}", start = "year_{n}" }
"""
        + IN_NETHERLANDS,
    ),
    "c05_inside_the_cell": (
        "csv", "de",
        """\
columns = { town = "town", partner = "partners" }
constants = { town_country = "Österreich" }
split = { partner = ["; "] }
""",
    ),
    "c06_title_and_footnotes": (
        "csv", "en",
        """\
format = { delimiter = ";" }
columns = { town = "Town", partner = "Partner", partner_country = "Country" }
"""
        + IN_GERMANY,
    ),
    "c06_comment_lines": (
        "tsv", "en",
        'format = { type = "tsv", header = ["town", "partner"], comment = ["%", "#"] }\n' + NAMED + IN_GERMANY,
    ),
    "c06_two_header_rows": (
        "csv", "en",
        """\
format = { header_rows = 2 }
[columns]
town = "Town"
partner = "Partner / Name"
partner_country = "Partner / Country"
start = "Agreement / Year"
[constants]
town_country = "Germany"
""",
    ),
    "c06_fill_down": ("csv", "de", 'format = { fill_down = ["town"] }\n' + WITH_LAND + IN_GERMANY),
    "c06_duplicate_headers": (
        "csv", "en",
        'columns = { town = "name", town_country = "country", partner = "name_2", partner_country = "country_2" }\n',
    ),
    "c07_dates_day_first": (
        "csv", "fr",
        'format = { date_order = "day-month-year" }\nconstants = { town_country = "France" }\n' + WITH_SINCE,
    ),
    "c07_dates_fr": ("csv", "fr", 'constants = { town_country = "France" }\n' + WITH_SINCE),
    "c07_dates_ja": ("csv", "ja", 'constants = { town_country = "日本" }\n' + WITH_SINCE),
    "c07_dates_de": ("csv", "de", WITH_SINCE + IN_GERMANY),
    "c08_shift_jis": (
        "csv", "ja",
        """\
format = { encoding = "cp932" }
columns = { town = "市町村", partner = "提携先", partner_country = "国名", start = "提携年月日" }
constants = { town_country = "日本" }
""",
    ),
    "c08_utf16": (
        "tsv", "en",
        'format = { type = "tsv", encoding = "utf-16" }\nconstants = { town_country = "Poland" }\n' + WITH_LAND,
    ),
    "c08_cp1250": (
        "csv", "pl",
        """\
format = { delimiter = ";", encoding = "cp1250" }
columns = { town = "Miasto", partner = "Miasto partnerskie", partner_country = "Państwo" }
constants = { town_country = "Polska" }
""",
    ),
    "c09_own_ids": (
        "links.csv", "en",
        """\
columns = { town_key = "from_id", partner_key = "to_id", start = "year" }
lookup = { file = "c09_places.csv", column = "key" }
[[files]]
name = "c09_links.csv"
[[files]]
name = "c09_places.csv"
holds = "names"
columns = { id = "place_id", name = "label", country = "country", latitude = "lat", longitude = "lon" }
""",
    ),
    "c09_edges": (
        "edges.txt", "en",
        """\
format = { delimiter = " ", header = ["a", "b"] }
columns = { town_key = "a", partner_key = "b" }
lookup = { file = "c09_nodes.txt", column = "key" }
[[files]]
name = "c09_edges.txt"
[[files]]
name = "c09_nodes.txt"
holds = "names"
format = { delimiter = " ", header = ["id", "name", "country"] }
columns = { id = "id", name = "name", country = "country" }
""",
    ),
    "c10_countries": ("csv", "mul", WITH_LAND),
    "c11_none_and_ended": (
        "csv", "de",
        """\
columns = { town = "town", partner = "partner", partner_country = "land", note = "remark" }
constants = { town_country = "Österreich" }
split = { partner = [", "] }
""",
    ),
}  # fmt: skip
#: Cases in which some country is known only once the town is located: a point, or a state that is no more.
LOCATED = ("c03_lines", "c10_countries")


@pytest.fixture(scope="module")
def lists(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the lists of all cases, and a declaration of each."""
    cases = samples.parent / "cases" / "lists"
    if not (cases / "expected.csv").is_file():
        pytest.skip(f"no lists that stand for layouts in {cases}")
    folder = tmp_path_factory.mktemp("lists")
    for path in cases.iterdir():
        if path.suffix != ".toml":
            shutil.copy(path, folder)
    for case, (ending, language, rest) in CASES.items():
        file = "" if "[[files]]" in rest else f'files = [{{ name = "{case}.{ending}" }}]\n'
        (folder / f"{case}.toml").write_text(f'{HEAD}language = "{language}"\n{file}{rest}', encoding="utf-8")
    return folder


def wanted(folder: Path, case: str) -> list[dict[str, str]]:
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["case"] == case]


@functools.cache
def read(folder: Path, case: str) -> Checked:
    (declaration,) = load_editions(folder / f"{case}.toml")
    checked = read_source(declaration, folder / "raw", country_names()).checked
    assert checked is not None
    return checked


def shown(claim: Mapping[str, Any], row: Mapping[str, str], *, with_countries: bool) -> dict[str, str]:
    """Return what a claim says of the columns that a row of `expected.csv` fills, and the start in any case."""
    start = "" if claim["start_date"] is None else claim["start_date"].isoformat()
    said = {"town": claim["town_text"], "partner": claim["partner_text"], "start": start[: len(row["start"]) or None]}
    if row["start_precision"] and "precision year is right too" not in row["note"]:
        said["start_precision"] = claim["start_precision"]
    if row["status"]:
        said["status"] = claim["status"]
    for side in ("town", "partner"):
        if with_countries and row[f"{side}_country"]:
            said[f"{side}_country"] = claim[f"{side}_country_code"]
    return said


def test_there_is_a_declaration_of_every_case(lists: Path) -> None:
    with (lists / "expected.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["case"] for row in csv.DictReader(stream)} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_every_link_of_a_case_is_a_claim_and_nothing_else_is(lists: Path, case: str) -> None:
    claims = {(row["town_text"], row["partner_text"]): row for row in read(lists, case).claims.iter_rows(named=True)}
    rows = wanted(lists, case)
    assert set(claims) == {(row["town"], row["partner"]) for row in rows}
    for row in rows:
        said = shown(claims[row["town"], row["partner"]], row, with_countries=case not in LOCATED)
        assert said == {name: row[name] for name in said}


@pytest.mark.long
def test_the_countries_of_points_and_of_former_states(lists: Path, tmp_path: Path) -> None:
    release = build(Settings(raw=tmp_path / "raw", out=tmp_path / "out", sources=(lists,), only=frozenset(LOCATED)))
    towns = pl.read_parquet(release.published.path / "towns.parquet").select("town_id", "country_code")
    claims = pl.read_parquet(release.published.path / "claims.parquet")
    country_of = dict(towns.iter_rows())
    for case in LOCATED:
        for row in wanted(lists, case):
            claim = claims.row(
                by_predicate=(pl.col("source_id") == case) & (pl.col("partner_text") == row["partner"]), named=True
            )
            said = {
                f"{side}_country": country_of[claim[f"{side}_id"]]
                for side in ("town", "partner")
                if row[f"{side}_country"]
            }
            assert said == {name: row[name] for name in said}, row["partner"]


# What a row of `expected.csv` says in words


def test_coordinates_of_points_lines_and_lookups(lists: Path) -> None:
    columns = [f"{side}_{name}" for side in ("town", "partner") for name in ("latitude", "longitude")]
    names = ("town_text", "partner_text")
    places = {
        case: {row[:2]: row[2:] for row in read(lists, case).claims.select(*names, *columns).rows()}
        for case in ("c02_sparql", "c03_points", "c03_lines", "c09_own_ids")
    }
    assert places["c02_sparql"]["Rovaniemi", "Narvik"] == (None, None, 68.4385, 17.4272)
    assert places["c03_points"]["Rosenheim", "Briançon"] == (47.8564, 12.1289, None, None)
    assert places["c03_points"]["Straubing", "Tuam"] == (None,) * 4
    assert places["c03_lines"]["Rosenheim", "Briançon"] == (47.8564, 12.1289, 44.8984, 6.6427)
    assert places["c09_own_ids"]["Reichenbach", "P-999"] == (50.6228, 12.3033, None, None)


def test_items_of_a_sparql_service(lists: Path) -> None:
    claims = read(lists, "c02_sparql").claims
    ids = claims.filter(pl.col("partner_text") == "Narvik").select("town_wikidata_id", "partner_wikidata_id").row(0)
    assert ids == ("Q25412", "Q25462")


@pytest.mark.parametrize(
    ("case", "rule", "value"),
    [
        ("c02_sparql", "date_new_year", "1976-01-01T00:00:00Z"),
        ("c07_dates_fr", "date_century_inferred", "juil-66"),
        ("c07_dates_ja", "unreadable_date", "明治百年"),
        ("c07_dates_de", "date_two_dates", "1961/62"),
        ("c07_dates_de", "date_approximate", "um 1989"),
        ("c09_own_ids", "unknown_key", "P-999"),
        ("c09_edges", "unknown_key", "9"),
        ("c11_none_and_ended", "states_none", "keine Partnerstädte"),
    ],
)
def test_what_is_not_certain_is_a_finding(lists: Path, case: str, rule: str, value: str) -> None:
    assert (rule, value) in read(lists, case).findings.select("rule", "raw_value").rows()


def test_rows_that_name_nobody_are_ignored_and_notes_are_rejected(lists: Path) -> None:
    columns = ("rows_read", "rows_used", "rows_rejected", "rows_ignored")
    accounts = {
        case: read(lists, case).ledger.filter(pl.col("claims_made") > 0).select(columns).row(0) for case in CASES
    }
    assert {case: account for case, account in accounts.items() if account[0] != account[1]} == {
        "c02_nested_strings": (3, 2, 0, 1),
        "c04_wide": (4, 3, 0, 1),
        "c04_wide_groups": (3, 2, 0, 1),
        "c06_title_and_footnotes": (6, 3, 2, 1),
        "c11_none_and_ended": (7, 3, 0, 4),
    }


def test_an_end_in_a_remark(lists: Path) -> None:
    ends = (
        read(lists, "c11_none_and_ended").claims.filter(pl.col("status") == "ended").select("partner_text", "end_date")
    )
    assert sorted((name, end.year) for name, end in ends.rows()) == [("Rötz", 2019), ("Znaim", 2019)]


def test_a_region_behind_a_slash(lists: Path) -> None:
    claims = read(lists, "c05_inside_the_cell").claims
    assert claims.filter(pl.col("partner_text") == "Oroville")["partner_region_text"].item() == "Washington"
