"""Which pages of a wiki may have twinnings: search strategies, and the titles that they find."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pipeline.extract.mediawiki.pages import is_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.extract.mediawiki.api import Api
    from pipeline.extract.mediawiki.page_filter import PageFilter

_FILE: Final = Path(__file__).with_name("discovery.toml")
#: CirrusSearch shows at most this many hits of one search.
SEARCH_LIMIT: Final = 10_000

Kind = Literal["search", "search_back", "prefix", "category", "template"]


@dataclass(frozen=True)
class Strategy:
    """One way of finding pages.

    Attributes:
        kind: `search` for words in the text, `search_back` for the hits from the other end where they are too many,
            `prefix` of a title, `category` of pages, `template` that pages use.
        value: the words, the beginning of a title, or the name of the category or template without its namespace.
        namespaces: numbers of the namespaces to look into, joined by `|`; only one for a prefix.
    """

    kind: Kind
    value: str
    namespaces: str = "0"

    @property
    def is_certain(self) -> bool:
        """Return whether its pages are certainly about twinnings; the pages that a search finds have to be read."""
        return not self.kind.startswith("search")


@dataclass(frozen=True)
class TitleBatch:
    """The titles of one response.

    Attributes:
        titles: the titles.
        after: the parameters that continue after them; None at the end.
        total: how many hits a search has in all.
        bad: what is no title, as it reads.
    """

    titles: list[str]
    after: dict[str, str] | None
    total: int = 0
    bad: list[str] = field(default_factory=list)


def load_strategies(page_filter: PageFilter) -> tuple[Strategy, ...]:
    """Return how pages are found in the wiki of the filter's language."""
    settings: Mapping[str, Any] = _load_settings().get(page_filter.language, {})
    namespaces = [str(number) for number in settings.get("namespaces", [0])]
    values: list[tuple[Kind, list[str]]] = [
        ("category", settings.get("categories", [])),
        ("template", settings.get("templates", [])),
        ("search", list(page_filter.search)),
    ]
    return (
        # A list of titles is of one namespace.
        *(Strategy("prefix", value, number) for number in namespaces for value in settings.get("prefixes", [])),
        *(Strategy(kind, value, "|".join(namespaces)) for kind, of_kind in values for value in of_kind),
    )


@functools.cache
def _load_settings() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def find_titles(
    api: Api, strategy: Strategy, after: Mapping[str, str] | None, extensions: frozenset[str]
) -> Iterator[TitleBatch]:
    """Yield the titles that a strategy finds, one response at a time.

    Args:
        api: the wiki.
        strategy: what to look for.
        after: where to continue; None for the beginning.
        extensions: those of the wiki; without CirrusSearch its plain search is used.

    Raises:
        SourceError: the wiki does not respond.
    """
    has_cirrus = "CirrusSearch" in extensions
    if strategy.kind == "search_back" and not has_cirrus:
        yield TitleBatch([], None)
        return
    parameters = _query_parameters(strategy, has_cirrus=has_cirrus)
    for body, following in api.query_all(parameters, after):
        with api.parsing():
            query = body.get("query", {})
            titles, bad = [], []
            for page in query.get(parameters["list"], []):
                title = page.get("title") if isinstance(page, dict) else page
                if is_title(title):
                    titles.append(title)
                else:
                    bad.append(f"{title!r:.80}")
            batch = TitleBatch(titles, following, int(query.get("searchinfo", {}).get("totalhits", 0)), bad)
        yield batch


def _query_parameters(strategy: Strategy, *, has_cirrus: bool) -> dict[str, str]:
    value, namespaces = strategy.value, strategy.namespaces
    if strategy.kind == "prefix":
        filters = {"apprefix": value, "apnamespace": namespaces, "apfilterredir": "nonredirects"}
        return {"list": "allpages", "aplimit": "max"} | filters
    if strategy.kind == "category":
        filters = {"cmtitle": f"Category:{value}", "cmtype": "page", "cmnamespace": namespaces}
        return {"list": "categorymembers", "cmlimit": "max"} | filters
    if strategy.kind == "template":
        filters = {"eititle": f"Template:{value}", "einamespace": namespaces, "eifilterredir": "nonredirects"}
        return {"list": "embeddedin", "eilimit": "max"} | filters
    search = {"list": "search", "srnamespace": namespaces, "srlimit": "max", "srprop": "", "srinfo": "totalhits"}
    phrase = '"' + value.replace('"', " ") + '"'
    if not has_cirrus:
        return search | {"srwhat": "text", "srsearch": phrase}
    # In the order of creation a page does not move from one response to the next, as it does by relevance.
    order = "create_timestamp_asc" if strategy.kind == "search" else "create_timestamp_desc"
    return search | {"srwhat": "text", "srsearch": f"insource:{phrase}", "srsort": order}
