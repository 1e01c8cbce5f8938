"""The MediaWiki action API, `action=query`: one request at a time, with its errors told apart from its results."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceError
from pipeline.extract.http.errors import BadResponseError, BusyError, TimedOutError
from pipeline.extract.http.guard import redact_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.extract.http.client import HttpClient
    from pipeline.extract.http.responses import Response

#: Titles in one request, for a client without special rights.
MAX_TITLES = 50
#: Bytes of one response: a page has at most 2 MiB, and a wiki by itself ends a response at 8 MiB.
SIZE_CAP = 64 << 20
#: Responses to one query: 500 titles come in one, and a wiki that continues for ever has to be left.
MAX_RESPONSES = 2000
#: `maxlag`: seconds that the databases may lag behind before requests have to wait, as Wikimedia asks of programs.
_PARAMETERS = {"action": "query", "format": "json", "formatversion": "2", "maxlag": "5"}
#: Errors that pass: the wiki is busy, locked or out of order for a moment. They come with a status of 200.
_TRANSIENT_ERRORS = (
    "maxlag",
    "ratelimited",
    "readonly",
    "cirrussearch-too-busy-error",
    "search-error",
    "cirrussearch-backend-error",
    "unknownerror",
)
#: What reading an unexpected structure raises.
WRONG_STRUCTURE = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)


class Api:
    """A wiki's `api.php`.

    Args:
        client: the HTTP client.
        endpoint: the address of `api.php`.
    """

    def __init__(self, client: HttpClient, endpoint: str) -> None:
        self.client, self.endpoint, self.address = client, endpoint, redact_url(endpoint)

    def query(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the response to one request of `action=query`.

        Raises:
            SourceError: no response, or one that is an error: the API sends errors with a status of 200.
        """
        form = {**_PARAMETERS, **parameters}
        response = self.client.request(
            self.endpoint, form=form, accept="application/json", size_cap=SIZE_CAP, check=self._check
        )
        assert response is not None
        body: dict[str, Any] = response.json
        return body

    def query_all(
        self, parameters: Mapping[str, str], after: Mapping[str, str] | None = None
    ) -> Iterator[tuple[dict[str, Any], dict[str, str] | None]]:
        """Yield all responses to a query, each with the parameters that continue after it; None for the last.

        Args:
            parameters: the query.
            after: what came with the last response that was received, to continue from there.

        Raises:
            BadResponseError: the continuation is circular, or has no end.
            SourceError: see `query`.
        """
        seen: set[frozenset[tuple[str, str]]] = set()
        following = dict(after) if after else None
        while True:
            body = self.query({**parameters, **(following or {})})
            with self.parsing():
                following = {key: str(value) for key, value in body["continue"].items()} if "continue" in body else None
            continuation = frozenset((following or {}).items())
            if continuation in seen:
                raise BadResponseError(f"{self.address}: continues in a circle at {following}; try again later")
            yield body, following
            if following is None:
                return
            seen.add(continuation)
            if len(seen) >= MAX_RESPONSES:
                raise BadResponseError(f"{self.address}: more than {MAX_RESPONSES} responses to one query")

    def extensions(self) -> frozenset[str]:
        """Return the names of the wiki's extensions.

        Raises:
            SourceError: the address is not that of a MediaWiki.
        """
        query = self.query({"meta": "siteinfo", "siprop": "general|extensions"}).get("query", {})
        with self.parsing():
            if "general" not in query:
                raise SourceError(f"{self.address}: responds, but not as a MediaWiki's api.php; correct it")
            return frozenset(extension.get("name", "") for extension in query.get("extensions", []))

    @contextmanager
    def parsing(self) -> Iterator[None]:
        """Turn the errors of reading an unexpected structure into one that names the wiki.

        Raises:
            BadResponseError: the response has not the structure of MediaWiki's.
        """
        try:
            yield
        except WRONG_STRUCTURE as error:
            problem = f"{type(error).__name__}: {error}"[:200]
            raise BadResponseError(
                f"{self.address}: a response without the structure of MediaWiki's ({problem}); try again later"
            ) from error

    def _check(self, response: Response) -> None:
        address, body = redact_url(response.url), response.json
        if not isinstance(body, dict):
            raise BadResponseError(f"{address}: not a response of MediaWiki: not an object; try again later")
        if "error" in body:
            error = body["error"] if isinstance(body["error"], dict) else {}
            code, text = (value if isinstance(value := error.get(key), str) else "" for key in ("code", "info"))
            code, text = code[:80] or "unknown", text[:200]
            message = f"{address}: the wiki responds with the error {code} ({text})"
            if "timeout" in code.lower():
                raise TimedOutError(f"{message}; ask for less")
            if code in _TRANSIENT_ERRORS or code.startswith("internal_api_error"):
                raise BusyError(f"{message}; try again later", retry_after=response.retry_after)
            raise SourceError(f"{message}; nothing was kept")
        if "query" not in body and "batchcomplete" not in body and "continue" not in body:
            keys = f"an object with {', '.join(sorted(body))[:100] or 'nothing'}"
            raise BadResponseError(f"{address}: not a response to the query, but {keys}; try again later")
