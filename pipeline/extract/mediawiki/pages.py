"""Pages of a wiki by title: their current revision and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.extract.http.errors import BadResponseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.extract.mediawiki.api import Api


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


def fetch_revisions(api: Api, titles: Sequence[str]) -> dict[str, Revision | None]:
    """Return the current revision of each title; None where there is no page.

    The wiki normalises titles and follows redirects. At most `MAX_TITLES` titles.

    Raises:
        BadResponseError: the wiki leaves a title out.
        SourceError: it does not respond.
    """
    redirects, pages = _query_pages(api, titles, {"prop": "info"})
    revisions = {}
    for title in titles:
        page = pages.get(_follow(title, redirects))
        if page is None:
            raise BadResponseError(f"{api.address}: says nothing about the title {title!r}; try again later")
        exists = "lastrevid" in page and page.get("contentmodel") in (None, "wikitext")
        with api.parsing():
            revision = Revision(page["title"], int(page["pageid"]), int(page["lastrevid"])) if exists else None
        revisions[title] = revision
    return revisions


def fetch_pages(api: Api, titles: Sequence[str]) -> list[Page]:
    """Return those of the pages that exist, with their current text.

    Raises:
        SourceError: the wiki does not respond.
    """
    content = {"prop": "revisions", "rvprop": "ids|timestamp|content|contentmodel", "rvslots": "main"}
    _, pages = _query_pages(api, titles, content)
    return [parsed for page in pages.values() if (parsed := _parse_page(api, page))]


def _query_pages(
    api: Api, titles: Sequence[str], parameters: dict[str, str]
) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Return the target of each redirected title, and the pages by title, merged from all responses."""
    redirects: dict[str, str] = {}
    pages: dict[str, dict[str, Any]] = {}
    for body, _ in api.query_all({"titles": "|".join(titles), "redirects": "1", **parameters}):
        with api.parsing():
            query = body.get("query", {})
            for step in (*query.get("normalized", []), *query.get("redirects", [])):
                if step["from"] != step["to"]:
                    redirects[step["from"]] = step["to"]
            for page in query.get("pages", []):
                # A response that became too large continues in the next, which repeats pages without their properties.
                pages[page["title"]] = pages.get(page["title"], {}) | page
    return redirects, pages


def _follow(title: str, redirects: dict[str, str]) -> str:
    # Redirects may be circular.
    for _ in redirects:
        title = redirects.get(title, title)
    return title


def _parse_page(api: Api, page: dict[str, Any]) -> Page | None:
    """Return a page with its text; None where there is none, it is hidden, or it is not wikitext."""
    if page.get("missing") or page.get("invalid"):
        return None
    if not page.get("revisions"):
        raise BadResponseError(f"{api.address}: has no revision of {page.get('title')!r}; try again later")
    with api.parsing():
        revision = page["revisions"][0]
        slot = revision.get("slots", {}).get("main", {})
        if slot.get("contentmodel", "wikitext") != "wikitext" or not isinstance(slot.get("content"), str):
            return None
        return Page(
            page["title"], int(page["pageid"]), int(revision["revid"]), str(revision["timestamp"]), slot["content"]
        )
