"""Services that are asked instead of files that are downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.fetch import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pipeline.declarations import Declaration
    from pipeline.fetch import Web


def ask(
    declaration: Declaration,
    raw: Path,
    web: Web,
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
            from pipeline.mediawiki import fetch_wiki

            yield fetch_wiki(declaration, raw, web, endpoint=endpoint, **telling)
        else:
            from pipeline.wikidata.fetch import fetch_wikidata

            yield from fetch_wikidata(declaration, raw, web, endpoint=endpoint, countries=countries, **telling)
    except SourceError as error:
        yield Fetched(declaration.id, "*", "failed", message=str(error))
