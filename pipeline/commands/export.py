"""`twintowns export`: the current release in the formats of other programs."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.commands.options import Options, Parser, add_release, add_sources, count, split_names, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    #: What is written, and a summary in one sentence.
    Export = tuple[Iterable[str] | bytes, str]

HELP = "write the release as GeoJSON, GeoParquet, GraphML, CSV, iCalendar, Atom, JSON files or QuickStatements"
EXAMPLES = (
    "twintowns export geojson --what towns --output towns.geojson",
    "twintowns export geoparquet --output partnerships.parquet",
    "twintowns export graphml --output twintowns.graphml",
    "twintowns export csv --output tables/",
    "twintowns export icalendar --year 2027 --town Coventry --include-years --output coventry.ics",
    "twintowns export atom --base-url https://example.org/twintowns/ --output changes.atom",
    "twintowns export towns --directory site/data",
    "twintowns export quickstatements --output wikidata.txt",
    "twintowns export geojson --where \"country_code = 'FR' AND partner_country_code = 'DE'\" --output fr-de.geojson",
)
_EPILOG = """\
geojson          partnerships as lines along the great circle, or towns as points
geoparquet       the same as GeoParquet 1.1, for QGIS, geopandas and DuckDB
graphml          towns and partnerships as a graph, for networkx, Gephi and igraph
csv              one table, or every table into a folder with a datapackage.json that describes them; a text that a
                 spreadsheet would take for a formula (it begins with = + - @, a tab or a line break) gets an
                 apostrophe before it, numbers stay numbers
icalendar        round anniversaries in a year, each as long as what is known of its day: a day or a month
atom             what differs from the release before, as a feed
towns            one JSON file a town and an index, for a static site; a folder from an earlier run is replaced
quickstatements  partnerships that Wikidata does not state yet, with a reference; a person must review them

