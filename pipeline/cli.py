"""The command line: commands and their help, nothing else."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\
exit codes: 0 done or nothing changed · 1 failed · 2 wrong usage or declaration · 3 a source is missing or broken
            4 not fit to be published · 5 another build is running
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an expected failure is a message, never a traceback."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except TwintownsError as error:
        print(f"twintowns: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has seen enough (| head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("twintowns: interrupted; nothing was published", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="twintowns",
        description="Town twinnings of the world: partnership lists in, validated tables and a database out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    build = commands.add_parser("build", help="build raw/ into curated/current")
    _add_folders(build)
    build.add_argument("--out", type=Path, default=Path("curated"), metavar="DIR", help="where releases go (curated)")
    build.add_argument(
        "--enable",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="turn on sources that are off, or all",
    )
    build.add_argument("--only", nargs="+", action="extend", default=[], metavar="ID", help="build these sources alone")
    build.add_argument("--json", action="store_true", help="print the summary as JSON")
    build.set_defaults(run=_build)

    fetch = commands.add_parser("fetch", help="bring declared URLs into raw/")
    fetch.add_argument("source", nargs="*", metavar="SOURCE", help="what to fetch; every source that is on by default")
    fetch.add_argument("--all", action="store_true", help="also the lists that are off")
    _add_folders(fetch)
    fetch.add_argument(
        "--mirror", type=Path, default=os.environ.get("TWINTOWNS_MIRROR") or None, metavar="DIR",
        help="take the bytes from a folder with an index.csv instead of the network (or set TWINTOWNS_MIRROR)",
    )  # fmt: skip
    fetch.set_defaults(run=_fetch)

    adopt = commands.add_parser("adopt", help="take a file that was handed over into raw/ as a snapshot")
    adopt.add_argument("source", metavar="SOURCE", help="the declared source that it belongs to")
    adopt.add_argument("file", type=Path, nargs="+", help="the file, named as the declaration names it")
    _add_folders(adopt)
    adopt.set_defaults(run=_adopt)

    sources = commands.add_parser("sources", help="what is declared: on or off, licence, snapshot, rows")
    _add_folders(sources)
    sources.add_argument(
        "--out", type=Path, default=Path("curated"), metavar="DIR", help="the release to take rows from"
    )
    sources.set_defaults(run=_sources)

    rejects = commands.add_parser("rejects", help="what was refused, and why")
    rejects.add_argument("--source", metavar="ID", help="of one source alone")
    rejects.add_argument("--limit", type=int, default=10, metavar="N", help="rows shown a rule (10)")
    rejects.add_argument(
        "--out", type=Path, default=Path("curated"), metavar="DIR", help="where the release is (curated)"
    )
    rejects.set_defaults(run=_rejects)

    query = commands.add_parser("query", help="ask the database of the current release")
    query.add_argument("sql", help='SQL, such as "FROM partnerships_per_decade"')
    query.add_argument("--format", choices=("table", "csv", "json"), default="table", help="how to print it (table)")
    query.add_argument(
        "--out", type=Path, default=Path("curated"), metavar="DIR", help="where the release is (curated)"
    )
    query.set_defaults(run=_query)

    locate = commands.add_parser("locate", help="which town a name means, and what could not be placed")
    locate.add_argument("name", nargs="?", help="a town as a list prints it")
    locate.add_argument("--country", metavar="NAME", help="its country, in any language or as a code")
    locate.add_argument("--region", metavar="NAME", help="the region that the list prints")
    locate.add_argument("--near", metavar="TOWN", help="a town close by")
    locate.add_argument("--unplaced", action="store_true", help="list what could not be placed, most frequent first")
    locate.add_argument("--source", metavar="ID", help="of one source alone")
    locate.add_argument("--limit", type=int, default=40, metavar="N", help="rows shown (40)")
    locate.add_argument(
        "--out", type=Path, default=Path("curated"), metavar="DIR", help="where the release is (curated)"
    )
    locate.set_defaults(run=_locate)

    dictionary = commands.add_parser("dictionary", help="print the data dictionary as Markdown")
    dictionary.set_defaults(run=_dictionary)
    return parser


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument("--raw", type=Path, default=Path("raw"), metavar="DIR", help="the raw store (raw)")
    command.add_argument(
        "--sources",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder of further declarations",
    )


def _build(options: argparse.Namespace) -> int:
    from pipeline.build import Settings, build
    from pipeline.report.progress import progress_for_stderr
    from pipeline.report.terminal import print_summary, summarise

    settings = Settings(
        raw=options.raw,
        out=options.out,
        sources=tuple(options.sources),
        enable=frozenset(_names(options.enable)),
        only=frozenset(_names(options.only)),
    )
    built = build(settings, progress_for_stderr())
    if options.json:
        import json

        print(json.dumps(summarise(built), ensure_ascii=False, indent=2))
    else:
        print_summary(built, options.out)
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from pipeline.declarations import load_declarations
    from pipeline.fetch import fetch
    from pipeline.select import choose

    chosen = choose(
        load_declarations(options.sources),
        enable=frozenset({"all"} if options.all else ()),
        only=frozenset(_names(options.source)),
    )
    results = fetch((one for one in chosen.values() if one.enabled), options.raw, options.mirror)
    for result in results:
        size = result.message or f"{result.byte_count:>12,} bytes"
        print(f"{result.outcome:9} {result.source_id}/{result.file_name}  {size}")
    failed = [result for result in results if result.outcome == "failed"]
    there = sum(result.outcome in ("new", "unchanged") for result in results)
    print(f"{there} file(s) in {options.raw}, {len(failed)} failed")
    return 3 if failed else 0


def _adopt(options: argparse.Namespace) -> int:
    from pipeline.declarations import load_declarations
    from pipeline.select import choose
    from pipeline.snapshots import adopt

    declaration = choose(load_declarations(options.sources), only=frozenset({options.source}))[options.source]
    for path in options.file:
        snapshot = adopt(declaration, path, options.raw)
        print(f"{snapshot.snapshot_id}: {snapshot.byte_count:,} bytes, as of {snapshot.as_of_date}")
    return 0


def _sources(options: argparse.Namespace) -> int:
    from pipeline.declarations import load_declarations
    from pipeline.report.inventory import inventory
    from pipeline.report.terminal import print_sources

    print_sources(inventory(load_declarations(options.sources).values(), options.raw, options.out))
    return 0


def _rejects(options: argparse.Namespace) -> int:
    from pipeline.report.inventory import read_table
    from pipeline.report.terminal import print_rejects

    rejects = read_table(options.out, "rejects")
    if options.source:
        import polars as pl

        from pipeline.declarations import nearest

        known = read_table(options.out, "sources")["source_id"].to_list()
        if options.source not in known:
            print(f"twintowns: no source {options.source!r}{nearest(options.source, known)}", file=sys.stderr)
            return 2
        rejects = rejects.filter(pl.col("source_id") == options.source)
    print_rejects(rejects, options.limit)
    return 0


def _query(options: argparse.Namespace) -> int:
    from pipeline.report.query import run_query

    print(run_query(options.out, options.sql, options.format))
    return 0


def _locate(options: argparse.Namespace) -> int:
    from pipeline.report.places import explain_mention, list_unplaced
    from pipeline.report.terminal import print_mention, print_unplaced

    if options.unplaced:
        print_unplaced(list_unplaced(options.out, options.source), options.limit)
        return 0
    if not options.name:
        print("twintowns: locate needs a name, or --unplaced", file=sys.stderr)
        return 2
    print_mention(explain_mention(options.name, options.country, options.near, options.region))
    return 0


def _dictionary(_: argparse.Namespace) -> int:
    from pipeline.report.dictionary import dictionary

    print(dictionary(), end="")
    return 0


def _names(values: Sequence[str]) -> list[str]:
    """Accept `a b` as well as `a,b`."""
    return [name for value in values for name in value.split(",") if name]


if __name__ == "__main__":
    sys.exit(main())
