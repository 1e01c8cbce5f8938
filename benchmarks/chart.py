"""The chart: seconds and peak memory by number of claims, both on logarithmic scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.contenders import CONTENDERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Okabe and Ito's colours, told apart by the colour-blind too.
_COLOURS = {"floor": "#999999", "cold": "#56b4e9", "warm": "#0072b2", "pandas": "#d55e00", "splink": "#009e73"}
_MARKS = {"floor": "s", "cold": "v", "warm": "o", "pandas": "^", "splink": "D"}


def draw(
    seconds: Mapping[str, Mapping[int, tuple[float, float, float]]],
    peaks: Mapping[str, Mapping[int, float]],
    path: Path,
) -> None:
    """Write the chart as SVG; the same figures give the same bytes.

    Args:
        seconds: median, least and most, by contender and number of claims.
        peaks: MiB, likewise.
        path: the file.
    """
    with mpl.rc_context(
        {"svg.hashsalt": "twintowns", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure = Figure(figsize=(9, 3.8), layout="constrained")
        time, memory = figure.subplots(1, 2)
        for contender in CONTENDERS:
            look = {
                "color": _COLOURS[contender.name],
                "marker": _MARKS[contender.name],
                "markersize": 4,
                "label": contender.title,
            }
            if contender.name in seconds:
                claims, spread = list(seconds[contender.name]), list(seconds[contender.name].values())
                around = [[mid - low for mid, low, _ in spread], [high - mid for mid, _, high in spread]]
                time.errorbar(claims, [mid for mid, _, _ in spread], yerr=around, capsize=2, linewidth=1.2, **look)
            if contender.name in peaks:
                memory.plot(list(peaks[contender.name]), list(peaks[contender.name].values()), linewidth=1.2, **look)
        for axes, label in ((time, "seconds"), (memory, "peak memory, MiB")):
            axes.set(xscale="log", yscale="log", xlabel="claims", ylabel=label)
            axes.grid(which="major", color="#dddddd", linewidth=0.6)
        time.legend(frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None})
