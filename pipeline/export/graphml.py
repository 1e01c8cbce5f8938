"""GraphML: towns as nodes, partnerships as edges, for networkx, Gephi, igraph and yEd.

Written here and not by networkx: its writer takes 14 s for 39,000 edges, this takes about one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.export.release import chosen_partnerships, chosen_towns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_NODE = ("name", "country_code", "latitude", "longitude", "kind", "population", "geonames_id", "wikidata_id")
_EDGE = (
    "partnership_id", "form", "status", "start_date", "start_precision", "start_year", "end_date", "end_precision",
    "end_year", "end_cause", "start_agreement", "source_count", "family_count", "stated_by_both", "distance_km",
    "sources",
)  # fmt: skip
#: What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
#: http://graphml.graphdrawing.org/primer/graphml-primer.html, "Declaring GraphML-Attributes"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def write_graphml(connection: DuckDBPyConnection, where: str | None) -> tuple[Iterator[str], str]:
    """Return an undirected graph as GraphML text in pieces, and one sentence on what is in it.

    An attribute that is null is not written. The node's `label` is what Gephi shows.
    """
    towns, partnerships = chosen_towns(connection, where), chosen_partnerships(connection)
    nodes = towns.select("town_id", *_NODE).with_columns(label="name")
    edges = partnerships.select("town_a_id", "town_b_id", *_EDGE)
    return _pieces(nodes, edges), f"{nodes.height:,} towns, {edges.height:,} partnerships"


def _pieces(nodes: pl.DataFrame, edges: pl.DataFrame) -> Iterator[str]:
    node_names, edge_names = [*_NODE, "label"], list(_EDGE)
    yield _HEAD
    yield from _keys(nodes.select(node_names), "node")
    yield from _keys(edges.select(edge_names), "edge")
    yield '  <graph edgedefault="undirected">\n'
    node = pl.concat_str(pl.lit('    <node id="'), pl.col("town_id"), pl.lit('">'))
    yield from _elements(nodes, node, node_names, "node")
    edge = pl.concat_str(
        pl.lit('    <edge source="'), pl.col("town_a_id"), pl.lit('" target="'), pl.col("town_b_id"), pl.lit('">')
    )
    yield from _elements(edges, edge, edge_names, "edge")
    yield "  </graph>\n</graphml>\n"


def _keys(frame: pl.DataFrame, what: str) -> Iterator[str]:
    """Yield the declaration of each attribute with its type."""
    for name, dtype in frame.schema.items():
        kind = (
            "boolean" if dtype == pl.Boolean
            else "double" if dtype.is_float()
            else "long" if dtype.is_integer()
            else "string"
        )  # fmt: skip
        yield f'  <key id="{what}_{name}" for="{what}" attr.name="{name}" attr.type="{kind}"/>\n'


def _elements(frame: pl.DataFrame, opening: pl.Expr, names: list[str], what: str) -> Iterator[str]:
    """Yield one line for each row."""
    attributes = [
        pl.concat_str(pl.lit(f'<data key="{what}_{name}">'), _text(name, frame.schema[name]), pl.lit("</data>"))
        for name in names
    ]
    lines = frame.select(pl.concat_str(opening, *attributes, pl.lit(f"</{what}>\n"), ignore_nulls=True))
    yield from lines.to_series()


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name).list.join(", ") if isinstance(dtype, pl.List) else pl.col(name).cast(pl.String)
    if dtype not in (pl.String, pl.List):
        return value
    return value.str.replace_all(_NOT_XML, "\ufffd").str.replace_many(
        ["&", "<", ">", "\r"], ["&amp;", "&lt;", "&gt;", "&#13;"]
    )
