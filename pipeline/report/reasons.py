"""Why a value won: the criteria that reconciling sorts by, read off the winner and who lost to it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.curate.reconcile import counting, last_day
from pipeline.curate.reconcile import form as forms
from pipeline.curate.reconcile import start as starts
from pipeline.curate.reconcile.ranking import ORDERS, best_first, place
from pipeline.curate.reconcile.status import IS_ENDED
from pipeline.report.wording import TIE, WORDS, Row, count, meet, say_date, say_words
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNSAID, _UNKNOWN, _NO_CAUSE = v.Form.UNSPECIFIED.value, v.Status.UNKNOWN.value, v.EndCause.UNKNOWN.value
_DEPRECATED = "its own source deprecates it"
_AUTHORITIES = [member.value for member in v.Authority]


def line_up(claims: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return, for each of `ORDERS`, the claims that may tell the value, the winner first.

    Args:
        claims: all claims of one partnership (`CLAIMS` columns).

    Returns:
        The claims with the columns that the orders read. Of forms also `__best` and `__known_until` (the place of the
        best authority that names one, and its day), `__is_best` and `__is_later` (why a claim may speak).
    """
    counted = counting(claims)
    authority = place("authority", v.Authority)
    named = counted.filter(forms.IS_NAMED)
    best = named.select(authority.min()).item()
    known_until = named.filter(authority == pl.lit(best))["as_of_date"].max()
    # Where no source names a form nobody is the best, and both are null.
    speaking = best_first(forms.candidates(counted), ORDERS["form"]).with_columns(
        __best=pl.lit(best),
        __known_until=pl.lit(known_until, pl.Date),
        __is_best=authority == pl.lit(best),
        __is_later=(pl.col("start_date") > pl.lit(known_until, pl.Date)).fill_null(value=False),
    )
    winning = speaking.select("partnership_id", "form").head(1)
    return {
        "form": speaking,
        "start": best_first(starts.candidates(counted, winning), ORDERS["start"]),
        "status": best_first(counted, ORDERS["status"]),
        "end": best_first(counted.filter(IS_ENDED), ORDERS["end"]),
    }


def decide(claims: pl.DataFrame) -> dict[str, Row]:
    """Return for form, start, status and end of one partnership which value won, from which claim, and why.

    Args:
        claims: all claims of one partnership (`CLAIMS` columns).

    Returns:
        For each: `value` (as a person reads it; null where there is none), `claim_id`, `why` (sentences), and
        `against`: each claim that says otherwise, with its `value`, its `relation` to the winning one (`conflict`,
        `compatible`, `history`, `other`, `silent`, `unread`) and `why` it lost.
    """
    claims = claims.with_columns(start_last_day=last_day("start"), end_last_day=last_day("end"))
    all_rows = claims.sort("source_id", "claim_id").to_dicts()
    frames = {
        name: frame.with_columns(one.by.alias(f"by {one.name}") for one in ORDERS[name])
        for name, frame in line_up(claims).items()
    }
    lined_up = {name: frame.to_dicts() for name, frame in frames.items()}
    form = _decide_form(lined_up["form"], all_rows)
    start = _decide_start(lined_up["start"], all_rows, form["value"])
    status = _decide_status(lined_up["status"], all_rows)
    end = _decide_end(lined_up["end"], all_rows, status["value"], lined_up["start"])
    return {"start": start, "form": form, "status": status, "end": end}


def compare(decision: str, winner: Row, loser: Row) -> str:
    """Say by which criterion one claim is better than another: the first in which they differ."""
    for one in ORDERS[decision]:
        if winner[f"by {one.name}"] != loser[f"by {one.name}"]:
            return WORDS[decision][one.name](winner, loser)
    return TIE


def _decision(value: str | None, winner: Row | None, why: Iterable[str], against: Iterable[Row]) -> Row:
    return {
        "value": value,
        "claim_id": winner and winner["claim_id"],
        "why": list(dict.fromkeys(why)),
        "against": list(against),
    }


def _against(row: Row, value: str | None, relation: str, why: str) -> Row:
    return {"claim_id": row["claim_id"], "value": value, "relation": relation, "why": why}


