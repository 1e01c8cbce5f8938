"""The network, asked politely and answered with suspicion; everything that goes out goes through here."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.errors import SourceError
from pipeline.extract.http import guard
from pipeline.extract.http.answers import (
    Answer,
    BadAnswerError,
    BusyError,
    NotThereError,
    TimedOutError,
    UnreachableError,
)
from pipeline.extract.http.body import check_content, read_body
from pipeline.extract.http.manners import Manners
from pipeline.extract.http.replies import is_unreachable, reason_of, redirected, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import requests
    from urllib3.util import Retry

_REDIRECTS = (301, 302, 303, 307, 308)
#: What a query service says when it gives up: as a status of its own, or as an error 500 with this in its text.
_TIMED_OUT = re.compile(rb"TimeoutException|[Tt]imed? ?out|[Tt]ime limit|query timeout")


class _Host:
    """Whose turn it is with one host."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free_at = 0.0


#: Shared by every `Web` of the process, so that two of them are not twice as many requests.
_HOSTS: dict[str, _Host] = {}


class Web:
    """The network, asked politely: named, patient, bounded, and not again for what has not changed.

    One request at a time for each host, `manners.interval` apart. What a server can get wrong is either asked for
    again, with growing waits, or told as one of the errors in `pipeline.extract.http.answers`. TLS is always verified.
    """

    def __init__(self, manners: Manners | None = None) -> None:
        self.manners = manners or Manners()
        self._session: requests.Session | None = None
        self._adapter: guard.GuardedAdapter | None = None

    def get(self, url: str, etag: str | None) -> tuple[bytes, str | None] | None:
        """Return bytes and entity tag of a URL, or None where the tag says that nothing changed.

        Raises:
            SourceError: no answer, an error status, a cut or an oversized body; says which.
        """
        answer = self.ask(url, etag=etag)
        return None if answer is None else (answer.content, answer.etag)

    def ask(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        etag: str | None = None,
        size_cap: int | None = None,
        check: Callable[[Answer], None] | None = None,
    ) -> Answer | None:
        """Return the answer of a URL, or None where the entity tag says that nothing changed.

        Args:
            url: an http(s) address without user name or password.
            form: fields to send in the body of a POST; a GET if none. It must be safe to send twice.
            params: what to add to the address as a query.
            accept: media type that is wanted; another one is a bad answer, and JSON is read to its end.
            etag: the tag of what is there already.
            size_cap: largest decompressed body in bytes; the manners' if none.
            check: looks into the answer; what it raises counts as the server's answer, and is asked again where
                that may help (`BusyError`, `TimedOutError`, `BadAnswerError`).

        Raises:
            NotThereError: 404 or 410.
            TimedOutError: no answer in time, twice, or the server says that its own time ran out.
            TooLargeError: over the cap.
            BusyError: 429 or 503 to the last, or a Retry-After longer than we wait; carries `retry_after`.
            BadAnswerError: cut, of another type, HTML instead of data, or an error text in it.
            SourceError: anything else; every message begins with the address.
        """
        parts = guard.split_address(url)
        host = parts.hostname or ""
        headers = {"Accept": accept or "*/*"} | ({"If-None-Match": etag} if etag else {})
        question = {"data": form, "params": params, "headers": headers}
        with self._turn(host, parts.netloc):
            return self._ask_patiently(url, question, size_cap or self.manners.size_cap, check)

    def _ask_patiently(
        self, url: str, question: dict[str, Any], size_cap: int, check: Callable[[Answer], None] | None
    ) -> Answer | None:
        waits, attempt = _waits(self.manners), 0
        while True:
            attempt += 1
            try:
                answer = self._ask_once(url, question, size_cap)
                if answer and check:
                    check(answer)
            except _AgainError as error:
                problem, wanted = error.problem, error.retry_after
            except (BusyError, TimedOutError, BadAnswerError) as error:
                problem, wanted = error, getattr(error, "retry_after", None)
            else:
                return answer
            if not getattr(problem, "may_pass", True):
                raise problem
            attempts = self.manners.timeout_attempts if isinstance(problem, TimedOutError) else self.manners.attempts
            if attempt >= attempts or (wanted or 0) > self.manners.retry_after_max:
                raise problem
            waits = waits.increment("GET", url)
            time.sleep(max(waits.get_backoff_time(), wanted or 0, self._interval(urlsplit(url).hostname or "")))

    def _ask_once(self, url: str, question: dict[str, Any], size_cap: int) -> Answer | None:
        """Send the question, follow redirects within the host, and read the whole answer.

        Raises:
            _AgainError: it may help to ask again.
            SourceError: it will not.
        """
        import requests

        until = time.monotonic() + self.manners.deadline
        for _ in range(self.manners.redirects + 1):
            self._check_host(url)
            try:
                with self._send(url, question, until) as response:
                    if time.monotonic() >= until:
                        raise self._too_slow(url)
                    if response.status_code not in _REDIRECTS:
                        return self._receive(response, question, size_cap, until)
                    url, question = redirected(response, url, question)
            except requests.Timeout as error:
                raise TimedOutError(
                    f"{guard.shown(url)}: could not be fetched: no answer in time ({reason_of(error)}); nothing was "
                    "kept, try again later or ask for less"
                ) from error
            except requests.RequestException as error:
                if time.monotonic() >= until:
                    raise self._too_slow(url) from error
                kind = UnreachableError if is_unreachable(error) else SourceError
                problem = kind(
                    f"{guard.shown(url)}: could not be fetched: {reason_of(error)}; nothing was kept, try again later"
                )
                raise _AgainError(problem) from error
        raise BadAnswerError(
            f"{guard.shown(url)}: still another redirect after {self.manners.redirects}; nothing was kept",
            may_pass=False,
        )

    def _send(self, url: str, question: dict[str, Any], until: float) -> requests.Response:
        session = self._session = self._session or self._new_session()
        assert self._adapter is not None
        self._adapter.until = until
        return session.request(
            "GET" if question["data"] is None else "POST", url, **question, stream=True, allow_redirects=False,
            timeout=(self.manners.connect_timeout, min(self.manners.read_timeout, self.manners.deadline)),
        )  # fmt: skip

    def _receive(
        self, response: requests.Response, question: dict[str, Any], size_cap: int, until: float
    ) -> Answer | None:
        if response.status_code == 304:
            return None
        if response.status_code != 200:
            raise self._refused(response, until)
        content = read_body(response, size_cap, lambda: time.monotonic() >= until, self._too_slow)
        kind = response.headers.get("Content-Type", "")
        try:
            json = check_content(content, kind, question["headers"]["Accept"], response.url)
        except BadAnswerError as error:
            if _TIMED_OUT.search(content[-4096:]):
                raise TimedOutError(f"{error} (it says that its time ran out)") from error
            raise
        return Answer(content, response.headers.get("ETag"), kind, response.url, json, retry_after(response))

    def _refused(self, response: requests.Response, until: float) -> Exception:
        """Return what to raise for a status that is no success."""
        url, status = guard.shown(response.url), response.status_code
        if status in (404, 410):
            return NotThereError(f"{url}: HTTP {status}, no such file there; nothing was kept")
        wanted = retry_after(response)
        if status in (429, 503):
            when = f"in {wanted:.0f} seconds" if wanted else "later"
            return BusyError(f"{url}: HTTP {status}, the server is asked too much; try again {when}", wanted)
        try:
            text = read_body(response, 1 << 16, lambda: time.monotonic() >= until, self._too_slow)
        except SourceError:
            text = b""
        said = " ".join(re.sub(r"<[^>]*>", " ", text.decode("utf-8", "replace")).split())[:200]
        message = f"{url}: could not be fetched: HTTP {status} ({said or response.reason}); nothing was kept"
        if status in (408, 504) or (status >= 500 and _TIMED_OUT.search(text)):
            return TimedOutError(f"{message}: the server ran out of time; ask for less")
        return (
            _AgainError(SourceError(f"{message}, try again later"), wanted) if status >= 500 else SourceError(message)
        )

    def _too_slow(self, url: str) -> TimedOutError:
        return TimedOutError(
            f"{guard.shown(url)}: could not be fetched: not there whole after {self.manners.deadline:g} seconds; "
            "nothing was kept, try again later"
        )

    def _check_host(self, url: str) -> None:
        from requests.utils import get_environ_proxies

        parts = guard.split_address(url)
        host = parts.hostname or ""
        if get_environ_proxies(url) and not re.fullmatch(r"[0-9.]+|.*:.*", host):
            return
        try:
            guard.check_host(host, parts.port or 0, self.manners.private_hosts)
        except OSError:
            # Connecting will say so.
            return
        except SourceError as error:
            raise SourceError(f"{guard.shown(url)}: could not be fetched: {error}") from error

    def _new_session(self) -> requests.Session:
        import requests

        session = requests.Session()
        session.headers.update({"User-Agent": self.manners.user_agent, "Accept-Encoding": "gzip, deflate"})
        self._adapter = guard.GuardedAdapter(self.manners.private_hosts)
        for scheme in ("http://", "https://"):
            session.mount(scheme, self._adapter)
        return session

    def _interval(self, host: str) -> float:
        return self.manners.local_interval if guard.is_loopback(host) else self.manners.interval

    @contextmanager
    def _turn(self, host: str, netloc: str) -> Iterator[None]:
        """Wait until the host has been left alone for long enough; nobody else asks it meanwhile."""
        place = _HOSTS.setdefault(netloc, _Host())
        with place.lock:
            time.sleep(max(place.free_at - time.monotonic(), 0))
            try:
                yield
            finally:
                place.free_at = time.monotonic() + self._interval(host)


class _AgainError(Exception):
    """Asking again may help; if not, `problem` is what went wrong."""

    def __init__(self, problem: SourceError, retry_after: float | None = None) -> None:
        super().__init__(str(problem))
        self.problem, self.retry_after = problem, retry_after


def _waits(manners: Manners) -> Retry:
    from urllib3.util import Retry

    # The first wait of urllib3's series is none, and the second 2 × the factor.
    return Retry(
        total=None, backoff_factor=manners.backoff / 2, backoff_max=manners.backoff_max, backoff_jitter=manners.jitter
    ).increment("GET", "/")
