"""Pages with twinnings of one wiki into the raw store: find titles, look up revisions, fetch what changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.extract.mediawiki.api import MAX_TITLES, Api
from pipeline.extract.mediawiki.discovery import SEARCH_LIMIT, Strategy, TitleBatch, find_titles, load_strategies
from pipeline.extract.mediawiki.page_lines import PageLine, index_pages, read_page_lines
from pipeline.extract.mediawiki.pages import BadPage, Page, Revision, fetch_pages, fetch_revisions
from pipeline.extract.partial import (
    PartialFetch,
    ignore_progress,
    make_batches,
    read_lines,
    short_hash,
    store_generated,
)
from pipeline.raw_store.atomic import read_regular, write_atomically
from pipeline.raw_store.snapshots import RawStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.http.client import HttpClient
    from pipeline.extract.http.fetch import FetchResult
    from pipeline.extract.mediawiki.page_filter import PageFilter
    from pipeline.extract.partial import OnProgress
    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration

#: Pages that a search found and that have no twinnings, with the revision that was read. The file may be deleted; it
#: spares fetching them again.
_UNUSED = ".unused.json"
#: Pages of one wiki: the largest has some ten thousand with twinnings.
MAX_PAGES = 1_000_000
#: Pages that are left out and are named in a message.
_SHOWN = 5


def fetch_wiki(
    declaration: Declaration,
    page_filter: PageFilter,
    raw: Path,
    client: HttpClient,
    *,
    endpoint: str | None = None,
    on_progress: OnProgress = ignore_progress,
) -> FetchResult:
    """Fetch a wiki's pages with twinnings into the raw store as one snapshot, and return the outcome.

    The snapshot is JSON Lines, one page a line sorted by title: `language`, `title`, `pageid`, `revid`, `timestamp`
    and `text`, which is the wikitext unchanged. Only pages whose revision changed are fetched. An interrupted fetch
    can be continued, and gives the same snapshot.

    The arguments are those of `fetch_live`, with the filter that accepts the pages to keep.

    Raises:
        SourceError: the wiki does not respond, or has no page with twinnings.
    """
    assert declaration.live is not None
    api = Api(client, endpoint or declaration.live.endpoint)
    return _WikiFetch(declaration, page_filter, raw, api, on_progress).run()


class _WikiFetch:
    """One fetch of one wiki, in steps that can each be continued after an interruption."""

    def __init__(
        self, declaration: Declaration, page_filter: PageFilter, raw: Path, api: Api, on_progress: OnProgress
    ) -> None:
        self.declaration, self.page_filter, self.raw, self.api = declaration, page_filter, raw, api
        self.on_progress: OnProgress = lambda step, done, total: on_progress(f"{declaration.id}: {step}", done, total)
        self.folder = raw / declaration.id
        self.extensions = api.extensions()
        self.filter_hash = short_hash(
            page_filter.sections.pattern, *(title.pattern for title in page_filter.list_titles)
        )
        self.strategies = load_strategies(page_filter)
        self.unused = self._read_unused()
        last, self.last_pages = self._read_last_snapshot()
        job = {
            "endpoint": api.address,
            "strategies": repr(self.strategies),
            "filter": self.filter_hash,
            "last": last.sha256 if last else None,
            "unused": short_hash(repr(sorted(self.unused.items()))),
        }
        self.partial = PartialFetch(self.folder, job, self.on_progress)
        #: Why, for each page that is left out.
        self.left_out: dict[str, str] = {}

    def run(self) -> FetchResult:
        """Fetch the pages and store them."""
        titles = self._find_titles()
        revisions = self._look_up(sorted(titles))
        certain = {revision.title for title, revision in revisions.items() if revision and titles[title]}
        pages = self._fetch_changed({revision.title: revision for revision in revisions.values() if revision}, certain)
        if len(self.left_out) > len(titles) // 2:
            raise SourceError(
                f"{self.api.address}: most pages cannot be read, {self._explain_left_out()}; nothing was kept"
            )
        # What was read of them last time is better than nothing.
        pages |= {title: page for title, page in self.last_pages.items() if title in self.left_out}
        return self._store(pages, certain)

    def _explain_left_out(self) -> str:
        reasons = [f"{title} ({reason})" for title, reason in sorted(self.left_out.items())]
        more = f" and {len(reasons) - _SHOWN} more" if len(reasons) > _SHOWN else ""
        return f"{len(reasons)} left out: {', '.join(reasons[:_SHOWN])}{more}"

    def _find_titles(self) -> dict[str, bool]:
        """Return the titles that any strategy finds, and whether they are certainly about twinnings."""
        titles: dict[str, bool] = {}
        waiting = list(self.strategies)
        while waiting:
            strategy = waiting.pop(0)
            batches = self._search(strategy)
            for batch in batches:
                titles |= {title: titles.get(title, False) or strategy.is_certain for title in batch.titles}
                self.left_out |= dict.fromkeys(batch.bad, "no title")
            if len(titles) > MAX_PAGES:
                raise SourceError(f"{self.api.address}: lists more than {MAX_PAGES:,} pages; nothing was kept")
            self.on_progress("searches", len(self.strategies) - len(waiting), len(self.strategies))
            if strategy.kind == "search" and max(batch.total for batch in batches) > SEARCH_LIMIT:
                waiting.insert(0, replace(strategy, kind="search_back"))
        return titles

    def _search(self, strategy: Strategy) -> list[TitleBatch]:
        """Return what a strategy finds, continuing after the responses that are on disk."""
        name = f"titles-{short_hash(repr(strategy))}"
        batches: list[TitleBatch] = []
        while (path := self.partial.path(f"{name}-{len(batches)}.json")).exists():
            batches.append(TitleBatch(**json.loads(path.read_bytes())))
        after = batches[-1].after if batches else None
        if not batches or after is not None:
            for batch in find_titles(self.api, strategy, after, self.extensions):
                self.partial.write(f"{name}-{len(batches)}.json", [json.dumps(asdict(batch)).encode()])
                batches.append(batch)
        return batches

    def _look_up(self, titles: Sequence[str]) -> dict[str, Revision | None]:
        """Return the current revision of each title."""

        def fetch(batch: list[str]) -> list[bytes]:
            revisions = fetch_revisions(self.api, batch)
            rows = [(title, asdict(revision) if revision else None) for title, revision in revisions.items()]
            return [json.dumps(row).encode() + b"\n" for row in rows]

        paths = self.partial.fetch_batches("revisions", make_batches(titles, MAX_TITLES), fetch)
        revisions: dict[str, Revision | None] = {}
        for title, row in map(json.loads, read_lines(paths)):
            if row and "reason" in row:
                self.left_out[title] = row["reason"]
            else:
                revisions[title] = Revision(**row) if row else None
        return revisions

    def _fetch_changed(self, revisions: Mapping[str, Revision], certain: set[str]) -> dict[str, PageLine]:
        """Return the pages by title: from the last snapshot those that did not change, the others from the wiki."""
        pages, changed = {}, []
        for title, revision in sorted(revisions.items()):
            page = self.last_pages.get(title)
            if page and (page.pageid, page.revid) == (revision.pageid, revision.revid):
                pages[title] = page
            elif title in certain or self.unused.get(title) != revision.revid:
                changed.append(title)

        def fetch(batch: list[str]) -> list[bytes]:
            fetched = fetch_pages(self.api, batch)
            bad = {page.title: page.reason for page in fetched if isinstance(page, BadPage)}
            self.partial.write(f"bad-pages-{short_hash(*batch)}.json", [json.dumps(bad).encode()])
            rows = [
                {"language": self.declaration.language} | asdict(page) for page in fetched if isinstance(page, Page)
            ]
            # Half of a surrogate pair, which a broken server may escape, is not text.
            return [json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n" for row in rows]

        for path in self.partial.fetch_batches("pages", make_batches(changed, MAX_TITLES), fetch):
            pages |= {page.title: page for page in index_pages(path, self.page_filter)}
        for path in self.partial.folder.glob("bad-pages-*.json"):
            self.left_out |= json.loads(path.read_bytes())
        return pages

    def _store(self, pages: Mapping[str, PageLine], certain: set[str]) -> FetchResult:
        """Store the pages with twinnings, remember the others, and delete the partial fetch."""
        used = {title: page for title, page in sorted(pages.items()) if title in certain or page.has_twinnings}
        if not used:
            raise SourceError(
                f"{self.api.address}: no page with twinnings was found among {len(pages)}; nothing was kept. "
                f"Is it the Wikipedia of the language {self.declaration.language}?"
            )
        path = self.partial.join("joined.jsonl", read_page_lines(used.values()))
        result = store_generated(self.declaration, self.declaration.files[0], path, self.raw, self.api.address)
        revisions = self.unused | {title: page.revid for title, page in pages.items()}
        unused = {
            "endpoint": self.api.address,
            "filter": self.filter_hash,
            "revisions": {title: revid for title, revid in sorted(revisions.items()) if title not in used},
        }
        write_atomically(self.folder / _UNUSED, json.dumps(unused, ensure_ascii=False).encode())
        self.partial.remove()
        return replace(result, message=self._explain_left_out()) if self.left_out else result

    def _read_last_snapshot(self) -> tuple[Snapshot | None, dict[str, PageLine]]:
        """Return the last snapshot and its pages by title; nothing if it is of another wiki, or damaged."""
        store = RawStore(self.raw)
        last = next(reversed(store.manifest(self.declaration.id, self.declaration.files[0].name)), None)
        if last is None or last.url != self.api.address:
            return None, {}
        path = store.path_of(last)
        try:
            with path.open("rb") as stream:
                is_intact = hashlib.file_digest(stream, "sha256").hexdigest() == last.sha256
            return (
                (last, {page.title: page for page in index_pages(path, self.page_filter)}) if is_intact else (None, {})
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None, {}

    def _read_unused(self) -> dict[str, int]:
        try:
            unused = json.loads(read_regular(self.folder / _UNUSED))
            is_current = (unused["endpoint"], unused["filter"]) == (self.api.address, self.filter_hash)
            revisions = {str(title): int(revid) for title, revid in unused["revisions"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return {}
        return revisions if is_current else {}
