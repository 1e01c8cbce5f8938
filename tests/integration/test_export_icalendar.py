"""Calendars are read by vobject, and compared with the macro `anniversaries`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import vobject
from own_release import ask, export

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Any:
    return vobject.readOne(path.read_bytes().decode())


def events(out: Path, path: Path, *options: str) -> list[Any]:
    assert export(out, "icalendar", "--output", str(path), *options) == 0
    return list(getattr(read(path), "vevent_list", []))


def test_every_anniversary_of_the_macro_is_an_event(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    found = events(out, path, "--year", "2027", "--include-years")
    macro = ask(out, "SELECT partnership_id, anniversary, start_date, start_precision FROM anniversaries(2027)")
    expected = {}
    for partnership_id, years, start, precision in macro:
        first = date(2027, start.month, start.day)
        after = first + timedelta(days=1) if precision == "day" else date(2028, 1, 1)
        expected[f"{partnership_id}-2027@twintowns"] = (f"{years} years", first, after)
    assert len(expected) > 100
    assert expected == {
        event.uid.value: (event.summary.value.partition(":")[0], event.dtstart.value, event.dtend.value)
        for event in found
    }
    [(newest,)] = ask(out, "SELECT max(as_of_date) FROM snapshots")
    assert {event.dtstamp.value.isoformat() for event in found} == {f"{newest}T00:00:00+00:00"}
    assert {event.transp.value for event in found} == {"TRANSPARENT"}


def test_an_event_is_no_more_exact_than_its_start(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ics"
    days = {
        event.summary.value: (event.dtstart.value, event.dtend.value)
        for event in events(own / "out", path, "--year", "2024")
    }
    assert days == {
        "25 years: Celle – Meudon (March, day unknown)": (date(2024, 3, 1), date(2024, 4, 1)),
        "50 years: Oudenaarde – Coburg": (date(2024, 5, 12), date(2024, 5, 13)),
    }
    summary = "2 anniversaries in 2024; 2 left out, because only their year is known (--include-years takes them)"
    assert capsys.readouterr().out == f"{path}: {summary}\n"
    years = events(own / "out", path, "--year", "2024", "--include-years", "--town", "Coventry")
    [(summary, first, after)] = [(each.summary.value, each.dtstart.value, each.dtend.value) for each in years]
    assert summary == "65 years: Coventry – Dresden (2024, day unknown)"
    assert (first, after) == (date(2024, 1, 1), date(2025, 1, 1))


def test_a_leap_day_is_remembered_on_the_28th_in_other_years(own: Path, tmp_path: Path) -> None:
    for year, day in ((2027, date(2027, 2, 28)), (2032, date(2032, 2, 29))):
        [event] = events(own / "out", tmp_path / "a.ics", "--year", str(year), "--where", "town_name = 'Opava'")
        assert event.dtstart.value == day


def test_an_event_says_what_began_where_and_who_states_it(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ics"
    [event] = events(own / "out", path, "--year", "2025", "--town", "gn2939951", "--every", "1")
    assert event.summary.value == "51 years: Coburg – Oudenaarde"
    assert event.description.value.startswith("Partnership, ")
    assert " 12 May 1974." in event.description.value
    assert "Source: open_register, https://example.org/open_register" in event.description.value
    assert event.categories.value == ["Town twinning", "partnership"]
    assert (event.location.value, event.geo.value) == ("Coburg, DE", "50.26;10.96")
    calendar = read(path)
    assert calendar.contents["x-wr-calname"][0].value == "Anniversaries of Coburg in 2025"
    assert "1 anniversary in 2025 of Coburg, Germany (gn2939951)" in capsys.readouterr().out


def test_the_bytes_are_as_rfc_5545_wants_them(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    found = events(own / "out", path, "--year", "2031", "--every", "1", "--include-years")
    content = path.read_bytes()
    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert [lines[0], lines[-2], lines[-1]] == [b"BEGIN:VCALENDAR", b"END:VCALENDAR", b""]
    assert {b"VERSION:2.0"} <= set(lines)
    assert [line for line in lines if line.startswith(b"PRODID:-//twintowns//")]
    # A name from a page that anyone can edit: of control characters only tab is allowed.
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content)
    assert any('<b>&"Ort"\ufffdx' in event.summary.value for event in found)
    uids = [event.uid.value for event in found]
    assert len({*uids}) == len(uids) > 5


def test_what_ended_has_no_anniversary(own: Path, tmp_path: Path) -> None:
    found = events(own / "out", tmp_path / "a.ics", "--year", "2025", "--include-years", "--every", "30")
    assert not [event for event in found if "Weimar" in event.summary.value]


@pytest.mark.parametrize(
    ("options", "message", "code"),
    [
        ((), "a calendar is of one year; say which, such as: --year 2027", 2),
        (("--year", "2027", "--town", "Atlantis"), "no town is called 'Atlantis' in release ", 1),
    ],
)
def test_a_calendar_needs_a_year_and_a_town_that_is_there(
    own: Path, tmp_path: Path, options: tuple[str, ...], message: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(own / "out", "icalendar", "--output", str(tmp_path / "a.ics"), *options) == code
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
