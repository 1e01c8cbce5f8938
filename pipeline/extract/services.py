"""Services that are asked instead of files that are downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.extract.http import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pipeline.extract.http import Web
    from pipeline.extract.mediawiki.page_filter import PageFilter
    from pipeline.sources import Declaration


def ask(
    declaration: Declaration,
    raw: Path,
    web: Web,
    page_filter: Callable[[str], PageFilter],
    *,
    endpoint: str | None = None,
    countries: Sequence[str] = (),
    tell: Callable[[str, int, int], None] | None = None,
) -> Iterator[Fetched]:
    """Ask the service of one source for all that it has, and yield what became of its files.

    Args:
        declaration: a source with `live`.
        raw: the raw store.
        web: the network.
        page_filter: returns which pages of a language are kept.
        endpoint: another address than the declared one.
        countries: of Wikidata, only statements of towns there.
        tell: told of each step, how much of it is done, of how much.
    """
    assert declaration.live is not None
    telling = {"tell": tell} if tell else {}
    try:
        if declaration.live.service == "dump":
            raise SourceError(  # noqa: TRY301
                f"is taken from a dump: download one from {declaration.live.endpoint}, then: twintowns fetch dump FILE"
            )
        if declaration.live.service == "mediawiki":
            from pipeline.extract.mediawiki import fetch_wiki

            wanted = page_filter(declaration.language)
            yield fetch_wiki(declaration, wanted, raw, web, endpoint=endpoint, **telling)
        else:
            from pipeline.extract.wikidata.fetch import fetch_wikidata

            yield from fetch_wikidata(declaration, raw, web, endpoint=endpoint, countries=countries, **telling)
    except SourceError as error:
        yield Fetched(declaration.id, "*", "failed", message=str(error))
