"""Pages of a wiki by title: their current revision and text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from pipeline.extract.mediawiki.api import WRONG_STRUCTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.extract.mediawiki.api import Api

_SAYS_NOTHING: Final = "the wiki says nothing about it"
#: A bar is between two titles of one request; the others no title has: controls and halves of surrogate pairs.
_NO_TITLE: Final = re.compile(r"[|\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Revision:
    """The current revision of a page; `title` is as the wiki writes it, after redirects."""

    title: str
    pageid: int
    revid: int


@dataclass(frozen=True)
class Page(Revision):
    """A revision of a page, with its wikitext."""

    timestamp: str
    text: str


@dataclass(frozen=True)
class BadPage:
    """A page of which the wiki sends something else than a page. It is left out, and the others are read."""

    title: str
    reason: str


def is_title(value: object) -> TypeGuard[str]:
    """Return whether a value from a wiki is a title that it can be asked for."""
    return isinstance(value, str) and bool(value) and not _NO_TITLE.search(value)


def fetch_revisions(api: Api, titles: Sequence[str]) -> dict[str, Revision | BadPage | None]:
    """Return the current revision of each title; None where there is no page.

    The wiki normalises titles and follows redirects. At most `MAX_TITLES` titles.

    Raises:
        SourceError: the wiki does not respond, or not as a wiki.
    """
    return {title: _revision(title, page) for title, page in _query_pages(api, titles, {"prop": "info"}).items()}


def fetch_pages(api: Api, titles: Sequence[str]) -> list[Page | BadPage]:
    """Return those of the pages that exist, with their current text.

    Raises:
        SourceError: the wiki does not respond, or not as a wiki.
    """
    content = {"prop": "revisions", "rvprop": "ids|timestamp|content|contentmodel", "rvslots": "main"}
    pages = (_page(title, page) for title, page in _query_pages(api, titles, content).items())
    return [page for page in pages if page]


def _query_pages(api: Api, titles: Sequence[str], parameters: dict[str, str]) -> dict[str, dict[str, Any] | None]:
    """Return the page of each title, merged from all responses; None where they have none that can be read."""
    redirects: dict[str, str] = {}
    pages: dict[str, dict[str, Any]] = {}
    for body, _ in api.query_all({"titles": "|".join(titles), "redirects": "1", **parameters}):
        with api.parsing():
            query = body.get("query", {})
            for step in (*query.get("normalized", []), *query.get("redirects", [])):
                if isinstance(step, dict) and is_title(step.get("from")) and is_title(step.get("to")):
                    redirects[step["from"]] = step["to"]
            for page in query.get("pages", []):
                # A response that became too large continues in the next, which repeats pages without their properties.
                if isinstance(page, dict) and is_title(page.get("title")):
                    pages[page["title"]] = pages.get(page["title"], {}) | page
    return {title: pages.get(_follow(title, redirects)) for title in titles}


def _follow(title: str, redirects: dict[str, str]) -> str:
    # Redirects may be circular.
    seen = set()
    while title in redirects and title not in seen:
        seen.add(title)
        title = redirects[title]
    return title


def _revision(title: str, page: dict[str, Any] | None) -> Revision | BadPage | None:
    if page is None:
        return BadPage(title, _SAYS_NOTHING)
    if "lastrevid" not in page or page.get("contentmodel") not in (None, "wikitext"):
        return None
    try:
        return Revision(page["title"], _number(page["pageid"]), _number(page["lastrevid"]))
    except WRONG_STRUCTURE as error:
        return _bad_page(title, error)


def _page(title: str, page: dict[str, Any] | None) -> Page | BadPage | None:
    """Return a page with its text; None where there is none, it is hidden, or it is not wikitext."""
    if page is None:
        return BadPage(title, _SAYS_NOTHING)
    if page.get("missing") or page.get("invalid"):
        return None
    try:
        revision = page["revisions"][0]
        slot = revision.get("slots", {}).get("main", {})
        if slot.get("contentmodel", "wikitext") != "wikitext" or slot.get("texthidden"):
            return None
        return Page(
            page["title"],
            _number(page["pageid"]),
            _number(revision["revid"]),
            _text(revision["timestamp"]),
            _text(slot["content"]),
        )
    except WRONG_STRUCTURE as error:
        return _bad_page(title, error)


def _bad_page(title: str, error: Exception) -> BadPage:
    return BadPage(title, f"not the structure of MediaWiki's pages ({type(error).__name__}: {str(error)[:100]})")


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 63:
        raise ValueError(f"no number of a page or revision: {str(value)[:40]}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text, but {type(value).__name__}")
    return value
