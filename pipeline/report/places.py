"""Places that a text means and no list of a release names: told apart from a text that is no place at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.report.current import fetch_rows
from pipeline.report.mentions import explain_mention
from pipeline.report.wording import town_text

if TYPE_CHECKING:
    import duckdb

#: A place that is less likely meant is not named.
_LEAST_SCORE: Final = 0.02


def unlinked_places(connection: duckdb.DuckDBPyConnection, text: str) -> list[dict[str, Any]]:
    """Return the places of the gazetteer that a text means and no list of a release names, likeliest first.

    Args:
        connection: the database of the release.
        text: a name, also with its country, or the id of a place.

    Returns:
        `town_id` (what the town would have), `name`, `country_name`, and `score`, the probability that it is meant.
    """
    places = load_gazetteer().places
    meant = {text.strip(): 1.0}
    if places.filter(pl.col("place_id").is_in(meant)).is_empty():
        candidates = explain_mention(text, None, None, None)["candidates"]
        meant = {row["candidate_id"]: row["score"] for row in candidates if row["score"] >= _LEAST_SCORE}
    linked = {row["town_id"] for row in fetch_rows(connection, "SELECT town_id FROM towns")}
    names = {row["country_code"]: row["name"] for row in fetch_rows(connection, "FROM countries")}
    found = pl.DataFrame({"place_id": list(meant)}, {"place_id": pl.String})
    return [
        {
            "town_id": row["place_id"],
            "name": row["name"],
            "country_name": names.get(row["country_code"]),
            "score": meant[row["place_id"]],
        }
        for row in found.join(places, on="place_id", maintain_order="left").iter_rows(named=True)
        if row["place_id"] not in linked
    ]


def unlinked_text(places: list[dict[str, Any]]) -> str:
    """Return the clause that says which place it is; there may be others of its name."""
    others = ", nor of another place of that name" if len(places) > 1 else ""
    place = f"{town_text(places[0])}{others}"
    return f"no list of this release names a partner of {place}, which does not say that it has none"
