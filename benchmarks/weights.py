"""Fit the weights of evidence anew to labelled mentions: `make weights`.

Labelled are the mentions whose coordinates a list prints, which are hidden, each with and without its country; and the
hand-labelled hard mentions. The model is a conditional logit (McFadden 1974): the candidates of a mention, and none of
them, are the choices. Its weights are the likeliest, with a ridge penalty that holds what few mentions tell near to
zero. Calibration is measured by halves: each half of the names is judged by weights fitted to the other.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.counted_weights import count_weights, match_claims
from benchmarks.locate import TRUTH, label_claims, raw_store, read_lists
from benchmarks.locate_sample import SAME_TOWN_KM, links_of, read_sample
from pipeline.gazetteer.gazetteer import Gazetteer, distance_km, load_gazetteer
from pipeline.locate import weigh_evidence
from pipeline.locate.evidence import (
    COMPARISONS,
    DISTANCE,
    ITEM,
    NEAR_KM,
    NOT_PRINTED,
    STATED_BY_FEWER,
    STATED_BY_NONE,
)
from pipeline.locate.sides import CLAIM_SIDES
from pipeline.locate.weights import FILE, load_weights

Floats = NDArray[np.float64]

#: A hand-labelled mention counts as so many of the lists', of which there are many more.
_HARD: Final = 3.0
#: Penalty on the square of a weight in nats.
_RIDGE: Final = 0.5
_BANDS: Final = 20
#: Bounds between which probabilities are calibrated as one.
_KNOTS: Final = (0.3, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93, 0.98)


def main() -> int:
    """Fit, write and print."""
    parser = argparse.ArgumentParser(prog="make weights", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--raw", type=Path, help="a raw store to fit to, instead of one made of TWINTOWNS_SAMPLES")
    options = parser.parse_args()
    gazetteer = load_gazetteer()
    with raw_store(options.raw) as raw:
        if raw is None:
            print("TWINTOWNS_SAMPLES is not set (a folder of real lists): nothing to fit to.")
            return 1
        labelled, counted = label_candidates(raw, gazetteer)
    bands, knots = calibrate(labelled)
    _print_calibration(bands)
    weights = fit(labelled) | {"calibration": knots}
    for name, levels in counted.items():
        weights["comparisons"].setdefault(name, {}).update(levels)
    _print_changes(load_weights(), weights)
    FILE.write_text(json.dumps(weights, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def label_candidates(raw: Path, gazetteer: Gazetteer) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the candidates of all labelled mentions, and the weights that are counted.

    Returns:
        `mention` (over all lists), `text`, `has_country`, `is_hard`, the comparisons, `right`; and the levels of
        `DISTANCE` and `ITEM` with their weights.
    """
    checked = read_lists(raw)
    truth = label_claims(checked.claims, gazetteer)
    hidden = pl.col("source_id").is_in(list(TRUTH))
    coordinates = [f"{side}_{part}" for side in CLAIM_SIDES for part in ("latitude", "longitude")]
    places = [f"{side}_{part}" for side in CLAIM_SIDES for part in ("country_code", "country_text", "region_text")]
    without_coordinates = _hide(checked.claims, hidden, coordinates)
    frames = []
    for claims in (without_coordinates, _hide(without_coordinates, hidden, places)):
        candidates, numbers = _weigh(claims, gazetteer)
        labels = truth.join(numbers, on=["claim_id", "side"]).unique(
            ["source", "mention"], keep="first", maintain_order=True
        )
        frames.append(_judge(labels, candidates, NEAR_KM))
    sample = read_sample()
    candidates, numbers = _weigh(
        links_of(sample).with_columns(claim_id=pl.int_range(pl.len()).cast(pl.String)), gazetteer
    )
    towns = numbers.filter(pl.col("side") == "town")
    labels = sample.with_columns(claim_id=pl.int_range(pl.len()).cast(pl.String), source=pl.lit("hard"))
    frames.append(_judge(labels.join(towns, on="claim_id"), candidates, SAME_TOWN_KM))
    numbered = [
        frame.with_columns(mention=pl.format("{} {} {}", pl.lit(i), "source", "mention"))
        for i, frame in enumerate(frames)
    ]
    return pl.concat(numbered, how="diagonal_relaxed"), count_weights(checked.claims, gazetteer)


