"""Gates: whether a release is worse than the previous one. Each gate compares one figure with its limit."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import BoundsError, UsageError
from pipeline.sources import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

LIMITS = Path(__file__).with_name("gates.toml")
RESULTS = "gates.json"
#: More than this share of all rows is never "few".
_FEW_SHARE = 0.5


@dataclass(frozen=True)
class GateResult:
    """The result of one gate.

    Attributes:
        gate: its name, with the source or column that it is about, if any: `source_rows:german_register`.
        share: the figure that is compared with `limit`.
        before, now: the counts that the figure is computed from.
        passed: whether the figure is within the limit.
        accepted: the reason for letting the release through anyway.
        what: what was counted.
    """

    gate: str
    share: float
    limit: float
    before: int
    now: int
    passed: bool
    what: str
    accepted: str | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether the release must not be published because of this gate."""
        return not self.passed and not self.accepted

    def __str__(self) -> str:
        """Return the gate and its figures in words."""
        return (
            f"{self.gate}: {self.share:.1%}, at most {self.limit:.1%} allowed ({self.before:,} before, {self.now:,} "
            f"now): {self.what}"
        )


@cache
def limits() -> dict[str, dict[str, Any]]:
    """Return the limits of each gate, from `gates.toml`."""
    return tomllib.loads(LIMITS.read_text(encoding="utf-8"))


def check_gate_names(accepted: Mapping[str, str]) -> None:
    """Check that the gates to be let through exist.

    Raises:
        UsageError: there is no gate of that name.
    """
    # Declared bounds are checked when a source is read. They are accepted in the same way.
    gates = [*limits(), BoundsError.gate]
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
    results = [*_losses(connection), *_churn(connection), *_sources(connection), *_fills(connection)]
    return [
        result
        if result.passed
        else replace(result, accepted=accepted.get(result.gate) or accepted.get(result.gate.partition(":")[0]))
        for result in results
    ]


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
    """Return whether a gate is passed.

    Args:
        gate: its name.
        count: the rows that are worse.
        before: rows of the previous release.
        now: rows of this release.
        share: the figure to compare; `count / before` by default.
    """
    rule = limits()[gate.partition(":")[0]]
    if share is None:
        share = count / before if before else 0.0
    are_few = count < rule["at_least"] and count <= before * _FEW_SHARE
    passed = count <= 0 or share <= rule["limit"] or are_few
    return GateResult(gate, round(share, 6), rule["limit"], before, now, passed, rule["what"])


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
    """Compare how many rows of each source were read and rejected."""
    counts = """
        SELECT
            source_id,
            sum(before.rows_read)::BIGINT,
            sum(before.rows_rejected)::BIGINT,
            coalesce(any_value(now.rows_read), 0)::BIGINT,
            coalesce(any_value(now.rows_rejected), 0)::BIGINT
        FROM previous_ledger AS before
        LEFT JOIN (
            SELECT source_id, sum(rows_read) AS rows_read, sum(rows_rejected) AS rows_rejected
            FROM ledger
            GROUP BY source_id
        ) AS now USING (source_id)
        GROUP BY source_id
        ORDER BY source_id
    """
    for source_id, read, rejected, read_now, rejected_now in connection.execute(counts).fetchall():
        yield _compare(f"source_rows:{source_id}", read - read_now, read, read_now)
        yield _compare(f"source_growth:{source_id}", read_now - read, read, read_now)
        if read and read_now:
            rise = rejected_now / read_now - rejected / read
            count = round(rise * read_now)
            yield _compare(f"source_rejects:{source_id}", count, rejected, rejected_now, max(rise, 0.0))


def _fills(connection: duckdb.DuckDBPyConnection) -> Iterator[GateResult]:
    """Compare in how many rows each listed column has a value; a column that the previous release lacks is left out."""
    for name in limits()["fill"]["columns"]:
        table, column = name.split(".")
        if not _count(connection, f"(DESCRIBE previous_{table}) WHERE column_name = '{column}'"):
            continue
        rows, rows_now = _count(connection, f"previous_{table}"), _count(connection, table)
        if not rows or not rows_now:
            continue
        filled, filled_now = _count(connection, f"previous_{table}", column), _count(connection, table, column)
        fall = filled / rows - filled_now / rows_now
        yield _compare(f"fill:{name}", round(fall * rows_now), filled, filled_now, max(fall, 0.0))


def _count(connection: duckdb.DuckDBPyConnection, rows: str, column: str = "*") -> int:
    [(count,)] = connection.execute(f"SELECT count({column}) FROM {rows}").fetchall()
    return int(count)
