"""An explanation as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.report.console import open_console, town_markup
from pipeline.report.wording import Row, code_text, count_text, date_text, wording
from schemas import vocabularies as v

if TYPE_CHECKING:
    from rich.console import Console

_STATED_BY_BOTH: Final = {
    True: "stated by both towns",
    False: "stated by one of the towns only",
    None: "whether both state it is not known",
}
#: Of claims that say the same, or pairs that the names can mean, so many are listed.
_LISTED: Final = 3


def print_explanation(explanation: Row) -> None:
    """Print what `explain` returns: conclusion, reasons, claims, and what else is known of the two towns."""
    console = open_console()
    _print_names(console, explanation)
    _print_conclusion(console, explanation)
    _print_decisions(console, explanation["decisions"])
    claims = explanation["claims"]
    _print_heading(console, f"Claims ({len(claims)})")
    for claim in claims:
        _print_claim(console, claim)
    _print_events(console, explanation["events"])
    _print_lists(console, explanation)


def _print_names(console: Console, explanation: Row) -> None:
    """Print how the names were understood, if it is not obvious."""
    meant, others = explanation["meant"], explanation["other_pairs"]
    lines = []
    for name in meant:
        if name["passed_over"]:
            lines.append(f"{name['text']} might rather mean {name['passed_over']}, which has no such partner.")
        if name["match"] == "similar":
            lines.append(f"{name['text']} was read as {name['matched_name']}.")
    lines += [f"Or did you mean {' – '.join(pair['towns'])}: {pair['partnership_id']}" for pair in others[:_LISTED]]
    if len(others) > _LISTED:
        lines.append(f"… or {len(others) - _LISTED} more, which --json lists")
    if explanation["followed"]:
        lines.append(f"{explanation['followed']} is now {explanation['partnership']['partnership_id']}.")
    for line in lines:
        console.out(line, style="dim")
    if others or any(name["passed_over"] for name in meant):
        console.print()


def _print_conclusion(console: Console, explanation: Row) -> None:
    record = explanation["partnership"]
    towns = " – ".join(map(town_markup, explanation["towns"]))
    console.print(f"{towns}   [dim]{record['partnership_id']} · release {explanation['release_id']}[/]")
    parts = [f"[bold]{code_text(record['form'])}[/]", f"[bold]{_status_text(record['status'])}[/]"]
    parts.append(f"since [bold]{explanation['start']}[/]" if explanation["start"] else "start unknown")
    if record["status"] == "ended":
        until = f"until [bold]{explanation['end']}[/]" if explanation["end"] else "end not dated"
        cause = record["end_cause"] or "unknown"
        parts.append(f"{until} ({'cause unknown' if cause == 'unknown' else f'cause: {code_text(cause)}'})")
    console.print(" · ".join(parts))
    agreement = [wording("start_agreement")[record["start_agreement"]]]
    if record["form_conflict"]:
        agreement.append("[yellow]sources differ on the form[/]")
    agreement.append(_STATED_BY_BOTH[record["stated_by_both"]])
    if record["distance_km"] is not None:
        domestic = ", in one country" if record["is_domestic"] else ""
        agreement.append(f"{record['distance_km']:,.0f} km apart{domestic}")
    console.print(
        f"{count_text(record['claim_count'], 'claim')} in {count_text(record['source_count'], 'source')} of "
        f"{count_text(record['family_count'], 'independent family')} · {' · '.join(agreement)}"
    )


def _status_text(status: str) -> str:
    return "status unknown" if status == "unknown" else status


def _print_decisions(console: Console, decisions: Row) -> None:
    _print_heading(console, "Why")
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, decision in decisions.items():
        value = Text(code_text(decision["value"]) if decision["value"] else "–", style="bold")
        place = f"{decision['source_id']}, {decision['locator']}: " if decision["source_id"] else ""
        table.add_row(name, value, Text(place + "; ".join(decision["why"])))
        equal: dict[tuple[str, str | None], list[Row]] = {}
        for rival in decision["against"]:
            equal.setdefault((rival["relation"], rival["value"]), []).append(rival)
        for rivals in equal.values():
            table.add_row("", "", _rivals_text(rivals))
    console.print(Padding(table, (0, 0, 0, 2)))


def _rivals_text(rivals: list[Row]) -> Text:
    """Return one line for claims that say the same."""
    places = [f"{rival['source_id']}, {rival['locator']}" for rival in rivals]
    more = f" and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    value = code_text(rivals[0]["value"] or "")
    line = Text.from_markup(f"{wording('relation')[rivals[0]['relation']]}: ")
    return line.append(f"{value} ({'; '.join(places[:_LISTED])}{more})", style="dim")


def _print_claim(console: Console, claim: Row) -> None:
    decides = f"   [green]→ {', '.join(claim['decides'])}[/]" if claim["decides"] else ""
    rank = f", {claim['claim_rank']}" if claim["claim_rank"] != "normal" else ""
    console.print(f"  [bold]{claim['source_id']}[/] ({claim['authority']}, family {claim['family']}{rank}){decides}")
    console.out(f"    {claim['source_title']}; {claim['publisher']}", style="dim")
    lines = [
        f"{claim['snapshot_id']}, {claim['locator']}, as of {claim['as_of_date']}; {claim['claim_id']}",
        f"says    {_printed_text(claim)}",
        f"read as {_values_text(claim)}",
    ]
    for side in ("town", "partner"):
        located, score = claim[f"{side}_identified"], claim[f"{side}_location_score"]
        town_id = claim["town_id" if side == "town" else "partner_id"]
        lines.append(f"{claim[f'{side}_text']} is {town_id}: {located} ({score:.2f})")
    if claim["evidence_url"]:
        lines.append(f"evidence {claim['evidence_url']}")
    for line in lines:
        console.out(f"    {line}")


def _printed_text(claim: Row) -> str:
    sides = " – ".join(
        ", ".join(filter(None, (claim[f"{side}_{column}"] for column in ("text", "region_text", "country_text"))))
        for side in ("town", "partner")
    )
    is_later = claim["start_event"] in (v.Event.SUSPENDED, v.Event.RESUMED, v.Event.ENDED)
    dated = code_text(claim["start_event"]) if is_later else "start"
    labels = {"form_text": "form", "start_text": dated, "end_text": "end", "note": "note"}
    return " · ".join([sides, *(f"{label} “{claim[name]}”" for name, label in labels.items() if claim[name])])


def _values_text(claim: Row) -> str:
    parts = [code_text(claim["form"]), _status_text(claim["status"])]
    if not claim["status_is_stated"] and claim["status"] != "unknown":
        parts[1] += " (since listed)"
    if claim["start"]:
        parts.append(f"{code_text(claim['start_event'])} {claim['start']}")
    if claim["status"] in (v.Status.SUSPENDED, v.Status.DORMANT):
        # What rests has not ended: its end is the time since when.
        parts += [f"since {claim['end']}"] if claim["end"] else []
        parts[-1] += _cause_text(claim["end_cause"])
    elif claim["end"] or claim["end_cause"]:
        parts.append(f"ended {claim['end'] or 'at an unknown time'}{_cause_text(claim['end_cause'])}")
    if claim["motive"]:
        parts.append(f"motive: {code_text(claim['motive'])}")
    return " · ".join(parts)


def _cause_text(cause: str | None) -> str:
    return "" if cause in (None, "unknown") else f" ({code_text(str(cause))})"


def _print_events(console: Console, events: list[Row]) -> None:
    if not events:
        return
    _print_heading(console, "Events")
    table = Table.grid(padding=(0, 2))
    for event in events:
        table.add_row(
            Text(date_text(event["event_date"], event["event_precision"]) or ""),
            Text(code_text(event["event"]) + _cause_text(event["cause"])),
            Text(code_text(event["form"])),
            Text(f"{event['source_id']}, {event['locator']}", style="dim"),
        )
    console.print(Padding(table, (0, 0, 0, 2)))


def _print_lists(console: Console, explanation: Row) -> None:
    """Print groups, motives, findings, other candidates and redirects, each under its heading."""
    names = {town["town_id"]: town["name"] for town in explanation["towns"]}
    lists = {
        "Groups that both belong to": [
            f"{group['name']} ({group['kind']}): {group['source_id']}, {group['locator']}"
            for group in explanation["groups"]
        ],
        "Motives": [
            f"{code_text(motive['motive'])}, {motive['basis']}: "
            + (f"{motive['source_id']}, {motive['locator']}" if motive["source_id"] else motive["evidence"])
            for motive in explanation["motives"]
        ],
        "Findings on these rows": [
            f"{finding['source_id']}, {finding['locator']}: {finding['column_name']} “{finding['raw_value'] or ''}” "
            f"was {finding['action']} ({finding['rule']}, {finding['severity']})"
            for finding in explanation["findings"]
        ],
        "Other candidates for the towns": [
            f"{names[candidate['town_id']]}: {candidate['candidate_name']} ({candidate['candidate_id']}), "
            f"{candidate['evidence']}"
            for candidate in explanation["location_candidates"]
        ],
        "Ids that lead here": [
            f"{redirect['old_id']} is now {redirect['new_id']} ({redirect['reason']})"
            for redirect in explanation["redirects"]
        ],
    }
    for heading, lines in lists.items():
        if lines:
            _print_heading(console, heading)
        for line in lines:
            console.out(f"  {line}")


def _print_heading(console: Console, text: str) -> None:
    console.print()
    console.print(text, style="bold")
