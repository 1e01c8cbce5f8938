"""What changed, in words that are no more exact than the data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.export.change_wording import entry_title, value_changes

ROW: dict[str, Any] = {
    "entity": "partnership", "change": "changed", "name": "Celle – Meudon", "new_name": None, "form": "partnership",
    "start_date": date(1953, 1, 1), "start_precision": "year", "end_date": None, "end_precision": "unknown",
}  # fmt: skip


def changed(**columns: tuple[str | None, str | None]) -> dict[str, Any]:
    """Return the row of a partnership that has these values before and now."""
    values = [[(name, pair[place]) for name, pair in sorted(columns.items())] for place in (0, 1)]
    return ROW | {"column_names": sorted(columns), "old_values": values[0], "new_values": values[1]}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"start_date": ("1950-01-01", "1953-01-01"), "start_year": ("1950", "1953")}, "start 1950 → 1953"),
        ({"start_precision": ("year", "day")}, "start 1953 → 1 January 1953"),
        (
            {"start_date": ("1953-05-01", "1953-01-01"), "start_precision": ("month", "year")},
            "start May 1953 → 1953",
        ),
        ({"start_date": (None, "1953-01-01"), "start_precision": ("unknown", "year")}, "start unknown → 1953"),
        ({"status": ("unknown", "ended"), "end_cause": (None, "council_decision")},
         "status unknown → ended; end cause unknown → council decision"),
        ({"source_count": ("1", "2"), "start_claim_id": ("c1", "c2")}, "source count 1 → 2"),
        ({"start_claim_id": ("c1", "c2")}, "the start is taken from another claim"),
        ({"a": ("1", "2"), "b": ("1", "2"), "c": ("1", "2"), "d": ("1", "2")}, "a 1 → 2; b 1 → 2; c 1 → 2; and 1 more"),
    ],
)  # fmt: skip
def test_a_title_says_what_changed(columns: dict[str, tuple[str | None, str | None]], expected: str) -> None:
    assert entry_title(changed(**columns)) == f"Celle – Meudon: {expected}"


def test_the_content_has_the_claims_too() -> None:
    row = changed(source_count=("1", "2"), start_claim_id=("c1", "c2"))
    assert value_changes(row) == ["source count 1 → 2", "the start is taken from another claim"]


def test_what_has_another_id_now_is_said() -> None:
    assert entry_title(ROW | {"change": "removed"}) == "Partnership removed: Celle – Meudon"
    moved = ROW | {"change": "removed", "new_name": "Celle – Meudon-la-Forêt"}
    assert entry_title(moved) == "Partnership removed: Celle – Meudon (now Celle – Meudon-la-Forêt)"
    assert entry_title(ROW | {"change": "added"}) == "Partnership added: Celle – Meudon (partnership, since 1953)"
