"""What the command line prints of towns, partners, tables and results: it fits, and it says what it leaves out."""

from __future__ import annotations

import io
import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.report.result_table import draw_table

if TYPE_CHECKING:
    from pathlib import Path

USAGE = 2
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def run(starter: Path) -> Any:
    """Return a function that runs a command on the starter's release and returns its exit code."""
    return lambda *words: main([*words, "--release", str(starter.parents[1])])


# Partners and towns


def test_partners_of_a_town_say_which_town_and_release(run: Any, starter: Path, capsys: Capture) -> None:
    assert run("partners", "Coventry") == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == f"Coventry, United Kingdom (gn2652221) · 14 partners · release {starter.name}"
    [dresden] = [line.split() for line in lines if line.startswith("Dresden")]
    assert dresden == ["Dresden", "Germany", "1959", "active", "partnership", "4"]
    assert 'twintowns explain "Coventry" "Cork"' in lines[-1]


def test_partners_are_the_same_in_every_format(run: Any, tmp_path: Path, capsys: Capture) -> None:
    assert run("partners", "Coventry", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["partner_name"] for row in rows] == sorted(row["partner_name"] for row in rows)
    path = tmp_path / "partners.csv"
    assert run("partners", "gn2652221", "--output", str(path)) == 0
    assert pl.read_csv(path)["partnership_id"].to_list() == [row["partnership_id"] for row in rows]
    assert run("partners", "Coventry", "--limit", "2") == 0
    assert "… and 12 more (--limit 14)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "town_id"),
    [("Cambridge, GB", "gn2653941"), ("Cambridge, United Kingdom", "gn2653941"), ("Mömpelgard, FRA", "gn2992938")],
)
def test_a_country_behind_a_name_tells_towns_apart(run: Any, text: str, town_id: str, capsys: Capture) -> None:
    assert run("partners", text, "--format", "json") == 0
    assert {row["town_id"] for row in json.loads(capsys.readouterr().out)} == {town_id}
    assert run("towns", text, "--limit", "1", "--format", "json") == 0
    assert [row["town_id"] for row in json.loads(capsys.readouterr().out)] == [town_id]


def test_a_misspelt_town_is_told_what_was_meant(run: Any, starter: Path, capsys: Capture) -> None:
    for command in ("partners", "explain"):
        assert run(command, "Heidleberg") == 1
        printed, message = capsys.readouterr()
        assert printed == ""
        assert message.startswith(f"twintowns: no town is called 'Heidleberg' in release {starter.name}; did you mean")
        assert "Heidelberg, Germany (gn2907911)" in message
    assert run("partners", "Xyzzyqwertz") == 1
    assert "no place is known by that name; try its first letters with: twintowns towns TEXT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Geneva", "Geneva, Switzerland (gn2660646), nor of another place of that name, which"),
        ("Genève, CH", "Geneva, Switzerland (gn2660646), which"),
        ("gn2660646", "Geneva, Switzerland (gn2660646), which"),
        # A town of the starter has it in its name, and is not meant.
        ("Bern", "Bern, Switzerland (gn2661552), which"),
        ("Unterlunkhofen", "Unterlunkhofen, Switzerland (gn2658244), which"),
    ],
)
def test_a_place_without_partners_is_told_from_no_place(run: Any, text: str, place: str, capsys: Capture) -> None:
    said = f"no list of this release names a partner of {place} does not say that it has none"
    for command in ("partners", "explain"):
        assert run(command, text) == 1
        assert said in capsys.readouterr().err
    run("towns", text)
    assert said in capsys.readouterr().out.splitlines()[0]
    assert run("explain", text, "Coburg") == 1
    assert said in capsys.readouterr().err


def test_part_of_a_name_is_taken_where_no_place_is_surely_called_so(run: Any, capsys: Capture) -> None:
    assert run("partners", "Rothenbu") == 0
    printed = capsys.readouterr().out
    assert "Rothenburg ob der Tauber, Germany (gn2844056)" in printed
    assert "No town is called just so" in printed


