"""`twintowns fetch`: declared URLs into the raw store."""

from __future__ import annotations

import os
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import add_folders, names

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from pipeline.commands.options import Commands
    from pipeline.extract.http import Fetched
    from pipeline.sources import Declaration


#: Stands before files instead of a source.
_DUMP = "dump"


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("fetch", help="bring declared URLs into raw/")
    parser.add_argument(
        "source",
        nargs="*",
        metavar="SOURCE",
        help="what to fetch; by default every source that is on, but no live one: name those; "
        "or: dump FILE, a dump of a Wikipedia or of Wikidata",
    )
    parser.add_argument("--all", action="store_true", help="also the lists that are off")
    parser.add_argument(
        "--language", nargs="+", default=[], metavar="CODE", help="of wikipedia, only these languages (en de it …)"
    )
    parser.add_argument(
        "--api", metavar="URL", help="ask this api.php instead of Wikipedia's; {language} in it stands for the language"
    )
    add_folders(parser)
    parser.add_argument(
        "--mirror", type=Path, default=os.environ.get("TWINTOWNS_MIRROR") or None, metavar="DIR",
        help="take the bytes from a folder with an index.csv instead of the network (or set TWINTOWNS_MIRROR)",
    )  # fmt: skip
    parser.add_argument("--endpoint", metavar="URL", help="for wikidata: another SPARQL endpoint than the declared one")
    parser.add_argument(
        "--countries", nargs="+", action="extend", default=[], metavar="CODE",
        help="for wikidata: only statements of towns in these countries, such as DE FR",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.extract.http import fetch
    from pipeline.sources import load_declarations
    from pipeline.sources.selection import choose

    if options.source[:1] == [_DUMP]:
        return _take_dumps(options)
    chosen = choose(
        load_declarations(options.sources),
        enable=frozenset({"all"} if options.all else ()),
        only=frozenset(names(options.source)),
    )
    live = _named_live(chosen.values(), options)
    files = [one for one in chosen.values() if one.enabled and not one.live]
    results = []
    for result in chain(fetch(files, options.raw, options.mirror), _fetch_live(live, options)):
        size = result.message or f"{result.byte_count:>12,} bytes"
        print(f"{result.outcome:9} {result.source_id}/{result.file_name}  {size}", flush=True)
        results.append(result)
    failed = [result for result in results if result.outcome == "failed"]
    there = sum(result.outcome in ("new", "unchanged") for result in results)
    print(f"{there} file(s) in {options.raw}, {len(failed)} failed")
    return 3 if failed else 0


def _take_dumps(options: argparse.Namespace) -> int:
    """Search dumps for twinnings."""
    from pipeline.errors import DeclarationError
    from pipeline.extract.dumps.adopt import adopt_dump
    from pipeline.readers.wikitext import page_filter
    from pipeline.report.progress import measured
    from pipeline.sources import load_declarations

    if len(options.source) == 1:
        raise DeclarationError("fetch dump needs a file, as in: twintowns fetch dump itwiki-pages-articles.xml.bz2")
    declarations = load_declarations(options.sources)
    for path in map(Path, options.source[1:]):
        size = path.stat().st_size if path.exists() else 0
        with measured(path.name, size) as told:
            taken = adopt_dump(path, declarations, options.raw, page_filter, told)
        snapshot = taken.snapshot
        print(f"new       {snapshot.source_id}/{snapshot.file_name}  {snapshot.byte_count:>12,} bytes")
        print(f"{taken.records:,} records in {taken.text_bytes:,} bytes of text; as of {snapshot.as_of_date}")
    return 0


def _named_live(declarations: Iterable[Declaration], options: argparse.Namespace) -> list[Declaration]:
    """Return the live sources that were named, by themselves or as one of several languages.

    Raises:
        DeclarationError: an option goes with none of them.
    """
    from pipeline.errors import DeclarationError

    named, languages = set(names(options.source)), names(options.language)
    live = [one for one in declarations if one.live and named & {one.id, one.edition_of}]
    services = {one.live.service for one in live if one.live}
    if (options.endpoint or options.countries) and "wikidata" not in services:
        raise DeclarationError("--endpoint and --countries go with a live source, as in: twintowns fetch wikidata")
    if (options.api or languages) and "mediawiki" not in services:
        raise DeclarationError("--api and --language go with a live source, as in: twintowns fetch wikipedia")
    editions = {one.language for one in live if one.edition_of}
    for language in languages:
        if language not in editions:
            raise DeclarationError(f"--language {language}: there are {', '.join(sorted(editions))}")
    live = [one for one in live if not languages or not one.edition_of or one.language in languages]
    if options.api and "{language}" not in options.api and sum(bool(one.edition_of) for one in live) > 1:
        raise DeclarationError(
            f"--api {options.api}: one wiki cannot be of several languages; name one with --language, or write "
            "{language} where it stands in the address"
        )
    return live


def _fetch_live(live: Iterable[Declaration], options: argparse.Namespace) -> Iterator[Fetched]:
    """Ask the services."""
    from pipeline.extract.http import Fetched, Web
    from pipeline.extract.services import ask
    from pipeline.readers.wikitext import page_filter

    web = Web()
    for one in live:
        if options.mirror:
            why = "a mirror holds files, and this is a service; ask it without --mirror"
            yield Fetched(one.id, "*", "failed", message=why)
            continue
        address = options.api if one.live and one.live.service == "mediawiki" else options.endpoint
        endpoint = address.replace("{language}", one.language) if address else None
        yield from ask(
            one, options.raw, web, page_filter, endpoint=endpoint, countries=names(options.countries), tell=_tell
        )


def _tell(step: str, done: int, total: int) -> None:
    """Show how far a live fetch is: on a terminal always, in a log when the step is done."""
    if sys.stderr.isatty():
        print(f"\r{step}: {done:,} of {total:,}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
    elif done >= total:
        print(f"{step}: {total:,}", file=sys.stderr, flush=True)
