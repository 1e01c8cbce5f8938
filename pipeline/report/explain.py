"""Everything that is known about one partnership: what each source says, and why the record says what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipeline.errors import TwintownsError
from pipeline.report.current import current_database
from pipeline.report.pairs import Pair, ask, find_pair
from pipeline.report.reasons import decide
from pipeline.report.wording import LOCATED, say_date
from schemas import CLAIMS
from schemas import vocabularies as v

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]

_TOWN = """
    SELECT town_id, name, country_code, admin1_code, kind, population, latitude, longitude, located_by, location_score
    FROM towns WHERE town_id = ?
"""
_CLAIMS = "SELECT * FROM claims WHERE partnership_id = ? ORDER BY claim_id"
_SOURCES = """
    SELECT source_id, title, kind, licence, url, listed_means FROM sources
    WHERE source_id IN (SELECT source_id FROM claims WHERE partnership_id = ?)
"""
_EVENTS = """
    SELECT event, event_date, event_precision, partnership_events.form, cause, claim_id, source_id, locator
    FROM partnership_events JOIN claims USING (claim_id) WHERE partnership_events.partnership_id = ?
    ORDER BY event_date, event, event_precision, partnership_events.form
"""
_GROUPS = """
    SELECT group_id, name, kind, stated_member_count, a.since_year AS town_a_since, a.until_year AS town_a_until,
           b.since_year AS town_b_since, b.until_year AS town_b_until, partnership_groups.source_id,
           partnership_groups.locator
    FROM group_members a JOIN group_members b USING (group_id) JOIN partnership_groups USING (group_id)
    WHERE a.town_id = ? AND b.town_id = ?
    ORDER BY name, group_id, a.locator, b.locator
"""
_MOTIVES = """
    SELECT partnership_motives.motive, basis, evidence, source_id, locator
    FROM partnership_motives LEFT JOIN claims ON claim_id = evidence
    WHERE partnership_motives.partnership_id = ? ORDER BY ALL
"""
_FINDINGS = """
    SELECT source_id, snapshot_id, locator, column_name, rule, severity, raw_value, action FROM findings
    WHERE (snapshot_id, locator) IN (SELECT (snapshot_id, locator) FROM claims WHERE partnership_id = ?)
    ORDER BY ALL
"""
_CANDIDATES = """
    SELECT town_id, candidate_id, candidate_name, rank, score, evidence FROM location_candidates
    WHERE town_id IN (?, ?) ORDER BY town_id, rank, candidate_id
