"""The cookbook: a page of queries with their results in the starter collection; `make cookbook` writes the results."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pipeline.report.query import run_query
from pipeline.report.results import as_text

#: A block of SQL, and the block with its result that follows.
_RECIPE = re.compile(r"```sql\n(?P<sql>.*?)\n```\n\n```text\n(?P<result>.*?)\n?```\n", re.DOTALL)


def recipes(page: str) -> list[tuple[str, str]]:
    """Return every query of a page, and the result that is printed below it."""
    return [(recipe["sql"], recipe["result"]) for recipe in _RECIPE.finditer(page)]


def query_result(sql: str, out: Path) -> str:
    """Return the result of a query as the page prints it.

    Args:
        sql: one query.
        out: the folder of the releases.

    Raises:
        QueryError: the query is wrong.
    """
    return as_text(run_query(out, sql.rstrip().removesuffix(";")), "table")


def with_results(page: str, out: Path) -> str:
    """Return the page with the results of the current release.

    Raises:
        QueryError: a query is wrong.
    """

    def replacement(recipe: re.Match[str]) -> str:
        return f"```sql\n{recipe['sql']}\n```\n\n```text\n{query_result(recipe['sql'], out)}\n```\n"

    return _RECIPE.sub(replacement, page)


if __name__ == "__main__":
    _PAGE = Path(sys.argv[1])
    _PAGE.write_text(with_results(_PAGE.read_text(encoding="utf-8"), Path(sys.argv[2])), encoding="utf-8")
