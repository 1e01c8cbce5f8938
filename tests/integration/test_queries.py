"""A query reads the tables of the release, within limits of time and memory, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.publish import read_only
from pipeline.publish.read_only import ALLOWED, LimitError, open_read_only
from pipeline.report import query
from pipeline.report.formats import FORMATS

ROOT = Path(__file__).parents[2]
USAGE, FAILED, INTERRUPTED = 2, 1, 130
#: A query without an end.
ENDLESS = "SELECT count(*) FROM range(1000000000000) AS numbers"


def ask(starter: Path, sql: str, *options: str) -> int:
    return main(["query", "--release", str(starter.parents[1]), *options, sql])


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text("a,b\nsesame,1\n")
    return path


READS = (
    "SELECT count(*) FROM read_csv('{0}', header=false)",
    "FROM '{0}'",
    "FROM read_text('{0}')",
    "FROM read_blob('{0}')",
    "FROM read_json('{0}')",
    "FROM read_parquet('{0}')",
    "FROM glob('{0}')",
    "FROM sniff_csv('{0}')",
    "FROM query('FROM read_text(''{0}'')')",
    "DESCRIBE FROM read_csv('{0}')",
    "SUMMARIZE FROM read_csv('{0}')",
    "EXPLAIN ANALYZE FROM read_csv('{0}')",
    "EXPLAIN COPY towns TO '{0}'",
    "WITH rows AS (FROM read_csv('{0}')) FROM rows",
    "PIVOT (FROM read_csv('{0}')) ON a",
    "FROM towns WHERE name IN (SELECT content FROM read_text('{0}'))",
    "FROM read_csv('http://127.0.0.1:9/x.csv')",
)
STATEMENTS = (
    "ATTACH '{0}' AS other",
    "ATTACH ':memory:' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '1TB'",
    "RESET memory_limit",
    "SET VARIABLE x = 1",
    "USE temp",
    "PRAGMA memory_limit = '1TB'",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "CHECKPOINT",
    "COPY (SELECT 1) TO '{0}'",
    "COPY towns FROM '{0}'",
    "EXPORT DATABASE '{0}'",
    "IMPORT DATABASE '{0}'",
    "BEGIN",
    "VACUUM",
    "PREPARE one AS SELECT 1",
    "CREATE TABLE other (a INT)",
    "CREATE TEMP TABLE other AS SELECT 1",
    "CREATE SECRET (TYPE s3)",
    "DELETE FROM towns",
    "UPDATE towns SET name = 'x'",
    "INSERT INTO towns FROM towns",
    "DROP TABLE towns",
    "COMMENT ON TABLE towns IS 'x'",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE towns",
    "",
    "-- nothing",
)


@pytest.mark.parametrize("sql", READS)
def test_no_other_file_is_read(starter: Path, secret: Path, capsys: pytest.CaptureFixture[str], sql: str) -> None:
    assert ask(starter, sql.format(secret)) == USAGE
    printed, message = capsys.readouterr()
    assert printed == ""
    assert ALLOWED in message
    assert "sesame" not in message


@pytest.mark.parametrize("sql", STATEMENTS)
def test_what_is_not_a_query_is_refused(
    starter: Path, secret: Path, capsys: pytest.CaptureFixture[str], sql: str
) -> None:
    before = secret.read_bytes()
    assert ask(starter, sql.format(secret)) == USAGE
    printed, message = capsys.readouterr()
    assert printed == ""
    assert message.endswith(f"{ALLOWED}\n")
    assert message.count("\n") == 1
    assert secret.read_bytes() == before
    assert [path.name for path in secret.parent.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS a",
        "SELECT 1 AS a;",
        "-- a comment\nSELECT 1 AS a",
        "FROM towns LIMIT 1",
        "TABLE awards",
        "VALUES (1)",
        "WITH one AS (SELECT 1) FROM one",
        "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t WHERE a < 5) FROM t",
        "DESCRIBE towns",
        "DESCRIBE SELECT 1",
        "SUMMARIZE awards",
        "SHOW TABLES",
        "SHOW ALL TABLES",
        "SHOW towns",
        "EXPLAIN FROM towns",
        "EXPLAIN ANALYZE FROM towns",
        "PIVOT towns ON kind USING count(*) GROUP BY country_code",
        "FROM find_town('Berlin')",
        "FROM duckdb_tables()",
    ],
)
def test_what_reads_the_release_is_answered(starter: Path, capsys: pytest.CaptureFixture[str], sql: str) -> None:
    assert ask(starter, sql, "--format", "jsonl", "--limit", "3") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert 1 <= len(rows) <= 3


@pytest.mark.parametrize("sql", ["FROM towns", "FROM claims", "SELECT 1 AS a, 2 AS a", "FROM towns LIMIT 0"])
def test_a_result_is_what_the_database_gives(starter: Path, sql: str) -> None:
    with open_read_only(starter / "twintowns.duckdb") as connection:
        expected = connection.sql(sql).pl()
    result = query.run_query(starter.parents[1], sql)
    assert result.schema == expected.schema
    assert result.equals(expected)


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("is_named", [True, False])
def test_output_writes_each_format(starter: Path, tmp_path: Path, form: str, *, is_named: bool) -> None:
    path = tmp_path / ("answer" if is_named else f"answer{FORMATS[form][-1]}")
    options = ("--format", form) if is_named else ()
    assert ask(starter, "SELECT 'Köln' AS name, 1 AS number", *options, "--output", str(path)) == 0
    if form == "parquet":
        assert pl.read_parquet(path).rows() == [("Köln", 1)]
    elif form == "xlsx":
        assert [[cell.value for cell in row] for row in load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]] == [
            ["name", "number"],
            ["Köln", 1],
        ]
    else:
        text = path.read_text("utf-8")
        expected = {"csv": "name,number\nKöln,1\n", "json": '[{"name":"Köln","number":1}]\n'} | {
            "jsonl": '{"name":"Köln","number":1}\n'
        }
        assert text == expected[form] if form in expected else "│ Köln ┆ 1      │" in text
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize(
    ("sql", "form"),
    [
        ("SELECT INTERVAL 1 DAY", "json"),
        ("SELECT union_value(a := 1)", "json"),
        ("SELECT MAP {'a': 1}", "csv"),
        ("SELECT 'a'::BLOB", "csv"),
        ("SELECT [[1]]", "csv"),
    ],
)
def test_a_type_that_a_format_lacks_is_named(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], sql: str, form: str
) -> None:
    assert ask(starter, sql, "--format", form) == USAGE
    assert "write it as text with ::VARCHAR" in capsys.readouterr().err
    assert ask(starter, sql, "--format", form, "--output", str(tmp_path / "answer")) == USAGE
    assert not [*tmp_path.iterdir()]


def test_a_condition_of_an_export_reads_no_file(
    starter: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"town_name IN (SELECT a FROM read_csv('{secret}'))"
    assert main(["export", "geojson", "--release", str(starter.parents[1]), "--where", where]) == USAGE
    printed, message = capsys.readouterr()
    assert printed == ""
    assert ALLOWED in message


def test_other_commands_open_the_release_the_same_way(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(read_only._CONFIG, "memory_limit", "1KB")
    out = str(starter.parents[1])
    for command in (
        ["explain", "Köln", "Lille"],
        ["locate", "--unplaced"],
        ["export", "graphml"],
        ["query", "FROM claims"],
    ):
        assert main([*command, "--release", out]) == FAILED
        assert "more than 2GB of memory would be needed, which is the limit" in capsys.readouterr().err


# Limits


def test_an_endless_query_is_stopped(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(read_only, "TIME_LIMIT", 0.5)
    began = time.monotonic()
    assert ask(starter, ENDLESS) == FAILED
    assert time.monotonic() - began < 10
    assert capsys.readouterr().err == (
        "twintowns: stopped after 0.5 seconds, which is the limit; ask for less, such as fewer tables or a WHERE\n"
    )
    # Rows that trickle are stopped too, and so is a condition.
    assert ask(starter, "FROM range(1000000000000) AS t(a) WHERE hash(a) % 100000000 = 0") == FAILED
    assert "stopped after 0.5 seconds" in capsys.readouterr().err
    where = f"({ENDLESS}) > 0"
    assert main(["export", "graphml", "--release", str(starter.parents[1]), "--where", where]) == FAILED
    assert "stopped after 0.5 seconds" in capsys.readouterr().err


def test_the_limit_holds_for_several_statements(starter: Path) -> None:
    def ask_on_and_on() -> None:
        with open_read_only(starter / "twintowns.duckdb", seconds=0.5) as connection:
            while True:
                connection.execute("SELECT count(*) FROM range(10000000)").fetchall()

    with pytest.raises(LimitError, match=r"stopped after 0\.5 seconds"):
        ask_on_and_on()


def test_a_query_that_takes_too_much_memory_is_stopped(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(read_only._CONFIG, "memory_limit", "100MB")
    before = sorted(starter.iterdir())
    assert ask(starter, "SELECT len(list(range)) FROM range(1000000000)") == FAILED
    assert "of memory would be needed, which is the limit" in capsys.readouterr().err
    # It does not spill beside the release.
    assert sorted(starter.iterdir()) == before


def test_a_result_that_does_not_fit_is_refused(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(query, "_MAX_RESULT_BYTES", 1_000_000)
    assert ask(starter, "FROM range(1000000000000)") == FAILED
    assert "the result is larger than 0.001 GB, which is the limit" in capsys.readouterr().err
    assert ask(starter, "FROM range(1000000000000)", "--limit", "3", "--format", "csv") == 0


def test_a_query_can_be_interrupted(starter: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "query", ENDLESS, "--release", str(starter.parents[1])]
    # A job in the background may be started with SIGINT ignored, which Python keeps.
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(100):
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            if process.poll() is not None:
                break
            time.sleep(2)
        said = process.communicate(timeout=60)[1]
    assert process.returncode in (INTERRUPTED, -signal.SIGINT)
    assert "interrupted" in said or "KeyboardInterrupt" in said


# Spreadsheets


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("before", ["", "\t", "\r", "\n", " ", "\u3000", "\r\n"])
def test_a_formula_gets_an_apostrophe(
    starter: Path, capsys: pytest.CaptureFixture[str], sign: str, before: str
) -> None:
    text = f"{before}{sign}1+1"
    assert ask(starter, f"SELECT '{text}' AS text, 'a{sign}' AS other, -1 AS number", "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert rows == [["text", "other", "number"], [f"'{text}", f"a{sign}", "-1"]]
