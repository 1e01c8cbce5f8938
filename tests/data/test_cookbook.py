"""Each question of the cookbook is asked, and its answer must be the one that is printed."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from pipeline.report.cookbook import query_result, recipes, with_results

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"
TEXT = PAGE.read_text(encoding="utf-8")
TITLES = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)
RECIPES = recipes(TEXT)


def test_every_question_has_its_sql_and_an_answer() -> None:
    assert len(RECIPES) == len(TITLES) == TEXT.count("```sql")
    assert len(TITLES) == len(set(TITLES)) >= 25
    assert [title for title in TITLES if not title.endswith("?")] == []


@pytest.mark.parametrize(("sql", "printed"), RECIPES, ids=TITLES)
def test_the_answer_is_the_one_that_is_printed(starter: Path, sql: str, printed: str) -> None:
    assert query_result(sql, starter.parents[1]) == printed, "run: make cookbook"


def test_the_row_that_is_read_aloud_is_the_published_one(starter: Path) -> None:
    page = (PAGE.parent / "reading-the-data.md").read_text(encoding="utf-8")
    [(sql, table)] = re.findall(
        r"```sql\n(FROM partnerships WHERE .*);\n```\n\n\| column .*\n\|[-|]*\n((?:\| .*\n)*)", page
    )
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        answered = connection.execute(sql)
        names, row = [column[0] for column in answered.description or ()], answered.fetchone() or ()
    values = [
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in row
    ]
    assert re.findall(r"\| `(\w+)` \| (.*) \|", table) == list(zip(names, values, strict=True))


def test_answers_are_printed_anew(starter: Path) -> None:
    page = "Before.\n\n```sql\nSELECT 1 AS one;\n```\n\n```text\nold\n```\n\nAfter.\n"
    table = "┌─────┐\n│ one │\n╞═════╡\n│ 1   │\n└─────┘"
    assert with_results(page, starter.parents[1]) == page.replace("old", table)
