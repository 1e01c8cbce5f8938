"""Whether a release is worse than the one before: each gate one figure, held against `gates.toml`."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import BoundsError, UsageError
from pipeline.sources import nearest
from schemas import CLAIMS, PARTNERSHIPS, TOWNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Tables = dict[str, pl.DataFrame]
LIMITS = Path(__file__).with_name("gates.toml")
RECORD = "gates.json"
_MOST = 0.5


@dataclass(frozen=True)
class Judged:
    """One gate's verdict.

    Attributes:
        gate: its name, with what it is about where it is about a part: `source_rows:german_register`.
        share: the figure that is held against `limit`.
        before, now: the counts that it comes from.
        passed: whether it is within the limit.
        accepted: why it was let through all the same.
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

    def __str__(self) -> str:
        """Return the gate and its figures in words."""
        return (
            f"{self.gate}: {self.share:.1%}, at most {self.limit:.1%} allowed ({self.before:,} before, {self.now:,} "
            f"now): {self.what}"
        )


@cache
def limits() -> dict[str, dict[str, Any]]:
    """Return what each gate allows."""
    return tomllib.loads(LIMITS.read_text(encoding="utf-8"))


def check_names(accepted: Mapping[str, str]) -> None:
    """Hold gates that are to be let through against those that there are.

    Raises:
        UsageError: a gate is not known, or is one that nothing is let through.
    """
    # Declared bounds are judged as a source is read, and accepted like the others.
    known = [*limits(), BoundsError.gate]
    for name in accepted:
        gate = name.partition(":")[0]
        if gate not in known:
            raise UsageError(f"--accept {name}: no such gate{nearest(gate, known)} (known: {', '.join(known)})")


def judge(before: Tables, now: Tables, accepted: Mapping[str, str]) -> list[Judged]:
    """Hold a release against the one before.

    Args:
        before: `release`, `claims`, `partnerships`, `towns`, `ledger` of the release before.
        now: the same tables and `redirects` of the new one.
        accepted: gates to let through once, by name or by name and part, each with its reason.
    """
    found = [*_losses(before, now), *_churn(before, now), *_sources(before, now), *_fills(before, now)]
    return [
        Judged(**asdict(one) | {"accepted": accepted.get(one.gate) or accepted.get(one.gate.partition(":")[0])})
        if not one.passed
        else one
        for one in found
    ]


def write_record(folder: Path, judged: list[Judged]) -> None:
    """Write every gate's figures into the release."""
    text = json.dumps([asdict(one) for one in judged], ensure_ascii=False, indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def read_record(folder: Path) -> list[Judged]:
    """Return what `write_record` wrote; nothing for a release that was built without gates."""
    try:
        return [Judged(**one) for one in json.loads((folder / RECORD).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _judged(gate: str, concerned: int, before: int, now: int, share: float | None = None) -> Judged:
    rule = limits()[gate.partition(":")[0]]
    if share is None:
        share = concerned / before if before else 0.0
    few = concerned < rule["at_least"] and concerned <= before * _MOST
    passed = concerned <= 0 or share <= rule["limit"] or few
    return Judged(gate, round(share, 6), rule["limit"], before, now, passed, rule["what"])


def _losses(before: Tables, now: Tables) -> Iterator[Judged]:
    """Judge ids that are gone; one that is redirected to another is not lost."""
    for contract in (PARTNERSHIPS, TOWNS):
        [key] = contract.key
        old, new = (contract.compact(tables[contract.name].select(key)) for tables in (before, now))
        missing = contract.published(old.join(new, on=key, how="anti")).collect()
        gone = missing.join(now["redirects"], left_on=key, right_on="old_id", how="anti")
        yield _judged(f"{contract.name}_lost", gone.height, old.height, new.height)


def _churn(before: Tables, now: Tables) -> Iterator[Judged]:
    sides = ["town_id", "partner_id"]
    old, new = (CLAIMS.compact(tables["claims"].select("claim_id", *sides)) for tables in (before, now))
    both = old.join(new, on="claim_id", suffix="_now")
    moved = both.filter(pl.any_horizontal(pl.col(side).ne_missing(pl.col(f"{side}_now")) for side in sides))
    yield _judged("ids_churned", moved.height, both.height, both.height - moved.height)


def _sources(before: Tables, now: Tables) -> Iterator[Judged]:
    counts = [
        tables["ledger"].group_by("source_id").agg(pl.col("rows_read", "rows_rejected").sum())
        for tables in (before, now)
    ]
    both = counts[0].join(counts[1], on="source_id", how="left", suffix="_now").fill_null(0).sort("source_id")
    for source, read, rejected, read_now, rejected_now in both.iter_rows():
        yield _judged(f"source_rows:{source}", read - read_now, read, read_now)
        yield _judged(f"source_growth:{source}", read_now - read, read, read_now)
        if read and read_now:
            rise = rejected_now / read_now - rejected / read
            concerned = round(rise * read_now)
            yield _judged(f"source_rejects:{source}", concerned, rejected, rejected_now, max(rise, 0.0))


def _fills(before: Tables, now: Tables) -> Iterator[Judged]:
    for name in limits()["fill"]["columns"]:
        table, column = name.split(".")
        old, new = before[table], now[table]
        if column not in old.columns or old.is_empty() or new.is_empty():
            continue
        filled, filled_now = old[column].count(), new[column].count()
        fall = filled / old.height - filled_now / new.height
        yield _judged(f"fill:{name}", round(fall * new.height), filled, filled_now, max(fall, 0.0))
