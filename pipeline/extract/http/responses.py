"""A response as the rest of the program gets it, and what its headers say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from pipeline.extract.http.errors import BadResponseError
from pipeline.extract.http.guard import redact_url

if TYPE_CHECKING:
    import requests

#: Longer entity tags are not kept; those of real servers have some 30 characters.
_ETAG_MAX = 512
_ETAG = re.compile(r'(W/)?"[\x20\x21\x23-\x7e]*"|[\x21\x23-\x7e]+')
_NUMBER = re.compile(r"[0-9]{1,18}")
_RETRY_AFTER_MAX = 64
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


def usable_etag(etag: str | None) -> str | None:
    """Return an entity tag that can be stored and sent back; None for one of odd characters or of great length.

    Without it the file is fetched whole the next time.
    """
    return etag if etag and len(etag) <= _ETAG_MAX and _ETAG.fullmatch(etag) else None


def parse_length(response: requests.Response) -> int | None:
    """Return the announced length of the body; None if there is none, or it is no number."""
    text = response.headers.get("Content-Length", "")
    return int(text) if _NUMBER.fullmatch(text) else None


def parse_retry_after(response: requests.Response) -> float | None:
    """Return the seconds that the server asks to wait, which it states as such or as a date."""
    text = response.headers.get("Retry-After", "")
    if len(text) > _RETRY_AFTER_MAX:
        return None
    try:
        return float(Retry(0).parse_retry_after(text))
    except (InvalidHeader, ValueError, OverflowError, TypeError, IndexError):
        return None


def redirect_target(response: requests.Response, url: str, *, has_form: bool) -> str:
    """Return the next address, which must be on the same host.

    Raises:
        BadResponseError: it is none or on another host, or the fields of a form would be lost.
    """
    location = response.headers.get("Location", "")
    try:
        target = urljoin(response.url, _encode_location(location))
        old, new = urlsplit(response.url), urlsplit(target)
        ports = [parts.port or _PORTS.get(parts.scheme) for parts in (old, new)]
    except ValueError as error:
        where = f"to {redact_url(location)!r}, no valid address ({error})" if location else "without an address"
        raise BadResponseError(
            f"{redact_url(url)}: redirects {where}; nothing was kept, try again later", is_transient=False
        ) from error
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


def _encode_location(location: str) -> str:
    """Return a Location with what it may not contain as such, but often does, percent-encoded.

    Raises:
        ValueError: it is empty, or has control characters.
    """
    # The bytes of a header are read as Latin-1, and are UTF-8 as a rule.
    try:
        text = location.encode("latin-1").decode()
    except UnicodeError:
        text = location
    if not text or not text.isprintable():
        raise ValueError("control characters")
    return quote(text, safe="!#$%&'()*+,/:;=?@[]~")
