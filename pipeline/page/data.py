"""What the page shows, read from a release's database and packed into columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl
from babel import Locale

from pipeline.gazetteer.names import APOSTROPHES, LETTERS
from pipeline.page.packing import Packed, counts, days, differences, lines, listed
from pipeline.page.selection import Limits, select

if TYPE_CHECKING:
    import duckdb

#: The views that it asks.
VIEWS: Final = ("partnerships_per_decade", "partnerships_per_year", "eras", "country_pairs", "source_coverage")
#: What each source said, the statement first that the start is taken from.
_CLAIMS: Final = """
SELECT
    link,
    locator, as_of_date, source_id, publisher, evidence_url, note,
    claims.form, claims.status, start_event, start_text, claims.start_date, claims.start_precision,
    end_text, claims.end_date, claims.end_precision, claims.end_cause,
    claims.town_id = placed.town_id AS by_a,
    claim_id = coalesce(links.start_claim_id, '') AS is_chosen
FROM claims
JOIN links USING (partnership_id)
JOIN placed ON placed.place = links.a
ORDER BY link, is_chosen DESC, claims.start_date NULLS LAST, source_id, claim_id
"""
_NAMES: Final = """
SELECT place, search_key, town_names.name, language, is_preferred
FROM town_names
JOIN placed USING (town_id)
WHERE search_key <> ''
"""
_SOURCES: Final = """
SELECT
    coverage.*,
    sources.publisher, sources.url, sources.licence, sources.attribution, sources.reason_unused,
    strftime(as_of.first, '%Y-%m-%d') AS as_of_first,
    strftime(as_of.last, '%Y-%m-%d') AS as_of_last,
    EXISTS (FROM awards WHERE awards.source_id = sources.source_id) AS gives_awards
FROM source_coverage AS coverage
JOIN sources USING (source_id)
LEFT JOIN (
    SELECT source_id, min(as_of_date) AS first, max(as_of_date) AS last FROM snapshots GROUP BY source_id
) AS as_of USING (source_id)
ORDER BY claims DESC, source_id
"""
_FINDINGS: Final = """
SELECT source_id, column_name, rule, action, raw_value, count(*) AS times
FROM findings
GROUP BY ALL
ORDER BY times DESC, source_id, column_name, rule, action, raw_value
LIMIT 40
"""
_FIGURES: Final = """
SELECT
    (SELECT count(*) FROM partnerships) AS partnerships,
    (SELECT count(*) FROM towns) AS towns,
    (SELECT count(DISTINCT country_code) FROM towns) AS countries,
    (SELECT count(*) FROM claims) AS claims,
    (SELECT count(*) FROM town_names) AS names,
    (SELECT count(*) FROM partnerships WHERE start_precision <> 'unknown') AS dated,
    (SELECT count(*) FROM partnerships WHERE family_count > 1) AS independently_confirmed,
    (SELECT count(*) FROM partnerships WHERE start_agreement = 'conflict') AS disputed,
    (SELECT count(*) FROM partnerships WHERE start_agreement = 'agree') AS agreed,
    (SELECT count(*) FROM partnerships WHERE is_domestic) AS domestic,
    (SELECT count(*) FROM partnerships WHERE status = 'unknown') AS unknown_status,
    (SELECT count(*) FROM partnerships WHERE status = 'ended') AS ended,
    (
        -- As many as `one_sided_partnerships` has, which would look up who stated each.
        SELECT count(DISTINCT partnership_id)
        FROM claims
        SEMI JOIN (FROM sources WHERE directions = 'both') AS both_kept USING (source_id)
        SEMI JOIN (FROM partnerships WHERE NOT stated_by_both) AS not_by_both USING (partnership_id)
    ) AS one_sided,
    (SELECT count(*) FROM partnerships WHERE stated_by_both IS NOT NULL) AS sides_known,
    (SELECT count(*) FROM towns WHERE located_by = 'not_located') AS not_located,
    (SELECT count(*) FROM towns WHERE located_by <> 'not_located' AND latitude IS NULL) AS without_coordinates,
    (SELECT count(*) FROM rejects) AS rejects,
    (SELECT count(*) FROM findings) AS findings,
    (SELECT count(*) FROM findings WHERE rule = 'suspect_value' AND action = 'nulled')
        AS placeholders,
    (SELECT count(DISTINCT source_id) FROM claims) AS sources_with_claims
