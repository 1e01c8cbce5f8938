"""The questions put to a SPARQL endpoint: standard SPARQL 1.1, no label service, nothing of one engine alone.

Each answer has one row a fact, not a row a statement: a statement of three starts and two references has five more
rows, not six times as many. The towns asked for are repeated in each branch, because few engines carry them into a
UNION. `wdt:` is used only to find towns: it hides qualifiers and all but the best-ranked statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.extract.wikidata import terms as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NODE: Final = (
    "?node wikibase:timeValue ?value ; wikibase:timePrecision ?precision ; wikibase:timeCalendarModel ?calendar ."
)


def _query(select: str, branches: Sequence[str], tail: str = "") -> str:
    body = "\n  UNION ".join(f"{{ {branch} }}" for branch in branches) if len(branches) > 1 else branches[0]
    used = [prefix for prefix in t.NAMESPACES if f"{prefix}:" in body]
    prefixes = "".join(f"PREFIX {prefix}: <{t.NAMESPACES[prefix]}>\n" for prefix in used)
    return f"{prefixes}SELECT {select} WHERE {{\n  {body}\n}}{tail}"


def _values(items: Iterable[str]) -> str:
    return f"VALUES ?town {{ {' '.join(f'wd:{item}' for item in items)} }}"


def count_by_town(countries: Sequence[str], prefix: str = "", item: str = "") -> str:
    """Ask which items have statements of twinning, and how many each.

    Args:
        countries: ISO 3166-1 codes of the countries whose towns are asked for; all if none.
        prefix: only items whose id begins so (`Q1`).
        item: only this item.
    """
    where = f"?town p:{t.TWINNED} ?statement ."
    if countries:
        codes = " ".join(f'"{code}"' for code in countries)
        country = f"?country wdt:{t.COUNTRY_CODE} ?code . ?town wdt:{t.COUNTRY} ?country ."
        where = f"VALUES ?code {{ {codes} }} {country} {where}"
    if item:
        where = f"{_values([item])} {where}"
    if prefix:
        where += f' FILTER(STRSTARTS(STR(?town), "{t.iri("wd:")}{prefix}"))'
    return _query("?town (COUNT(DISTINCT ?statement) AS ?count)", [where], " GROUP BY ?town")


def count_statements(items: Iterable[str]) -> str:
    """Ask how many statements of twinning these items have together."""
    where = f"{_values(items)} ?town p:{t.TWINNED} ?statement ."
    return _query("(COUNT(DISTINCT ?statement) AS ?count)", [where])


def statements_of(items: Iterable[str]) -> str:
    """Ask for the statements of twinning of these items with qualifiers and references."""
    start = f"{_values(items)} ?town p:{t.TWINNED} ?statement ."
    main = f"?statement wikibase:rank ?rank . OPTIONAL {{ ?statement ps:{t.TWINNED} ?value }}"
    branches = [f"{start} {main} BIND(ps:{t.TWINNED} AS ?property)"]
    for qualifier in (t.START, t.END, t.POINT_IN_TIME):
        dated = f"?statement pqv:{qualifier} ?node . {_NODE} BIND(pqv:{qualifier} AS ?property)"
        # "Some value" has no value node, and is no literal.
        some = f"?statement pq:{qualifier} ?value . FILTER(!isLiteral(?value)) BIND(pq:{qualifier} AS ?property)"
        branches += [f"{start} {dated}", f"{start} {some}"]
    branches.append(f"{start} ?statement pq:{t.END_CAUSE} ?value . BIND(pq:{t.END_CAUSE} AS ?property)")
    source = f"{start} ?statement prov:wasDerivedFrom ?reference ."
    for part in (t.REFERENCE_URL, t.STATED_IN):
        branches.append(f"{source} ?reference pr:{part} ?value . BIND(pr:{part} AS ?property)")
    branches.append(f"{source} ?reference prv:{t.RETRIEVED} ?node . {_NODE} BIND(prv:{t.RETRIEVED} AS ?property)")
    return _query("?town ?statement ?property ?value ?rank ?precision ?calendar ?reference", branches)


def towns_of(items: Iterable[str], languages: Sequence[str]) -> str:
    """Ask for names of these items and for what holds of them today: best rank, not ended."""
    values = _values(items)
    branches = [*_names(values, languages), f"{values} ?town owl:sameAs ?value . BIND(owl:sameAs AS ?property)"]
    for fact in (t.COUNTRY, t.REGION, t.COORDINATES, t.GEONAMES, t.INSTANCE_OF):
        best = f"?town p:{fact} ?statement . ?statement a wikibase:BestRank ; ps:{fact} ?value ."
        lasting = f"FILTER NOT EXISTS {{ ?statement pq:{t.END} ?end }}"
        branches.append(f"{values} {best} {lasting} BIND(ps:{fact} AS ?property)")
    branches += _populations(values)
    return _query("?town ?property ?value ?time", branches)


def _populations(values: str) -> list[str]:
    """Return branches for the latest population of those that have a time, and for those that have none."""
    stated = f"?town p:{t.POPULATION} ?statement . ?statement a wikibase:BestRank ; ps:{t.POPULATION} ?value"
    # What is latest is found by an aggregate: that nothing later exists takes engines a look at all towns' figures.
    latest = (
        f"SELECT ?town (MAX(?then) AS ?time) WHERE {{ {values} ?town p:{t.POPULATION} ?one . "
        f"?one a wikibase:BestRank ; pq:{t.POINT_IN_TIME} ?then }} GROUP BY ?town"
    )
    bind = f"BIND(ps:{t.POPULATION} AS ?property)"
    return [
        f"{{ {latest} }} {stated} ; pq:{t.POINT_IN_TIME} ?time . {bind}",
        f"{values} {stated} . FILTER NOT EXISTS {{ ?statement pq:{t.POINT_IN_TIME} ?any }} {bind}",
    ]


def labels_of(items: Iterable[str], languages: Sequence[str]) -> str:
    """Ask for the labels of these items: the regions that towns lie in."""
    return _query("?town ?property ?value", _names(_values(items), languages)[:1])


def count_rows(query: str) -> str:
    """Ask how many rows another question has."""
    head, _, body = query.partition("SELECT ")
    return f"{head}SELECT (COUNT(*) AS ?count) WHERE {{ {{ SELECT {body} }} }}"


def _names(values: str, languages: Sequence[str]) -> list[str]:
    known = ", ".join(f'"{language}"' for language in languages)
    return [
        f"{values} ?town {name} ?value . FILTER(LANG(?value) IN ({known})) BIND({name} AS ?property)"
        for name in ("rdfs:label", "skos:altLabel")
    ]
