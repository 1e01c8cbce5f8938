"""Wikidata to raw rows: one statement of twinning a row, or one item a row.

The same statements give the same rows, whether they come as lines of SPARQL results or as JSON of entities; in the
first case what is known of the towns is in a file of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.rows import LOCATOR, RawRows
from pipeline.readers.wikidata.bindings import statement_facts, town_facts
from pipeline.readers.wikidata.entities import read_facts
from pipeline.readers.wikidata.statements import SIDE_COLUMNS, statements, towns, with_sides

if TYPE_CHECKING:
    from pipeline.sources import Format

_NOTHING_KNOWN = pl.DataFrame(schema=dict.fromkeys(("item", "same_as", "name", *SIDE_COLUMNS[1:]), pl.String))


def read_wikidata_statements(content: bytes, layout: Format, where: str) -> RawRows:  # noqa: ARG001
    """Read `statements.jsonl`: a row a statement, located by its id.

    Raises:
        SourceError: a line is no SPARQL binding, or there is no statement; says where.
    """
    rows = with_sides(statements(statement_facts(content, where)), _NOTHING_KNOWN)
    return _raw_rows(rows, "statement", f"{where}: an empty list: no statement of twinning")


def read_wikidata_towns(content: bytes, layout: Format, where: str) -> RawRows:  # noqa: ARG001
    """Read `towns.jsonl`: a row an item, located by its id.

    Raises:
        SourceError: a line is no SPARQL binding, or there is no item; says where.
    """
    return _raw_rows(towns(town_facts(content, where)), "item", f"{where}: an empty list: no item")


def read_wikidata_entities(content: bytes, layout: Format, where: str) -> RawRows:  # noqa: ARG001
    """Read entities as JSON: a row a statement, with what the same file knows of both towns.

    Raises:
        SourceError: it is no JSON of entities, or they have no statement; says where.
    """
    stated, known = read_facts(content, where)
    rows = with_sides(statements(stated), towns(known))
    return _raw_rows(rows, "statement", f"{where}: an empty list: no entity has a statement of twinning")


def _raw_rows(rows: pl.DataFrame, locator: str, empty: str) -> RawRows:
    if rows.is_empty():
        raise SourceError(empty)
    broken = pl.DataFrame(schema=dict.fromkeys(("locator", "message", "row_json"), pl.String))
    return RawRows(rows.fill_null("").with_columns(pl.col(locator).alias(LOCATOR)), broken)
