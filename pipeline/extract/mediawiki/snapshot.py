"""One language's pages into the raw store: what is found, what changed since last time, and its text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceError, TwintownsError
from pipeline.extract.http import Fetched
from pipeline.extract.http.guard import shown
from pipeline.extract.mediawiki.api import BATCH, Api
from pipeline.extract.mediawiki.discovery import SEARCH_LIMIT, Strategy, find, load_strategies
from pipeline.extract.mediawiki.lines import Line, read_lines
from pipeline.extract.mediawiki.pages import Known, ask_known, ask_pages
from pipeline.extract.mediawiki.partial import Partial
from pipeline.raw_store.snapshots import RawStore, describe_made, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.http import Web
    from pipeline.extract.mediawiki.page_filter import PageFilter
    from pipeline.extract.mediawiki.pages import Page
    from pipeline.raw_store.snapshots import Snapshot
    from pipeline.sources import Declaration

    Tell = Callable[[str, int, int], None]

#: Pages that words found and that have no twinning section, with the revision that was looked at: a file that may be
#: deleted, and spares fetching them again.
_UNUSED = ".unused.json"


def _silent(*_: object) -> None:
    pass


def fetch_wiki(
    declaration: Declaration,
    page_filter: PageFilter,
    raw: Path,
    web: Web,
    *,
    endpoint: str | None = None,
    tell: Tell = _silent,
) -> Fetched:
    """Bring a wiki's pages with twinnings into the raw store as one snapshot, and say what became of it.

    The snapshot is JSON Lines, one page a line sorted by title: `language`, `title`, `pageid`, `revid`, `timestamp`
    and `text`, which is the wikitext as it is. Only pages whose revision changed are asked for. What was got before an
    interruption is kept, and a snapshot that was interrupted is the same as one that was not.

    Args:
        declaration: a source whose `live` service is `mediawiki`.
        page_filter: tells which pages are kept.
        raw: the raw store.
        web: who asks.
        endpoint: another `api.php` than the declared one.
        tell: told of each step with how much of it is done, and how much there is.
    """
    assert declaration.live is not None
    name = declaration.files[0].name
    address = endpoint or declaration.live.endpoint
    folder = raw / declaration.id
    try:
        return _Fetch(declaration, page_filter, raw, Api(web, address), tell).run()
    except TwintownsError as error:
        kept = f". What came is kept in {folder / '.partial'}: the same command goes on from there"
        return Fetched(declaration.id, name, "failed", message=f"{error}{kept if _has_partial(folder) else ''}")


def _has_partial(folder: Path) -> bool:
    return (folder / ".partial").is_dir()


class _Fetch:
    """One fetch of one wiki, in four steps that can each be taken up where it was left."""

    def __init__(self, declaration: Declaration, page_filter: PageFilter, raw: Path, api: Api, tell: Tell) -> None:
        self.declaration, self.page_filter, self.api, self.tell = declaration, page_filter, api, tell
        self.language = declaration.language
        self.folder = raw / declaration.id
        self.store = RawStore(raw)
        self.sieve = _hash(page_filter.sections.pattern, *(pattern.pattern for pattern in page_filter.list_titles))
        self.unused = _read_unused(self.folder / _UNUSED, shown(api.endpoint), self.sieve)
        self.last, self.base = self._read_last()

    def run(self) -> Fetched:
        """Fetch, and store what came if it differs from what was there."""
        strategies = load_strategies(self.page_filter)
        task = {
            "endpoint": shown(self.api.endpoint), "strategies": _hash(repr(strategies)), "sieve": self.sieve,
            "last": self.last.sha256 if self.last else None, "unused": _hash(repr(sorted(self.unused.items()))),
        }  # fmt: skip
        extensions = self.api.extensions()
        partial = Partial(self.folder, task)
        entries = list(partial.entries())
        titles = self._discover(strategies, extensions, partial, [one for one in entries if "found" in one])
        known = self._look_up(sorted(titles), partial, [one["known"] for one in entries if "known" in one])
        certain = {there.title for title, there in known.items() if there and titles[title]}
        now = {there.title: there for there in known.values() if there}
        pages = self._fetch_changed(now, certain, partial, [one for one in entries if "pages" in one])
        return self._store(pages, certain, partial)

    def _discover(
        self, strategies: Sequence[Strategy], extensions: frozenset[str], partial: Partial,
        before: Iterable[Mapping[str, Any]],
    ) -> dict[str, bool]:  # fmt: skip
        """Return the titles that are found, and whether it is certain that they are about twinnings."""
        log: dict[str, list[Mapping[str, Any]]] = {}
        for entry in before:
            log.setdefault(entry["found"], []).append(entry)
        titles: dict[str, bool] = {}
        waiting = list(strategies)
        while waiting:
            strategy = waiting.pop(0)
            entries = log.get(strategy.key, [])
            if not entries or entries[-1]["after"] is not None:
                after = entries[-1]["after"] if entries else None
                for found in find(self.api, strategy, after, extensions):
                    entry = {"found": strategy.key, "titles": found.titles, "after": found.after, "total": found.total}
                    partial.add(entry)
                    entries = [*entries, entry]
            for entry in entries:
                titles |= {title: titles.get(title, False) or strategy.is_certain for title in entry["titles"]}
            self.tell(f"{self.declaration.id}: searches", len(strategies) - len(waiting), len(strategies))
            if strategy.kind == "search" and max(entry["total"] for entry in entries) > SEARCH_LIMIT:
                waiting.insert(0, replace(strategy, kind="search_back"))
        return titles

    def _look_up(
        self, titles: Sequence[str], partial: Partial, before: Iterable[Mapping[str, Any]]
    ) -> dict[str, Known | None]:
        """Return which page and revision is under each title now."""
        known: dict[str, Known | None] = {}
        for entry in before:
            known |= {title: Known(**there) if there else None for title, there in entry.items()}
        for batch in _batches([title for title in titles if title not in known]):
            there = ask_known(self.api, batch)
            partial.add({"known": {title: asdict(one) if one else None for title, one in there.items()}})
            known |= there
            self.tell(f"{self.declaration.id}: revisions of pages", len(known), len(titles))
        return known

    def _fetch_changed(
        self, now: Mapping[str, Known], certain: set[str], partial: Partial, before: Iterable[Mapping[str, Any]]
    ) -> dict[str, Line]:
        """Return the pages by title: those of the last snapshot that are as they were, and the others as they are."""
        pages, wanted = {}, []
        for title, there in sorted(now.items()):
            line = self.base.get(title)
            if line and (line.pageid, line.revid) == (there.pageid, there.revid):
                pages[title] = line
            elif title in certain or self.unused.get(title) != there.revid:
                wanted.append(title)
        done: set[str] = set()
        for entry in before:
            done.update(entry["asked"])
            pages |= {one["title"]: Line(**one, file=partial.pages) for one in entry["pages"]}
        for batch in _batches([title for title in wanted if title not in done]):
            for asked, came in ask_pages(self.api, batch):
                lines = self._keep(came, partial)
                partial.add({"asked": asked, "pages": [line.as_entry() for line in lines]})
                pages |= {line.title: line for line in lines}
                done.update(asked)
            self.tell(f"{self.declaration.id}: changed pages", len(done), len(wanted))
        return pages

    def _keep(self, came: Sequence[Page], partial: Partial) -> list[Line]:
        """Put pages onto the disk as lines of the snapshot: a language has more than memory should hold."""
        written = [json.dumps({"language": self.language} | asdict(page), ensure_ascii=False) for page in came]
        # A half of a surrogate pair, which a broken server may escape, is no text.
        lines = [line.encode("utf-8", "replace") + b"\n" for line in written]
        return [
            Line(
                page.title,
                page.pageid,
                page.revid,
                place,
                len(line),
                self.page_filter.accepts(page.title, page.text),
                partial.pages,
            )
            for page, line, place in zip(came, lines, partial.add_pages(lines), strict=True)
        ]

    def _store(self, pages: Mapping[str, Line], certain: set[str], partial: Partial) -> Fetched:
        """Store the pages with twinnings, note the others, and forget the partial state."""
        unused = {title: revid for title, revid in self.unused.items() if title not in pages}
        used = []
        for title, line in sorted(pages.items()):
            if title in certain or line.has_twinnings:
                used.append(line)
            else:
                unused[title] = line.revid
        if not used:
            raise SourceError(
                f"{shown(self.api.endpoint)}: no page with twinnings was found among {len(pages)}; nothing was kept. "
                f"Is it the Wikipedia of the language {self.language}?"
            )
        file = self.declaration.files[0]
        path, sha256, size = partial.join(read_lines(used))
        is_new = self.last is None or self.last.sha256 != sha256
        if is_new:
            self.store.take(describe_made(self.declaration, file, sha256, size, shown(self.api.endpoint)), path)
        noted = {"endpoint": shown(self.api.endpoint), "sieve": self.sieve, "revisions": dict(sorted(unused.items()))}
        write_atomically(self.folder / _UNUSED, json.dumps(noted, ensure_ascii=False).encode())
        partial.drop()
        return Fetched(self.declaration.id, file.name, "new" if is_new else "unchanged", size)

    def _read_last(self) -> tuple[Snapshot | None, dict[str, Line]]:
        """Return the last snapshot and its pages by title; none if it is of another wiki, or damaged."""
        file = self.declaration.files[0]
        entries = [one for one in self.store.manifest(self.declaration.id) if one.file_name == file.name]
        if not entries or entries[-1].url != shown(self.api.endpoint):
            return None, {}
        path, digest, place, base = self.store.path_of(entries[-1]), hashlib.sha256(), 0, {}
        try:
            with path.open("rb") as stream:
                for line in stream:
                    digest.update(line)
                    one = json.loads(line)
                    title = one["title"]
                    known = self.page_filter.accepts(title, one["text"])
                    base[title] = Line(title, one["pageid"], one["revid"], place, len(line), known, path)
                    place += len(line)
        except (OSError, ValueError, KeyError, TypeError):
            return None, {}
        return (entries[-1], base) if digest.hexdigest() == entries[-1].sha256 else (None, {})


def _read_unused(path: Path, endpoint: str, sieve: str) -> dict[str, int]:
    try:
        noted = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(noted, dict) and (noted.get("endpoint"), noted.get("sieve")) == (endpoint, sieve)
    return noted["revisions"] if is_ours else {}


def _batches(titles: Sequence[str]) -> Iterable[Sequence[str]]:
    return (titles[start : start + BATCH] for start in range(0, len(titles), BATCH))


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
