"""JSON of Wikidata's entities to the facts that its RDF would have.

The JSON is that of wbgetentities, of Special:EntityData and of the dumps: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html.
An entity has its own id: the key above it may be that of a redirect.
"""

from __future__ import annotations

import functools
import io
import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.extract.wikidata import terms as t
from pipeline.readers.chunks import Chunk, is_large, map_chunks
from pipeline.readers.raw_rows import replace_surrogates
from pipeline.readers.wikidata.rows import ALIAS, LABEL, SAME_AS, SOME_VALUE, STATEMENT_FACTS, TOWN_FACTS
from pipeline.readers.wikidata.times import to_rdf_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_Json = dict[str, Any]
_Facts = list[tuple[str | None, ...]]
_QUALIFIERS: Final = (t.START, t.END, t.POINT_IN_TIME, t.END_CAUSE)
_REFERENCES: Final = (t.REFERENCE_URL, t.STATED_IN, t.RETRIEVED)
_TOWN_PROPERTIES: Final = (t.COUNTRY, t.REGION, t.COORDINATES, t.GEONAMES, t.POPULATION, t.INSTANCE_OF)


def read_entity_facts(content: bytes, where: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the facts of a file: one answer, one entity, a list of them, or a dump with one on each line.

    Returns:
        `STATEMENT_FACTS` and `TOWN_FACTS`.

    Raises:
        SourceError: it is none of these, or an entity is not as Wikibase writes it; names the entity and, in a dump,
            its line.
    """
    if is_large(content) and _is_dump(content):
        facts = list(map_chunks(functools.partial(_read_chunk, where=where), content))
        return pl.concat(statements for statements, _ in facts), pl.concat(towns for _, towns in facts)
    return facts_of_entities(read_entities(content, where))


def read_entities(content: bytes, where: str) -> list[tuple[str, _Json]]:
    """Return the items of a file that is not large, each with its origin: the file, and in a dump the line.

    Raises:
        SourceError: as `read_entity_facts`.
    """
    text = content.decode("utf-8-sig", "replace")
    try:
        document = json.loads(text)
    except (RecursionError, ValueError) as error:
        # Only a dump has lines to name.
        if isinstance(error, RecursionError) and not _is_dump(content):
            raise SourceError(f"{where}: not JSON as Wikibase writes it: {error}") from error
        entities = list(_read_lines(text, 1, where))
    else:
        if isinstance(document, dict):
            answer = document.get("entities")
            document = list(answer.values()) if isinstance(answer, dict) else [document]
        entities = [(where, entity) for entity in document] if isinstance(document, list) else []
    items = [(origin, entity) for origin, entity in entities if _is_item(entity)]
    if not items:
        raise SourceError(f"{where}: holds no entity as Wikidata's API, Special:EntityData or its dumps give them")
    return items


def _is_item(entity: object) -> bool:
    return isinstance(entity, dict) and "id" in entity and "missing" not in entity


def _is_dump(content: bytes) -> bool:
    """Return whether the first line that is more than a bracket is an item."""
    first = next((line for line in io.BytesIO(content) if line.strip() not in (b"", b"[")), b"")
    try:
        return _is_item(json.loads(first.strip().removesuffix(b",")))
    except (RecursionError, ValueError):
        return False


def _read_chunk(chunk: Chunk, where: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines = _read_lines(chunk.content.decode("utf-8-sig", "replace"), chunk.first_line, where)
    return facts_of_entities((origin, entity) for origin, entity in lines if _is_item(entity))


def _read_lines(text: str, first_line: int, where: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=first_line):
        entity = line.strip().removesuffix(",")
        if entity in ("", "[", "]"):
            continue
        origin = f"{where}, line {number}"
        try:
            yield origin, json.loads(entity)
        except (RecursionError, ValueError) as error:
            raise SourceError(f"{origin}: not JSON as Wikibase writes it: {error}") from error


def facts_of_entities(entities: Iterable[tuple[str, _Json]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the facts of all entities, as `STATEMENT_FACTS` and `TOWN_FACTS`.

    Args:
        entities: each with its origin: the file, and in a dump the line.

    Raises:
        SourceError: an entity is not as Wikibase writes it; names its origin and id.
    """
    statement_facts: _Facts = []
    town_facts: _Facts = []
    for origin, entity in entities:
        try:
            item = str(entity["id"])
            for statement in _statements(entity, t.TWINNED):
                statement_facts += _statement_facts(item, statement)
            town_facts += _town_facts(item, entity)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # Checking the shape of every level first would cost more than all the rest.
            why = f"has no {error}" if isinstance(error, KeyError) else f"is of another kind ({error})"
            item = replace_surrogates(str(entity["id"]))
            raise SourceError(f"{origin}: {item} is not as Wikibase writes it: something in it {why}") from error
    return _frame(statement_facts, STATEMENT_FACTS), _frame(town_facts, TOWN_FACTS)


def _frame(facts: _Facts, schema: Mapping[str, Any]) -> pl.DataFrame:
    try:
        return pl.DataFrame(facts, schema=schema, orient="row")
    except UnicodeEncodeError:
        facts = [tuple(text if text is None else replace_surrogates(text) for text in fact) for fact in facts]
        return pl.DataFrame(facts, schema=schema, orient="row")


def _statements(entity: Mapping[str, Any], number: str) -> list[_Json]:
    # PHP writes an empty map as a list.
    claims = entity.get("claims") or {}
    return list(claims.get(number, []))


def _statement_facts(item: str, statement: _Json) -> Iterator[tuple[str | None, ...]]:
    name, rank = str(statement["id"]), str(statement["rank"])
    yield item, name, t.TWINNED, _value(statement["mainsnak"]), rank, None, None, None
    qualifiers = statement.get("qualifiers") or {}
    for number in _QUALIFIERS:
        for snak in qualifiers.get(number, []):
            if snak["snaktype"] != "novalue":
                yield item, name, number, *_value_and_precision(snak), None
    for index, reference in enumerate(statement.get("references") or []):
        reference_id = str(reference.get("hash") or index)
        for number in _REFERENCES:
            for snak in (reference.get("snaks") or {}).get(number, []):
                if snak["snaktype"] == "value":
                    yield item, name, number, *_value_and_precision(snak), reference_id


def _value_and_precision(snak: _Json) -> tuple[str | None, str | None, str | None, str | None]:
    """Return value, rank (always null), precision and calendar of a qualifier or of a part of a reference."""
    value = (snak.get("datavalue") or {}).get("value")
    if not isinstance(value, dict) or "precision" not in value or "time" not in value:
        return _value(snak), None, None, None
    return to_rdf_time(value), None, str(value["precision"]), str(value["calendarmodel"]).rpartition("/")[2]


def _value(snak: _Json) -> str | None:
    """Return what RDF has as the simple value; null for "no value"."""
    if snak["snaktype"] != "value":
        return SOME_VALUE if snak["snaktype"] == SOME_VALUE else None
    value = snak["datavalue"]["value"]
    if not isinstance(value, dict):
        return str(value)
    if "id" in value or "numeric-id" in value:
        return str(value.get("id") or f"Q{value['numeric-id']}")
    if "latitude" in value:
        globe = str(value.get("globe") or t.EARTH).rpartition("/")[2]
        point = f"Point({value['longitude']} {value['latitude']})"
        return point if globe == t.EARTH else f"<{t.iri('wd:')}{globe}> {point}"
    if "time" in value:
        return to_rdf_time(value)
    return str(value.get("amount") or value.get("text") or "")


def _town_facts(item: str, entity: _Json) -> Iterator[tuple[str | None, ...]]:
    for label in (entity.get("labels") or {}).values():
        yield item, LABEL, str(label["value"]), str(label["language"]).lower(), None
    for aliases in (entity.get("aliases") or {}).values():
        for alias in aliases:
            yield item, ALIAS, str(alias["value"]), str(alias["language"]).lower(), None
    for number in _TOWN_PROPERTIES:
        for statement in _best(_statements(entity, number)):
            qualifiers = statement.get("qualifiers") or {}
            is_ended = any(snak["snaktype"] != "novalue" for snak in qualifiers.get(t.END, []))
            value = _value(statement["mainsnak"])
            if value is None or (is_ended and number != t.POPULATION):
                continue
            times: list[str | None] = [None]
            if number == t.POPULATION:
                dates = (snak for snak in qualifiers.get(t.POINT_IN_TIME, []) if snak["snaktype"] == "value")
                times = list(map(_value, dates)) or times
            yield from ((item, number, value, None, time) for time in times)
    redirect = entity.get("redirects") or {}
    if redirect.get("from"):
        yield str(redirect["from"]), SAME_AS, item, None, None


def _best(statements: list[_Json]) -> list[_Json]:
    """Return the preferred statements, or the normal ones where there is no preferred one."""
    best = "preferred" if any(statement["rank"] == "preferred" for statement in statements) else "normal"
    return [statement for statement in statements if statement["rank"] == best]
