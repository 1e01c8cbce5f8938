"""Weights of evidence: how much each level of each comparison speaks for a candidate.

A candidate's weight is the sum of the weights of its levels, in bits (log2 of a Bayes factor). With the weight of none
of them, which is a place that the gazetteer lacks, they give a probability: a conditional logit model (McFadden 1974),
whose weights `make weights` fits to labelled mentions. Weights that are counted one comparison at a time, as in
Fellegi and Sunter (1969), add what depends on one another twice; benchmarks/README.md has both.
"""

from __future__ import annotations

import functools
import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.locate.evidence import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE: Final = Path(__file__).with_name("weights.json")
#: A candidate is meant from this probability on; below, the mention stays open.
THRESHOLD: Final = 0.75


@functools.cache
def load_weights() -> dict[str, Any]:
    """Return the reviewed weights.

    `none` by whether a country is printed; `comparisons` by name and level; `calibration`, pairs of a probability and
    the share that was right.
    """
    weights: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return weights


def weigh(candidates: pl.DataFrame, weights: Mapping[str, Any] | None = None, over: str = "mention") -> pl.DataFrame:
    """Return the candidates with `weight` and `probability`.

    Args:
        candidates: `has_country` (the mention has one) and the comparisons.
        weights: as `load_weights` gives them, the default.
        over: the column that tells which candidates are of one question.
    """
    weights = load_weights() if weights is None else weights
    levels = {
        comparison: {level: value["weight"] for level, value in weights["comparisons"][comparison].items()}
        for comparison in COMPARISONS
        if comparison in candidates.columns and comparison in weights["comparisons"]
    }
    total = pl.sum_horizontal(
        pl.col(comparison).replace_strict(values, default=0.0, return_dtype=pl.Float64)
        for comparison, values in levels.items()
    )
    none = pl.when("has_country").then(weights["none"]["country printed"]).otherwise(weights["none"]["no country"])
    odds = pl.lit(2.0).pow(pl.col("weight"))
    share = odds / (odds.sum().over(over) + pl.lit(2.0).pow(none))
    # One after the other: a window within a window is computed group by group.
    return (
        candidates.drop("weight", "probability", strict=False)
        .with_columns(weight=total)
        .with_columns(share=share)
        .with_columns(likeliest=pl.col("share").max().over(over))
        .with_columns(count=(pl.col("share") == pl.col("likeliest")).sum().over(over))
        .with_columns(right=_calibrated(pl.col("likeliest"), weights["calibration"]).clip(0, 1 / pl.col("count")))
        .with_columns(_share_rest().alias("probability"))
        .drop("share", "likeliest", "count", "right")
    )


def _calibrated(probability: pl.Expr, knots: Sequence[tuple[float, float]]) -> pl.Expr:
    """Return the share that was right where the likeliest candidate had the probability: linear between the knots."""
    segments = [
        pl.lit(low_right) + (probability - low) * ((high_right - low_right) / (high - low))
        for (low, low_right), (high, high_right) in pairwise(knots)
    ]
    bounds = [high for high, _ in knots[1:]]
    return pl.coalesce(
        *(pl.when(probability <= bound).then(segment) for bound, segment in zip(bounds, segments, strict=True)),
        segments[-1],
    )


def _share_rest() -> pl.Expr:
    """Return the probabilities: the likeliest candidate has `right`; the others, and none, share the rest."""
    share, likeliest, count, right = (pl.col(name) for name in ("share", "likeliest", "count", "right"))
    rest = pl.min_horizontal((1 - count * right) / (1 - count * likeliest), right / likeliest)
    return pl.when(share == likeliest).then(right).otherwise(share * rest)
