"""The HTTP client: polite to servers, and suspicious of what they send. All requests go through it."""

from __future__ import annotations

import random
import re
import threading
import time
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import requests
from urllib3.exceptions import HTTPError as TransportError

from pipeline.errors import SourceError
from pipeline.extract.http.body import Deadline, parse_content, read_body
from pipeline.extract.http.errors import (
    BadResponseError,
    BusyError,
    HttpError,
    NotFoundError,
    TimedOutError,
    UnreachableError,
    failure_reason,
    is_unreachable,
)
from pipeline.extract.http.guard import GuardedAdapter, check_host, is_loopback, redact_url, split_url
from pipeline.extract.http.responses import Response, parse_retry_after, redirect_target, usable_etag
from pipeline.extract.http.settings import HttpSettings
from pipeline.extract.http.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What sending a request and reading its response may raise: requests wraps most, but not all, of what is below it.
_TRANSPORT_ERRORS = (requests.RequestException, TransportError, HTTPException, OSError, UnicodeError)
_REDIRECTS = (301, 302, 303, 307, 308)
#: How a query service says that it gives up: with a status of its own, or with an error 500 and this in its text.
_TIMED_OUT = re.compile(rb"TimeoutException|[Tt]imed? ?out|[Tt]ime limit|query timeout")


class _Host:
    """The next time at which one host may get a request; the lock is held during a request."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free_at = 0.0


#: Shared by all clients of the process, so that two clients do not send twice as many requests.
_HOSTS: dict[str, _Host] = {}


class _Session(requests.Session):
    """A session that looks at no redirect, even those that it does not follow: requests would read their bodies."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Return that there is none."""
        return