def test_explain_of_a_town_lists_its_partners(run: Any, capsys: Capture) -> None:
    assert run("partners", "Heidelberg") == run("explain", "Heidelberg") == 0
    printed = capsys.readouterr().out
    half = len(printed) // 2
    assert printed[:half] == printed[half:]
    assert run("explain", "Heidelberg", "--json") == 0
    explained = json.loads(capsys.readouterr().out)
    assert explained["town"]["town_id"] == "gn2907911"
    assert "Cambridge" in {row["partner_name"] for row in explained["partners"]}


def test_towns_are_listed_best_first(run: Any, capsys: Capture) -> None:
    assert run("towns", "Mömpelgard") == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["id", "name", "country", "inhabitants", "partners", "matches", "by"]
    assert rows[0].split()[:3] == ["gn2992938", "Montbéliard", "France"]
    assert run("towns", "Xyzzyqwertz") == 1


@pytest.mark.parametrize(("near", "town_id"), [("Słubice, Poland", "gn2925535"), ("Offenbach", "gn2925533")])
def test_a_place_nearby_may_be_in_another_country(near: str, town_id: str, capsys: Capture) -> None:
    assert main(["locate", "Frankfurt", "--country", "Germany", "--near", near]) == 0
    assert f"({town_id})" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize("command", ["partners", "towns", "explain"])
def test_a_release_of_an_earlier_version_is_told_from_an_error(command: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "current").mkdir()
    with duckdb.connect(tmp_path / "current" / "twintowns.duckdb") as connection:
        connection.execute("CREATE MACRO find_town(text) AS TABLE SELECT 'gn1' AS town_id, text AS name, 1 AS rank")
    assert main([command, "Coventry", "--release", str(tmp_path)]) == 1
    printed, message = capsys.readouterr()
    assert printed == ""
    assert "cannot be read by this version; see: twintowns verify" in message


# Tables and their columns


def test_tables_lists_what_the_release_holds(run: Any, starter: Path, capsys: Capture) -> None:
    assert run("tables", "--format", "json") == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert {name for name, row in listed.items() if row["kind"] == "table"} == {
        path.stem for path in starter.glob("*.parquet")
    }
    assert {name for name, row in listed.items() if row["kind"] == "view"} == {
        path.stem for path in (starter / "summaries").glob("*.parquet")
    }
    assert {"find_town(text)", "partners_of(text)", "path_between(a, b)"} <= listed.keys()
    assert listed["partnerships"]["rows"] == pl.read_parquet(starter / "partnerships.parquet").height
    assert all(row["description"].endswith(".") for row in listed.values())
    assert run("tables") == 0
    assert "partnerships_per_decade" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["partnerships", "town_partners", "find_town", "FIND_TOWN(text)", "anniversaries"])
def test_schema_describes_every_column(run: Any, name: str, capsys: Capture) -> None:
    assert run("schema", name, "--format", "json") == 0
    columns = json.loads(capsys.readouterr().out)
    assert all(column["column"] and column["type"] and column["description"] for column in columns)
    assert run("schema", name) == 0
    printed = capsys.readouterr().out
    assert all(column["column"] in printed for column in columns)


def test_schema_of_what_is_not_there_names_what_is_near(run: Any, starter: Path, capsys: Capture) -> None:
    assert run("schema", "partnership") == USAGE
    assert "did you mean partnerships or " in capsys.readouterr().err
    assert run("schema", "end_cause") == USAGE
    assert "end_cause is a column of claims, ended_partnerships, partnerships" in capsys.readouterr().err
    assert run("schema", "zzzz") == USAGE
    assert f"twintowns tables --release {starter.parents[1]} lists them" in capsys.readouterr().err


# Queries from elsewhere

PARAMETERS = "SELECT name FROM towns WHERE country_code = $country AND population > $least ORDER BY name LIMIT 1"


