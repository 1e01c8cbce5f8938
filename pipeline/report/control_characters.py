"""Text from outside on a terminal or in a log: characters that would steer it are shown, not sent."""

from __future__ import annotations

import re
import sys
from typing import Final, TextIO

#: Control characters (C0 without tab and line feed, DEL, C1), line and paragraph separators, and what turns the
#: direction of writing (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def escape_controls(text: str) -> str:
    r"""Return the text with each control character as `\u001b`, which is also how JSON writes it."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def for_stdout(text: str) -> str:
    """Return data as it is printed: with its control characters escaped on a terminal, else as it is.

    A line of iCalendar ends with CR LF, which a terminal is given as LF.
    """
    return escape_controls(text.replace("\r\n", "\n")) if sys.stdout.isatty() else text


def escape_unencodable(*streams: TextIO) -> None:
    r"""Let streams write `\xfc` for what their encoding lacks, where they would raise an error."""
    for stream in streams:
        # Tests and other programs may have put something else there.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def shows_boxes(stream: TextIO) -> bool:
    """Return whether the encoding of a stream has the characters that tables are drawn with."""
    try:
        "─┆╞".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
