"""Which town a name means, shown with the evidence; and what could not be placed, with why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import DeclarationError
from pipeline.gazetteer.countries import country_names, resolve_countries
from pipeline.gazetteer.gazetteer import Gazetteer, cache_folder, load_gazetteer
from pipeline.locate import index_mentions, locate
from pipeline.report.inventory import read_table
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.locate.located import Located

_SIDES = {
    side: {
        key: f"{side}_{key}"
        for key in ("text", "country", "country_code", "region", "latitude", "longitude", "wikidata_id", "kind")
    }
    for side in ("town", "partner")
}


def explain_mention(text: str, country: str | None, near: str | None, region: str | None) -> dict[str, Any]:
    """Find out which town a name means, as a build does.

    Args:
        text: the name as a list prints it.
        country: a country in any language, or its code.
        near: a partner or neighbour that is known, in the same country unless it says otherwise after a comma.
        region: the region as a list prints it.

    Returns:
        `town_id`, `name`, `kind`, `located_by`, `score`, `latitude`, `longitude`, and `candidates`, best first.

    Raises:
        DeclarationError: the country is not known.
    """
    gazetteer, names = load_gazetteer(), country_names(cache_folder())
    code = None
    if country:
        code = resolve_countries(pl.Series([country]), names)["country_code"][0]
        if code is None:
            raise DeclarationError(f"no country {country!r} is known; give its name in any language, or its ISO code")
    place = _nearby(near, code) if near else {}
    claims = pl.DataFrame(
        {
            "town_text": [text], "town_country": [country], "town_country_code": [code], "town_region": [region],
            "town_latitude": [place.get("latitude")], "town_longitude": [place.get("longitude")],
            "town_wikidata_id": [None], "town_kind": [None],
        },
        schema_overrides={"town_latitude": pl.Float64, "town_longitude": pl.Float64},
    )  # fmt: skip
    mentions, (claims,) = index_mentions([(claims, {"town": _SIDES["town"]})])
    located = locate(mentions, claims.with_columns(partner_mention="town_mention"), gazetteer)
    return _described(located, gazetteer)


def _nearby(near: str, code: str | None) -> dict[str, Any]:
    found = explain_mention(near, code, None, None)
    if found["latitude"] is None:
        raise DeclarationError(f"--near {near!r}: that place is not known itself; name a larger one")
    return found


def _described(located: Located, gazetteer: Gazetteer) -> dict[str, Any]:
    mention = located.mentions.row(0, named=True)
    place = gazetteer.places.filter(pl.col("place_id") == mention["town_id"])
    known = place.row(0, named=True) if place.height else {}
    candidates = located.candidates.join(
        gazetteer.places.select(candidate_id="place_id", name="name", admin1_code="admin1_code"), on="candidate_id"
    ).sort("rank")
    return {
        "text": mention["text"],
        "town_id": mention["town_id"],
        "name": known.get("name"),
        "kind": mention["kind"],
        "located_by": mention["located_by"],
        "score": mention["location_score"],
        "latitude": known.get("latitude"),
        "longitude": known.get("longitude"),
        "population": known.get("population"),
        "candidates": candidates.select("candidate_id", "name", "admin1_code", "score", "evidence").to_dicts(),
    }


def list_unplaced(out: Path, source: str | None) -> pl.DataFrame:
    """Return the mentions of the current release that could not be placed, most frequent first.

    Args:
        out: the folder that holds `current`.
        source: one source's alone.

    Returns:
        `text`, `country`, `claims`, `kind`, `why`.
    """
    claims, towns = read_table(out, "claims"), read_table(out, "towns")
    candidates = read_table(out, "location_candidates").group_by("town_id").agg(count=pl.len())
    if source:
        claims = claims.filter(pl.col("source_id") == source)
    sides = pl.concat(
        claims.select(
            text=f"{side}_text", country=f"{side}_country_text",
            town_id="town_id" if side == "town" else "partner_id", located_by=f"{side}_located_by",
        )
        for side in ("town", "partner")
    )  # fmt: skip
    unplaced = towns.filter(pl.col("latitude").is_null()).select("town_id", "kind")
    is_town = pl.col("kind") == "municipality"
    why = (
        pl.when(pl.col("located_by") == LocatedBy.IDENTIFIER.value).then(pl.lit("only its identifier is known"))
        .when(pl.col("count") > 1).then(pl.format("{} places bear the name, and nothing tells which", "count"))
        .when(pl.col("count") == 1).then(pl.lit("a place bears the name, but something speaks against it"))
        .when(~is_town).then(pl.format("told to be a {}: the gazetteer has towns alone", "kind"))
        .otherwise(pl.lit("no place of that name in the gazetteer"))
    )  # fmt: skip
    return (
        sides.join(unplaced, on="town_id")
        .join(candidates, on="town_id", how="left")
        .group_by("text", "country", "kind", why.alias("why"))
        .agg(claims=pl.len())
        .sort("claims", "text", "country", descending=[True, False, False])
        .select("claims", "text", "country", "kind", "why")
    )
