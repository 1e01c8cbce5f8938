"""What names and addresses from sources may have that another format has no way to write."""

from __future__ import annotations

import re
from typing import Final

#: A pattern for polars and for `re`: what XML 1.0 (https://www.w3.org/TR/xml/#charsets) or iCalendar (RFC 5545, 3.1,
#: CONTROL) cannot express. Tab and line breaks can be expressed.
INEXPRESSIBLE: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"
#: What is written instead.
REPLACEMENT: Final = "\ufffd"
#: An address that a program can follow as it is.
WEB_ADDRESS: Final = r"^https?://[^\s\"<>\\^`{|}]+$"


def expressible(text: str) -> str:
    """Return a text with `REPLACEMENT` for what XML or iCalendar cannot express."""
    return re.sub(INEXPRESSIBLE, REPLACEMENT, text)
