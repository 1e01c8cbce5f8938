"""The command line explains itself, and answers questions to the release."""

from __future__ import annotations

import argparse
import csv
import io
import json
import shlex
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.cli import _parser, main
from pipeline.commands import COMMANDS as COMMAND_MODULES
from pipeline.commands import name_of

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

[COMMANDS] = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]
QUESTION = "SELECT partner_name, start_year FROM partners_of('Coventry') ORDER BY start_year LIMIT 2"
USAGE = 2


# Help


def test_help_lists_every_command_with_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    texts = {command.dest: command.help for command in COMMANDS._choices_actions}
    assert texts.keys() == COMMANDS.choices.keys()
    for name, text in texts.items():
        assert text
        assert f" {name} {text} " in printed


@pytest.mark.parametrize("name", COMMANDS.choices)
def test_help_of_a_command_has_a_text_for_each_option(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: twintowns {name} ")
    options: list[argparse.Action] = COMMANDS.choices[name]._actions
    assert [option.dest for option in options if not option.help] == []


@pytest.mark.parametrize("command", COMMAND_MODULES, ids=name_of)
def test_help_of_a_command_has_examples_that_the_command_line_takes(
    command: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([name_of(command), "--help"])
    printed = capsys.readouterr().out
    for example in command.EXAMPLES:
        assert f"\n  {example}\n" in printed
        words = shlex.split(example.rpartition("|")[2].partition(" > ")[0])
        assert words[0] == "twintowns"
        assert _parser().parse_args(words[1:]).run is command.run


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("qurey x", "'qurey' is no command; did you mean query?"),
        ("partner Geneva", "'partner' is no command; did you mean partners"),
        ("zzz", "'zzz' is no command; there are partners, towns, "),
        ("query --formt csv x", "there is no option --formt; did you mean --format"),
        ("query x --format exel", "argument --format: 'exel' is no choice; there are table, csv, "),
        ("partners San Francisco", "too many arguments: Francisco; put quotes around a text of several words"),
        ("partners", "the following arguments are required: town"),
    ],
)
def test_a_slip_on_the_command_line_is_told_what_was_meant(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert ended.value.code == USAGE
    printed, message = capsys.readouterr()
    assert printed == ""
    assert said in message
    assert "--help)" in message


# Questions


def ask(starter: Path, sql: str, *options: str) -> int:
    return main(["query", "--out", str(starter.parents[1]), *options, sql])


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│").split("┆")]


def test_an_answer_is_a_table(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(starter, QUESTION) == 0
    _, header, _, *rows, _ = capsys.readouterr().out.splitlines()
    assert [cells(line) for line in (header, *rows)] == [
        ["partner_name", "start_year"],
        ["Dresden", "1959"],
        ["Kiel", "1967"],
    ]


def test_a_long_table_says_how_much_of_it_is_shown(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(starter, "SELECT town_id FROM towns LIMIT 101") == 0
    *shown, last = capsys.readouterr().out.splitlines()
    assert sum("│ gn" in line or "│ Q" in line for line in shown) == 100
    assert last == "100 of 101 rows are shown"


def test_an_answer_as_csv(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(starter, QUESTION, "--format", "csv") == 0
    assert capsys.readouterr().out == "partner_name,start_year\nDresden,1959\nKiel,1967\n"


def test_an_answer_as_json_is_one_array_or_an_object_a_line(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"partner_name": "Dresden", "start_year": 1959}, {"partner_name": "Kiel", "start_year": 1967}]
    assert ask(starter, QUESTION, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == rows
    assert ask(starter, QUESTION, "--format", "jsonl") == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == rows


def test_an_answer_as_parquet_is_a_file(starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answer.parquet"
    assert ask(starter, QUESTION, "--format", "parquet") == USAGE
    assert "--output FILE" in capsys.readouterr().err
    assert ask(starter, QUESTION, "--format", "parquet", "--output", str(path)) == 0
    assert pl.read_parquet(path).rows() == [("Dresden", 1959), ("Kiel", 1967)]
    assert capsys.readouterr().out == ""
    assert [file.name for file in tmp_path.iterdir()] == ["answer.parquet"]


def test_an_answer_that_cannot_be_written_says_where(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "missing" / "answer.csv"
    assert ask(starter, QUESTION, "--format", "csv", "--output", str(path)) == USAGE
    assert str(path) in capsys.readouterr().err


def test_a_limit_takes_the_first_rows(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(starter, QUESTION, "--format", "csv", "--limit", "1") == 0
    assert capsys.readouterr().out == "partner_name,start_year\nDresden,1959\n"
    assert ask(starter, "SELECT town_id FROM towns", "--limit", "101") == 0
    assert len(capsys.readouterr().out.splitlines()) == 105
    with pytest.raises(SystemExit):
        ask(starter, QUESTION, "--limit", "0")


FORMULAS = "SELECT unnest(['=1+1', '+1', '-1', '@a', chr(9) || 'a', chr(13) || 'a', 'a=1', NULL]) AS text, -1 AS number"


def test_a_csv_has_no_text_that_a_spreadsheet_would_run(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(starter, FORMULAS, "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    texts = ["'=1+1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "a=1", ""]
    assert rows == [["text", "number"], *([text, "-1"] for text in texts)]
    assert ask(starter, FORMULAS, "--format", "csv", "--exact") == 0
    assert capsys.readouterr().out.splitlines()[1] == "=1+1,-1"


def test_a_list_is_one_cell_of_a_csv(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(starter, "SELECT ['=a', 'b'] AS texts, {'a': 1} AS both", "--format", "csv") == 0
    assert capsys.readouterr().out == 'texts,both\n"\'=a, b","{""a"":1}"\n'


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("FROM partnership", 'Did you mean "partnerships"?'),
    ],
)
def test_what_the_database_does_not_do_is_said_in_its_words(
    starter: Path, capsys: pytest.CaptureFixture[str], sql: str, said: str
) -> None:
    assert ask(starter, sql) == USAGE
    printed, message = capsys.readouterr()
    assert printed == ""
    assert message.startswith("twintowns: the database says: ")
    assert said in message
