"""What changed, in words: titles of entries, and each value before and now."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from pipeline.report.wording import code_text, date_text
from schemas import vocabularies as v

#: A row of `changed_entities.sql`.
Row = dict[str, Any]

_SIDES: Final = ("start", "end")
_IN_TITLE: Final = 3
#: These come first in a title.
_FIRST: Final = ("end", "form", "name", "start", "status")
_OF_DATES: Final = {f"{side}_{part}" for side in _SIDES for part in ("date", "precision", "year")}
_CLAIM: Final = "_claim_id"
_CODES: Final = ("form", "status", "end_cause", "start_agreement", "kind", "located_by")


def entry_title(row: Row) -> str:
    """Return the title of an entry: `Coventry – Dresden: start 1959 → 1956`, `Town removed: Ulm`."""
    what = f"{row['entity'].capitalize()} {row['change']}"
    if row["change"] == v.Change.REMOVED:
        return f"{what}: {row['name']}" + (f" (now {row['new_name']})" if row["new_name"] else "")
    if row["change"] == v.Change.ADDED:
        facts = [code_text(row["form"])] if row["form"] not in (None, v.Form.UNSPECIFIED) else []
        start = _date(row["start_date"], row["start_precision"])
        facts += [f"since {start}"] if start else []
        return f"{what}: {row['name']}" + (f" ({', '.join(facts)})" if facts else "")
    changes = _values(row) or _claims(row)
    more = f"; and {len(changes) - _IN_TITLE} more" if len(changes) > _IN_TITLE else ""
    return f"{row['name']}: {'; '.join(changes[:_IN_TITLE])}{more}"


def value_changes(row: Row) -> list[str]:
    """Return what changed, before and now: `start 1959 → May 1959`; dates no more exact than they are."""
    return [*_values(row), *_claims(row)] if row["change"] == v.Change.CHANGED else []


def _values(row: Row) -> list[str]:
    before, now = dict(row["old_values"]), dict(row["new_values"])
    texts = {side: text for side in _SIDES if (text := _date_change(row, side, before, now))}
    for column in row["column_names"]:
        if column not in _OF_DATES and not column.endswith(_CLAIM):
            old, new = (_value(column, values[column]) for values in (before, now))
            texts[column] = f"{code_text(column)} {old} → {new}"
    return [texts[column] for column in sorted(texts, key=lambda column: (column not in _FIRST, column))]


def _claims(row: Row) -> list[str]:
    decided = [column.removesuffix(_CLAIM) for column in row["column_names"] if column.endswith(_CLAIM)]
    return [f"the {code_text(value)} is taken from another claim" for value in decided]


def _date_change(row: Row, side: str, before: dict[str, str], now: dict[str, str]) -> str | None:
    """Return a date before and now; what did not change of it, its day or its precision, is that of the row."""
    columns = (f"{side}_date", f"{side}_precision")
    if not any(column in before for column in columns):
        return None
    old, new = (_date(*(values.get(column, row[column]) for column in columns)) for values in (before, now))
    return f"{side} {old or 'unknown'} → {new or 'unknown'}"


def _date(day: date | str | None, precision: str | None) -> str | None:
    return date_text(date.fromisoformat(day) if isinstance(day, str) else day, precision or v.Precision.UNKNOWN)


def _value(column: str, value: str | None) -> str:
    if value is None:
        return "unknown"
    return code_text(value) if column in _CODES else value
