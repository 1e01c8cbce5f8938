"""The cookbook: a page of questions, with the answers of the starter collection; `make cookbook` prints them anew."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pipeline.report.query import as_text, ask

#: A block of SQL, and the block with its answer that follows.
_RECIPE = re.compile(r"```sql\n(?P<sql>.*?)\n```\n\n```text\n(?P<answer>.*?)\n?```\n", re.DOTALL)


def recipes(page: str) -> list[tuple[str, str]]:
    """Return every question of a page: its SQL, and the answer that is printed below it."""
    return [(found["sql"], found["answer"]) for found in _RECIPE.finditer(page)]


def answer(sql: str, out: Path) -> str:
    """Return the answer as the page prints it.

    Args:
        sql: one query.
        out: the folder that holds `current`.

    Raises:
        QueryError: the database does not understand the query.
    """
    return as_text(ask(out, sql.rstrip().removesuffix(";")), "table")


def with_answers(page: str, out: Path) -> str:
    """Return the page with the answers that a release gives.

    Raises:
        QueryError: the database does not understand a query.
    """

    def answered(found: re.Match[str]) -> str:
        return f"```sql\n{found['sql']}\n```\n\n```text\n{answer(found['sql'], out)}\n```\n"

    return _RECIPE.sub(answered, page)


def main(path: Path, out: Path) -> None:
    """Print the answers that the current release gives into the page."""
    path.write_text(with_answers(path.read_text(encoding="utf-8"), out), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
