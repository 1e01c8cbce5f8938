"""How time grows with the number of claims: the exponent of a power law, fitted by least squares on logarithms."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Below so many claims, starting the program and loading the gazetteer are most of the time.
LARGE = 100_000


def exponent(seconds: Mapping[int, float], smallest: int = 0) -> float | None:
    """Return b of seconds = a · claims^b, fitted to all sizes from `smallest` on; None for fewer than two of them.

    One means in proportion, two that twice the claims take four times as long.
    """
    points = [(math.log(claims), math.log(taken)) for claims, taken in seconds.items() if claims >= smallest]
    if len(points) < 2:
        return None
    fit = statistics.linear_regression(*zip(*points, strict=True))
    return fit.slope