def _decide_form(speaking: Sequence[Row], every: Sequence[Row]) -> Row:
    winner = speaking[0]
    form = winner["form"]
    heard = {row["claim_id"]: row for row in speaking}
    if form == _UNSAID:
        return _decision(form, winner, ["no source says what was agreed"], [])
    named = [row for row in every if row["form"] != _UNSAID]
    years = _form_years(named, winner)
    against = [
        _against(row, row["form"], _form_relation(form, row["form"], years), _why_not_form(winner, row, heard))
        for row in named
        if row["form"] != form
    ]
    same = [row for row in named if row["form"] == form]
    if winner["__is_later"] and not winner["__is_best"]:
        first = (
            f"dated {say_date(winner['start_date'], winner['start_precision'])}, after the "
            f"{_AUTHORITIES[winner['__best']]}'s day ({winner['__known_until']}), which cannot know of it"
        )
    elif against:
        first = against[0]["why"]
    else:
        first = _unanimous(same, "names it")
    return _decision(form, winner, [first, *(one["why"] for one in against[:1])], against)


def _form_years(named: Iterable[Row], winner: Row) -> dict[str, int | None]:
    """Return the first year of each form that is stated, as reconciling compares them."""
    years: dict[str, int | None] = {}
    for row in named:
        if _is_overruled(row, winner):
            continue
        found = [year for year in (years.get(row["form"]), row["start_date"] and row["start_date"].year) if year]
        years[row["form"]] = min(found, default=None)
    return years


def _form_relation(form: str, other: str, years: dict[str, int | None]) -> str:
    """Tell history from conflict: a friendship of 1948 and a partnership of 2025 are no conflict; undated ones are."""
    dated = years.get(form) and years.get(other)
    return "history" if dated and years[form] != years[other] else "conflict"


def _why_not_form(winner: Row, row: Row, heard: dict[str, Row]) -> str:
    if row["claim_id"] in heard:
        return compare("form", winner, heard[row["claim_id"]])
    if _is_overruled(row, winner):
        return _DEPRECATED
    if winner["__is_best"]:
        return WORDS["form"]["authority"](winner, row)
    best = _AUTHORITIES[winner["__best"]]
    return f"{best} before {row['source_id']} ({row['authority']})"


def _decide_start(formal: Sequence[Row], every: Sequence[Row], form: str) -> Row:
    heard = {row["claim_id"]: row for row in formal}
    others = [
        _against(row, _start(row), "history", _why_not_start(row, form, every))
        for row in every
        if row["start_date"] and row["claim_id"] not in heard
    ]
    unread = [
        _against(row, f"“{row['start_text']}”", "unread", "not taken for a date: see the findings")
        for row in every
        if row["start_text"] and not row["start_date"] and not row["end_date"]
    ]
    _mark_clashes(others, every)
    if not formal:
        nothing = "no source dates it" if not others else "only other events, or other forms, are dated"
        return _decision(None, None, [nothing], others + unread)
    winner, *losers = formal
    rivals = [row for row in losers if _start(row) != _start(winner)]
    against = [
        _against(
            row, _start(row), "compatible" if meet(winner, row, "start") else "conflict", compare("start", winner, row)
        )
        for row in rivals
    ]
    agreeing = {row["family"] for row in formal if meet(winner, row, "start")}
    why = [_agreeing(agreeing)] if len(agreeing) > 1 else []
    why += [against[0]["why"]] if against else []
    # The nearest rival may be another print of the same date; who contradicts it is worth a word of its own.
    why += [one["why"] for one in against if one["relation"] == "conflict"][:1]
    if not why:
        why = [_unanimous(formal, "dates it")]
    all_meet = max(row["start_date"] for row in formal) <= min(row["start_last_day"] for row in formal)
    if not all_meet and all(one["relation"] == "compatible" for one in against):
        why.append("finer dates that lie within it contradict one another")
    return _decision(_start(winner), winner, why, against + others + unread)


def _mark_clashes(others: list[Row], every: Sequence[Row]) -> None:
    """Tell history from conflict: incompatible dates of one event of one form that happens but once."""
    rows = {row["claim_id"]: row for row in every}
    counted = [one for one in others if one["why"] != _DEPRECATED]
    for one in counted:
        row = rows[one["claim_id"]]
        same = [rows[other["claim_id"]] for other in counted]
        same = [other for other in same if all(other[name] == row[name] for name in ("form", "start_event"))]
        if row["start_event"] not in starts.REPEATED and not all(meet(row, other, "start") for other in same):
            one["relation"] = "conflict"
            one["why"] = "it dates another event or form, on which the sources contradict one another"


