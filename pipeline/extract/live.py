"""Sources that are services: they are queried instead of downloaded."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipeline.errors import DeclarationError, SourceError
from pipeline.extract.http.errors import describe_failure
from pipeline.extract.http.fetch import FetchResult
from pipeline.extract.http.guard import redact_url
from pipeline.extract.mediawiki.fetch import fetch_wiki
from pipeline.extract.partial import ignore_progress
from pipeline.extract.wikidata.fetch import fetch_wikidata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipeline.extract.http.client import HttpClient
    from pipeline.extract.mediawiki.page_filter import PageFilter
    from pipeline.extract.partial import OnProgress
    from pipeline.sources import Declaration


def fetch_live(
    declaration: Declaration,
    raw: Path,
    client: HttpClient,
    page_filter: Callable[[str], PageFilter],
    *,
    endpoint: str | None = None,
    countries: Iterable[str] = (),
    on_progress: OnProgress = ignore_progress,
) -> Iterator[FetchResult]:
    """Fetch everything that a live source has, and yield the outcome of each of its files.

    Args:
        declaration: a source with `live`.
        raw: the raw store.
        client: the HTTP client.
        page_filter: returns which pages of a language are kept.
        endpoint: another address than the declared one.
        countries: for Wikidata, only statements of towns in these countries.
        on_progress: called with each step, how much of it is done, and of how much.
    """
    assert declaration.live is not None
    partial = raw / declaration.id / ".partial"
    try:
        if declaration.live.service == "dump":
            raise SourceError(  # noqa: TRY301
                f"is taken from a dump: download one from {declaration.live.endpoint}, then: twintowns fetch dump FILE"
            )
        if declaration.live.service == "mediawiki":
            pages = page_filter(declaration.language)
            yield fetch_wiki(declaration, pages, raw, client, endpoint=endpoint, on_progress=on_progress)
        else:
            yield from fetch_wikidata(
                declaration, raw, client, endpoint=endpoint, countries=countries, on_progress=on_progress
            )
    except DeclarationError:
        # A wrong option of the command, which no other source could be fetched with.
        raise
    except SourceError as error:
        resumes = f". What was received is kept in {partial}: the same command continues from there"
        yield _failure(declaration, f"{error}{resumes if partial.is_dir() else ''}")
    except Exception as error:  # noqa: BLE001 (whatever one source does, the others are fetched)
        # It may be what is kept there that fails, and it would every time.
        shutil.rmtree(partial, ignore_errors=True)
        yield _failure(declaration, describe_failure(error, redact_url(endpoint or declaration.live.endpoint)))


def _failure(declaration: Declaration, message: str) -> FetchResult:
    file_name = declaration.files[0].name if len(declaration.files) == 1 else "*"
    return FetchResult(declaration.id, file_name, "failed", message=message)
