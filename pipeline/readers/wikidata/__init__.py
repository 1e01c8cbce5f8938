"""Wikidata to raw rows: one row a statement of twinning, or one row an item.

The same statements make the same rows, from SPARQL results or from JSON of entities. With SPARQL results, the facts
about the towns are in a second file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.raw_rows import LOCATOR, RawRows
from pipeline.readers.wikidata.bindings import read_statement_facts, read_town_facts
from pipeline.readers.wikidata.entities import read_entity_facts
from pipeline.readers.wikidata.rows import TOWN_ROWS, join_towns, statement_rows, town_rows

if TYPE_CHECKING:
    from pipeline.sources import Format


def read_wikidata(content: bytes, layout: Format, where: str) -> RawRows:
    """Read `statements.jsonl`, `towns.jsonl` or JSON of entities; the locator of a row is the statement's or item's id.

    Raises:
        SourceError: it is not of that type, or there is no statement or item; says where.
    """
    locator, missing = "statement", "no statement of twinning"
    if layout.type == "wikidata_towns":
        rows = town_rows(read_town_facts(content, where))
        locator, missing = "item", "no item"
    elif layout.type == "wikidata_statements":
        rows = join_towns(statement_rows(read_statement_facts(content, where)), TOWN_ROWS.to_frame())
    else:
        statement_facts, town_facts = read_entity_facts(content, where)
        rows = join_towns(statement_rows(statement_facts), town_rows(town_facts))
        missing = "no entity has a statement of twinning"
    if rows.is_empty():
        raise SourceError(f"{where}: an empty list: {missing}")
    return RawRows(rows.fill_null("").with_columns(pl.col(locator).alias(LOCATOR)))
