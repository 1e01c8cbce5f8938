"""Findings: values of an accepted row that were noted, nulled or corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from schemas import Findings
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A frame, and the findings on its rows: `Findings` without `source_id`.
WithFindings = tuple[pl.DataFrame, list[pl.DataFrame]]
NO_FINDINGS: Final = Findings.empty().drop("source_id")


@dataclass(frozen=True)
class FindingRule:
    """A finding for each row for which `where` is true; `action` says what becomes of the value."""

    where: pl.Expr
    column: str
    rule: str
    action: v.Action = v.Action.NULLED
    severity: v.Severity = v.Severity.WARNING


def collect_findings(frame: pl.DataFrame, rules: Sequence[FindingRule]) -> list[pl.DataFrame]:
    """Return the findings on the rows of a frame: one frame for each rule that hits a row; most rules hit none."""
    if not rules:
        return []
    hits = frame.select(rule.where.alias(str(index)) for index, rule in enumerate(rules)).get_columns()
    return [_findings(frame.filter(hit), rule) for hit, rule in zip(hits, rules, strict=True) if hit.any()]


def _findings(rows: pl.DataFrame, rule: FindingRule) -> pl.DataFrame:
    return rows.select(
        "snapshot_id",
        "locator",
        column_name=pl.lit(rule.column),
        rule=pl.lit(rule.rule),
        severity=pl.lit(rule.severity.value),
        raw_value=pl.col(rule.column),
        action=pl.lit(rule.action.value),
    )
