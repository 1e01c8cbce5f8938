"""Decisions: which place a mention means, and the evidence that showed it.

A frame of decisions has the columns `mention`, `place_id`, `located_by` (a `LocatedBy`) and `location_score` (0 to 1).
"""

from __future__ import annotations

import polars as pl

from pipeline.locate.evidence import (
    COMPARISONS,
    LARGEST,
    MISSPELT,
    NAME,
    NEAR_KM,
    NOT_PRINTED,
    PARTNERS,
    QUALIFIER,
    REGION,
    SIZE,
    STATED_BY_FEWER,
    STATED_BY_NONE,
)
from pipeline.locate.weights import THRESHOLD, load_weights
from schemas.vocabularies import LocatedBy

#: Candidates of an open question that are published.
_CANDIDATES_SHOWN = 5
#: A decision that is less certain than this gives way to what partners say.
CERTAIN = 0.95


def decision(located_by: LocatedBy, score: float | pl.Expr) -> dict[str, pl.Expr]:
    """Return the columns `located_by` and `location_score`."""
    return {
        "located_by": pl.lit(located_by.value),
        "location_score": score if isinstance(score, pl.Expr) else pl.lit(score),
    }


def add_decisions(decided: pl.DataFrame, further: pl.DataFrame) -> pl.DataFrame:
    """Return all decisions; of a mention with several, the one that was first."""
    return pl.concat([decided, further.join(decided, on="mention", how="anti")])


def choose(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the place of each mention that one candidate is likely enough to be, and its strongest evidence.

    Args:
        candidates: from `weigh`.
    """
    return (
        rank_candidates(
            candidates.with_columns(located_by=_strongest(candidates)).filter(pl.col("probability") >= THRESHOLD)
        )
        .unique("mention", keep="first", maintain_order=True)
        .select("mention", "place_id", "located_by", location_score=pl.col("probability").round(3))
    )


def _strongest(candidates: pl.DataFrame) -> pl.Expr:
    """Return which evidence tells the candidate from all others."""
    agrees = ["agrees", "agrees loosely"]
    by_partners = pl.lit(value=False)
    if PARTNERS in candidates.columns:
        is_stated = ~pl.col(PARTNERS).is_in([NOT_PRINTED, STATED_BY_NONE, STATED_BY_FEWER])
        by_partners = is_stated & (pl.len().over("mention", PARTNERS) == 1)
    is_larger = pl.col(SIZE).is_in(LARGEST)
    rules = (
        (pl.col(NAME).str.starts_with(MISSPELT) & ~by_partners, LocatedBy.SIMILAR_NAME),
        (pl.col("km") <= NEAR_KM, LocatedBy.NAME_AND_COORDINATES),
        (pl.col(QUALIFIER).is_in(agrees) | pl.col(REGION).is_in(agrees), LocatedBy.NAME_AND_REGION),
        (by_partners, LocatedBy.OTHER_SIDE),
        (pl.col(SIZE) == "the only one", LocatedBy.UNIQUE_NAME),
        (is_larger, LocatedBy.POPULATION),
        (pl.lit(value=True), LocatedBy.MAIN_NAME),
    )
    return pl.coalesce(pl.when(condition).then(pl.lit(method.value)) for condition, method in rules)


def rank_candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return each mention's candidates, the likeliest first; of equal ones the larger, then the smaller id."""
    order = ("mention", pl.col("probability").round(6), pl.col("population").fill_null(0), "place_id")
    return candidates.sort(*order, descending=[False, True, True, False])


def describe_candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the likeliest candidates of each mention, each with its evidence in words.

    Args:
        candidates: from `weigh`.

    Returns:
        `mention`, `candidate_id`, `rank` (from 1), `score` (the probability), `evidence` (each level that says
        something, with its weight in bits).
    """
    comparisons = load_weights()["comparisons"]
    evidence = pl.concat_str(
        *(
            pl.when(pl.col(name) != NOT_PRINTED).then(
                pl.col(name).replace_strict(
                    {level: f"{name}: {level} ({value['weight']:+.1f})" for level, value in comparisons[name].items()},
                    default=pl.concat_str(pl.lit(f"{name}: "), name),
                )
            )
            for name in COMPARISONS
            if name in candidates.columns
        ),
        pl.format("population {}", "population"),
        separator="; ",
        ignore_nulls=True,
    )
    return (
        rank_candidates(candidates)
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("mention"))
        .filter(pl.col("rank") <= _CANDIDATES_SHOWN)
        .select(
            "mention", candidate_id="place_id", rank="rank", score=pl.col("probability").round(3), evidence=evidence
        )
    )


def runners_up(candidates: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return the places that an undecided mention may mean, or a mention that is not certain.

    Args:
        candidates: from `weigh`.
        decided: all decisions.

    Returns:
        As `describe_candidates`.
    """
    certain = decided.filter(pl.col("location_score") >= CERTAIN)
    is_undecided = ~pl.col("mention").is_in(decided["mention"].implode())
    uncertain = candidates.join(certain, on="mention", how="anti")
    return describe_candidates(uncertain.filter((pl.len().over("mention") > 1) | is_undecided))
