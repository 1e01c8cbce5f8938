"""Everything about one partnership: what each source says, and why the record has its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.curate.sql import read_sql
from pipeline.publish.hints import of_release
from pipeline.report.current import SQL, fetch_rows, open_current, read_release_id
from pipeline.report.pairs import Pair, find_pair
from pipeline.report.reasons import give_reasons
from pipeline.report.wording import Row, date_text, wording
from schemas import vocabularies as v

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

#: Where a claim is.
_PLACE: Final = ("source_id", "snapshot_id", "locator")
#: The columns of a claim that an explanation has.
_CLAIM: Final = (
    *("claim_id", *_PLACE, "as_of_date", "publisher", "authority", "family", "town_id", "partner_id"),
    *("town_text", "town_region_text", "town_country_text", "partner_text", "partner_region_text"),
    *("partner_country_text", "form_text", "start_text", "end_text", "note", "evidence_url", "form", "status"),
    *("status_is_stated", "start_event", "start_date", "start_precision", "end_date", "end_precision", "end_cause"),
    *("motive", "claim_rank", "town_located_by", "town_location_score", "partner_located_by"),
    "partner_location_score",
)


def explain(out: Path, first: str, second: str | None = None) -> Row:
    """Explain one partnership of the current release.

    Args:
        out: the folder of the releases.
        first: a town's name in any language or its id (also a retired one); or, alone, the id of a partnership.
        second: the name or id of its partner.

    Returns:
        `release_id`, `partnership` (as published), `towns` (that of the first name first), `start` and `end` as a
        person reads them, `decisions` (of `give_reasons`), `claims`, `events`, `groups`, `motives`, `findings`,
        `location_candidates`, `redirects`; and of the names `meant`, `other_pairs`, `followed`, as `Pair`.

    Raises:
        TwintownsError: there is no release, or it is of another version.
        NoPartnershipError: there is no partnership of the two.
    """
    with open_current(out) as connection:
        return explain_pair(connection, find_pair(connection, first, second, of_release(out)))


def explain_pair(connection: DuckDBPyConnection, pair: Pair) -> Row:
    """Explain one partnership of the release that a connection reads, as `explain` does."""

    def fetch(name: str, *ids: str) -> list[Row]:
        return fetch_rows(connection, read_sql(SQL, f"explain_{name}"), *(ids or (pair.partnership_id,)))

    [record] = fetch("record")
    town_ids = [record["town_a_id"], record["town_b_id"]]
    if pair.first_id == town_ids[1]:
        town_ids.reverse()
    claims = fetch("claims")
    disputed = {row["claim_id"] for row in fetch("disputed")}
    decisions = give_reasons(record, claims, fetch("decisions"), disputed)
    return {
        "release_id": read_release_id(connection),
        "partnership": {name: value for name, value in record.items() if not name.endswith("_last_day")},
        "towns": [town for town_id in town_ids for town in fetch("town", town_id)],
        "start": date_text(record["start_date"], record["start_precision"]),
        "end": date_text(record["end_date"], record["end_precision"]),
        "decisions": _with_places(decisions, claims),
        "claims": _describe_claims(claims, fetch("sources"), decisions),
        "events": fetch("events"),
        "groups": fetch("groups", *town_ids),
        "motives": fetch("motives"),
        "findings": fetch("findings"),
        "location_candidates": fetch("candidates", *town_ids),
        "redirects": fetch("redirects", *town_ids, pair.partnership_id),
        "meant": list(pair.meant),
        "other_pairs": list(pair.others),
        "followed": pair.followed,
    }


def _with_places(decisions: dict[str, Row], claims: list[Row]) -> dict[str, Row]:
    """Return the decisions with source, snapshot and locator of each claim in them."""
    places = {claim["claim_id"]: {name: claim[name] for name in _PLACE} for claim in claims}
    return {
        name: decision
        | places.get(decision["claim_id"], dict.fromkeys(_PLACE))
        | {"against": [rival | places[rival["claim_id"]] for rival in decision["against"]]}
        for name, decision in decisions.items()
    }


def _describe_claims(claims: list[Row], sources: list[Row], decisions: dict[str, Row]) -> list[Row]:
    """Return each claim with its source, the values that it decided, and how its towns were located; best first."""
    ranks = v.rank_of(v.Authority)
    by_id = {source.pop("source_id"): source for source in sources}
    described = [
        {name: claim[name] for name in _CLAIM}
        | by_id[claim["source_id"]]
        | {
            "start": date_text(claim["start_date"], claim["start_precision"]),
            "end": date_text(claim["end_date"], claim["end_precision"]),
            "decides": [name for name, decision in decisions.items() if decision["claim_id"] == claim["claim_id"]],
            "town_identified": wording("located_by")[claim["town_located_by"]],
            "partner_identified": wording("located_by")[claim["partner_located_by"]],
        }
        for claim in claims
    ]
    order = ("source_id", "snapshot_id", "claim_id")
    return sorted(described, key=lambda claim: (ranks[claim["authority"]], *(claim[name] for name in order)))
