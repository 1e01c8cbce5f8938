"""The SQL files of this stage: each has one statement, and its first line is a comment on what that creates."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final, Literal, get_args

_HERE: Final = Path(__file__).parent

Folder = Literal["decisions", "macros", "network", "tables", "views"]


@functools.cache
def read_sql(folder: Folder | Path, name: str) -> str:
    """Return the statement of a file, without its semicolon; other stages give the path of their own folder."""
    return (_HERE / folder / f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")


def comment_of(statement: str) -> str:
    """Return the comment in the first line of a statement."""
    return statement.splitlines()[0].removeprefix("--").strip()


def sql_names(folder: Folder) -> list[str]:
    """Return the names of a folder's files, sorted."""
    return sorted(path.stem for path in (_HERE / folder).glob("*.sql"))


def sql_files() -> list[Path]:
    """Return all SQL files in a fixed order."""
    return [_HERE / folder / f"{name}.sql" for folder in get_args(Folder) for name in sql_names(folder)]


def quote(text: str) -> str:
    """Return a text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
