"""`twintowns fetch`: fetch declared URLs, live sources and dumps into the raw store."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import Options, Parser, add_mirror, add_raw, add_sources, split_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.extract.http.fetch import FetchResult
    from pipeline.sources import Declaration

HELP = "fetch declared URLs into raw/"
EXAMPLES = (
    "twintowns fetch",
    "twintowns fetch wikipedia --language it de",
    "twintowns fetch dump nlwiki-pages-articles.xml.bz2",
)
#: In the place of a source: the files of dumps follow.
_DUMP = "dump"


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "source",
        nargs="*",
        metavar="SOURCE",
        help="what to fetch (every source that is on, without live ones: name those); "
        "or: dump FILE, a dump of a Wikipedia or of Wikidata",
    )
    parser.add_argument("--all", action="store_true", help="also the lists that are off")
    parser.add_argument(
        "--language", nargs="+", default=[], metavar="CODE", help="wikipedia: only these languages (en de it …)"
    )
    parser.add_argument(
        "--api", metavar="URL", help="wikipedia: another api.php; {language} in it is replaced by the language"
    )
    add_raw(parser)
    add_sources(parser)
    add_mirror(parser)
    parser.add_argument("--endpoint", metavar="URL", help="wikidata: another SPARQL endpoint")
    parser.add_argument(
        "--countries",
        nargs="+",
        action="extend",
        default=[],
        metavar="CODE",
        help="wikidata: only statements of towns in these countries, such as DE FR",
    )


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.extract.http.fetch import fetch_files
    from pipeline.sources import load_declarations
    from pipeline.sources.selection import select_sources

    if options.source[:1] == [_DUMP]:
        return _import_dumps(options)
    selected = select_sources(
        load_declarations(options.sources),
        enable=frozenset({"all"} if options.all else ()),
        only=frozenset(split_names(options.source)),
    )
    live = _select_live(selected.values(), options)
    with_files = [source for source in selected.values() if source.enabled and not source.live]
    outcomes = []
    for result in chain(fetch_files(with_files, options.raw, options.mirror), _fetch_live(live, options)):
        size = f"{result.byte_count:>12,} bytes" if result.byte_count else ""
        what = "; ".join(part for part in (size, result.message) if part) or f"{0:>12} bytes"
        print(f"{result.outcome:9} {result.source_id}/{result.file_name}  {what}", flush=True)
        outcomes.append(result.outcome)
    failed = outcomes.count("failed")
    print(f"{outcomes.count('new') + outcomes.count('unchanged')} file(s) in {options.raw}, {failed} failed")
    return 3 if failed else 0


def _import_dumps(options: Options) -> int:
    """Search dumps for twinnings."""
    from pipeline.errors import DeclarationError, SourceError
    from pipeline.extract.dumps.import_dump import import_dump
    from pipeline.readers.wikitext import page_filter
    from pipeline.report.progress import byte_progress
    from pipeline.sources import load_declarations

    if len(options.source) == 1:
        raise DeclarationError("fetch dump needs a file, as in: twintowns fetch dump itwiki-pages-articles.xml.bz2")
    declarations = load_declarations(options.sources)
    failures = []
    for path in map(Path, options.source[1:]):
        size = path.stat().st_size if path.exists() else 0
        try:
            if path.exists() and not path.is_file():
                # A pipe would be waited for, perhaps for ever.
                raise SourceError(f"{path}: cannot be read: it is not a file; write the dump into one")  # noqa: TRY301
            with byte_progress(path.name, size) as on_progress:
                snapshot, scan = import_dump(path, declarations, options.raw, page_filter, on_progress)
        except SourceError as error:
            # The other dumps are imported.
            failures.append(str(error))
            continue
        print(f"new       {snapshot.source_id}/{snapshot.file_name}  {snapshot.byte_count:>12,} bytes")
        print(f"{scan.records:,} records in {scan.text_bytes:,} bytes of text; as of {snapshot.as_of_date}")
    if failures:
        raise SourceError("\n".join(failures))
    return 0


def _select_live(declarations: Iterable[Declaration], options: Options) -> list[Declaration]:
    """Return the live sources that are named, by their own name or by the common name of several languages.

    Raises:
        DeclarationError: an option belongs to none of them.
    """
    from pipeline.errors import DeclarationError

    names, languages = set(split_names(options.source)), split_names(options.language)
    live = [source for source in declarations if source.live and names & {source.id, source.edition_of}]
    services = {source.live.service for source in live if source.live}
    if (options.endpoint or options.countries) and "wikidata" not in services:
        raise DeclarationError("--endpoint and --countries go with a live source, as in: twintowns fetch wikidata")
    if (options.api or languages) and "mediawiki" not in services:
        raise DeclarationError("--api and --language go with a live source, as in: twintowns fetch wikipedia")
    editions = {source.language for source in live if source.edition_of}
    for language in languages:
        if language not in editions:
            raise DeclarationError(f"--language {language}: there are {', '.join(sorted(editions))}")
    live = [source for source in live if not languages or not source.edition_of or source.language in languages]
    if options.api and "{language}" not in options.api and sum(bool(source.edition_of) for source in live) > 1:
        raise DeclarationError(
            f"--api {options.api}: one wiki cannot be of several languages; name one with --language, or write "
            "{language} where it stands in the address"
        )
    return live


def _fetch_live(live: Iterable[Declaration], options: Options) -> Iterator[FetchResult]:
    """Fetch from services, and yield the outcome of each file."""
    from pipeline.extract.http.client import HttpClient
    from pipeline.extract.http.fetch import FetchResult
    from pipeline.extract.live import fetch_live
    from pipeline.readers.wikitext import page_filter

    client = HttpClient()
    for source in live:
        if options.mirror:
            why = "a mirror holds files, and this is a service; ask it without --mirror"
            yield FetchResult(source.id, "*", "failed", message=why)
            continue
        address = options.api if source.live and source.live.service == "mediawiki" else options.endpoint
        yield from fetch_live(
            source,
            options.raw,
            client,
            page_filter,
            endpoint=address.replace("{language}", source.language) if address else None,
            countries=split_names(options.countries),
            on_progress=_print_progress,
        )


def _print_progress(step: str, done: int, total: int) -> None:
    """Print how far a live fetch is: on a terminal always, in a log when the step is done."""
    if sys.stderr.isatty():
        print(f"\r{step}: {done:,} of {total:,}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
    elif done >= total:
        print(f"{step}: {total:,}", file=sys.stderr, flush=True)
