"""What a server's reply says besides its body: when to come back, where to go, why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pipeline.extract.http.answers import BadAnswerError
from pipeline.extract.http.guard import shown

if TYPE_CHECKING:
    import requests


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that the server wants to be left alone: stated as such or as a date."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    try:
        return float(Retry(0).parse_retry_after(response.headers["Retry-After"]))
    except (KeyError, InvalidHeader, ValueError, OverflowError):
        return None


def redirected(response: requests.Response, url: str, question: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the next address, which must be on the same host, and the question for it.

    Raises:
        BadAnswerError: it is not, or a form would be lost on the way.
    """
    target = urljoin(response.url, response.headers.get("Location", ""))
    old, new = urlsplit(response.url), urlsplit(target)
    default = {"http": 80, "https": 443}
    ports = [one.port or default.get(one.scheme) for one in (old, new)]
    same = new.hostname == old.hostname and (ports[0] == ports[1] or ports == [80, 443])
    if not same or new.scheme not in default or (old.scheme, new.scheme) == ("https", "http"):
        raise BadAnswerError(
            f"{shown(url)}: sends on to {shown(target)}, another server; it was not followed and "
            "nothing was kept. If the publisher has moved, correct the address",
            may_pass=False,
        )
    if question["data"] is not None and response.status_code not in (307, 308):
        raise BadAnswerError(
            f"{shown(url)}: moved to {shown(target)}; nothing was kept. Correct the address",
            may_pass=False,
        )
    # The target has the query in it.
    return target, question | {"params": None}


def is_unreachable(error: BaseException) -> bool:
    """Whether no connection came about at all."""
    from urllib3.exceptions import NewConnectionError

    return isinstance(_innermost(error), NewConnectionError)  # a name that cannot be resolved is one of these


def _innermost(error: BaseException) -> BaseException:
    while True:
        inner = getattr(error, "reason", None) or next((one for one in error.args if isinstance(one, Exception)), None)
        if not isinstance(inner, Exception):
            return error
        error = inner


def reason_of(error: BaseException) -> str:
    """Return why a request failed, without the address: that may hold a secret."""
    seen = _innermost(error)
    text = str(seen).rpartition(": ")[2] if "://" in str(seen) else str(seen)
    return f"{type(seen).__name__}: {text}"
