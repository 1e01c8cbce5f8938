"""References between published tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas import MODELS, ContractError

if TYPE_CHECKING:
    import duckdb


def check_references(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that every reference between tables leads to a row.

    Raises:
        ContractError: a value has no row in the table that it refers to.
    """
    for name, model in MODELS.items():
        for column, (table, target) in model.references().items():
            missing = f"""
                SELECT count(DISTINCT "{column}"), min("{column}")
                FROM {name}
                ANTI JOIN {table} AS target ON {name}."{column}" = target."{target}"
                WHERE "{column}" IS NOT NULL
            """
            [(count, example)] = connection.execute(missing).fetchall()
            if count:
                raise ContractError(
                    f"{name}.{column} refers to {count} value(s) that {table}.{target} does not have, "
                    f"such as {example!r}"
                )