"""
_REDIRECTS = "SELECT entity, old_id, new_id, reason FROM redirects WHERE new_id IN (?, ?, ?) ORDER BY entity, old_id"
_KEPT = (
    "claim_id", "source_id", "snapshot_id", "locator", "as_of_date", "publisher", "authority", "family", "town_id",
    "partner_id", "town_text", "town_region_text", "town_country_text", "partner_text", "partner_region_text",
    "partner_country_text", "form_text", "start_text", "end_text", "note", "evidence_url", "form", "status",
    "status_is_stated", "start_event", "start_date", "start_precision", "end_date", "end_precision", "end_cause",
    "motive", "claim_rank", "town_located_by", "town_location_score", "partner_located_by", "partner_location_score",
)  # fmt: skip


def explain(out: Path, first: str, second: str | None = None) -> Row:
    """Explain one partnership of the current release.

    Args:
        out: the folder that holds `current`.
        first: a town's name in any language or its id (a retired one too), or alone the id of a partnership.
        second: the partner's.

    Returns:
        `partnership` (as published), `towns` (the one that was named first, first), `start` and `end` as a person reads
        them, `decisions` (of `reasons.decide`), `claims`, `events`, `groups`, `motives`, `findings`,
        `location_candidates`, `redirects`; and of the question `meant`, `other_pairs`, `followed`.

    Raises:
        TwintownsError: there is no release, or it is of another version.
        NoPartnershipError: no partnership joins the two.
    """
    path = current_database(out)
    try:
        with duckdb.connect(path, read_only=True) as connection:
            return _explain(connection, find_pair(connection, first, second))
    except duckdb.Error as error:
        raise TwintownsError(
            f"{path}: cannot be explained by this version; build it anew with: twintowns build\n"
            f"The database says: {error}"
        ) from error


def _explain(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Row:
    [record] = ask(connection, "FROM partnerships WHERE partnership_id = ?", pair.partnership_id)
    ends = [record["town_a_id"], record["town_b_id"]]
    if pair.first_id == ends[1]:
        ends.reverse()
    claims = ask(connection, _CLAIMS, pair.partnership_id)
    sources = {row["source_id"]: row for row in ask(connection, _SOURCES, pair.partnership_id)}
    decisions = decide(_frame(claims))
    _compare_with_record(decisions, record)
    return {
        "partnership": record,
        "towns": [ask(connection, _TOWN, end)[0] for end in ends],
        "start": say_date(record["start_date"], record["start_precision"]),
        "end": say_date(record["end_date"], record["end_precision"]),
        "decisions": _with_places(decisions, claims),
        "claims": _described(claims, sources, decisions),
        "events": ask(connection, _EVENTS, pair.partnership_id),
        "groups": ask(connection, _GROUPS, *ends),
        "motives": ask(connection, _MOTIVES, pair.partnership_id),
        "findings": ask(connection, _FINDINGS, pair.partnership_id),
        "location_candidates": ask(connection, _CANDIDATES, *ends),
        "redirects": ask(connection, _REDIRECTS, *ends, pair.partnership_id),
        "meant": list(pair.meant),
        "other_pairs": list(pair.others),
        "followed": pair.followed,
    }


def _frame(claims: list[Row]) -> pl.DataFrame:
    """Return a pair's few claims as reconciling takes them."""
    known = CLAIMS.polars_schema
    return pl.DataFrame([{name: row[name] for name in known} for row in claims], schema=known)


def _compare_with_record(decisions: dict[str, Row], record: Row) -> None:
    """Say so where the record has not what this version's ranking takes."""
    values = {name: record[name] for name in ("form", "status")}
    values |= {side: say_date(record[f"{side}_date"], record[f"{side}_precision"]) for side in ("start", "end")}
    for name, one in decisions.items():
        claim_id = record.get(f"{name}_claim_id", one["claim_id"])
        if (one["value"], one["claim_id"]) != (values[name], claim_id):
            one |= {"value": values[name], "claim_id": claim_id, "against": []}
            one["why"] = ["decided by the rules of another version; build it anew to see why"]


def _with_places(decisions: dict[str, Row], claims: list[Row]) -> dict[str, Row]:
    """Add to each claim that is named where it stands."""
    places = {row["claim_id"]: {name: row[name] for name in ("source_id", "snapshot_id", "locator")} for row in claims}
    nowhere = dict.fromkeys(("source_id", "snapshot_id", "locator"))
    return {
        name: one
        | places.get(one["claim_id"], nowhere)
        | {"against": [other | places[other["claim_id"]] for other in one["against"]]}
        for name, one in decisions.items()
    }


def _described(claims: list[Row], sources: dict[str, Row], decisions: dict[str, Row]) -> list[Row]:
    """Return every claim with its source, what it decided, and how its towns were identified; the weightiest first."""
    ranks = v.rank_of(v.Authority)
    described = []
    for row in claims:
        source = sources[row["source_id"]]
        described.append(
            {name: row[name] for name in _KEPT}
            | {
                "source_title": source["title"],
                "source_kind": source["kind"],
                "licence": source["licence"],
                "start": say_date(row["start_date"], row["start_precision"]),
                "end": say_date(row["end_date"], row["end_precision"]),
                "decides": [name for name, one in decisions.items() if one["claim_id"] == row["claim_id"]],
                "town_identified": LOCATED[v.LocatedBy(row["town_located_by"])],
                "partner_identified": LOCATED[v.LocatedBy(row["partner_located_by"])],
            }
        )
    return sorted(
        described, key=lambda row: (ranks[row["authority"]], row["source_id"], row["snapshot_id"], row["claim_id"])
    )