--where takes a condition over town_partners and partnerships, seen from either town.
"""
_FORMATS: Final = ("geojson", "geoparquet", "graphml", "csv", "icalendar", "atom", "towns", "quickstatements")
#: Options of some formats only, and which; None or False where an option is not given.
_ONLY_FOR: Final = {
    "what": ("geojson", "geoparquet"),
    "table": ("csv",),
    "bom": ("csv",),
    "exact": ("csv",),
    "year": ("icalendar",),
    "town": ("icalendar",),
    "every": ("icalendar",),
    "include_years": ("icalendar",),
    "limit": ("atom",),
    "base_url": ("atom",),
    "directory": ("towns",),
}
#: An event ends on the day after, which must be a date too.
_LAST_YEAR: Final = 9998
#: Entries of a feed, where no number is given: more are read by nobody.
_ENTRIES: Final = 200


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.epilog, parser.formatter_class = _EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument("format", choices=_FORMATS, help="what to write")
    parser.add_argument(
        "--where", type=text_of, metavar="SQL", help="only partnerships for which this is true, seen from either town"
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="a file (printed); for several tables a folder")
    maps = parser.add_argument_group("geojson, geoparquet")
    maps.add_argument("--what", choices=("partnerships", "towns"), help="features (partnerships)")
    csv = parser.add_argument_group("csv")
    csv.add_argument("--table", action="append", metavar="NAME", help="this table (every table)")
    csv.add_argument("--bom", action="store_true", help="begin with a byte order mark, which Excel needs")
    csv.add_argument("--exact", action="store_true", help="no apostrophe before texts that look like a formula")
    calendar = parser.add_argument_group("icalendar")
    calendar.add_argument("--year", type=_year, help="the year of the anniversaries; it must be given")
    calendar.add_argument("--town", type=text_of, metavar="NAME", help="only of this town: its name or its id")
    calendar.add_argument("--every", type=count, metavar="N", help="anniversaries of every N years (5)")
    calendar.add_argument(
        "--include-years", action="store_true", help="also those of which only the year is known, as events of a year"
    )
    feed = parser.add_argument_group("atom")
    feed.add_argument("--limit", type=count, metavar="N", help="the N most important entries (200)")
    feed.add_argument("--base-url", type=_address, metavar="URL", help="where the release's page is, for links to it")
    site = parser.add_argument_group("towns")
    site.add_argument("--directory", type=Path, metavar="DIR", help="a new or empty folder, or one of an earlier run")
    add_sources(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    _check_options(options)
    if options.format == "csv":
        _export_tables(options)
        return 0
    from pipeline.export.release import open_release

    with open_release(options.out, options.where) as connection:
        if options.format == "towns":
            from pipeline.export.town_files import write_towns

            print(f"{options.directory}: {write_towns(connection, options.directory, options.where)}")
            return 0
        content, summary = _export(connection, options)
        _save(content, options.output, summary)
    return 0


def _check_options(options: Options) -> None:
    """Check that the options go with the format, before anything is opened.

    Raises:
        UsageError: one is missing, or is of another format.
    """
    from pipeline.errors import UsageError

    for name, formats in _ONLY_FOR.items():
        if getattr(options, name) and options.format not in formats:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} is an option of {' and '.join(formats)}; {options.format} has no use for it")
    if options.format == "geoparquet" and options.output is None:
        raise UsageError("GeoParquet is no text to print; say where to write it with: --output FILE")
    if (
        options.format == "csv"
        and options.output is not None
        and options.output.suffix in (".xlsx", ".json", ".parquet")
    ):
        table = (options.table or ["partnerships"])[0]
        raise UsageError(
            f"{options.output}: this writes CSV, which is not called so; "
            f'for another format: twintowns query "FROM {table}" --output {options.output}'
        )
    if options.format == "icalendar" and options.year is None:
        raise UsageError("a calendar is of one year; say which, such as: --year 2027")
    if options.format == "towns" and (options.directory is None or options.output is not None):
        raise UsageError("towns are many files; say which folder, and no --output, with: --directory DIR")


def _export(connection: DuckDBPyConnection, options: Options) -> Export:
    what, where = options.what or "partnerships", options.where
    if options.format == "geojson":
        from pipeline.export.geojson import write_geojson

        return write_geojson(connection, what, where)
    if options.format == "geoparquet":
        from pipeline.export.geoparquet import write_geoparquet

        return write_geoparquet(connection, what, where)
    if options.format == "graphml":
        from pipeline.export.graphml import write_graphml

        return write_graphml(connection, where)
    if options.format == "icalendar":
        from pipeline.export.icalendar import write_icalendar

        return write_icalendar(
            connection, options.year, town=options.town, every=options.every or 5, whole_years=options.include_years
        )
    if options.format == "atom":
        from pipeline.export.atom import write_atom

        return write_atom(connection, where, limit=options.limit or _ENTRIES, base_url=options.base_url)
    from pipeline.export.quickstatements import write_quickstatements
    from pipeline.sources import load_declarations

    declarations = load_declarations(options.sources)
    enabled = {name for name, declaration in declarations.items() if declaration.enabled}
    return write_quickstatements(connection, enabled)


def _export_tables(options: Options) -> None:
    from pipeline.errors import UsageError
    from pipeline.export.release import open_release
    from pipeline.export.tables import table_names, write_description, write_table
    from pipeline.publish.checksums import DESCRIPTOR

    tables = table_names(split_names(options.table or []))
    one_file = len(tables) == 1
    if not one_file and options.output is None:
        raise UsageError("several tables are several files; say which folder with --output DIR, or one --table NAME")
    with open_release(options.out, options.where) as connection:
        for table in tables:
            pieces, summary = write_table(connection, table, options.where, mark=options.bom, exact=options.exact)
            _save(pieces, options.output if one_file else options.output / f"{table}.csv", summary)
        if not one_file:
            pieces, summary = write_description(connection, tables, options.where)
            _save(pieces, options.output / DESCRIPTOR, summary)


def _save(content: Iterable[str] | bytes, output: Path | None, summary: str) -> None:
    """Write a file completely or not at all, and print its summary; or print both, the summary on standard error.

    Args:
        content: text in pieces; bytes only for a file.
        output: the file; None prints.
        summary: one sentence.

    Raises:
        TwintownsError: the file cannot be written.
    """
    from pipeline.errors import TwintownsError
    from pipeline.report.control_characters import for_stdout

    pieces = () if isinstance(content, bytes) else content
    if output is None:
        sys.stdout.writelines(map(for_stdout, pieces))
        print(summary, file=sys.stderr)
        return
    part = output.with_name(output.name + ".part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.writelines([content] if isinstance(content, bytes) else (piece.encode() for piece in pieces))
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TwintownsError(f"{output}: cannot be written ({error.strerror or error}); nothing was kept") from error
    print(f"{output}: {summary}")


def _year(text: str) -> int:
    number = count(text)
    if number > _LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{text!r} is no year: 1 to {_LAST_YEAR}")
    return number


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s#]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address of a page: it begins with https:// and has no #")
    return text
