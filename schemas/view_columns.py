"""Descriptions of the columns of views and macros: from `view_columns.toml`, else those of the tables."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Final

from schemas import MODELS
from schemas.model import describe

DESCRIPTIONS: Final = Path(__file__).with_suffix(".toml")


@functools.cache
def _descriptions() -> dict[str, dict[str, str]]:
    return tomllib.loads(DESCRIPTIONS.read_text(encoding="utf-8"))


@functools.cache
def _table_columns() -> dict[str, str]:
    """Return the description of each column of the tables, from the first table that has it."""
    columns: dict[str, str] = {}
    for model in MODELS.values():
        for column in model.fields():
            columns.setdefault(column.name, describe(column))
    return columns


def describe_view_column(view: str, column: str) -> str | None:
    """Return the description of a column of a view or macro, with its unit; None if it has none."""
    own = _descriptions()
    return own.get(view, {}).get(column) or own["shared"].get(column) or _table_columns().get(column)
