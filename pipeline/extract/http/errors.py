"""What a request can fail with."""

from __future__ import annotations

from urllib3.exceptions import NewConnectionError

from pipeline.errors import SourceError, TwintownsError

#: Letters of a text from a server or a library in a message.
_SHOWN = 300


class HttpError(SourceError):
    """A request that got no usable response.

    Attributes:
        is_transient: whether the same request may succeed later.
        retry_after: how many seconds the server asks to wait, if it says so.
    """

    is_transient = True

    def __init__(self, message: str, *, is_transient: bool | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        if is_transient is not None:
            self.is_transient = is_transient


class NotFoundError(HttpError):
    """The publisher has no such file."""

    is_transient = False


class UnreachableError(HttpError):
    """No connection at all: the host name cannot be resolved, or every connection is refused."""


class TimedOutError(HttpError):
    """The server took too long, or says that it gave up: a smaller request may succeed."""


class TooLargeError(HttpError):
    """The decompressed body is larger than the limit of the request."""

    is_transient = False


class BusyError(HttpError):
    """The server says that it gets too many requests."""


class BadResponseError(HttpError):
    """The response is not what was requested: truncated, a web page, or not valid JSON."""


def is_unreachable(error: BaseException) -> bool:
    """Return whether no connection was made; a host name that cannot be resolved is such a case."""
    return isinstance(_root_cause(error), NewConnectionError)


def failure_reason(error: BaseException) -> str:
    """Return why a request failed, without the address: it may hold a secret."""
    cause = _root_cause(error)
    text = str(cause).rpartition(": ")[2] if "://" in str(cause) else str(cause)
    return f"{type(cause).__name__}: {text[:_SHOWN]}"


def describe_failure(error: Exception, place: str) -> str:
    """Return the message of whatever ended the fetch of one file or source: an expected error, or any other.

    Args:
        error: what was raised.
        place: the address, or the name of the source.
    """
    if isinstance(error, TwintownsError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{place}: could not be fetched: out of memory; nothing was kept. Give it more memory"
    return (
        f"{place}: could not be fetched: unexpected {type(error).__name__}: {str(error)[:_SHOWN]}; nothing was kept. "
        "This may be a defect of twintowns: please report it with this message"
    )


def _root_cause(error: BaseException) -> BaseException:
    while True:
        causes = [getattr(error, "reason", None), *error.args]
        cause = next((cause for cause in causes if isinstance(cause, Exception)), None)
        if cause is None:
            return error
        error = cause