"""
_NUMBERED = re.compile(r"(.*?)([1-9]\d{0,8}|0)")


def read_whole(connection: duckdb.DuckDBPyConnection) -> Packed:
    """Return what the page shows of the whole release: figures, decades, eras, country pairs, sources, findings."""
    return {
        "release": connection.sql("FROM release").pl().row(0, named=True),
        "figures": connection.sql(_FIGURES).pl().row(0, named=True),
        "letters": LETTERS | dict.fromkeys(APOSTROPHES, " "),
        "decades": _rows(connection, "SELECT * FROM partnerships_per_decade"),
        "years": _rows(connection, "SELECT year, partnerships FROM partnerships_per_year"),
        "eras": _rows(connection, "SELECT * FROM eras", is_ordered=True),
        "pairs": _rows(connection, "SELECT * FROM country_pairs", is_ordered=True),
        "sources": _rows(connection, _SOURCES, is_ordered=True),
        "findings": _rows(connection, _FINDINGS, is_ordered=True),
    }


def read_held(connection: duckdb.DuckDBPyConnection, limits: Limits) -> Packed:
    """Return what the page's map and search hold: partnerships, their towns, and what was said of them.

    Args:
        connection: a release's database.
        limits: how many partnerships it holds at most; the others are counted, but not in it.
    """
    select(connection, limits)
    towns = connection.sql("FROM placed ORDER BY place").pl()
    links = connection.sql("FROM links ORDER BY link").pl()
    claims = connection.sql(_CLAIMS).pl()
    names = connection.sql(_NAMES).pl()
    countries = sorted(set(towns["country_code"].drop_nulls()))
    return {
        # As an example of how to ask the database.
        "most_connected": towns.sort("partners", "place", descending=[True, False])["name"].first(),
        "countries": {"code": countries, "name": _country_names(countries)},
        "towns": _towns(towns, countries),
        "links": _links(links),
        "claims": _claims(claims, links.height),
        "names": _names(names, towns.height),
        "awards": _rows(connection, "SELECT place, award, award_year FROM awards JOIN placed USING (town_id)"),
        "groups": _rows(
            connection,
            "SELECT place, partnership_groups.name, partnership_groups.kind "
            "FROM group_members JOIN placed USING (town_id) JOIN partnership_groups USING (group_id)",
        ),
        "conflicts": (links["start_agreement"] == "conflict").arg_true(),
    }


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *, is_ordered: bool = False) -> Packed:
    """Return a small answer as columns; one that states no order gets one."""
    frame = connection.sql(sql if is_ordered else f"FROM ({sql}) ORDER BY ALL NULLS LAST").pl()
    return {name: frame[name].to_list() for name in frame.columns}


def _country_names(codes: list[str]) -> list[str]:
    territories = Locale("en").territories
    return [str(territories.get(code, code)) for code in codes]


def _towns(towns: pl.DataFrame, countries: list[str]) -> Packed:
    place = {code: number for number, code in enumerate(countries)}
    return {
        "id": lines(towns["town_id"]),
        "name": lines(towns["name"]),
        "country": towns["country_code"].replace_strict(place, default=-1, return_dtype=pl.Int32),
        "x": towns["x"],
        "y": towns["y"],
        "population": towns["population"],
        "partners": towns["partners"],
        **listed(towns.select("kind", "located_by")),
        "wikidata_id": lines(towns["wikidata_id"]),
    }


def _links(links: pl.DataFrame) -> Packed:
    return {
        "a": differences(links["a"]),
        "b": links["b"],
        "start": days(links["start_date"]),
        "end": days(links["end_date"]),
        **listed(
            links.select(
                "form", "status", "start_precision", "end_precision", "end_cause", "start_agreement",
                "state_a_at_start", "state_b_at_start",
            )
        ),
        "families": links["family_count"],
        "stated_by_both": links["stated_by_both"].cast(pl.Int8).fill_null(-1),
    }  # fmt: skip


def _claims(claims: pl.DataFrame, links: int) -> Packed:
    # `line 1222` is a word that many share, and a number.
    numbered = claims["locator"].str.extract_groups(rf"^{_NUMBERED.pattern}$")
    word, number = numbered.struct[0], numbered.struct[1].cast(pl.Int32)
    words = pl.coalesce(word, "locator").alias("place_word")
    return {
        "per_link": counts(claims["link"], links),
        "place_number": number,
        "by_a": claims["by_a"].cast(pl.Int8),
        "chosen": claims["is_chosen"].arg_true(),
        "start": days(claims["start_date"]),
        "end": days(claims["end_date"]),
        **listed(
            claims.select(
                words, "source_id", "publisher", "form", "status", "start_event", "start_text", "start_precision",
                "end_text", "end_precision", "end_cause", "evidence_url", "note", as_of=pl.col("as_of_date"),
            )
        ),
    }  # fmt: skip


def _names(names: pl.DataFrame, towns: int) -> Packed:
    # The database has them by town already: to sort them here is next to nothing.
    ordered = names.sort(
        "place", "search_key", "is_preferred", "name", "language", descending=[False, False, True, False, False]
    )
    key = (pl.col("place"), pl.col("search_key"))
    distinct = ordered.filter(pl.any_horizontal(column.ne_missing(column.shift()) for column in key))
    # Most names are searched by themselves in lower case, which the browser can see to.
    own = pl.when(pl.col("search_key") != pl.col("name").str.to_lowercase()).then("search_key")
    return {
        "key": lines(distinct.select(own).to_series()),
        "name": lines(distinct["name"]),
        "per_town": counts(distinct["place"], towns),
        **listed(distinct.select("language")),
        "preferred": differences(distinct["is_preferred"].arg_true()),
    }
