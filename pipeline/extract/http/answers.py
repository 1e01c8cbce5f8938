"""What asking for a URL comes to: an answer, or one of the ways in which there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import SourceError


@dataclass(frozen=True)
class Answer:
    """The whole body of an answer, decompressed, and what the server said of it.

    `url` is the address that answered, after redirects within the host. `json` is the body as read, where JSON was
    asked for; else None. `retry_after` is how many seconds the server wants to be left alone, if it says so.
    """

    content: bytes
    etag: str | None
    content_type: str
    url: str
    json: Any = field(default=None, repr=False, compare=False)
    retry_after: float | None = field(default=None, repr=False, compare=False)


class NotThereError(SourceError):
    """The publisher has no such file."""


class UnreachableError(SourceError):
    """Nobody answers under that name: it cannot be resolved, or refuses every connection."""


class TimedOutError(SourceError):
    """The server took too long, or says that it gave the work up: less may be asked for at a time."""


class TooLargeError(SourceError):
    """The body, decompressed, is larger than what was asked for can be."""


class BusyError(SourceError):
    """The server says that it is asked too much. `retry_after` is how many seconds it wants to be left alone."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadAnswerError(SourceError):
    """What came is not what was asked for: cut, of another kind, or with an error in it.

    `may_pass` tells whether the next answer may be a good one.
    """

    def __init__(self, message: str, *, may_pass: bool = True) -> None:
        super().__init__(message)
        self.may_pass = may_pass
