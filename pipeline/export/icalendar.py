"""iCalendar (RFC 5545): anniversaries of partnerships in a year, as events of whole days."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

from icalendar import TRANSP, Calendar, Event

from pipeline import __version__
from pipeline.curate.sql import read_sql
from pipeline.export.characters import WEB_ADDRESS, expressible
from pipeline.export.release import SQL, find_town, release_date
from pipeline.report.current import read_release_id
from pipeline.report.wording import code_text, count_text, date_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_PRODUCT: Final = f"-//twintowns//twintowns {__version__}//EN"
#: After the id in a UID: no address, only a name that tells these ids from those of other programs.
_SUFFIX: Final = "twintowns"


def write_icalendar(
    connection: DuckDBPyConnection, year: int, *, town: str | None = None, every: int = 5, whole_years: bool = False
) -> tuple[Iterator[str], str]:
    """Return a calendar, and a summary in one sentence.

    An event is as long as what is known of its day: a day; a month, where only the month is known; a year, where only
    the year is known, and then only if `whole_years`. The time stamp of each event is the day of the newest snapshot.

    Args:
        connection: the open release.
        year: of the anniversaries.
        town: only partnerships of the town that this name or id means.
        every: only anniversaries that are multiples of this number of years.
        whole_years: also those of which only the year is known.

    Raises:
        UsageError: no town is called so.
    """
    town_id, taken = (None, None) if town is None else find_town(connection, town)
    parameters = {"year": year, "every": every, "town_id": town_id}
    rows = connection.sql(read_sql(SQL, "anniversaries"), params=parameters).pl()
    shown = rows if whole_years else rows.filter(rows["start_precision"] != "year")
    whose = "partnerships" if town_id is None or taken is None else taken.partition(",")[0]
    calendar = Calendar.new(
        name=f"Anniversaries of {whose} in {year}",
        description=f"Anniversaries of town partnerships in {year}, twintowns release {read_release_id(connection)}",
        prodid=_PRODUCT,
        uid="-".join(filter(None, (str(year), town_id))) + f"@{_SUFFIX}",
    )
    stamp = datetime.combine(release_date(connection), time(), UTC)
    for row in shown.iter_rows(named=True):
        calendar.add_component(_event(row, year, stamp, is_of_town=town_id is not None))
    summary = f"{count_text(shown.height, 'anniversary')} in {year}" + (f" of {taken}" if taken else "")
    left_out = rows.height - shown.height
    if left_out:
        summary += f"; {left_out:,} left out, because only their year is known (--include-years takes them)"
    return iter((calendar.to_ical().decode(),)), summary


def _event(row: dict[str, Any], year: int, stamp: datetime, *, is_of_town: bool) -> Event:
    row = {name: expressible(value) if isinstance(value, str) else value for name, value in row.items()}
    unknown = {"day": "", "month": f" ({row['first_day']:%B}, day unknown)", "year": f" ({year}, day unknown)"}
    places = [(row["town_name"], row["country_code"]), (row["partner_name"], row["partner_country_code"])]
    event = Event.new(
        uid=f"{row['partnership_id']}-{year}@{_SUFFIX}",
        stamp=stamp,
        start=row["first_day"],
        end=row["day_after"],
        summary=f"{count_text(row['anniversary'], 'year')}: {row['town_name']} – {row['partner_name']}"
        + unknown[row["start_precision"]],
        description=_description(row),
        categories=["Town twinning", code_text(row["form"])],
        location="; ".join(_place(*place) for place in places[: 1 if is_of_town else 2]),
        transparency=TRANSP.TRANSPARENT,
        url=row["evidence_url"] if re.match(WEB_ADDRESS, row["evidence_url"] or "") else None,
    )
    if is_of_town and row["latitude"] is not None:
        event.add("geo", (row["latitude"], row["longitude"]))
    return event


def _description(row: dict[str, Any]) -> str:
    event = code_text(row["start_event"]) if row["start_event"] else "since"
    lines = [f"{code_text(row['form']).capitalize()}, {event} {date_text(row['start_date'], row['start_precision'])}."]
    if row["start_agreement"] == "conflict":
        lines.append("Sources contradict one another on the start.")
    if row["source_title"]:
        lines.append(f"Source: {row['source_title']}, {row['evidence_url'] or row['source_url']}")
    return "\n".join([*lines, f"Partnership {row['partnership_id']}"])


def _place(name: str, country_code: str | None) -> str:
    return f"{name}, {country_code}" if country_code else name
