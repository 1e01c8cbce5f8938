"""Wikidata's JSON of entities to the facts that its RDF would have.

The JSON is that of wbgetentities, of Special:EntityData and of the dumps: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html.
An entity is called by its own id: the key that it stands under may be that of a redirect.
"""

from __future__ import annotations

import functools
import io
import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.extract.wikidata import terms as t
from pipeline.readers.parts import is_large, read_parts
from pipeline.readers.rows import whole
from pipeline.readers.wikidata.statements import ALIAS, LABEL, SAME, SOME, STATEMENT_FACTS, TOWN_FACTS
from pipeline.readers.wikidata.times import as_rdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.readers.parts import Part

_Json = dict[str, Any]
_Rows = list[tuple[str | None, ...]]
_TIMES: Final = (t.START, t.END, t.POINT_IN_TIME)
_TOWN_PROPERTIES: Final = (t.COUNTRY, t.REGION, t.COORDINATES, t.GEONAMES, t.POPULATION, t.INSTANCE_OF)


def read_facts(content: bytes, where: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the facts of a file: one answer, one entity, a list of them, or one a line as in a dump.

    Returns:
        `STATEMENT_FACTS` and `TOWN_FACTS`.

    Raises:
        SourceError: it is none of these, or an entity is not as Wikibase writes it; names the entity, and its line
            where each has one.
    """
    if is_large(content) and _is_dump(content):
        facts = list(read_parts(content, functools.partial(_read_part, where=where)))
        return pl.concat(stated for stated, _ in facts), pl.concat(known for _, known in facts)
    return facts_of(read_entities(content, where))


def read_entities(content: bytes, where: str) -> list[tuple[str, _Json]]:
    """Return the items of a file that is not large, each with where it stands.

    Raises:
        SourceError: as `read_facts`.
    """
    text = content.decode("utf-8-sig", "replace")
    try:
        found = json.loads(text)
    except RecursionError as error:
        # What is no dump has no lines to speak of.
        if not _is_dump(content):
            raise SourceError(f"{where}: not JSON as Wikibase writes it: {error}") from error
        placed = list(_lines(text, 1, where))
    except ValueError:
        placed = list(_lines(text, 1, where))
    else:
        if isinstance(found, dict):
            found = list(found["entities"].values()) if isinstance(found.get("entities"), dict) else [found]
        placed = [(where, one) for one in found] if isinstance(found, list) else []
    good = [(place, one) for place, one in placed if _is_item(one)]
    if not good:
        raise SourceError(f"{where}: holds no entity as Wikidata's API, Special:EntityData or its dumps give them")
    return good


def _is_item(found: object) -> bool:
    return isinstance(found, dict) and "id" in found and "missing" not in found


def _is_dump(content: bytes) -> bool:
    """Return whether the first line that is more than a bracket is an item."""
    first = next((line for line in io.BytesIO(content) if line.strip() not in (b"", b"[")), b"")
    try:
        return _is_item(json.loads(first.strip().removesuffix(b",")))
    except (RecursionError, ValueError):
        return False


def _read_part(part: Part, where: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines = _lines(part.content.decode("utf-8-sig", "replace"), part.first, where)
    return facts_of((place, one) for place, one in lines if _is_item(one))


def _lines(text: str, first: int, where: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=first):
        bare = line.strip().removesuffix(",")
        if bare in ("", "[", "]"):
            continue
        place = f"{where}, line {number}"
        try:
            found = json.loads(bare)
        except (RecursionError, ValueError) as error:
            raise SourceError(f"{place}: not JSON as Wikibase writes it: {error}") from error
        yield place, found


def facts_of(entities: Iterable[tuple[str, _Json]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the facts of all entities, as `STATEMENT_FACTS` and `TOWN_FACTS`.

    Args:
        entities: each with where it stands.

    Raises:
        SourceError: an entity is not as Wikibase writes it; says where, and its id.
    """
    stated: _Rows = []
    known: _Rows = []
    for place, entity in entities:
        try:
            _add_facts(entity, stated, known)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # Every level may have any shape: to ask at each would cost more than all the rest.
            why = f"has no {error}" if isinstance(error, KeyError) else f"is of another kind ({error})"
            item = whole(str(entity["id"]))
            raise SourceError(f"{place}: {item} is not as Wikibase writes it: something in it {why}") from error
    return _frame(stated, STATEMENT_FACTS), _frame(known, TOWN_FACTS)


def _frame(rows: _Rows, schema: Mapping[str, Any]) -> pl.DataFrame:
    try:
        return pl.DataFrame(rows, schema=schema, orient="row")
    except UnicodeEncodeError:
        made = [tuple(None if cell is None else whole(cell) for cell in row) for row in rows]
        return pl.DataFrame(made, schema=schema, orient="row")


def _add_facts(entity: _Json, stated: _Rows, known: _Rows) -> None:
    item = str(entity["id"])
    for statement in _statements(entity, t.TWINNED):
        stated += _statement_facts(item, statement)
    known += _town_facts(item, entity)
    redirect = entity.get("redirects") or {}
    if redirect.get("from"):
        known.append((str(redirect["from"]), SAME, item, None, None))


def _statements(entity: Mapping[str, Any], number: str) -> list[_Json]:
    # PHP writes an empty map as a list.
    claims = entity.get("claims") or {}
    return list(claims.get(number, []))


def _statement_facts(item: str, statement: _Json) -> Iterator[tuple[str | None, ...]]:
    name, rank = str(statement["id"]), str(statement["rank"])
    yield item, name, t.TWINNED, _value(statement["mainsnak"]), rank, None, None, None
    qualifiers = statement.get("qualifiers") or {}
    for number in (*_TIMES, t.END_CAUSE):
        for snak in qualifiers.get(number, []):
            if snak["snaktype"] != "novalue":
                yield item, name, number, *_timed(snak), None
    for place, reference in enumerate(statement.get("references") or []):
        mark = str(reference.get("hash") or place)
        for number in (t.REFERENCE_URL, t.STATED_IN, t.RETRIEVED):
            for snak in (reference.get("snaks") or {}).get(number, []):
                if snak["snaktype"] == "value":
                    yield item, name, number, *_timed(snak), mark


def _timed(snak: _Json) -> tuple[str | None, str | None, str | None, str | None]:
    """Return value, rank (none), precision and calendar of a qualifier or of a part of a reference."""
    value = (snak.get("datavalue") or {}).get("value")
    if not isinstance(value, dict) or "precision" not in value or "time" not in value:
        return _value(snak), None, None, None
    return as_rdf(value), None, str(value["precision"]), str(value["calendarmodel"]).rpartition("/")[2]


def _value(snak: _Json) -> str | None:
    """Return what RDF has as the simple value; none for "no value"."""
    if snak["snaktype"] != "value":
        return SOME if snak["snaktype"] == SOME else None
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
        return as_rdf(value)
    return str(value.get("amount") or value.get("text") or "")


def _town_facts(item: str, entity: _Json) -> Iterator[tuple[str | None, ...]]:
    for name in (entity.get("labels") or {}).values():
        yield item, LABEL, str(name["value"]), str(name["language"]).lower(), None
    for names in (entity.get("aliases") or {}).values():
        for name in names:
            yield item, ALIAS, str(name["value"]), str(name["language"]).lower(), None
    for number in _TOWN_PROPERTIES:
        for statement in _best(_statements(entity, number)):
            qualifiers = statement.get("qualifiers") or {}
            if number != t.POPULATION and any(snak["snaktype"] != "novalue" for snak in qualifiers.get(t.END, [])):
                continue
            value = _value(statement["mainsnak"])
            if value is not None:
                times = [_value(snak) for snak in qualifiers.get(t.POINT_IN_TIME, []) if snak["snaktype"] == "value"]
                dated = times if number == t.POPULATION and times else [None]
                yield from ((item, number, value, None, time) for time in dated)


def _best(statements: list[_Json]) -> list[_Json]:
    """Return the preferred statements, or the normal ones where none is."""
    ranks = {statement["rank"] for statement in statements} - {"deprecated"}
    best = "preferred" if "preferred" in ranks else "normal"
    return [statement for statement in statements if statement["rank"] == best]
