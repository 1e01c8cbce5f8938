"""Why a value won: the rows of `decisions` in words, and the claims that say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.report.wording import Row, code_text, count_text, criterion_text, date_text, wording
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_UNKNOWN: Final = {"form": v.Form.UNSPECIFIED.value, "status": v.Status.UNKNOWN.value}


def give_reasons(
    record: Row, claims: Sequence[Row], decisions: Iterable[Row], disputed: Collection[str]
) -> dict[str, Row]:
    """Return for the start, form, status and end of one partnership which value won, from which claim, and why.

    Args:
        record: of `partnerships`, with `start_last_day` and `end_last_day`.
        claims: all of its claims, with `start_last_day` and `end_last_day`.
        decisions: its rows of `decisions`.
        disputed: ids of claims whose start contradicts another claim of the same event and form.

    Returns:
        For each: `value` (as a person reads it; None if there is none), `claim_id`, `runner_up_claim_id`,
        `decided_by`, `why` (sentences), and `against`: the claims that say otherwise, each with its `value` and its
        `relation` to the winning one (`conflict`, `compatible`, `history`, `other`, `silent`, `unread`).
    """
    by_value = {row["decided"]: row for row in decisions}
    by_id = {claim["claim_id"]: claim for claim in claims}
    columns = ("claim_id", "runner_up_claim_id", "decided_by")
    reasons: dict[str, Row] = {}
    for decided in ("start", "form", "status", "end"):
        decision = by_value.get(decided)
        against = _against(record, claims, decided, disputed)
        reasons[decided] = {
            "value": _value(record, decided),
            **(dict.fromkeys(columns) if decision is None else {name: decision[name] for name in columns}),
            "why": _why(decided, record, decision, by_id, against),
            "against": against,
        }
    relations = {rival["relation"] for rival in reasons["start"]["against"]}
    if record["start_agreement"] == "conflict" and "conflict" not in relations:
        reasons["start"]["why"].append("finer dates that lie within it contradict one another")
    cause = by_value.get("end_cause")
    if cause and cause["claim_id"] != reasons["end"]["claim_id"]:
        claim = by_id[cause["claim_id"]]
        source = f"{claim['source_id']}, {claim['locator']}"
        reasons["end"]["why"].append(f"the cause ({code_text(record['end_cause'])}) is from {source}")
    return reasons


def _value(row: Row, decided: str) -> str | None:
    """Return a value of a partnership or of a claim, as a person reads it."""
    if decided in ("form", "status"):
        return str(row[decided])
    return date_text(row[f"{decided}_date"], row[f"{decided}_precision"])


def _why(decided: str, record: Row, decision: Row | None, by_id: dict[str, Row], against: Sequence[Row]) -> list[str]:
    value = _value(record, decided)
    if decision is None or value == _UNKNOWN.get(decided):
        return [_why_nothing(decided, record, against)]
    winner = by_id[decision["claim_id"]]
    runner_up = by_id.get(decision["runner_up_claim_id"] or "")
    supporting = [claim for claim in by_id.values() if _supports(decided, claim, winner)]
    families = sorted({claim["family"] for claim in supporting})
    sentences = []
    if runner_up and _value(runner_up, decided) != value:
        sentences.append(criterion_text(decision["decided_by"], decided, winner, runner_up))
    if len(families) > 1:
        sentences.append(f"{count_text(len(families), 'independent family')} agree ({', '.join(families)})")
    elif decided == "status":
        sentences.append(_why_status(winner))
    elif not sentences:
        has_rivals = any(rival["relation"] in ("conflict", "compatible") for rival in against)
        sentences.append(_why_alone(decided, winner, supporting, has_rivals=has_rivals))
    return sentences


def _why_nothing(decided: str, record: Row, against: Sequence[Row]) -> str:
    """Return why there is no value, though a claim may have one."""
    relations = {rival["relation"] for rival in against}
    is_ended = record["status"] == v.Status.ENDED.value
    if decided == "start" and "history" in relations:
        return "only other events, or other forms, are dated"
    if decided == "end" and relations - {"unread"}:
        return (
            "the end that is stated lies before the start: it stays a claim"
            if is_ended
            else f"it is {record['status']}"
        )
    if decided == "end" and is_ended:
        return "ended, but no source says when"
    return wording("nothing")[decided]


def _supports(decided: str, claim: Row, winner: Row) -> bool:
    """Return whether a claim that counts gives the value of the winner, and of the same event."""
    if claim["claim_rank"] == v.ClaimRank.DEPRECATED.value != winner["claim_rank"]:
        return False
    same_event = decided != "start" or claim["start_event"] == winner["start_event"]
    return same_event and _value(claim, decided) == _value(winner, decided)


def _why_alone(decided: str, winner: Row, supporting: Sequence[Row], *, has_rivals: bool) -> str:
    gives = wording("gives")[decided]
    if has_rivals:
        return f"{winner['source_id']} ({winner['authority']}) says so"
    if len({claim["source_id"] for claim in supporting}) == 1:
        return f"the only source that {gives}"
    return f"one family alone {gives}, and its sources agree"


def _why_status(winner: Row) -> str:
    if winner["status_is_stated"]:
        return f"{winner['source_id']} says so"
    return f"{winner['source_id']} lists it, which there means {code_text(winner['status'])}"


def _against(record: Row, claims: Sequence[Row], decided: str, disputed: Collection[str]) -> list[Row]:
    """Return the claims that say otherwise; a claim without a form says nothing."""
    value = _value(record, decided)
    rivals = []
    for claim in claims:
        other = _value(claim, decided)
        text = claim.get(f"{decided}_text")
        if other is None and text and decided in ("start", "end") and not claim["end_date"]:
            rivals.append({"claim_id": claim["claim_id"], "value": f"“{text}”", "relation": "unread"})
        elif other not in (None, value, v.Form.UNSPECIFIED.value):
            relation = _relation(record, claim, decided, disputed)
            is_other_event = decided == "start" and claim["start_event"] != v.Event.CHARTER_SIGNED
            stated = f"{code_text(claim['start_event'])} {other}" if is_other_event and relation == "history" else other
            rivals.append({"claim_id": claim["claim_id"], "value": stated, "relation": relation})
    return sorted(rivals, key=lambda rival: (rival["relation"] == "silent", rival["relation"] == "unread"))


def _relation(record: Row, claim: Row, decided: str, disputed: Collection[str]) -> str:
    """Return how the value of a claim relates to the one that won."""
    if decided == "status":
        return "silent" if claim["status"] == v.Status.UNKNOWN.value else "other"
    if decided == "form":
        return "conflict" if record["form_conflict"] else "history"
    first, last = f"{decided}_date", f"{decided}_last_day"
    if record[first] is None:
        return "history" if decided == "start" else "other"
    if claim[first] <= record[last] and record[first] <= claim[last]:
        return "compatible"
    return "history" if decided == "start" and claim["claim_id"] not in disputed else "conflict"
