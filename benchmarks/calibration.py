"""Calibration: of the mentions that were located with a score, how many are right."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

_BANDS: Final = 20
#: Bands with fewer mentions say little.
_FEWEST: Final = 100
_BAR: Final = 40


def bands_of(judged: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the located mentions by bands of their score, 0.05 wide.

    Args:
        judged: `location_score`, `placed`, `right`.

    Returns:
        `band` (its lower end), `mentions`, `score` (mean), `right` (share).
    """
    located = judged.filter("placed")
    band = (pl.col("location_score") * _BANDS).floor().clip(upper_bound=_BANDS - 1) / _BANDS
    return (
        located.group_by(band=band)
        .agg(mentions=pl.len(), score=pl.col("location_score").mean(), right=pl.col("right").mean())
        .sort("band")
        .to_dicts()
    )


def show_calibration(title: str, judged: pl.DataFrame) -> list[dict[str, Any]]:
    """Print the bands as a table and a chart: `#` is the share that is right, `|` the score."""
    bands = bands_of(judged)
    print(f"{title:34} {'mentions':>9} {'score':>7} {'right':>7}  0{' ' * (_BAR - 2)}1")
    for row in bands:
        bar = list("#" * round(_BAR * row["right"]) + " " * (_BAR - round(_BAR * row["right"])))
        bar[min(_BAR - 1, round(_BAR * row["score"]))] = "|"
        few = "" if row["mentions"] >= _FEWEST else "  (few)"
        print(
            f"  {row['band']:.2f}–{row['band'] + 1 / _BANDS:<26.2f} {row['mentions']:>9,} {row['score']:>7.3f} "
            f"{row['right']:>7.3f}  {''.join(bar)}{few}"
        )
    print()
    return bands
