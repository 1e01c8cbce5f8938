"""`twintowns export`: the current release in the formats of other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import Options, Parser, add_release, add_sources, split_names, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

HELP = "write the release as GeoJSON, GraphML, CSV or QuickStatements"
EXAMPLES = (
    "twintowns export geojson --output partnerships.geojson",
    "twintowns export csv --table partnerships --output partnerships.csv",
)
_FORMATS = ("geojson", "graphml", "csv", "quickstatements")
_EPILOG = """\
geojson          partnerships as lines along the great circle, or towns as points (--what towns)
graphml          towns and partnerships as a graph, for networkx, Gephi and igraph
csv              one table (--table), or every table into a folder with a datapackage.json that describes them; a text
                 that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line break) gets an
                 apostrophe before it, numbers stay numbers
quickstatements  partnerships that Wikidata does not state yet, with a reference; a person must review them

--where takes a condition over town_partners and partnerships, seen from either town:
  twintowns export geojson --where "country_code = 'FR' AND partner_country_code = 'DE'" --output fr-de.geojson
"""


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.epilog, parser.formatter_class = _EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument("format", choices=_FORMATS, help="what to write")
    parser.add_argument(
        "--where", type=text_of, metavar="SQL", help="only partnerships for which this is true, seen from either town"
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="a file (printed); for several tables a folder")
    parser.add_argument(
        "--what", choices=("partnerships", "towns"), default="partnerships", help="geojson: features (partnerships)"
    )
    parser.add_argument("--table", action="append", default=[], metavar="NAME", help="csv: this table (every table)")
    parser.add_argument("--bom", action="store_true", help="csv: begin with a byte order mark, which Excel needs")
    parser.add_argument("--exact", action="store_true", help="csv: no apostrophe before texts that look like a formula")
    add_sources(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.export.release import open_release

    if options.format == "csv":
        return _export_tables(options)
    with open_release(options.out, options.where) as connection:
        pieces, summary = _export(connection, options)
        _save(pieces, options.output, summary)
    return 0


def _export(connection: DuckDBPyConnection, options: Options) -> tuple[Iterator[str], str]:
    if options.format == "geojson":
        from pipeline.export.geojson import write_geojson

        return write_geojson(connection, options.what, options.where)
    if options.format == "graphml":
        from pipeline.export.graphml import write_graphml

        return write_graphml(connection, options.where)
    from pipeline.export.quickstatements import write_quickstatements
    from pipeline.sources import load_declarations

    declarations = load_declarations(options.sources)
    enabled = {name for name, declaration in declarations.items() if declaration.enabled}
    return write_quickstatements(connection, enabled)


def _export_tables(options: Options) -> int:
    from pipeline.errors import UsageError
    from pipeline.export.release import open_release
    from pipeline.export.tables import table_names, write_description, write_table
    from pipeline.publish.checksums import DESCRIPTOR

    tables = table_names(split_names(options.table))
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
    return 0


def _save(pieces: Iterable[str], output: Path | None, summary: str) -> None:
    """Write a file completely or not at all, and print its summary; or print both, the summary on standard error."""
    from pipeline.errors import TwintownsError
    from pipeline.report.control_characters import for_stdout

    if output is None:
        sys.stdout.writelines(map(for_stdout, pieces))
        print(summary, file=sys.stderr)
        return
    part = output.with_name(output.name + ".part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TwintownsError(f"{output}: cannot be written ({error.strerror or error}); nothing was kept") from error
    print(f"{output}: {summary}")
