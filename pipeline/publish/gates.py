"""The gates of a release: whether it is worse than the previous one. Each compares one figure with its limit.

The gates of one source are in `pipeline.validate.source_gates`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import BoundsError, TwintownsError, UsageError
from pipeline.publish.folders import current_release
from pipeline.sources import did_you_mean
from pipeline.validate.gate_results import GateResult, Limit, accept, compare, read_limits
from pipeline.validate.source_gates import compare_sources, source_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

__all__ = [
    "GateResult",
    "check_gate_names",
    "check_gates",
    "limits",
    "read_previous_ledger",
    "read_results",
    "write_results",
]

LIMITS: Final = Path(__file__).with_name("gates.toml")
RESULTS: Final = "gates.json"
_LEDGER_COLUMNS: Final = ("source_id", "rows_read", "rows_rejected")


@cache
def limits() -> dict[str, Limit]:
    """Return the limits of each gate of a release, from `gates.toml`."""
    return read_limits(LIMITS)


def check_gate_names(accepted: Mapping[str, str]) -> None:
    """Check that the gates to be let through exist.

    Raises:
        UsageError: there is no gate of that name.
    """
    # Declared bounds are checked when a source is read. They are accepted in the same way.
    gates = [*limits(), *source_limits(), BoundsError.gate]
    for name in accepted:
        gate = name.partition(":")[0]
        if gate not in gates:
            raise UsageError(f"--accept {name}: no such gate{did_you_mean(gate, gates)} (known: {', '.join(gates)})")


def check_gates(connection: duckdb.DuckDBPyConnection, accepted: Mapping[str, str]) -> list[GateResult]:
    """Compare a release with the previous one.

    Args:
        connection: with the tables of the new release, and those of the previous one as `previous_…`.
        accepted: gates to let through once, each with its reason: `source_rows`, or `source_rows:german_register`.
    """
    return accept([*_losses(connection), *_churn(connection), *_sources(connection), *_fills(connection)], accepted)


def read_previous_ledger(out: Path) -> pl.DataFrame | None:
    """Return the ledger of the current release, for `pipeline.validate.source_gates.check_source_gates`.

    Args:
        out: the folder of `current` and `releases/`.

    Returns:
        `source_id`, `rows_read` and `rows_rejected`; None if there is no release, or if it cannot be read.
    """
    try:
        release = current_release(out)
        return pl.read_parquet(release / "ledger.parquet", columns=list(_LEDGER_COLUMNS)) if release else None
    except (OSError, TwintownsError, pl.exceptions.PolarsError):
        # A release that cannot be read stops the build where its tables are compared.
        return None


def write_results(folder: Path, results: list[GateResult]) -> None:
    """Write the results of all gates into the release."""
    text = json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1)
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8")


def read_results(folder: Path) -> list[GateResult]:
    """Return the results that `write_results` wrote; an empty list for a release that was built without gates."""
    try:
        return [GateResult(**result) for result in json.loads((folder / RESULTS).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _compare(gate: str, count: int, before: int, now: int, share: float | None = None) -> GateResult:
    return compare(gate, limits()[gate.partition(":")[0]], count, before, now, share)


def _losses(connection: duckdb.DuckDBPyConnection) -> Iterator[GateResult]:
    """Compare the ids of towns and partnerships. A redirected id is not lost."""
    from schemas import Partnerships, Towns

    for model in (Partnerships, Towns):
        name, [key] = model.table_name(), model.key()
        lost = _count(
            connection,
            f"previous_{name} AS before ANTI JOIN {name} USING ({key}) ANTI JOIN redirects ON old_id = before.{key}",
        )
        yield _compare(f"{name}_lost", lost, _count(connection, f"previous_{name}"), _count(connection, name))


def _churn(connection: duckdb.DuckDBPyConnection) -> Iterator[GateResult]:
    """Compare the towns of claims that are in both releases."""
    both = "previous_claims AS before JOIN claims AS now USING (claim_id)"
    moved = _count(
        connection,
        f"{both} WHERE (before.town_id, before.partner_id) IS DISTINCT FROM (now.town_id, now.partner_id)",
    )
    common = _count(connection, both)
    yield _compare("ids_churned", moved, common, common - moved)


def _sources(connection: duckdb.DuckDBPyConnection) -> Iterator[GateResult]:
    """Compare how many rows of each source were read and rejected.

    A source that was read has passed these gates before, or was held back, or was accepted. Here a source fails that
    was not read at all, or whose last good snapshot is read in another way now.
    """
    columns = ", ".join(_LEDGER_COLUMNS)
    ledger, previous = (
        connection.sql(f"SELECT {columns} FROM {table}").pl() for table in ("ledger", "previous_ledger")
    )
    return compare_sources(ledger, previous)


def _fills(connection: duckdb.DuckDBPyConnection) -> Iterator[GateResult]:
    """Compare in how many rows each listed column has a value, in what comes from sources of both releases.

    Rows that a source, new or old, adds without a value are no loss: as many values as before are expected, or fewer in
    proportion where there are fewer rows. A column that the previous release lacks is left out.
    """
    for name in limits()["fill"].columns:
        table, column = name.split(".")
        if not _count(connection, f"(DESCRIBE previous_{table}) WHERE column_name = '{column}'"):
            continue
        rows, filled = _count_filled(connection, "previous_", "", table, column)
        rows_now, filled_now = _count_filled(connection, "", "previous_", table, column)
        common = min(rows, rows_now)
        if not common:
            continue
        lost = filled / rows * common - filled_now
        yield _compare(f"fill:{name}", round(lost), filled, filled_now, max(lost / common, 0.0))


def _count_filled(
    connection: duckdb.DuckDBPyConnection, release: str, other: str, table: str, column: str
) -> tuple[int, int]:
    """Return the rows of a table that come from sources of both releases, and those of them that have a value.

    Args:
        connection: with both releases.
        release: prefix of the tables of the release that is counted.
        other: prefix of the tables of the release that it is compared with.
        table: `claims`, or one whose rows claims name.
        column: of the table.
    """
    claims = f"(FROM {release}claims SEMI JOIN {other}claims USING (source_id))"
    rows = {
        "claims": claims,
        "partnerships": f"{release}partnerships SEMI JOIN {claims} AS claims USING (partnership_id)",
        "towns": f"""
            {release}towns SEMI JOIN
            (SELECT unnest([town_id, partner_id]) AS town_id FROM {claims}) AS claims USING (town_id)
        """,
    }
    [(count, filled)] = connection.execute(f"SELECT count(*), count({column}) FROM {rows[table]}").fetchall()
    return int(count), int(filled)


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()
    return int(count)
