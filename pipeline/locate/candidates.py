"""What mentions say by themselves, whatever other mentions say: candidates and their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.regions import regions
from pipeline.locate.coordinates import outside_country, without_coordinates
from pipeline.locate.corrections import decide_by_correction, match_corrections, without_refuted
from pipeline.locate.decision import add_decisions, decision
from pipeline.locate.districts import read_districts
from pipeline.locate.evidence import compare_similar
from pipeline.locate.matching import find_candidates
from pipeline.locate.settle_kinds import settle_kinds
from pipeline.locate.similar import find_similar
from pipeline.locate.transliterated import find_transliterated
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer


@dataclass(frozen=True)
class MatchCandidates:
    """What mentions say by themselves.

    Attributes:
        mentions: as `index_mentions` gives them, with the final `kind`, without rejected coordinates, and with
            `iso_3166_2`; `city_id` and `part` of a part of a large town.
        candidates: as `find_candidates` gives them, without those that a correction rules out; for mentions without
            any, the places whose names are spelt almost alike.
        decided: decisions that need no weighing: corrections, and ids of places.
        corrected, misplaced: as in `LinkageResult`.
    """

    mentions: pl.DataFrame
    candidates: pl.DataFrame
    decided: pl.DataFrame
    corrected: pl.DataFrame
    misplaced: pl.Series


def match_mentions(mentions: pl.DataFrame, gazetteer: Gazetteer, corrections: pl.DataFrame) -> MatchCandidates:
    """Return what mentions say by themselves: the result for one of them does not depend on any other.

    Args:
        mentions: from `index_mentions`, all or a batch of them.
        gazetteer: places and names.
        corrections: reviewed decisions, from `load_corrections`.
    """
    misplaced = outside_country(mentions, gazetteer)
    divisions = pl.concat([regions(cache_folder()), gazetteer.regions], how="diagonal")
    mentions = settle_kinds(without_coordinates(mentions, misplaced), gazetteer, divisions)
    corrected = match_corrections(mentions, corrections)
    districts = read_districts(mentions, gazetteer)
    candidates = find_candidates(mentions, gazetteer, divisions, districts)
    decided = decide_by_correction(corrected)
    decided = add_decisions(decided, _decide_by_geonames_id(mentions, gazetteer))
    unknown = mentions.join(pl.concat([candidates["mention"], decided["mention"]]).to_frame(), on="mention", how="anti")
    transliterated = find_transliterated(unknown, gazetteer)
    similar = find_similar(unknown.join(transliterated, on="mention", how="anti"), gazetteer)
    similar = compare_similar(pl.concat([transliterated, similar]), mentions, gazetteer)
    candidates = without_refuted(pl.concat([candidates, similar]), corrected)
    mentions = mentions.join(
        districts.select("mention", "city_id", "part"), on="mention", how="left", maintain_order="left"
    )
    return MatchCandidates(mentions, candidates, decided, corrected, misplaced)


def _decide_by_geonames_id(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return decisions for the mentions that have the GeoNames id of a place."""
    places = gazetteer.places.select("geonames_id", "place_id")
    return mentions.join(places, on="geonames_id").select("mention", "place_id", **decision(LocatedBy.IDENTIFIER, 1.0))
