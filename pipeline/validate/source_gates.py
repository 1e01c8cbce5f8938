"""The gates of a source: whether it is much worse than in the previous release. Checked as soon as it was validated.

A source that does not pass is held back; it does not hold back the release. `pipeline.publish.gates` compares the
ledger of the whole release again, for what cannot be seen when a source is read: a source that was not read at all, the
same bytes read by changed code or another declaration, and rows that are rejected because of where their towns are.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from pipeline.errors import SourceGateError
from pipeline.validate.gate_results import GateResult, Limit, accept, compare, read_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIMITS: Final = Path(__file__).with_name("source_gates.toml")


class _Rows(NamedTuple):
    """The rows of one source, of all its snapshots."""

    read: int = 0
    rejected: int = 0


@cache
def source_limits() -> dict[str, Limit]:
    """Return the limits of each gate of a source, from `source_gates.toml`."""
    return read_limits(LIMITS)


def check_source_gates(
    source_id: str, ledger: pl.DataFrame, previous: pl.DataFrame | None, accepted: Mapping[str, str]
) -> None:
    """Compare the rows of one source with those of the previous release.

    Args:
        source_id: of the source.
        ledger: what became of its rows: `source_id`, `rows_read`, `rows_rejected`.
        previous: the same of the previous release, with other sources too; None if there is no previous release.
        accepted: gates to let through once, each with its reason: `source_rows`, or `source_rows:german_register`.

    Raises:
        SourceGateError: the source has lost, gained or rejected too many rows, and that is not accepted.
    """
    if previous is None:
        return
    is_source = pl.col("source_id") == source_id
    results = accept(compare_sources(ledger.filter(is_source), previous.filter(is_source)), accepted)
    refusals = [result for result in results if result.is_refusal]
    if refusals:
        options = " ".join(f"--accept {result.gate}" for result in refusals)
        figures = "; ".join(str(result) for result in refusals)
        raise SourceGateError(f'{figures}; if it is right, take it once with: {options} --reason "..."')


def compare_sources(ledger: pl.DataFrame, previous: pl.DataFrame) -> Iterator[GateResult]:
    """Compare how many rows of each source of the previous release were read and rejected. New sources are left out.

    Args:
        ledger: `source_id`, `rows_read`, `rows_rejected`.
        previous: the same of the previous release.
    """
    rows = _count_rows(ledger)
    for source_id, before in sorted(_count_rows(previous).items()):
        now = rows.get(source_id, _Rows())
        yield _compare("source_rows", source_id, before.read - now.read, before.read, now.read)
        yield _compare("source_growth", source_id, now.read - before.read, before.read, now.read)
        if before.read and now.read:
            rise = now.rejected / now.read - before.rejected / before.read
            more = round(rise * now.read)
            yield _compare("source_rejects", source_id, more, before.rejected, now.rejected, max(rise, 0.0))


def _compare(gate: str, source_id: str, count: int, before: int, now: int, share: float | None = None) -> GateResult:
    return compare(f"{gate}:{source_id}", source_limits()[gate], count, before, now, share)


def _count_rows(ledger: pl.DataFrame) -> dict[str, _Rows]:
    counts = ledger.group_by("source_id").agg(pl.col("rows_read", "rows_rejected").sum())
    return {source_id: _Rows(read, rejected) for source_id, read, rejected in counts.iter_rows()}
