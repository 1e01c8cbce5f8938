"""The limits of gates and their results: what the gates of a source and those of a release have in common."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Limit:
    """The limit of one gate.

    Attributes:
        limit: the largest share that passes.
        at_least: fewer rows than this pass, whatever their share.
        what: what is counted.
        all_lost_fails: whether the gate fails without regard to `at_least` if no row is left.
        columns: the columns that are compared, if the gate is about columns.
    """

    limit: float
    at_least: int
    what: str
    all_lost_fails: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateResult:
    """The result of one gate.

    Attributes:
        gate: its name, with the source or column that it is about, if any: `source_rows:german_register`.
        share: the figure that is compared with `limit`.
        before, now: the counts that the figure is computed from.
        passed: whether the figure is within the limit.
        accepted: the reason for letting the release or the source through anyway.
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
        """Whether the release or the source must not be published because of this gate."""
        return not self.passed and not self.accepted

    def __str__(self) -> str:
        """Return the gate and its figures in words."""
        return (
            f"{self.gate}: {self.share:.1%}, at most {self.limit:.1%} allowed ({self.before:,} before, {self.now:,} "
            f"now): {self.what}"
        )


def read_limits(path: Path) -> dict[str, Limit]:
    """Return the limits of a TOML file by the name of the gate."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {gate: Limit(**table | {"columns": tuple(table.get("columns", ()))}) for gate, table in tables.items()}


def compare(gate: str, rule: Limit, count: int, before: int, now: int, share: float | None = None) -> GateResult:
    """Return whether a gate is passed.

    Args:
        gate: its name.
        rule: its limit.
        count: the rows that are worse.
        before: rows of the previous release.
        now: rows of this release.
        share: the figure to compare; `count / before` by default.
    """
    if share is None:
        share = count / before if before else 0.0
    are_few = count < rule.at_least and not (rule.all_lost_fails and now == 0)
    passed = count <= 0 or share <= rule.limit or are_few
    return GateResult(gate, round(share, 6), rule.limit, before, now, passed, rule.what)


def accept(results: Iterable[GateResult], accepted: Mapping[str, str]) -> list[GateResult]:
    """Return the results, those that are not passed with the reason for letting them through, if there is one.

    Args:
        results: of gates.
        accepted: gates to let through, each with its reason: `source_rows`, or `source_rows:german_register`.
    """
    return [
        result
        if result.passed
        else replace(result, accepted=accepted.get(result.gate) or accepted.get(result.gate.partition(":")[0]))
        for result in results
    ]