def test_sql_comes_from_a_file_and_has_parameters(run: Any, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "question.sql"
    path.write_text(f"\ufeff-- a comment\n{PARAMETERS};\n", encoding="utf-8")
    options = ("--param", "country=FR", "--param", "least=1000000", "--format", "csv")
    assert run("query", "--file", str(path), *options) == 0
    assert capsys.readouterr().out == "name\nParis\n"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1", "int"),
        ("1.5", "float"),
        ("true", "bool"),
        ("null", "NoneType"),
        ("FR", "str"),
        ('"1"', "str"),
        ("[1]", "str"),
    ],
)
def test_a_parameter_is_what_json_reads_or_a_text(run: Any, value: str, kind: str, capsys: Capture) -> None:
    assert run("query", "SELECT $value AS value", "--param", f"value={value}", "--format", "json") == 0
    [row] = json.loads(capsys.readouterr().out)
    assert type(row["value"]).__name__ == kind


def test_sql_comes_from_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO("SELECT 'Köln' AS name".encode())))
    assert run("query", "-", "--format", "csv") == 0
    assert capsys.readouterr().out == "name\nKöln\n"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO("SELECT 'Köln'".encode("latin-1"))))
    assert run("query", "-") == USAGE
    assert "standard input: the SQL is not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say one query"),
        (("FROM towns", "--file", "a.sql"), "say one query"),
        (("SELECT $a",), "parameters: a"),
        (("SELECT 1", "--param", "a=1"), "Parameter"),
        (("FROM towns", "--output", "towns.doc"), "towns.doc: no format ends like that (.txt, .csv, .json, "),
        (("FROM towns", "--format", "xlsx"), "xlsx is no text to print"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(run: Any, words: tuple[str, ...], said: str, capsys: Capture) -> None:
    assert run("query", *words) == USAGE
    assert said in capsys.readouterr().err


def test_a_file_of_sql_that_is_not_there(run: Any, tmp_path: Path, capsys: Capture) -> None:
    assert run("query", "--file", str(tmp_path / "no.sql")) == 1
    assert str(tmp_path / "no.sql") in capsys.readouterr().err


def test_a_sheet_has_no_formula_no_link_and_the_same_bytes(run: Any, tmp_path: Path) -> None:
    sql = "SELECT '=1+1' AS formula, 'https://example.org' AS address, DATE '1960-10-15' AS day, ['a', 'b'] AS list"
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        assert run("query", sql, "--output", str(path)) == 0
    header, row = load_workbook(paths[0]).worksheets[0]
    assert [cell.value for cell in header] == ["formula", "address", "day", "list"]
    assert [cell.data_type for cell in row] == ["s", "s", "d", "s"]
    assert row[0].value == "=1+1"
    assert row[1].hyperlink is None
    assert paths[0].read_bytes() == paths[1].read_bytes()


# Tables that fit


def test_a_table_fits_the_terminal_and_names_what_it_leaves_out(
    run: Any, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for width in (60, 80, 120, 200):
        monkeypatch.setitem(os.environ, "COLUMNS", str(width))
        assert run("query", "FROM partners_of('Coventry')") == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= width
        assert "partner_name" in "".join(lines)
        assert "town_name = Coventry" in " ".join(lines)
        assert "columns fit; --wide shows also" in " ".join(lines)
    assert run("query", "FROM partners_of('Coventry')", "--wide") == 0
    header = capsys.readouterr().out.splitlines()[1]
    assert len(header.split("┆")) == 21


@given(
    st.integers(1, 8).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(st.none(), st.text(max_size=70), st.integers()), min_size=width, max_size=width),
            max_size=4,
        )
    ),
    st.integers(40, 200),
)
def test_whatever_it_holds_a_table_is_as_wide_as_it_may_be(rows: list[list[Any]], width: int) -> None:
    columns = [f"column_{number}" for number in range(len(rows[0]) if rows else 1)]
    frame = pl.DataFrame(
        [[None if cell is None else str(cell) for cell in row] for row in rows],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    )
    table = draw_table(frame, 100, width)
    borders = [line for line in table.splitlines() if line.startswith(("┌", "└", "╞"))]
    assert len(borders) == 3
    assert len(borders[0]) <= max(width, 34)
    said = table.rpartition("--wide shows also")[2] if "--wide shows also" in table else ""
    assert all(name in table for name in columns)
    assert all(name in said for name in columns if name not in "".join(table.partition("╞")[:1]))
