"""SPARQL results to facts: lines of JSON bindings, as the fetch writes them."""

from __future__ import annotations

import io
import json
import re
from typing import Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.extract.wikidata import terms as t
from pipeline.readers.wikidata.rows import ALIAS, LABEL, SAME_AS, SOME_VALUE, STATEMENT_FACTS, TOWN_FACTS

#: https://www.w3.org/TR/sparql11-results-json/#select-encode-terms
_TERM: Final = pl.Struct({"type": pl.String, "value": pl.String, "xml:lang": pl.String})
#: Escapes of JSON: a surrogate pair, a lone surrogate (which is the group), any other.
_ESCAPE: Final = re.compile(rb"\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(u[dD][89a-fA-F]\w\w)|.)")
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_PROPERTIES: Final = {t.iri("rdfs:label"): LABEL, t.iri("skos:altLabel"): ALIAS, t.iri("owl:sameAs"): SAME_AS}


def read_statement_facts(content: bytes, where: str) -> pl.DataFrame:
    """Return the facts of `statements.jsonl`, as `STATEMENT_FACTS`.

    Raises:
        SourceError: a line is no binding; names it.
    """
    rows = _read(content, list(STATEMENT_FACTS), where)
    return rows.select(
        town=_local_name("town"),
        # `q1040-6716…` in an IRI is the statement `q1040$6716…`.
        statement=_local_name("statement").str.replace("-", "$", literal=True),
        property=_local_name("property"),
        value=_value(),
        rank=_local_name("rank").str.strip_suffix("Rank").str.to_lowercase(),
        precision=_text("precision"),
        calendar=_local_name("calendar"),
        reference=_local_name("reference"),
    ).match_to_schema(STATEMENT_FACTS)


def read_town_facts(content: bytes, where: str) -> pl.DataFrame:
    """Return the facts of `towns.jsonl`, as `TOWN_FACTS`.

    Raises:
        SourceError: a line is no binding; names it.
    """
    rows = _read(content, ["town", "property", "value", "time"], where)
    return rows.select(
        town=_local_name("town"),
        property=_text("property").replace_strict(_PROPERTIES, default=_local_name("property")),
        value=_value(),
        language=pl.col("value").struct.field("xml:lang").str.to_lowercase(),
        time=_text("time"),
    ).match_to_schema(TOWN_FACTS)


def _read(content: bytes, variables: list[str], where: str) -> pl.DataFrame:
    # polars makes a NUL of a lone surrogate, or rejects the file; the other readers make a question mark.
    if _SURROGATE.search(content):
        content = _ESCAPE.sub(lambda escape: b"?" if escape[1] else escape[0], content)
    try:
        return pl.read_ndjson(io.BytesIO(content), schema=dict.fromkeys(variables, _TERM))
    except pl.exceptions.PolarsError as error:
        for number, line in enumerate(content.split(b"\n"), start=1):
            if line.strip() and not _is_json_object(line):
                raise SourceError(f"{where}, line {number}: not a JSON object: {line[:80]!r}") from error
        raise SourceError(f"{where}: cannot be read as SPARQL bindings: {error}") from error


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (RecursionError, ValueError):
        return False


def _text(variable: str) -> pl.Expr:
    return pl.col(variable).struct.field("value")


def _local_name(variable: str) -> pl.Expr:
    """Return the end of an IRI, behind its last `/` or `#`."""
    return _text(variable).str.extract(r"([^/#]*)$")


def _value() -> pl.Expr:
    """Return the value: an item's id, a literal's text, or `SOME_VALUE`."""
    text, kind = _text("value"), pl.col("value").struct.field("type")
    item = text.str.extract(rf"^{t.iri('wd:')}(Q[1-9]\d*)$")
    # Dumps have blank nodes, the query service has IRIs instead.
    is_skolem = (kind == "uri") & text.str.contains("/.well-known/genid/", literal=True)
    return pl.when(is_skolem | (kind == "bnode")).then(pl.lit(SOME_VALUE)).otherwise(pl.coalesce(item, text))
