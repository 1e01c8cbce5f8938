"""A response as the rest of the program gets it, and what its headers say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from pipeline.extract.http.errors import BadResponseError
from pipeline.extract.http.guard import redact_url

if TYPE_CHECKING:
    import requests

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Response:
    """The complete, decompressed body of a response, and what the server said about it.

    Attributes:
        url: the address that responded, after redirects within the host.
        json: the parsed body where JSON was requested, else None.
        retry_after: how many seconds the server asks to wait, if it says so.
    """

    content: bytes
    etag: str | None
    url: str
    json: Any = field(default=None, repr=False, compare=False)
    retry_after: float | None = field(default=None, repr=False, compare=False)


def parse_retry_after(response: requests.Response) -> float | None:
    """Return the seconds that the server asks to wait, which it states as such or as a date."""
    try:
        return float(Retry(0).parse_retry_after(response.headers["Retry-After"]))
    except (KeyError, InvalidHeader, ValueError, OverflowError):
        return None


def redirect_target(response: requests.Response, url: str, *, has_form: bool) -> str:
    """Return the next address, which must be on the same host.

    Raises:
        BadResponseError: it is on another host, or the fields of a form would be lost.
    """
    target = urljoin(response.url, response.headers.get("Location", ""))
    old, new = urlsplit(response.url), urlsplit(target)
    ports = [parts.port or _PORTS.get(parts.scheme) for parts in (old, new)]
    is_same_host = new.hostname == old.hostname and (ports[0] == ports[1] or ports == [80, 443])
    if not is_same_host or new.scheme not in _PORTS or (old.scheme, new.scheme) == ("https", "http"):
        raise BadResponseError(
            f"{redact_url(url)}: redirects to {redact_url(target)}, another server; it was not followed and nothing "
            "was kept. If the publisher has moved, correct the address",
            is_transient=False,
        )
    if has_form and response.status_code not in (307, 308):
        raise BadResponseError(
            f"{redact_url(url)}: moved to {redact_url(target)}; nothing was kept. Correct the address",
            is_transient=False,
        )
    return target
