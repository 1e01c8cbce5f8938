"""The words of an explanation: dates no more exact than they are, and the sentences of `wording.toml`."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from schemas import vocabularies as v

if TYPE_CHECKING:
    from datetime import date

#: A row of a table, by column.
Row = dict[str, Any]

_WORDING: Final = Path(__file__).with_name("wording.toml")


@functools.cache
def wording(section: str) -> dict[str, str]:
    """Return the sentences of a section of `wording.toml`, by key."""
    sections: dict[str, dict[str, str]] = tomllib.loads(_WORDING.read_text(encoding="utf-8"))
    return sections[section]


def date_text(first_day: date | None, precision: str) -> str | None:
    """Return a date no more exact than it is: `1997`, `October 1970`, `1980s`, `19th century`, `3 June 1967`."""
    if first_day is None:
        return None
    century = (first_day.year - 1) // 100 + 1
    suffix = "th" if century % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(century % 10, "th")
    texts = {
        v.Precision.DAY: f"{first_day.day} {first_day:%B} {first_day.year}",
        v.Precision.MONTH: f"{first_day:%B} {first_day.year}",
        v.Precision.YEAR: str(first_day.year),
        v.Precision.DECADE: f"{first_day.year}s",
        v.Precision.CENTURY: f"{century}{suffix} century",
    }
    return texts.get(v.Precision(precision))


def code_text(code: str) -> str:
    """Return a value of a vocabulary as words."""
    return code.replace("_", " ")


def criterion_text(decided_by: str, decided: str, winner: Row, runner_up: Row) -> str:
    """Return why the winning claim comes before its runner-up.

    Args:
        decided_by: the criterion.
        decided: the value that was decided: `start`, `form`, `status` or `end`.
        winner: the winning claim.
        runner_up: the runner-up.
    """
    precision = "start_precision" if decided == "start" else "end_precision"
    return wording("decided_by")[decided_by].format(
        winner=winner,
        runner_up=runner_up,
        winner_precision=winner[precision],
        runner_up_precision=runner_up[precision],
        winner_form=code_text(winner["form"]),
        runner_up_form=code_text(runner_up["form"]),
    )


def count_text(number: int, singular: str) -> str:
    """Return a number and what it counts: `1 family`, `2,000 families`."""
    plural = f"{singular[:-1]}ies" if singular.endswith("y") else f"{singular}s"
    return f"{number:,} {singular if number == 1 else plural}"


def town_text(town: Row) -> str:
    """Return a town as it is told from others of its name: `Geneva, Switzerland (gn2660646)`.

    Args:
        town: `town_id`, `name`, `country_name`.
    """
    return f"{town['name']}, {town['country_name'] or 'no country'} ({town['town_id']})"
