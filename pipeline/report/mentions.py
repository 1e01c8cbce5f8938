"""Which town a mention means, with the evidence; and the mentions that could not be located, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from rich.markup import escape

from pipeline.curate.sql import read_sql
from pipeline.errors import DeclarationError
from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.countries import country_names, resolve_countries
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.locate import index_mentions, locate, match_mentions
from pipeline.locate.corrections import load_corrections
from pipeline.locate.decision import describe_candidates
from pipeline.locate.weights import weigh
from pipeline.report.console import open_console
from pipeline.report.current import SQL, fetch_rows, open_current
from pipeline.report.wording import count_text

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.locate import LinkageResult


def explain_mention(text: str, country: str | None, near: str | None, region: str | None) -> dict[str, Any]:
    """Return which town a name means, as a build decides it.

    Args:
        text: the name as a list prints it.
        country: a country in any language, or its code.
        near: a partner or neighbour, in the same country unless a comma and another country follow.
        region: the region as a list prints it.

    Returns:
        `text`, `town_id`, `name`, `kind`, `located_by`, `score`, `latitude`, `longitude`, and `candidates`, best first.

    Raises:
        DeclarationError: the country or the place nearby is not known.
    """
    gazetteer = load_gazetteer()
    code = _country_code(country) if country else None
    if country and code is None:
        raise DeclarationError(f"no country {country!r} is known; give its name in any language, or its ISO code")
    values = {"text": text, "country": country, "country_code": code, "region": region}
    if near:
        name, _, other_country = near.rpartition(",")
        is_abroad = bool(name) and _country_code(other_country) is not None
        nearby = (
            explain_mention(name, other_country, None, None) if is_abroad else explain_mention(near, code, None, None)
        )
        if nearby["latitude"] is None:
            raise DeclarationError(
                f"--near {near!r}: no one place is known by that name; say its country, "
                "as in --near 'Coburg, Germany', or name a larger place"
            )
        values |= {name: nearby[name] for name in ("latitude", "longitude")}
    statement = pl.DataFrame([{name: value for name, value in values.items() if value is not None}])
    mentions, (statement,) = index_mentions([(statement, {"town": {name: name for name in statement.columns}})])
    alone = statement.select("town_mention", partner_mention=pl.lit(None, statement.schema["town_mention"]))
    result = locate(mentions, alone, gazetteer)
    matched = match_mentions(mentions, gazetteer, load_corrections())
    return _describe(result, describe_candidates(weigh(matched.candidates)), gazetteer)


def _country_code(text: str) -> str | None:
    code: str | None = resolve_countries(pl.Series([text]), country_names(cache_folder()))["country_code"][0]
    return code


def _describe(result: LinkageResult, candidates: pl.DataFrame, gazetteer: Gazetteer) -> dict[str, Any]:
    mention = result.mentions.row(0, named=True)
    places = gazetteer.places.filter(pl.col("place_id") == mention["town_id"])
    place = places.row(0, named=True) if places.height else {}
    columns = ("candidate_id", "name", "country_code", "admin1_code", "score", "evidence")
    candidates = candidates.join(
        gazetteer.places.select("name", "country_code", "admin1_code", candidate_id="place_id"), on="candidate_id"
    ).sort("rank")
    return {
        "text": mention["text"],
        "town_id": mention["town_id"],
        "name": place.get("name"),
        "kind": mention["kind"],
        "located_by": mention["located_by"],
        "score": mention["location_score"],
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "candidates": candidates.select(columns).to_dicts(),
    }


def print_mention(mention: dict[str, Any]) -> None:
    """Print what `explain_mention` returns."""
    console = open_console()
    if mention["name"]:
        console.print(
            f"[bold]{escape(mention['text'])}[/] is [bold]{escape(mention['name'])}[/] ({mention['town_id']}), "
            f"{mention['latitude']:.3f} {mention['longitude']:.3f}"
        )
    else:
        console.print(f"[bold]{escape(mention['text'])}[/] is not located; it keeps the id {mention['town_id']}")
    console.print(f"{mention['kind']}, by {mention['located_by']}, score {mention['score']:.2f}")
    if not mention["candidates"]:
        return
    console.print("candidates, each with its probability and its evidence in bits:", style="bold")
    for candidate in mention["candidates"]:
        console.out(
            f"  {candidate['score']:5.1%} {candidate['candidate_id']:12} {candidate['name']} "
            f"({candidate['country_code']}, division {candidate['admin1_code']}): {candidate['evidence']}"
        )
    if len(mention["candidates"]) > 1:
        advice = "a country (--country), a region, a town close by (--near) or a correction tells them apart"
        console.print(advice, style="dim")


def list_unlocated(out: Path, source_id: str | None) -> list[dict[str, Any]]:
    """Return the mentions of the current release that could not be located, most frequent first.

    Args:
        out: the folder of the releases.
        source_id: only the mentions of this source.

    Returns:
        `claims` (how many have the mention), `text`, `country`, `kind`, `why`.
    """
    with open_current(out) as connection:
        return fetch_rows(connection, read_sql(SQL, "unlocated_mentions"), source_id)


def print_unlocated(mentions: list[dict[str, Any]], limit: int) -> None:
    """Print mentions that could not be located, and why."""
    console = open_console()
    for row in mentions[:limit]:
        country = row["country"] or "no country"
        console.out(f"{row['claims']:>6,}  {row['text']}, {country} [{row['kind']}]: {row['why']}")
    console.print(f"not located: {count_text(len(mentions), 'name')}", style="bold")
