"""Claims of a city that are meant for a part of it: a register prints Berlin for its boroughs.

Where other sources give the partner to a part and not to the city, the claim is that part's. Where they give it to
neither, and the city has such claims, a finding says that it may be a part's.
"""

from __future__ import annotations

from typing import Final

import polars as pl
import polars.selectors as cs

from pipeline.locate.decision import decision
from pipeline.locate.sides import OPPOSITE
from schemas import Findings
from schemas import vocabularies as v

#: The partner alone tells the part: as certain as a place that one source states to be the partner.
_SCORE: Final = 0.9
#: Where so many claims and this share of those that can be told are a part's, a list prints the city for its parts.
_FEWEST: Final = 3
_USUAL_SHARE: Final = 0.5
NOT_STATED: Final = "district_not_stated"


def assign_to_districts(claims: pl.DataFrame, cities: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the claims, those of a city that are a part's with the id of the part; and findings.

    Args:
        claims: `claim_id`, `source_id`, `snapshot_id`, `locator`, `family`, and of both sides the text, the town and
            how it was located.
        cities: `town_id` (of a part), `city_id`.
    """
    parts = cities.cast({"town_id": claims.schema["town_id"], "city_id": claims.schema["town_id"]})
    if parts.is_empty():
        return claims, Findings.empty()
    links = _links_of(claims, parts)
    of_parts = links.join(parts, on="town_id").select("city_id", "partner_id", "family", part_id="town_id").unique()
    of_cities = links.join(parts.select("city_id").unique(), left_on="town_id", right_on="city_id")
    # What one family alone states of the city.
    is_alone = pl.col("family").n_unique().over("town_id", "partner_id") == 1
    alone, confirmed = of_cities.filter(is_alone), of_cities.filter(~is_alone)
    moved = _moves(alone, of_parts)
    counts = [
        frame.group_by("source_id", "town_id").len(name) for frame, name in ((moved, "moved"), (confirmed, "kept"))
    ]
    is_usual = pl.col("moved") >= _USUAL_SHARE * (pl.col("moved") + pl.col("kept").fill_null(0))
    usual = (
        counts[0].join(counts[1], on=["source_id", "town_id"], how="left").filter(is_usual, pl.col("moved") >= _FEWEST)
    )
    open_claims = alone.join(moved, on=["claim_id", "side"], how="anti").join(usual, on=["source_id", "town_id"])
    return _move(claims, moved), pl.concat(
        [_findings(claims, moved, "city_for_district", v.Action.CORRECTED), _findings(claims, open_claims, NOT_STATED)]
    )


def _links_of(claims: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Return `claim_id`, `side`, `source_id`, `family`, `town_id`, `partner_id` of cities and their parts."""
    towns = pl.concat([parts["town_id"], parts["city_id"]]).unique().implode()
    return pl.concat(
        claims.filter(pl.col(f"{side}_id").is_in(towns)).select(
            "claim_id",
            "source_id",
            "family",
            side=pl.lit(side),
            town_id=f"{side}_id",
            partner_id=f"{OPPOSITE[side]}_id",
        )
        for side in OPPOSITE
    )


def _moves(alone: pl.DataFrame, of_parts: pl.DataFrame) -> pl.DataFrame:
    """Return the claims of `alone` with `part_id`: the part that most other families give the partner to."""
    candidates = (
        alone.join(of_parts.rename({"city_id": "town_id", "family": "other"}), on=["town_id", "partner_id"])
        .filter(pl.col("other") != pl.col("family"))
        .group_by("claim_id", "side", "source_id", "town_id", "part_id")
        .agg(families=pl.col("other").n_unique())
    )
    is_most = pl.col("families") == pl.col("families").max().over("claim_id", "side")
    most = candidates.filter(is_most)
    return most.filter(pl.len().over("claim_id", "side") == 1)


def _move(claims: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Return the claims with the parts as towns or partners."""
    for side in OPPOSITE:
        parts = moved.filter(pl.col("side") == side).select("claim_id", "part_id")
        is_moved = pl.col("part_id").is_not_null()
        columns = decision(v.LocatedBy.OTHER_SIDE, _SCORE)
        claims = (
            claims.join(parts, on="claim_id", how="left", maintain_order="left")
            .with_columns(
                pl.coalesce("part_id", f"{side}_id").alias(f"{side}_id"),
                *(
                    pl.when(is_moved).then(value).otherwise(f"{side}_{name}").alias(f"{side}_{name}")
                    for name, value in columns.items()
                ),
            )
            .drop("part_id")
            .cast({f"{side}_{name}": claims.schema[f"{side}_{name}"] for name in ("id", "located_by")})
        )
    return claims


def _findings(claims: pl.DataFrame, which: pl.DataFrame, rule: str, action: v.Action = v.Action.KEPT) -> pl.DataFrame:
    texts = pl.when(pl.col("side") == "town").then(pl.col("town_text")).otherwise(pl.col("partner_text"))
    rows = claims.join(which.select("claim_id", "side"), on="claim_id").cast({cs.categorical() | cs.enum(): pl.String})
    return Findings.coerce(
        rows.select(
            "source_id",
            "snapshot_id",
            "locator",
            column_name="side",
            rule=pl.lit(rule),
            severity=pl.lit(v.Severity.INFO.value),
            raw_value=texts,
            action=pl.lit(action.value),
        ).unique()
    )
