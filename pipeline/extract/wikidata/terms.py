"""The Wikidata identifiers that are used, and the namespaces of its RDF."""

from __future__ import annotations

import csv
import functools
import re
import tomllib
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
#: The lines that every query begins with, and the namespaces that they declare.
PREFIXES: Final = (_FOLDER / "prefixes.rq").read_text(encoding="utf-8")
_NAMESPACES: Final = dict(re.findall(r"^PREFIX (\w+): <(.+)>$", PREFIXES, re.MULTILINE))

TWINNED = "P190"
START, END, POINT_IN_TIME, END_CAUSE = "P580", "P582", "P585", "P1534"
REFERENCE_URL, RETRIEVED, STATED_IN = "P854", "P813", "P248"
COUNTRY, REGION, COORDINATES, GEONAMES, POPULATION, INSTANCE_OF = "P17", "P131", "P625", "P1566", "P1082", "P31"
COUNTRY_CODE = "P297"
JULIAN, EARTH = "Q1985786", "Q2"

#: The label that names a town is in the first of these languages that has one (`mul`: for all languages), else in any.
LABEL_ORDER: Final = ("en", "mul", "de", "fr", "es", "it", "nl", "pl", "cs", "pt", "sv", "ru", "ja", "zh")


def iri(name: str) -> str:
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return f"{_NAMESPACES[prefix]}{local}"


@functools.cache
def countries() -> dict[str, str]:
    """Return ISO 3166-1 code of each country's item, or the name of a country that no longer exists."""
    with (_FOLDER / "countries.csv").open(encoding="utf-8", newline="") as stream:
        return {row["item"]: row["country"] for row in csv.DictReader(stream)}


@functools.cache
def kinds() -> dict[str, str]:
    """Return the kind of town for each class that it may be an instance of, the stronger kinds first."""
    return _by_item("kinds.toml")


@functools.cache
def end_causes() -> dict[str, str]:
    """Return the end cause for each item that statements give as one."""
    return _by_item("end_causes.toml")


def _by_item(name: str) -> dict[str, str]:
    lists: dict[str, list[str]] = tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return {item: word for word, items in lists.items() for item in items}
