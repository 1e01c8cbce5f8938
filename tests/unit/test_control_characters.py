"""What steers a terminal is shown, wherever texts from outside are printed."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

from pipeline.cli import main
from pipeline.errors import TwintownsError
from pipeline.report.console import open_console, plain_table
from pipeline.report.control_characters import escape_controls, escape_unencodable, for_stdout, shows_boxes
from pipeline.report.progress import log_event, quiet

if TYPE_CHECKING:
    import pytest

#: A title, a colour, a clear of the screen, C1, a turn of the direction, a line separator, and what is harmless.
HOSTILE = "a\x1b]0;pwned\x07\x1b[31m\x1b[2J\x9b31m\x85\x7f\r\u202eevil\u2066\u200f\u2028b"
SHOWN = r"a\u001b]0;pwned\u0007\u001b[31m\u001b[2J\u009b31m\u0085\u007f\u000d\u202eevil\u2066\u200f\u2028b"
HARMLESS = "Köln\tŁódź\n北京 \U0001f600 e\u0301 [31m \\u001b"


def test_controls_are_shown_and_nothing_else() -> None:
    assert escape_controls(HOSTILE) == SHOWN
    assert escape_controls(HARMLESS) == HARMLESS


def test_json_stays_json() -> None:
    text = json.dumps({HOSTILE: HOSTILE + HARMLESS}, ensure_ascii=False, indent=2)
    assert json.loads(escape_controls(text)) == {HOSTILE: HOSTILE + HARMLESS}


def test_a_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> int:
        raise TwintownsError(f"the page {HOSTILE} is odd\nsecond line")

    monkeypatch.setattr("pipeline.commands.dictionary.run", fail)
    assert main(["dictionary"]) == 1
    assert capsys.readouterr().err == f"twintowns: the page {SHOWN} is odd\nsecond line\n"


def test_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    log_event("error", "run", message=HOSTILE)
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert printed.rstrip("\n").isprintable()
    assert json.loads(printed)["message"] == HOSTILE
    with quiet.step(HOSTILE):
        pass


def test_a_report_in_colour(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    console = open_console()
    console.out(HOSTILE)
    console.print(f"[bold]{HOSTILE}[/]")
    table = plain_table()
    table.add_column(HOSTILE, no_wrap=True)
    table.add_row(HOSTILE)
    console.print(table)
    printed = capsys.readouterr().out
    # A cell is cut where the table is too wide.
    assert (printed.count(SHOWN), printed.count(SHOWN[:60])) == (2, 4)
    # Its own colours are sent.
    assert "\x1b[1m" in printed
    assert not {"\x07", "\x9b", "\x85", "\u202e", "\u2028"} & set(printed)
    assert "\x1b[2J" not in printed
    assert "\x1b[31m" not in printed


def test_data_is_escaped_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert for_stdout(HOSTILE) == HOSTILE
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert for_stdout(HOSTILE) == SHOWN
    assert for_stdout("a line of iCalendar\r\n") == "a line of iCalendar\n"


def test_a_stream_that_knows_ascii_alone() -> None:
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding="ascii")
    assert not shows_boxes(stream)
    escape_unencodable(stream)
    stream.write("ü 北 \udcff")
    stream.flush()
    assert content.getvalue() == rb"\xfc \u5317 \udcff"
    assert shows_boxes(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    # Whoever calls `main` may have put anything there.
    escape_unencodable(io.StringIO())
