"""GraphML: towns as nodes, partnerships as edges, for networkx, Gephi, igraph and yEd.

Not written by networkx, whose writer takes 14 s for 39,000 edges; this takes about one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.export.characters import INEXPRESSIBLE, REPLACEMENT
from pipeline.export.release import read_partnerships, read_towns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_NODE: Final = ("name", "country_code", "latitude", "longitude", "kind", "population", "geonames_id", "wikidata_id")
_EDGE: Final = (
    *("partnership_id", "form", "status", "start_date", "start_precision", "start_year", "end_date", "end_precision"),
    *("end_year", "end_cause", "start_agreement", "source_count", "family_count", "stated_by_both", "distance_km"),
    "sources",
)
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
#: http://graphml.graphdrawing.org/primer/graphml-primer.html, "Declaring GraphML-Attributes"
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def write_graphml(connection: DuckDBPyConnection, where: str | None) -> tuple[Iterator[str], str]:
    """Return an undirected graph as GraphML text in pieces, and a summary in one sentence.

    Null attributes are left out. Gephi shows the node's `label`.

    Args:
        connection: the open release.
        where: the condition that the release was opened with.
    """
    nodes = read_towns(connection, where).select("town_id", *_NODE, label="name")
    edges = read_partnerships(connection).select("town_a_id", "town_b_id", *_EDGE)
    return _pieces(nodes, edges), f"{nodes.height:,} towns, {edges.height:,} partnerships"


def _pieces(nodes: pl.DataFrame, edges: pl.DataFrame) -> Iterator[str]:
    yield _HEAD
    yield from _keys(nodes.drop("town_id"), "node")
    yield from _keys(edges.select(_EDGE), "edge")
    yield '  <graph edgedefault="undirected">\n'
    yield from _elements(nodes, "node", pl.format('    <node id="{}">', "town_id"), [*_NODE, "label"])
    opening = pl.format('    <edge source="{}" target="{}">', "town_a_id", "town_b_id")
    yield from _elements(edges, "edge", opening, list(_EDGE))
    yield "  </graph>\n</graphml>\n"


def _keys(frame: pl.DataFrame, element: str) -> Iterator[str]:
    """Yield the declaration of each attribute with its type."""
    for name, dtype in frame.schema.items():
        kind = "string"
        if dtype == pl.Boolean:
            kind = "boolean"
        elif dtype.is_numeric():
            kind = "double" if dtype.is_float() else "long"
        yield f'  <key id="{element}_{name}" for="{element}" attr.name="{name}" attr.type="{kind}"/>\n'


def _elements(frame: pl.DataFrame, element: str, opening: pl.Expr, names: list[str]) -> Iterator[str]:
    """Yield one line for each row."""
    attributes = [
        pl.concat_str(pl.lit(f'<data key="{element}_{name}">'), _text(name, frame.schema[name]), pl.lit("</data>"))
        for name in names
    ]
    lines = frame.select(pl.concat_str(opening, *attributes, pl.lit(f"</{element}>\n"), ignore_nulls=True))
    yield from lines.to_series()


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(name).list.join(", ") if isinstance(dtype, pl.List) else pl.col(name).cast(pl.String)
    if dtype not in (pl.String, pl.List):
        return text
    return text.str.replace_all(INEXPRESSIBLE, REPLACEMENT).str.replace_many(_ESCAPES)
