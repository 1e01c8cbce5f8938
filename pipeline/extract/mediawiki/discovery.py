"""Which pages of a wiki may hold twinnings: strategies as data, and the titles that they find."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.extract.mediawiki.api import Api
    from pipeline.extract.mediawiki.page_filter import PageFilter

_FILE: Final = Path(__file__).with_name("discovery.toml")
#: CirrusSearch shows no more than so many hits of one search.
SEARCH_LIMIT: Final = 10_000

Kind = Literal["search", "search_back", "prefix", "category", "template"]


@dataclass(frozen=True)
class Strategy:
    """One way of finding pages.

    Attributes:
        kind: `search` for words in the text, `search_back` for the hits from the other end where they are too many,
            `prefix` of a title, `category` of pages, `template` that pages use.
        value: the words, the beginning of a title, or the name of the category or template without its namespace.
        namespaces: numbers of the namespaces to look into, joined by `|`; one only for a prefix.
    """

    kind: Kind
    value: str
    namespaces: str = "0"

    @property
    def key(self) -> str:
        """Return what names it in the state of an interrupted fetch."""
        return f"{self.kind}:{self.namespaces}:{self.value}"

    @property
    def is_certain(self) -> bool:
        """Tell whether what it finds is about twinnings for sure; what words find has to be looked at."""
        return not self.kind.startswith("search")


@dataclass(frozen=True)
class Found:
    """One answer's titles; `after` is what continues after them, None at the end; `total` how many a search counts."""

    titles: list[str]
    after: dict[str, str] | None
    total: int = 0


def load_strategies(page_filter: PageFilter) -> tuple[Strategy, ...]:
    """Return how pages are found in the wiki of the filter's language."""
    own: Mapping[str, Any] = _data().get(page_filter.language, {})
    namespaces = [str(number) for number in own.get("namespaces", [0])]
    named: list[tuple[Kind, list[str]]] = [
        ("category", own.get("categories", [])),
        ("template", own.get("templates", [])),
        ("search", list(page_filter.search)),
    ]
    return (
        # A list of titles is of one namespace.
        *(Strategy("prefix", value, number) for number in namespaces for value in own.get("prefixes", [])),
        *(Strategy(kind, value, "|".join(namespaces)) for kind, values in named for value in values),
    )


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def find(api: Api, strategy: Strategy, after: Mapping[str, str] | None, extensions: frozenset[str]) -> Iterator[Found]:
    """Yield the titles that a strategy finds, an answer at a time.

    Args:
        api: the wiki.
        strategy: what to look for.
        after: where to go on; None for the beginning.
        extensions: what the wiki has; without CirrusSearch its plain search is used.

    Raises:
        SourceError: the wiki does not answer.
    """
    if strategy.kind == "search_back" and "CirrusSearch" not in extensions:
        yield Found([], None)
        return
    name, parameters = _question(strategy, has_cirrus="CirrusSearch" in extensions)
    for body, following in api.follow({"list": name, **parameters}, after):
        with api.reading():
            query = body.get("query", {})
            titles = [str(one["title"]) for one in query.get(name, [])]
            found = Found(titles, following, int(query.get("searchinfo", {}).get("totalhits", 0)))
        yield found


def _question(strategy: Strategy, *, has_cirrus: bool) -> tuple[str, dict[str, str]]:
    value, spaces = strategy.value, strategy.namespaces
    if strategy.kind == "prefix":
        return "allpages", {
            "apprefix": value, "apnamespace": spaces, "apfilterredir": "nonredirects", "aplimit": "max",
        }  # fmt: skip
    if strategy.kind == "category":
        return "categorymembers", {
            "cmtitle": f"Category:{value}", "cmtype": "page", "cmnamespace": spaces, "cmlimit": "max",
        }  # fmt: skip
    if strategy.kind == "template":
        return "embeddedin", {
            "eititle": f"Template:{value}", "einamespace": spaces, "eifilterredir": "nonredirects", "eilimit": "max",
        }  # fmt: skip
    asked = {"srnamespace": spaces, "srlimit": "max", "srprop": "", "srinfo": "totalhits", "srwhat": "text"}
    phrase = '"' + value.replace('"', " ") + '"'
    if not has_cirrus:
        return "search", asked | {"srsearch": phrase}
    # In the order of creation a page found once does not move from one answer to the next, as it does by relevance.
    order = "create_timestamp_asc" if strategy.kind == "search" else "create_timestamp_desc"
    return "search", asked | {"srsearch": f"insource:{phrase}", "srsort": order}