def _start(row: Row) -> str | None:
    return say_date(row["start_date"], row["start_precision"])


def _why_not_start(row: Row, form: str, every: Sequence[Row]) -> str:
    if any(_is_overruled(row, other) for other in every):
        return _DEPRECATED
    if row["form"] not in (form, _UNSAID):
        return f"it dates a {say_words(row['form'])}: no conflict"
    return f"it dates another event ({say_words(row['start_event'])}): no conflict"


def _decide_status(ranked: Sequence[Row], every: Sequence[Row]) -> Row:
    winner = ranked[0]
    status = winner["status"]
    heard = {row["claim_id"]: row for row in ranked}
    against = [
        _against(
            row,
            row["status"],
            "silent" if row["status"] == _UNKNOWN else "other",
            compare("status", winner, heard[row["claim_id"]]) if row["claim_id"] in heard else _DEPRECATED,
        )
        for row in every
        if row["status"] != status
    ]
    against.sort(key=lambda one: one["value"] == _UNKNOWN)
    if status == _UNKNOWN:
        why = ["no source says, and being listed by these sources does not tell"]
    elif winner["status_is_stated"]:
        why = [f"{winner['source_id']} says so"]
    else:
        why = [f"{winner['source_id']} lists it, which there means {say_words(status)}"]
    return _decision(status, winner, why + [one["why"] for one in against[:1]], against)


def _decide_end(ended: Sequence[Row], every: Sequence[Row], status: str, formal: Sequence[Row]) -> Row:
    said = [row for row in ended if row["end_date"]]
    if status != v.Status.ENDED.value:
        against = [_against(row, _end(row), "other", f"it is {status}: see status") for row in said]
        return _decision(None, None, ["no source tells of an end" if not ended else f"it is {status}"], against)
    winner, *losers = ended
    causes = sorted((row for row in ended if row["end_cause"]), key=lambda row: row["end_cause"] == _NO_CAUSE)
    cause = next(iter(causes), None)
    begun = formal[0]["start_date"] if formal else None
    unread = [
        _against(row, f"“{row['end_text']}”", "unread", "not taken for a date: see the findings")
        for row in every
        if row["end_text"] and not row["end_date"]
    ]
    if winner["end_date"] and begun and winner["end_date"] < begun.replace(month=1, day=1):
        early = f"{_end(winner)} lies before the start that won: it stays a claim"
        return _decision(None, None, [early], [_against(row, _end(row), "other", early) for row in said] + unread)
    if not winner["end_date"]:
        return _decision(None, winner, ["ended, but no source says when", *_cause(winner, cause)], unread)
    against = [
        _against(row, _end(row), "compatible" if meet(winner, row, "end") else "conflict", compare("end", winner, row))
        for row in losers
        if row["end_date"] and _end(row) != _end(winner)
    ]
    why = [against[0]["why"]] if against else [_unanimous(said, "dates the end")]
    return _decision(_end(winner), winner, why + _cause(winner, cause), against + unread)


def _end(row: Row) -> str | None:
    return say_date(row["end_date"], row["end_precision"])


def _cause(winner: Row, cause: Row | None) -> list[str]:
    if cause is None or cause["claim_id"] == winner["claim_id"]:
        return []
    return [f"the cause ({say_words(cause['end_cause'])}) is from {cause['source_id']}, {cause['locator']}"]


def _is_overruled(row: Row, winner: Row) -> bool:
    deprecated = v.ClaimRank.DEPRECATED.value
    return bool(row["claim_rank"] == deprecated and winner["claim_rank"] != deprecated)


def _unanimous(rows: Sequence[Row], does: str) -> str:
    """Say that nobody who speaks of it says otherwise."""
    if len({row["source_id"] for row in rows}) == 1:
        return f"the only source that {does}"
    families = {row["family"] for row in rows}
    if len(families) > 1:
        return _agreeing(families)
    return f"one family alone {does}, and its sources agree"


def _agreeing(families: set[str]) -> str:
    return f"{count(len(families), 'independent family')} agree ({', '.join(sorted(families))})"
