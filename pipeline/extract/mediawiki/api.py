"""The MediaWiki action API: one question at a time, its errors told from its answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceError
from pipeline.extract.http import BadAnswerError, BusyError, TimedOutError
from pipeline.extract.http.guard import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.extract.http import Answer, Web

#: Titles in one question, for a client without special rights.
BATCH = 50
#: Seconds that the databases may lag behind before we stand back, as Wikimedia asks of programs.
_MAXLAG = "5"
#: Errors that pass: the wiki is busy, locked or out of order for a moment. They come with a status of 200.
_PASSING = (
    "maxlag", "ratelimited", "readonly", "cirrussearch-too-busy-error", "search-error", "cirrussearch-backend-error",
    "unknownerror",
)  # fmt: skip


class Api:
    """A wiki's `api.php`, asked through `Web`.

    Args:
        web: who asks.
        endpoint: the address of `api.php`.
    """

    def __init__(self, web: Web, endpoint: str) -> None:
        self.web, self.endpoint = web, endpoint

    def ask(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer to one question of `action=query`.

        Raises:
            SourceError: no answer, or one that is an error: an API answers errors with a status of 200.
        """
        form = {
            "action": "query", "format": "json", "formatversion": "2", "maxlag": _MAXLAG, **parameters,
        }  # fmt: skip
        answer = self.web.ask(self.endpoint, form=form, accept="application/json", check=self._check)
        assert answer is not None
        body: dict[str, Any] = answer.json
        return body

    def follow(
        self, parameters: Mapping[str, str], after: Mapping[str, str] | None = None
    ) -> Iterator[tuple[dict[str, Any], dict[str, str] | None]]:
        """Yield answer after answer until the wiki has no more, each with what continues after it.

        Args:
            parameters: the question.
            after: what came with the last answer that was received, to go on from there.

        Raises:
            BadAnswerError: the wiki sends in a circle.
            SourceError: see `ask`.
        """
        seen: list[dict[str, str] | None] = []
        following = dict(after) if after else None
        while True:
            body = self.ask({**parameters, **(following or {})})
            with self.reading():
                following = {key: str(value) for key, value in body["continue"].items()} if "continue" in body else None
            if following in seen:
                raise BadAnswerError(f"{shown(self.endpoint)}: continues in a circle at {following}; try again later")
            yield body, following
            if following is None:
                return
            seen.append(following)

    def extensions(self) -> frozenset[str]:
        """Return the names of the wiki's extensions.

        Raises:
            SourceError: no MediaWiki answers there.
        """
        query = self.ask({"meta": "siteinfo", "siprop": "general|extensions"}).get("query", {})
        with self.reading():
            if "general" not in query:
                raise SourceError(f"{shown(self.endpoint)}: answers, but not as a MediaWiki's api.php; correct it")
            return frozenset(one.get("name", "") for one in query.get("extensions", []))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Take an answer apart.

        Raises:
            BadAnswerError: it is not built as a MediaWiki's.
        """
        try:
            yield
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            what = f"{type(error).__name__}: {error}"
            raise BadAnswerError(
                f"{shown(self.endpoint)}: an answer that is not built as a MediaWiki's ({what}); try again later"
            ) from error

    def _check(self, answer: Answer) -> None:
        where, body = shown(answer.url), answer.json
        if not isinstance(body, dict):
            raise BadAnswerError(f"{where}: no answer of a MediaWiki: not an object; try again later")
        if "error" in body:
            error = body["error"] if isinstance(body["error"], dict) else {}
            code, said = str(error.get("code", "unknown")), str(error.get("info", ""))[:200]
            message = f"{where}: the wiki answers with the error {code} ({said})"
            if "Timeout" in code or "timeout" in code:
                raise TimedOutError(f"{message}; ask for less")
            if code in _PASSING or code.startswith("internal_api_error"):
                raise BusyError(f"{message}; try again later", answer.retry_after)
            raise SourceError(f"{message}; nothing was kept")
        if "query" not in body and "batchcomplete" not in body and "continue" not in body:
            raise BadAnswerError(f"{where}: no answer to what was asked: {str(body)[:100]}; try again later")