class HttpClient:
    """Sends requests to servers: with a user agent, limits, waits between requests and retries.

    One request at a time for each host, `settings.interval` apart. A failure that may pass is retried with growing
    waits; any other is one of the errors in `pipeline.extract.http.errors`. TLS is always verified.
    """

    def __init__(self, settings: HttpSettings | None = None) -> None:
        self.settings = settings or HttpSettings()
        self._adapter = GuardedAdapter(self.settings.private_hosts)
        self._session = _Session()
        self._session.headers.update({"User-Agent": self.settings.user_agent, "Accept-Encoding": "gzip"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def request(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        accept: str | None = None,
        etag: str | None = None,
        size_cap: int | None = None,
        check: Callable[[Response], None] | None = None,
    ) -> Response | None:
        """Return the response of a URL, or None where the entity tag says that nothing changed.

        Args:
            url: an http(s) address without user name or password.
            form: fields to send as the body of a POST, which must be safe to repeat; a GET if none.
            accept: the media type of JSON, which is parsed; any content if none.
            etag: the entity tag of the bytes that are here already.
            size_cap: largest decompressed body in bytes; that of the settings if none.
            check: validates the response; an `HttpError` that it raises is handled as if the server had sent it.

        Raises:
            NotFoundError: 404 or 410.
            TimedOutError: no response in time, twice, or the server says that its own time ran out.
            TooLargeError: over the cap.
            BusyError: 429 or 503 on the last attempt, or a Retry-After that is longer than the settings allow.
            BadResponseError: truncated, HTML instead of data, or not valid JSON.
            SourceError: anything else; every message begins with the address.
        """
        parts = split_url(url)
        etag = usable_etag(etag)
        headers = {"Accept": accept or "*/*"} | ({"If-None-Match": etag} if etag else {})
        request = {"data": form, "headers": headers}
        interval = self.settings.local_interval if is_loopback(parts.hostname or "") else self.settings.interval
        attempt = 0
        with _wait_for_turn(parts.netloc, interval):
            total = Deadline(self.settings.total_time)
            while True:
                attempt += 1
                deadline = Deadline(min(self.settings.deadline, total.left()))
                try:
                    response = self._attempt(url, request, size_cap or self.settings.size_cap, deadline)
                    if response and check:
                        check(response)
                except HttpError as error:
                    wait = max(self._backoff(attempt), error.retry_after or 0, interval)
                    if not self._may_retry(error, attempt) or wait >= total.left():
                        raise
                    time.sleep(wait)
                else:
                    return response

    def _may_retry(self, error: HttpError, attempt: int) -> bool:
        is_timeout = isinstance(error, TimedOutError)
        attempts = self.settings.timeout_attempts if is_timeout else self.settings.attempts
        return error.is_transient and attempt < attempts and (error.retry_after or 0) <= self.settings.retry_after_max

    def _backoff(self, attempt: int) -> float:
        """Return the seconds to wait after an attempt: exponential backoff with jitter."""
        wait = self.settings.backoff * 2.0 ** (attempt - 1) + random.uniform(0, self.settings.jitter)  # noqa: S311
        return min(wait, self.settings.backoff_max)

    def _attempt(self, url: str, request: dict[str, Any], size_cap: int, deadline: Deadline) -> Response | None:
        """Send the request once, follow redirects within the host, and read the complete response."""
        for _ in range(self.settings.redirects + 1):
            check_host(url, self.settings.private_hosts)
            try:
                with Watchdog(deadline.until) as self._adapter.watchdog, self._send(url, request) as response:
                    deadline.check(url)
                    if response.status_code not in _REDIRECTS:
                        return self._receive(response, request["headers"], size_cap, deadline)
                    url = redirect_target(response, url, has_form=request["data"] is not None)
            except requests.Timeout as error:
                raise TimedOutError(
                    f"{redact_url(url)}: could not be fetched: no response in time ({failure_reason(error)}); nothing "
                    "was kept, try again later or ask for less"
                ) from error
            except _TRANSPORT_ERRORS as error:
                deadline.check(url)
                kind = UnreachableError if is_unreachable(error) else HttpError
                reason = failure_reason(error)
                raise kind(
                    f"{redact_url(url)}: could not be fetched: {reason}; nothing was kept, try again later",
                    # A wrong address or header is no better the next time.
                    is_transient=not isinstance(error, ValueError),
                ) from error
        raise BadResponseError(
            f"{redact_url(url)}: more than {self.settings.redirects} redirects; nothing was kept", is_transient=False
        )

    def _send(self, url: str, request: dict[str, Any]) -> requests.Response:
        return self._session.request(
            "GET" if request["data"] is None else "POST",
            url,
            **request,
            stream=True,
            allow_redirects=False,
            timeout=(self.settings.connect_timeout, min(self.settings.read_timeout, self.settings.deadline)),
        )

    def _receive(
        self, response: requests.Response, headers: Mapping[str, str], size_cap: int, deadline: Deadline
    ) -> Response | None:
        if response.status_code == 304 and "If-None-Match" in headers:
            return None
        if response.status_code == 304:
            raise BadResponseError(
                f"{redact_url(response.url)}: the server says that nothing changed, but nothing is here; try again "
                "later",
                is_transient=False,
            )
        if response.status_code != 200:
            raise _status_error(response, deadline)
        content = read_body(response, size_cap, deadline)
        try:
            json = parse_content(content, headers["Accept"], response.url)
        except BadResponseError as error:
            if _TIMED_OUT.search(content[-4096:]):
                raise TimedOutError(f"{error} (it says that its time ran out)") from error
            raise
        etag = usable_etag(response.headers.get("ETag"))
        return Response(content, etag, response.url, json, parse_retry_after(response))


def _status_error(response: requests.Response, deadline: Deadline) -> HttpError:
    """Return the error for a status that is not a success."""
    url, status, retry_after = redact_url(response.url), response.status_code, parse_retry_after(response)
    if status in (404, 410):
        return NotFoundError(f"{url}: HTTP {status}, no such file there; nothing was kept")
    if status in (429, 503):
        when = f"in {retry_after:.0f} seconds" if retry_after else "later"
        message = f"{url}: HTTP {status}, the server gets too many requests; try again {when}"
        return BusyError(message, retry_after=retry_after)
    try:
        body = read_body(response, 1 << 16, deadline)
    except SourceError:
        body = b""
    text = " ".join(re.sub(r"<[^>]*>", " ", body.decode("utf-8", "replace")).split())[:200]
    message = f"{url}: could not be fetched: HTTP {status} ({text or response.reason}); nothing was kept"
    if status in (408, 504) or (status >= 500 and _TIMED_OUT.search(body)):
        return TimedOutError(f"{message}: the server ran out of time; ask for less")
    if status >= 500:
        return HttpError(f"{message}, try again later", retry_after=retry_after)
    return HttpError(message, is_transient=False)


@contextmanager
def _wait_for_turn(netloc: str, interval: float) -> Iterator[None]:
    """Wait until a host may get the next request; no other thread sends one to it meanwhile."""
    host = _HOSTS.setdefault(netloc, _Host())
    with host.lock:
        time.sleep(max(host.free_at - time.monotonic(), 0))
        try:
            yield
        finally:
            host.free_at = time.monotonic() + interval