def _hide(claims: pl.DataFrame, hidden: pl.Expr, columns: list[str]) -> pl.DataFrame:
    return claims.with_columns(pl.when(~hidden).then(name).alias(name) for name in columns)


def _weigh(claims: pl.DataFrame, gazetteer: Gazetteer) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the weighed candidates of claims with `has_country`, and `claim_id`, `side`, `mention`."""
    matched, links, indexed = match_claims(claims, gazetteer)
    candidates = weigh_evidence(matched, links, gazetteer).candidates
    numbers = pl.concat(
        indexed.select(pl.col("claim_id").cast(pl.String), side=pl.lit(side), mention=f"{side}_mention")
        for side in CLAIM_SIDES
    )
    return candidates.join(matched.mentions.select("mention", "text"), on="mention"), numbers


def _judge(labels: pl.DataFrame, candidates: pl.DataFrame, near_km: float) -> pl.DataFrame:
    """Return the candidates of labelled mentions, with whether each is `right`."""
    places = candidates.rename({"latitude": "place_latitude", "longitude": "place_longitude"})
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    return (
        labels.select("source", "mention", "latitude", "longitude")
        .join(places, on="mention")
        .select(
            *("source", "mention", "text", "has_country", "place_id"),
            *(name for name in COMPARISONS if name not in {DISTANCE, ITEM}),
            right=(km <= near_km).fill_null(value=False),
        )
    )


class _Choices:
    """Labelled candidates as numbers: the level of each in each comparison, and the mention it is of."""

    def __init__(self, labelled: pl.DataFrame, levels: list[tuple[str, str]]) -> None:
        frame = labelled.sort("mention", "place_id")
        self.features: Floats = np.stack([(frame[name] == level).to_numpy() for name, level in levels], 1).astype(float)
        _, first, self.group = np.unique(frame["mention"].to_numpy(), return_index=True, return_inverse=True)
        right = frame["right"].to_numpy().astype(float)
        rights = np.bincount(self.group, right)
        # Where a gazetteer has a town twice, either is right.
        self.share: Floats = right / np.maximum(rights[self.group], 1)
        self.is_none: Floats = (rights == 0).astype(float)
        self.has_country = frame["has_country"].to_numpy()[first]
        self.importance: Floats = np.where(frame["source"].to_numpy()[first] == "hard", _HARD, 1.0)

    def probabilities(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the probability of each candidate, and of none of each mention; weights in nats, of none last."""
        utility = self.features @ weights[:-2]
        none = np.where(self.has_country, weights[-2], weights[-1])
        largest = none.copy()
        np.maximum.at(largest, self.group, utility)
        odds, odds_of_none = np.exp(utility - largest[self.group]), np.exp(none - largest)
        total = np.bincount(self.group, odds) + odds_of_none
        return odds / total[self.group], odds_of_none / total

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """Return the negative log-likelihood with the penalty, and its gradient."""
        candidates, none = self.probabilities(weights)
        each = self.importance[self.group]
        likelihood = float((each * self.share * np.log(candidates + 1e-12)).sum())
        likelihood += float((self.importance * self.is_none * np.log(none + 1e-12)).sum())
        excess = self.importance * (none - self.is_none)
        gradient = np.r_[
            self.features.T @ (each * (candidates - self.share)),
            excess[self.has_country].sum(),
            excess[~self.has_country].sum(),
        ]
        return -likelihood + _RIDGE / 2 * float(weights @ weights), gradient + _RIDGE * weights


def _levels(labelled: pl.DataFrame) -> list[tuple[str, str]]:
    return [
        (name, level)
        for name in COMPARISONS
        if name in labelled.columns
        for level in labelled[name].unique().sort().to_list()
    ]


