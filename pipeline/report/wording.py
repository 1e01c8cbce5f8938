"""The words of an explanation: dates no more exact than they are, and what each criterion means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

#: A claim as a dictionary, with the columns that a ranking reads.
Row = dict[str, Any]

#: How a mention was identified, said after the town's name.
LOCATED = {
    v.LocatedBy.CORRECTION: "by a reviewed correction",
    v.LocatedBy.IDENTIFIER: "by an identifier of the place",
    v.LocatedBy.NAME_AND_COORDINATES: "by its name and the source's coordinates",
    v.LocatedBy.NAME_AND_REGION: "by its name and its region",
    v.LocatedBy.OTHER_SIDE: "by the partners that it is known to have",
    v.LocatedBy.UNIQUE_NAME: "the only one of that name in its country",
    v.LocatedBy.MAIN_NAME: "of several, the only one that usually goes by that name",
    v.LocatedBy.POPULATION: "of several, by far the largest",
    v.LocatedBy.SIMILAR_NAME: "by a name that is one letter off, with something else that speaks for it",
    v.LocatedBy.SOURCE_COORDINATES: "known to no gazetteer; the source gives its coordinates",
    v.LocatedBy.NOT_LOCATED: "not placed",
}


def say_date(first: date | None, precision: str) -> str | None:
    """Return a date no more exact than it is: `1997`, `October 1970`, `1980s`, `19th century`, `3 June 1967`."""
    if first is None:
        return None
    century = (first.year - 1) // 100 + 1
    suffix = "th" if century % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(century % 10, "th")
    said = {
        v.Precision.DAY: f"{first.day} {first:%B} {first.year}",
        v.Precision.MONTH: f"{first:%B} {first.year}",
        v.Precision.YEAR: str(first.year),
        v.Precision.DECADE: f"{first.year}s",
        v.Precision.CENTURY: f"{century}{suffix} century",
    }
    return said.get(v.Precision(precision))


def say_words(code: str) -> str:
    """Return a value of a vocabulary as words."""
    return code.replace("_", " ")


def _authority(winner: Row, loser: Row) -> str:
    return f"{winner['source_id']} ({winner['authority']}) before {loser['source_id']} ({loser['authority']})"


def _families(winner: Row, loser: Row) -> str:
    return (
        f"{count(winner['supporting_families'], 'independent family')} for it, "
        f"{loser['supporting_families']} for {say_date(loser['start_date'], loser['start_precision'])}"
    )


def _precision(side: str) -> Callable[[Row, Row], str]:
    def say(winner: Row, loser: Row) -> str:
        finer = f"finer precision ({winner[f'{side}_precision']} before {loser[f'{side}_precision']})"
        return f"{finer}, compatible" if meet(winner, loser, side) else finer

    return say


def _said_last(winner: Row, loser: Row) -> str:
    return (
        f"{winner['source_id']} spoke last (as of {winner['as_of_date']}, {loser['source_id']} {loser['as_of_date']})"
    )


def _form(winner: Row, loser: Row) -> str:
    return f"the stronger form ({say_words(winner['form'])} before {say_words(loser['form'])})"


_EARLIER = "the earlier date, since nothing else tells them apart"
TIE = "alike in all that decides; the claim's id settles it"

#: What each criterion of `ORDERS` means, said of a winner and of one that it is better than.
WORDS: dict[str, dict[str, Callable[[Row, Row], str]]] = {
    "form": {"form": _form, "authority": _authority, "claim_id": lambda *_: TIE},
    "start": {
        "authority": _authority,
        "families": _families,
        "precision": _precision("start"),
        "date": lambda *_: _EARLIER,
        "claim_id": lambda *_: TIE,
    },
    "status": {
        "is_known": lambda *_: "a known status before an unknown one",
        "is_stated": lambda *_: "stated in words outweighs being listed",
        "authority": _authority,
        "as_of": _said_last,
        "change": lambda *_: "of two that were said on the same day the farther change",
        "claim_id": lambda *_: TIE,
    },
    "end": {
        "is_dated": lambda *_: "an end with a date before one without",
        "authority": _authority,
        "precision": _precision("end"),
        "date": lambda *_: _EARLIER,
        "claim_id": lambda *_: TIE,
    },
}


def meet(one: Row, other: Row, side: str) -> bool:
    """Return whether two dates agree: their intervals have a day in common."""
    begin, end = f"{side}_date", f"{side}_last_day"
    return bool(one[begin] <= other[end] and other[begin] <= one[end])


def count(number: int, what: str) -> str:
    """Return a number and what it counts: `1 family`, `2 families`."""
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what if number == 1 else many}"
