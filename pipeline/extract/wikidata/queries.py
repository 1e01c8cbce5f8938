"""Queries for a SPARQL endpoint: standard SPARQL 1.1, no label service, no extension of one engine.

A result has one row a fact, not one row a statement: a statement with three starts and two references has five more
rows, not six times as many. Each branch of a UNION repeats the towns, because few engines carry them into it. `wdt:`
is only used to find towns: it hides qualifiers and all but the best-ranked statements.
"""

from __future__ import annotations

import functools
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from pipeline.extract.wikidata import terms as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What several branches of the queries have in common.
_CLAUSES: Final = {
    "time": (
        "?node wikibase:timeValue ?value ; wikibase:timePrecision ?precision ; wikibase:timeCalendarModel ?calendar ."
    ),
    "unknown": "FILTER(!isLiteral(?value))",
    "lasting": f"FILTER NOT EXISTS {{ ?statement pq:{t.END} ?end }}",
}


def count_by_town(countries: Sequence[str], prefix: str = "", item: str = "") -> str:
    """Return the query for the items that have statements of twinning, and how many each has.

    Args:
        countries: ISO 3166-1 codes of the countries of the towns; all if none.
        prefix: only items whose id begins so (`Q1`).
        item: only this item.
    """
    codes = " ".join(f'"{code}"' for code in countries)
    country = f"?country wdt:{t.COUNTRY_CODE} ?code . ?town wdt:{t.COUNTRY} ?country ."
    return _query(
        "count_by_town",
        towns=_towns([item]) if item else "",
        countries=f"VALUES ?code {{ {codes} }} {country}" if countries else "",
        prefix=f'FILTER(STRSTARTS(STR(?town), "{t.iri("wd:")}{prefix}"))' if prefix else "",
    )


def count_statements(items: Iterable[str]) -> str:
    """Return the query for the number of statements of twinning that these items have in all."""
    return _query("count_statements", towns=_towns(items))


def statements_of(items: Iterable[str]) -> str:
    """Return the query for the statements of twinning of these items, with qualifiers and references."""
    return _query("statements", towns=_towns(items))


def towns_of(items: Iterable[str], languages: Sequence[str]) -> str:
    """Return the query for names of these items, and for facts about them that are of best rank and have not ended."""
    return _query("towns", towns=_towns(items), languages=_languages(languages))


def labels_of(items: Iterable[str], languages: Sequence[str]) -> str:
    """Return the query for the labels of these items."""
    return _query("labels", towns=_towns(items), languages=_languages(languages))


def count_rows(query: str) -> str:
    """Return the query for the number of rows that the result of another query has."""
    head, _, body = query.partition("SELECT ")
    return f"{head}SELECT (COUNT(*) AS ?count) WHERE {{ {{ SELECT {body} }} }}"


def _query(name: str, **clauses: str) -> str:
    return t.PREFIXES + Template(templates()[name]).substitute(_CLAUSES | clauses)


@functools.cache
def templates() -> dict[str, str]:
    """Return the text of each query, without its clauses."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.rq"))}


def _towns(items: Iterable[str]) -> str:
    return f"VALUES ?town {{ {' '.join(f'wd:{item}' for item in items)} }}"


def _languages(tags: Iterable[str]) -> str:
    return ", ".join(f'"{tag}"' for tag in tags)