def _bounds(level: str) -> tuple[float | None, float | None]:
    """Return the bounds of a weight: what is not printed says nothing, what agrees is not against a candidate."""
    if level == NOT_PRINTED:
        return (0.0, 0.0)
    if level.startswith("agrees") or (level.startswith("stated by") and level not in {STATED_BY_NONE, STATED_BY_FEWER}):
        return (0.0, None)
    return (None, None)


def _solve(choices: _Choices, levels: list[tuple[str, str]]) -> Floats:
    start = np.zeros(len(levels) + 2)
    bounds = [*(_bounds(level) for _, level in levels), (None, None), (None, None)]
    solution = minimize(choices.loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000})
    return np.asarray(solution.x)


def fit(labelled: pl.DataFrame) -> dict[str, Any]:
    """Return the weights, in bits, each with how many candidates have the level and how many of these are right."""
    levels = _levels(labelled)
    bits = _solve(_Choices(labelled, levels), levels) / np.log(2)
    comparisons: dict[str, dict[str, Any]] = {}
    for (name, level), weight in zip(levels, bits, strict=False):
        of_level = labelled.filter(pl.col(name) == level)
        counts = {"candidates": of_level.height, "right": int(of_level["right"].sum())}
        comparisons.setdefault(name, {})[level] = {"weight": round(float(weight), 2), **counts}
    none = {"country printed": round(float(bits[-2]), 2), "no country": round(float(bits[-1]), 2)}
    return {"none": none, "comparisons": comparisons}


def calibrate(labelled: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[float, float]]]:
    """Return how probabilities compare with the share that is right, as bands and as knots of a line.

    Returns:
        `band` (of the best candidate's probability), `mentions`, `probability` (mean), `right` (share); and pairs of a
        probability and the share.
    """
    levels, half = _levels(labelled), pl.col("text").hash(0) % 2
    judged = []
    for is_fitted, is_judged in ((half == 0, half == 1), (half == 1, half == 0)):
        weights = _solve(_Choices(labelled.filter(is_fitted), levels), levels)
        rest = labelled.filter(is_judged).sort("mention", "place_id")
        probability, _ = _Choices(rest, levels).probabilities(weights)
        judged.append(rest.with_columns(probability=pl.Series(probability)))
    best = pl.concat(judged).sort("mention", "probability", descending=[False, True]).unique("mention", keep="first")
    figures = {"mentions": pl.len(), "probability": pl.col("probability").mean(), "right": pl.col("right").mean()}
    bands = best.group_by(band=(pl.col("probability") * _BANDS).floor() / _BANDS).agg(**figures).sort("band")
    of_knot = pl.sum_horizontal(pl.col("probability") > bound for bound in _KNOTS)
    knots = best.group_by(of_knot.alias("knot")).agg(**figures).sort("probability")
    # The share never falls: neighbours that would are one.
    shares = np.maximum.accumulate(knots["right"].to_numpy())
    inner = [(round(p, 3), round(float(r), 3)) for p, r in zip(knots["probability"], shares, strict=True)]
    return bands, [(0.0, 0.0), *inner, (1.0, 1.0)]


def _print_calibration(bands: pl.DataFrame) -> None:
    print(f"{'probability':>12} {'mentions':>9} {'mean':>7} {'right':>7}")
    for row in bands.iter_rows(named=True):
        band = f"{row['band']:>7.2f}–{row['band'] + 1 / _BANDS:.2f}"
        print(f"{band} {row['mentions']:>8,} {row['probability']:>7.3f} {row['right']:>7.3f}")


def _print_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    for key, value in after["none"].items():
        print(f"none, {key}: {before['none'].get(key)} → {value}")
    for name, levels in after["comparisons"].items():
        for level, value in levels.items():
            old = before["comparisons"].get(name, {}).get(level, {}).get("weight")
            if old is None or abs(old - value["weight"]) >= 0.1:
                print(
                    f"{name}: {level}: {old} → {value['weight']} ({value['right']:,} of {value['candidates']:,} right)"
                )


if __name__ == "__main__":
    sys.exit(main())
