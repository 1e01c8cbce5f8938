"""An explanation as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.report.console import open_console
from pipeline.report.wording import count, say_date, say_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

Row = dict[str, Any]

_AGREEMENT = {
    "none": "no source dates it",
    "single": "one family dates it",
    "agree": "independent families agree on the start",
    "conflict": "[yellow]sources contradict one another on the start[/]",
}
_BOTH = {
    True: "stated by both towns",
    False: "stated by one of the towns only",
    None: "whether both state it is not known",
}
#: Of several statements that say the same, or pairs that the names can mean, so many are named.
_PLACES = 3
_RELATION = {
    "conflict": "[yellow]contradicts[/]", "compatible": "compatible", "history": "history", "other": "overruled",
    "silent": "silent", "unread": "no date",
}  # fmt: skip


def print_explained(found: Row) -> None:
    """Print what `explain` returns: conclusion, reasons, statements, and what else is known of the two towns."""
    console = open_console()
    _print_question(console, found)
    _print_conclusion(console, found)
    _print_decisions(console, found["decisions"])
    claims = found["claims"]
    _head(console, f"Statements ({len(claims)})")
    for claim in claims:
        _print_claim(console, claim)
    _print_events(console, found["events"])
    _print_rest(console, found)


def _print_question(console: Console, found: Row) -> None:
    for name in found["meant"]:
        if name["passed_over"]:
            console.print(
                f"{name['text']} might rather mean {name['passed_over']}, which has no such partner.",
                markup=False, style="dim", soft_wrap=True,
            )  # fmt: skip
        if name["match"] == "similar":
            console.print(f"{name['text']} was read as {name['matched_name']}.", markup=False, style="dim")
    others = found["other_pairs"]
    for other in others[:_PLACES]:
        joined = " – ".join(other["towns"])
        console.print(f"Or did you mean {joined}: {other['partnership_id']}", markup=False, style="dim", soft_wrap=True)
    if len(others) > _PLACES:
        console.print(f"… or {len(others) - _PLACES} more, which --json lists", style="dim")
    if found["followed"]:
        console.print(f"{found['followed']} is now {found['partnership']['partnership_id']}.", style="dim")
    if found["meant"] and (found["other_pairs"] or any(name["passed_over"] for name in found["meant"])):
        console.print()


def _print_conclusion(console: Console, found: Row) -> None:
    record = found["partnership"]
    towns = " – ".join(
        f"[bold]{escape(town['name'])}[/], {town['country_code'] or 'no country'} ({town['town_id']})"
        for town in found["towns"]
    )
    console.print(f"{towns}   [dim]{record['partnership_id']}[/]", soft_wrap=True)
    parts = [f"[bold]{say_words(record['form'])}[/]", f"[bold]{_status(record['status'])}[/]"]
    parts.append(f"since [bold]{found['start']}[/]" if found["start"] else "start unknown")
    if record["status"] == "ended":
        until = f"until [bold]{found['end']}[/]" if found["end"] else "end not dated"
        parts.append(f"{until} ({_cause(record['end_cause'])})")
    console.print(" · ".join(parts), soft_wrap=True)
    agreement = _AGREEMENT[record["start_agreement"]]
    differ = " · [yellow]sources differ on the form[/]" if record["form_conflict"] else ""
    console.print(
        f"{count(record['claim_count'], 'statement')} in {count(record['source_count'], 'source')} of "
        f"{count(record['family_count'], 'independent family')} · {agreement}{differ} · "
        f"{_BOTH[record['stated_by_both']]}{_distance(record)}",
        soft_wrap=True,
    )


def _cause(cause: str | None) -> str:
    return "cause unknown" if cause in (None, "unknown") else f"cause: {say_words(str(cause))}"


def _status(status: str) -> str:
    return "status unknown" if status == "unknown" else status


def _distance(record: Row) -> str:
    if record["distance_km"] is None:
        return ""
    domestic = ", in one country" if record["is_domestic"] else ""
    return f" · {record['distance_km']:,.0f} km apart{domestic}"


def _print_decisions(console: Console, decisions: Row) -> None:
    _head(console, "Why")
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, one in decisions.items():
        value = Text(say_words(one["value"]) if one["value"] else "–", style="bold")
        place = f"{one['source_id']}, {one['locator']}: " if one["source_id"] else ""
        table.add_row(name, value, Text(place + "; ".join(one["why"])))
        for rivals in _alike(one["against"]):
            table.add_row("", "", _rival(rivals, one["why"]))
    console.print(Padding(table, (0, 0, 0, 2)))


def _alike(against: list[Row]) -> list[list[Row]]:
    """Put together the statements that say the same, in the order of the first of each."""
    alike: dict[tuple[str, str | None], list[Row]] = {}
    for other in against:
        alike.setdefault((other["relation"], other["value"]), []).append(other)
    return list(alike.values())


def _rival(rivals: list[Row], said: list[str]) -> Text:
    first = rivals[0]
    places = [f"{one['source_id']}, {one['locator']}" for one in rivals]
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    line = Text.from_markup(f"{_RELATION[first['relation']]}: ")
    value = say_words(first["value"]) if first["value"] else ""
    why = "" if first["why"] in said else f": {first['why']}"
    return line.append(f"{value} ({'; '.join(places[:_PLACES])}{more}){why}", style="dim")


def _print_claim(console: Console, claim: Row) -> None:
    decides = f"   [green]→ {', '.join(claim['decides'])}[/]" if claim["decides"] else ""
    rank = f", {claim['claim_rank']}" if claim["claim_rank"] != "normal" else ""
    console.print(
        f"  [bold]{claim['source_id']}[/] ({claim['authority']}, family {claim['family']}{rank}){decides}",
        soft_wrap=True,
    )
    lines = [
        f"{claim['source_title']}; {claim['publisher']}",
        f"{claim['snapshot_id']}, {claim['locator']}, as of {claim['as_of_date']}; {claim['claim_id']}",
        f"says    {_said(claim)}",
        f"read as {_read_as(claim)}",
        *(
            f"{claim[f'{side}_text']} is {claim[id_name]}: {claim[f'{side}_identified']}"
            f" ({claim[f'{side}_location_score']:.2f})"
            for side, id_name in (("town", "town_id"), ("partner", "partner_id"))
        ),
    ]
    if claim["evidence_url"]:
        lines.append(f"evidence {claim['evidence_url']}")
    for line in lines:
        console.print(f"    {line}", markup=False, soft_wrap=True, style="dim" if line is lines[0] else None)


def _said(claim: Row) -> str:
    sides = " – ".join(
        ", ".join(filter(None, (claim[f"{side}_{part}"] for part in ("text", "region_text", "country_text"))))
        for side in ("town", "partner")
    )
    labels = {"form_text": "form", "start_text": "start", "end_text": "end", "note": "note"}
    return " · ".join([sides, *(f"{label} “{claim[name]}”" for name, label in labels.items() if claim[name])])


def _read_as(claim: Row) -> str:
    parts = [say_words(claim["form"]), _status(claim["status"])]
    if not claim["status_is_stated"] and claim["status"] != "unknown":
        parts[1] += " (since listed)"
    if claim["start"]:
        parts.append(f"{say_words(claim['start_event'])} {claim['start']}")
    if claim["end"] or claim["end_cause"]:
        parts.append(f"ended {claim['end'] or 'at an unknown time'}")
    if claim["end_cause"] not in (None, "unknown"):
        parts[-1] += f" ({say_words(claim['end_cause'])})"
    if claim["motive"]:
        parts.append(f"motive: {say_words(claim['motive'])}")
    return " · ".join(parts)


def _print_events(console: Console, events: list[Row]) -> None:
    if not events:
        return
    _head(console, "Events")
    table = Table.grid(padding=(0, 2))
    for event in events:
        what = say_words(event["event"]) + (
            f" ({say_words(event['cause'])})" if event["cause"] not in (None, "unknown") else ""
        )
        table.add_row(
            Text(say_date(event["event_date"], event["event_precision"]) or ""), Text(what),
            Text(say_words(event["form"])), Text(f"{event['source_id']}, {event['locator']}", style="dim"),
        )  # fmt: skip
    console.print(Padding(table, (0, 0, 0, 2)))


def _print_rest(console: Console, found: Row) -> None:
    names = {town["town_id"]: town["name"] for town in found["towns"]}
    _list(console, "Groups that both belong to", (
        f"{group['name']} ({group['kind']}): {group['source_id']}, {group['locator']}" for group in found["groups"]
    ))  # fmt: skip
    _list(console, "Motives", (
        f"{say_words(motive['motive'])}, {motive['basis']}: "
        + (f"{motive['source_id']}, {motive['locator']}" if motive["source_id"] else motive["evidence"])
        for motive in found["motives"]
    ))  # fmt: skip
    _list(console, "Findings on these rows", (
        f"{one['source_id']}, {one['locator']}: {one['column_name']} “{one['raw_value'] or ''}” was {one['action']} "
        f"({one['rule']}, {one['severity']})" for one in found["findings"]
    ))  # fmt: skip
    _list(console, "What the towns might have been", (
        f"{names[one['town_id']]}: {one['candidate_name']} ({one['candidate_id']}), {one['evidence']}"
        for one in found["location_candidates"]
    ))  # fmt: skip
    _list(console, "Ids that lead here", (
        f"{one['old_id']} is now {one['new_id']} ({one['reason']})" for one in found["redirects"]
    ))  # fmt: skip


def _list(console: Console, heading: str, lines: Iterable[str]) -> None:
    shown = list(lines)
    if shown:
        _head(console, heading)
    for line in shown:
        console.print(f"  {line}", markup=False, soft_wrap=True)


def _head(console: Console, text: str) -> None:
    console.print()
    console.print(text, style="bold")
