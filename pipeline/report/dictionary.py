"""The data dictionary, generated from the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas import MODELS
from schemas.model import describe

if TYPE_CHECKING:
    import pandera.polars as pa


def dictionary() -> str:
    """Return every published table with its columns, as Markdown."""
    parts = [
        "# Data dictionary\n",
        "Look up a table or a column. `make pages` writes it from `schemas/`; the database has the same words.\n",
    ]
    for name, model in MODELS.items():
        parts.append(f"## `{name}`\n\n{model.row_description()}\n")
        if model.key():
            parts.append(f"Key: {_names(model.key())}\n")
        if model.order() != model.key():
            parts.append(f"Order: {_names(model.order())}\n")
        lines = ["| column | type | null | what it is |", "| --- | --- | --- | --- |"]
        lines += [_line(column, str(model.dtypes()[column.name])) for column in model.fields()]
        parts.append("\n".join(lines) + "\n")
        references = [f"- `{column}` → `{table}.{key}`" for column, (table, key) in model.references().items()]
        rules = [f"- {rule}: {description}" for rule, description in model.row_rules().items()]
        if references:
            parts.append("References:\n\n" + "\n".join(references) + "\n")
        if rules:
            parts.append("Rules:\n\n" + "\n".join(rules) + "\n")
    return "\n".join(parts)


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _line(column: pa.Column, dtype: str) -> str:
    return f"| `{column.name}` | {dtype} | {'yes' if column.nullable else 'no'} | {describe(column)} |"
