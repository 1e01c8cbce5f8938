"""Wikidata's identifiers that are used here, and the namespaces of its RDF.

The mapping is https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format.
"""

from __future__ import annotations

import csv
import functools
import tomllib
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
_WD: Final = "http://www.wikidata.org/"
NAMESPACES: Final = {
    "wd": f"{_WD}entity/",
    "wds": f"{_WD}entity/statement/",
    "wdref": f"{_WD}reference/",
    "wdv": f"{_WD}value/",
    "wdt": f"{_WD}prop/direct/",
    "p": f"{_WD}prop/",
    "ps": f"{_WD}prop/statement/",
    "pq": f"{_WD}prop/qualifier/",
    "pqv": f"{_WD}prop/qualifier/value/",
    "pr": f"{_WD}prop/reference/",
    "prv": f"{_WD}prop/reference/value/",
    "wikibase": "http://wikiba.se/ontology#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}

TWINNED = "P190"
START, END, POINT_IN_TIME, END_CAUSE = "P580", "P582", "P585", "P1534"
REFERENCE_URL, RETRIEVED, STATED_IN = "P854", "P813", "P248"
COUNTRY, REGION, COORDINATES, GEONAMES, POPULATION, INSTANCE_OF = "P17", "P131", "P625", "P1566", "P1082", "P31"
COUNTRY_CODE = "P297"
JULIAN, EARTH = "Q1985786", "Q2"

#: Which label names a town: the first of these languages that has one (`mul`: a name in all of them), then any other.
LABEL_ORDER: Final = ("en", "mul", "de", "fr", "es", "it", "nl", "pl", "cs", "pt", "sv", "ru", "ja", "zh")


def iri(name: str) -> str:
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


@functools.cache
def countries() -> dict[str, str]:
    """Return what a country's item is called in our tables: its ISO 3166-1 code, or its name where it is no more."""
    with (_FOLDER / "countries.csv").open(encoding="utf-8", newline="") as stream:
        return {row["item"]: row["country"] for row in csv.DictReader(stream)}


@functools.cache
def kinds() -> dict[str, str]:
    """Return the kind of a body by what it is an instance of, the stronger kinds first."""
    found = tomllib.loads((_FOLDER / "kinds.toml").read_text(encoding="utf-8"))
    return {item: kind for kind, items in found.items() for item in items}


@functools.cache
def end_causes() -> dict[str, str]:
    """Return our word for the items that are given as causes of an end."""
    found = tomllib.loads((_FOLDER / "end_causes.toml").read_text(encoding="utf-8"))
    return {item: cause for cause, items in found.items() for item in items}
