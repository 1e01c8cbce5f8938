"""The data dictionary, generated from the contracts."""

from schemas import TABLES, Column


def dictionary() -> str:
    """Return every published table with its columns, as Markdown."""
    parts = [
        "# Data dictionary\n",
        "Generated from `schemas/` by `make dictionary`; the same words are in the database as comments.\n",
    ]
    for table in TABLES:
        parts.append(f"## `{table.name}`\n\n{table.row}\n")
        if table.key:
            parts.append(f"Key: {', '.join(f'`{name}`' for name in table.key)}\n")
        if table.ties:
            parts.append(f"Order: {', '.join(f'`{name}`' for name in table.order)}, then {table.ties}\n")
        lines = ["| column | type | null | what it is |", "| --- | --- | --- | --- |"]
        lines += [_line(column) for column in table.columns]
        parts.append("\n".join(lines) + "\n")
        references = [f"- `{key.column}` → `{key.table}.{key.target}`" for key in table.foreign_keys]
        rules = [f"- {rule.name}: {rule.description}" for rule in table.rules]
        if references:
            parts.append("References:\n\n" + "\n".join(references) + "\n")
        if rules:
            parts.append("Rules:\n\n" + "\n".join(rules) + "\n")
    return "\n".join(parts)


def _line(column: Column) -> str:
    text = column.description
    if column.unit:
        text += f" Unit: {column.unit}."
    if column.vocabulary:
        text += " One of " + ", ".join(f"`{member.value}`" for member in column.vocabulary) + "."
    return f"| `{column.name}` | {column.dtype} | {'yes' if column.nullable else 'no'} | {text} |"
