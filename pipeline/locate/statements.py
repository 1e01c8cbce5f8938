"""Locates the towns of every validated claim, award and membership."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.locate import index_mentions, locate, match_mentions
from pipeline.locate.city_claims import assign_to_districts
from pipeline.locate.coordinates import report_misplaced
from pipeline.locate.corrections import unused_corrections
from pipeline.locate.sides import CLAIM_SIDES, MENTION_COLUMNS, RECORD_SIDE
from pipeline.locate.town_ends import add_town_ends
from pipeline.validate.self_links import reject_self_links

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate import LinkageResult, Match
    from pipeline.validate import Checked

#: The columns of mentions, by side, of each frame that mentions towns.
_SIDES: Final = {
    "claims": CLAIM_SIDES,
    "town_ends": {"town": CLAIM_SIDES["town"]},
    "awards": {"town": RECORD_SIDE},
    "group_members": {"town": RECORD_SIDE},
}


def locate_towns(
    checked: Checked,
    gazetteer: Gazetteer,
    corrections: pl.DataFrame,
    read: Iterable[str],
    match: Match = match_mentions,
) -> tuple[Checked, LinkageResult]:
    """Locate the towns of every claim, award and membership.

    A correction that matches nothing becomes a finding. A claim whose two names mean the same town is rejected.

    Args:
        checked: the accepted rows of all sources.
        gazetteer: places and names.
        corrections: reviewed decisions.
        read: ids of the sources that were read.
        match: does the same as `match_mentions`.

    Returns:
        The same rows with the ids of their towns, and the town of each mention.
    """
    # The columns of claims are needed even without rows.
    names = [name for name in _SIDES if name == "claims" or not getattr(checked, name).is_empty()]
    mentions, indexed = index_mentions([(getattr(checked, name), _SIDES[name]) for name in names])
    frames = dict(zip(names, indexed, strict=True))
    del indexed
    # A row that only states a group mentions no town.
    mentions = mentions.filter(pl.col("text").is_not_null())
    links = frames["claims"].select("town_mention", "partner_mention")
    located = locate(mentions, links, gazetteer, corrections, match)
    findings = [
        checked.findings,
        unused_corrections(corrections, located.corrected, read),
        report_misplaced(frames, CLAIM_SIDES, located.misplaced),
    ]
    checked = replace(checked, findings=pl.concat(findings))
    for name in names:
        frame = frames.pop(name)
        for side in _SIDES[name]:
            frame = located.assign(frame, side)
        assigned = {name: frame}
        checked = replace(checked, **assigned)  # type: ignore[arg-type]
    checked = add_town_ends(checked)
    parts = located.mentions.select("town_id", "city_id").drop_nulls().unique()
    parts = parts.filter(pl.col("town_id") != pl.col("city_id"))
    claims, findings_of_cities = assign_to_districts(checked.claims.drop(MENTION_COLUMNS), parts)
    findings = [checked.findings, findings_of_cities]
    checked = reject_self_links(replace(checked, claims=claims, findings=pl.concat(findings)))
    return checked, located.with_separated(checked.claims)
