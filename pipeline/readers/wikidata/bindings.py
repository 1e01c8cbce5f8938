"""SPARQL results to facts: lines of W3C JSON bindings, as a fetch writes them."""

from __future__ import annotations

import io
import json
import re

import polars as pl

from pipeline.errors import SourceError
from pipeline.extract.wikidata import terms as t
from pipeline.readers.wikidata.statements import ALIAS, LABEL, SAME, SOME, STATEMENT_FACTS, TOWN_FACTS

#: https://www.w3.org/TR/sparql11-results-json/#select-encode-terms
_TERM = pl.Struct({"type": pl.String, "value": pl.String, "xml:lang": pl.String})
#: Escapes of JSON: two halves of a character, one (which is the group), any other.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(u[dD][89a-fA-F]\w\w)|.)")
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_STATEMENT_VARIABLES = ("town", "statement", "property", "value", "rank", "precision", "calendar", "reference")
_TOWN_VARIABLES = ("town", "property", "value", "time")
_PROPERTIES = {t.iri("rdfs:label"): LABEL, t.iri("skos:altLabel"): ALIAS, t.iri("owl:sameAs"): SAME}


def statement_facts(content: bytes, where: str) -> pl.DataFrame:
    """Return the facts of `statements.jsonl`, as `STATEMENT_FACTS`.

    Raises:
        SourceError: a line is no binding; names it.
    """
    rows = _read(content, _STATEMENT_VARIABLES, where)
    # `q1040-6716…` in an IRI is the statement `q1040$6716…`.
    statement = _local("statement").str.replace("-", "$", literal=True)
    return rows.select(
        town=_local("town"),
        statement=statement,
        property=_local("property"),
        value=_value(),
        rank=_local("rank").str.strip_suffix("Rank").str.to_lowercase(),
        precision=_text("precision"),
        calendar=_local("calendar"),
        reference=_local("reference"),
    ).match_to_schema(STATEMENT_FACTS)


def town_facts(content: bytes, where: str) -> pl.DataFrame:
    """Return the facts of `towns.jsonl`, as `TOWN_FACTS`.

    Raises:
        SourceError: a line is no binding; names it.
    """
    rows = _read(content, _TOWN_VARIABLES, where)
    language = pl.col("value").struct.field("xml:lang").str.to_lowercase()
    return rows.select(
        town=_local("town"),
        property=_text("property").replace_strict(_PROPERTIES, default=_local("property")),
        value=_value(),
        language=language,
        time=_text("time"),
    ).match_to_schema(TOWN_FACTS)


def _read(content: bytes, variables: tuple[str, ...], where: str) -> pl.DataFrame:
    # Of half a character polars makes a NUL, or refuses the file; other readers make what `whole` does.
    if _HALF.search(content):
        content = _ESCAPE.sub(lambda escape: b"?" if escape[1] else escape[0], content)
    try:
        return pl.read_ndjson(io.BytesIO(content), schema=dict.fromkeys(variables, _TERM))
    except pl.exceptions.PolarsError as error:
        for number, line in enumerate(content.split(b"\n"), start=1):
            try:
                known = not line.strip() or isinstance(json.loads(line), dict)
            except ValueError:
                known = False
            if not known:
                raise SourceError(f"{where}, line {number}: not a JSON object: {line[:80]!r}") from error
        raise SourceError(f"{where}: cannot be read as SPARQL bindings: {error}") from error


def _text(variable: str) -> pl.Expr:
    return pl.col(variable).struct.field("value")


def _local(variable: str) -> pl.Expr:
    """Return what stands behind the last `/` or `#` of an IRI."""
    return _text(variable).str.extract(r"([^/#]*)$")


def _value() -> pl.Expr:
    """Return the value: an item's id, a literal's text, or that there is some."""
    term = pl.col("value").struct
    text, kind = term.field("value"), term.field("type")
    item = text.str.extract(rf"^{t.iri('wd:')}(Q[1-9]\d*)$")
    # Dumps have blank nodes, the query service IRIs that stand for them.
    some = (kind == "bnode") | text.str.contains("/.well-known/genid/", literal=True)
    return pl.when((kind == "uri") & some | (kind == "bnode")).then(pl.lit(SOME)).otherwise(pl.coalesce(item, text))
