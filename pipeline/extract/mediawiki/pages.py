"""Pages of a wiki by title: what they are now, and their text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.extract.http import BadAnswerError, TimedOutError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.extract.mediawiki.api import Api


@dataclass(frozen=True)
class Known:
    """What a wiki has under a title: `title` as the wiki writes it, after redirects."""

    title: str
    pageid: int
    revid: int


@dataclass(frozen=True)
class Page:
    """A revision of a page and its wikitext, as the wiki has them."""

    title: str
    pageid: int
    revid: int
    timestamp: str
    text: str


def ask_known(api: Api, titles: Sequence[str]) -> dict[str, Known | None]:
    """Return, for each title, which page and revision is there now; None where there is none.

    Titles are normalised and redirects followed by the wiki. No more than `BATCH` titles.

    Raises:
        BadAnswerError: the wiki leaves a title out.
        SourceError: it does not answer.
    """
    steps, found = _ask(api, titles, {"prop": "info"})
    known = {}
    for title in titles:
        page = found.get(_follow(title, steps))
        if page is None:
            raise BadAnswerError(f"{api.endpoint}: does not say what there is under {title!r}; try again later")
        is_there = "lastrevid" in page and page.get("contentmodel") in (None, "wikitext")
        with api.reading():
            known[title] = Known(page["title"], int(page["pageid"]), int(page["lastrevid"])) if is_there else None
    return known


def ask_pages(api: Api, titles: Sequence[str]) -> Iterator[tuple[list[str], list[Page]]]:
    """Yield the current text of pages: the titles of a question, and the pages that are there.

    Where an answer is too large or takes too long, half as many are asked for.

    Raises:
        SourceError: the wiki does not answer.
    """
    asked = list(titles)
    try:
        _, found = _ask(
            api, asked, {"prop": "revisions", "rvprop": "ids|timestamp|content|contentmodel", "rvslots": "main"}
        )
    except (TimedOutError, TooLargeError):
        if len(asked) == 1:
            raise
        middle = len(asked) // 2
        yield from ask_pages(api, asked[:middle])
        yield from ask_pages(api, asked[middle:])
        return
    yield asked, [page for one in found.values() if (page := _page(api, one))]


def _ask(
    api: Api, titles: Sequence[str], parameters: dict[str, str]
) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Return where titles lead, and the pages by title, put together from all answers."""
    steps: dict[str, str] = {}
    found: dict[str, dict[str, Any]] = {}
    for body, _ in api.follow({"titles": "|".join(titles), "redirects": "1", **parameters}):
        with api.reading():
            query = body.get("query", {})
            for kind in ("normalized", "redirects"):
                steps |= {one["from"]: one["to"] for one in query.get(kind, []) if one["from"] != one["to"]}
            for page in query.get("pages", []):
                # An answer that grew too large goes on in the next, which repeats pages without what was said of them.
                found[page["title"]] = found.get(page["title"], {}) | page
    return steps, found


def _follow(title: str, steps: dict[str, str]) -> str:
    for _ in range(len(steps)):
        if title not in steps:
            break
        title = steps[title]
    return title


def _page(api: Api, one: dict[str, Any]) -> Page | None:
    """Return a page with its text; None where there is none, it is hidden, or it is no wikitext."""
    if one.get("missing") or one.get("invalid"):
        return None
    if not one.get("revisions"):
        raise BadAnswerError(f"{api.endpoint}: gives no revision of {one.get('title')!r}; try again later")
    with api.reading():
        revision = one["revisions"][0]
        slot = revision.get("slots", {}).get("main", {})
        if slot.get("contentmodel", "wikitext") != "wikitext" or not isinstance(slot.get("content"), str):
            return None
        return Page(
            one["title"], int(one["pageid"]), int(revision["revid"]), str(revision["timestamp"]), slot["content"]
        )
