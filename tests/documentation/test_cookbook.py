"""The cookbook has a question, its SQL and its answer each time; test_examples.py asks the questions."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from docs.generate.blocks import blocks

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "cookbook.md").read_text(encoding="utf-8")
TITLES = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)


def test_every_question_has_its_sql_and_an_answer() -> None:
    assert [block.language for block in blocks(TEXT)] == ["sql", "text"] * len(TITLES)
    assert len(TITLES) == len(set(TITLES)) >= 25
    assert [title for title in TITLES if not title.endswith("?")] == []


def test_the_row_that_is_read_aloud_is_the_published_one(starter: Path) -> None:
    page = (DOCS / "reading-the-data.md").read_text(encoding="utf-8")
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
