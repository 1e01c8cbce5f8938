"""The data of the page, read from the database of a release and packed into columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.curate.sql import read_sql
from pipeline.gazetteer.names import APOSTROPHES, LETTERS
from pipeline.page.packing import Packed, counts, days, differences, lines, listed
from pipeline.page.selection import SQL, Limits, select

if TYPE_CHECKING:
    import duckdb

#: A locator such as `line 1222`: words that many share, and a number.
_NUMBERED: Final = re.compile(r"^(.*?)([1-9]\d{0,8}|0)$")


def read_totals(connection: duckdb.DuckDBPyConnection) -> Packed:
    """Return what the page shows of the whole release: figures, starts, eras, country pairs, sources, findings."""
    starts = connection.sql(read_sql(SQL, "starts")).pl()
    countries = _columns(connection, read_sql(SQL, "countries"))
    return {
        "release": connection.sql("FROM release").pl().row(0, named=True),
        "figures": connection.sql(read_sql(SQL, "figures")).pl().row(0, named=True),
        "letters": LETTERS | dict.fromkeys(APOSTROPHES, " "),
        "countries": countries,
        "starts": _pack_starts(starts, countries["code"]),
        "eras": _columns(connection, "FROM eras"),
        "pairs": _columns(connection, "SELECT * EXCLUDE (country_a_name, country_b_name) FROM country_pairs"),
        "sources": _columns(connection, read_sql(SQL, "sources")),
        "findings": _columns(connection, read_sql(SQL, "findings")),
    }


def read_selection(connection: duckdb.DuckDBPyConnection, limits: Limits) -> Packed:
    """Return the data of the page's map and search: partnerships, their towns and their claims.

    Args:
        connection: the database of a release.
        limits: how many partnerships there are at most.
    """
    select(connection, limits)
    towns = connection.sql("FROM page_towns ORDER BY town").pl()
    links = connection.sql("FROM page_links ORDER BY link").pl()
    country_codes = connection.sql(read_sql(SQL, "countries")).pl()["code"].to_list()
    return {
        # The town of the example query.
        "most_connected": towns.sort("partners", "town", descending=[True, False])["name"].first(),
        "towns": _pack_towns(towns, country_codes),
        "links": _pack_links(links),
        "claims": _pack_claims(connection.sql(read_sql(SQL, "claims")).pl(), links.height),
        "names": _pack_names(connection.sql(read_sql(SQL, "names")).pl(), towns.height),
        "awards": _columns(connection, read_sql(SQL, "awards")),
        "groups": _columns(connection, read_sql(SQL, "groups")),
        "conflicts": (links["start_agreement"] == "conflict").arg_true(),
    }


def _columns(connection: duckdb.DuckDBPyConnection, statement: str) -> Packed:
    return {column.name: column.to_list() for column in connection.sql(statement).pl()}


def _pack_starts(starts: pl.DataFrame, country_codes: list[str]) -> Packed:
    """Return the rows of `starts.sql`: first those of all countries, then those of each country in its order."""
    numbers = {code: number for number, code in enumerate(("", *country_codes))}
    country = starts["country_code"].replace_strict(numbers, return_dtype=pl.Int32)
    return {
        "per_country": counts(country, len(numbers)),
        "is_dated": starts["is_dated"].cast(pl.Int8),
        **{name: starts[name] for name in ("year", "decade", "partnerships", "active", "ended", "domestic")},
    }


def _pack_towns(towns: pl.DataFrame, country_codes: list[str]) -> Packed:
    numbers = {code: number for number, code in enumerate(country_codes)}
    return {
        "id": lines(towns["town_id"]),
        "name": lines(towns["name"]),
        "country": towns["country_code"].replace_strict(numbers, default=-1, return_dtype=pl.Int32),
        "x": towns["x"],
        "y": towns["y"],
        "population": towns["population"],
        "partners": towns["partners"],
        **listed(towns.select("kind", "located_by")),
        "wikidata_id": lines(towns["wikidata_id"]),
    }


def _pack_links(links: pl.DataFrame) -> Packed:
    categories = (
        *("form", "status", "start_precision", "end_precision", "end_cause", "start_agreement"),
        *("state_a_at_start", "state_b_at_start"),
    )
    return {
        "a": differences(links["a"]),
        "b": links["b"],
        "start": days(links["start_date"]),
        "end": days(links["end_date"]),
        **listed(links.select(categories)),
        "families": links["family_count"],
        "stated_by_both": links["stated_by_both"].cast(pl.Int8).fill_null(-1),
    }


def _pack_claims(claims: pl.DataFrame, links: int) -> Packed:
    numbered = claims["locator"].str.extract_groups(_NUMBERED.pattern)
    word, number = numbered.struct[0], numbered.struct[1].cast(pl.Int32)
    categories = (
        *("source_id", "publisher", "form", "status", "start_event", "start_text", "start_precision"),
        *("end_text", "end_precision", "end_cause", "evidence_url", "note"),
    )
    return {
        "per_link": counts(claims["link"], links),
        "place_number": number,
        "by_a": claims["by_a"].cast(pl.Int8),
        **{name: differences(claims[name].arg_true()) for name in ("is_chosen", "gives_form", "gives_status")},
        "start": days(claims["start_date"]),
        "end": days(claims["end_date"]),
        **listed(claims.select(*categories, place_word=pl.coalesce(word, "locator"), as_of="as_of_date")),
    }


def _pack_names(names: pl.DataFrame, towns: int) -> Packed:
    ordered = names.sort(
        "town", "search_key", "is_preferred", "name", "language", descending=[False, False, True, False, False]
    )
    key = (pl.col("town"), pl.col("search_key"))
    distinct = ordered.filter(pl.any_horizontal(column.ne_missing(column.shift()) for column in key))
    # Most search keys are the name in lower case, which the browser computes.
    other_key = pl.when(pl.col("search_key") != pl.col("name").str.to_lowercase()).then("search_key")
    return {
        "key": lines(distinct.select(other_key).to_series()),
        "name": lines(distinct["name"]),
        "per_town": counts(distinct["town"], towns),
        **listed(distinct.select("language")),
        "preferred": differences(distinct["is_preferred"].arg_true()),
    }
