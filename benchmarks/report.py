"""The figures as tables and a chart: benchmarks/RESULTS.md and growth.svg, from benchmarks/results/bench.json.

`python -m benchmarks.report` writes them anew without measuring.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.contenders import CONTENDERS
from benchmarks.growth import LARGE, exponent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HERE = Path(__file__).parent
RESULTS = HERE / "results"
_TITLES = {contender.name: contender.title for contender in CONTENDERS}
_JUDGED = {
    "placed": "mentions placed",
    "partnerships": "pairs of places",
    "towns": "spellings of one town",
    "rows": "rows of one partnership",
}


def write_report(results: dict[str, Any], folder: Path = HERE) -> str:
    """Write the tables, and the chart where matplotlib is installed; print and return the tables."""
    text = "\n".join(_lines(results)) + "\n"
    (folder / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)
    try:
        from benchmarks.chart import draw
    except ImportError:
        print("no chart: matplotlib is not installed; make bench installs it")
    else:
        draw(median_seconds(results), peaks(results), folder / "growth.svg")
    return text


def median_seconds(results: dict[str, Any]) -> dict[str, dict[int, tuple[float, float, float]]]:
    """Return median, least and most seconds on synthetic lists, by contender and number of claims."""
    return _by_size(results, lambda runs: _spread([run["seconds"] for run in runs]))


def peaks(results: dict[str, Any]) -> dict[str, dict[int, float]]:
    """Return the highest peak memory in MiB on synthetic lists, by contender and number of claims."""
    return _by_size(results, lambda runs: max(run["peak_mib"] for run in runs))


def _by_size(results: dict[str, Any], of: Any) -> dict[str, dict[int, Any]]:  # noqa: ANN401
    by_contender: dict[str, dict[int, Any]] = {}
    for lists in results["inputs"]:
        if lists.get("is_real"):
            continue
        for name, runs in lists["runs"].items():
            finished = [run for run in runs if "error" not in run]
            if finished:
                by_contender.setdefault(name, {})[lists["claims"]] = of(finished)
    return by_contender


def _spread(seconds: Sequence[float]) -> tuple[float, float, float]:
    return statistics.median(seconds), min(seconds), max(seconds)


def _lines(results: dict[str, Any]) -> Iterator[str]:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    yield "# Benchmark results"
    yield ""
    yield "Made by `make bench`; [README.md](README.md) says what is measured and how to read it."
    yield ""
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, {versions}. {machine['at']}, load before: {machine['load_before']}."
    )
    yield from _speed(results)
    yield from _growth(results)
    yield from _stages(results)
    yield from _quality(results)
    yield from _wikitext(results.get("wikitext"))


def _speed(results: dict[str, Any]) -> Iterator[str]:
    yield from (
        "",
        "## Time and memory",
        "",
        "Seconds of whole processes, from start to end; those of all processors together; medians.",
        "",
    )
    rows, errors = [], []
    for lists in results["inputs"]:
        floor = _median(lists["runs"].get("floor", []))
        for name, runs in lists["runs"].items():
            finished = [run for run in runs if "error" not in run]
            errors += [f"- {lists['name']}, {_TITLES[name]}: {run['error']}" for run in runs if "error" in run]
            if not finished:
                rows.append([lists["name"], _TITLES[name], "(below)", "", "0", "", "", "", ""])
                continue
            median, least, most = _spread([run["seconds"] for run in finished])
            rate = f"{lists['claims'] / median:,.0f}" if name != "floor" and lists["claims"] else ""
            rows.append([
                lists["name"], _TITLES[name], f"{median:.2f} s", f"{least:.2f}–{most:.2f} s", str(len(finished)),
                f"{statistics.median(run['cpu_seconds'] for run in finished):.2f} s",
                f"{median / floor:.1f}" if floor else "", f"{max(run['peak_mib'] for run in finished):,} MiB", rate,
            ])  # fmt: skip
    header = ["lists", "", "median", "spread", "runs", "processors", "× floor", "peak memory", "claims/s"]
    yield from _table(header, rows, left=2)
    if errors:
        yield from ("", "What went wrong:", "", *errors)


def _median(runs: Iterable[dict[str, Any]]) -> float | None:
    seconds = [run["seconds"] for run in runs if "error" not in run]
    return statistics.median(seconds) if seconds else None


def _growth(results: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## Growth", "", "Time grows as claims to the power of:", "")
    rows = []
    for name, sizes in median_seconds(results).items():
        seconds = {claims: spread[0] for claims, spread in sizes.items()}
        fits = (exponent(seconds, LARGE), exponent(seconds))
        rows.append([_TITLES[name], *("–" if fit is None else f"{fit:.3f}" for fit in fits)])
    yield from _table(["", f"from {LARGE:,} claims on", "all sizes"], rows)
    yield from ("", "![Seconds and memory by number of claims](growth.svg)")


def _stages(results: dict[str, Any]) -> Iterator[str]:
    """List the medians of each stage's seconds, warm."""
    inputs = [lists for lists in results["inputs"] if any("stages" in run for run in lists["runs"].get("warm", []))]
    if not inputs:
        return
    yield from (
        "",
        "## The pipeline by stage",
        "",
        "Medians of warm runs in seconds. `read` validates too, `gazetteer` is what reading had to wait for, `publish`",
        "curates too; the rest is starting Python.",
        "",
    )
    timed = [[run for run in lists["runs"]["warm"] if "stages" in run] for lists in inputs]
    names = dict.fromkeys(name for runs in timed for run in runs for name in run["stages"])
    rows = [
        [name, *(f"{statistics.median(run['stages'].get(name, 0.0) for run in runs):.2f}" for runs in timed)]
        for name in names
    ]
    rest = [statistics.median(run["seconds"] - sum(run["stages"].values()) for run in runs) for runs in timed]
    rows.append(["the rest", *(f"{seconds:.2f}" for seconds in rest)])
    yield from _table(["", *(lists["name"] for lists in inputs)], rows)


def _quality(results: dict[str, Any]) -> Iterator[str]:
    judged = [
        (lists["name"], name, quality) for lists in results["inputs"] for name, quality in lists["quality"].items()
    ]
    if not judged:
        return
    yield from ("", "## Is it right?", "", "Precision / recall, and the share of dated pairs with the right year.", "")
    rows, errors = [], []
    for lists, name, quality in judged:
        if "error" in quality:
            errors.append(f"- {lists}, {_TITLES[name]}: {quality['error']}")
            continue
        shares = [
            f"{quality[key]['precision']:.1%} / {quality[key]['recall']:.1%}" if key in quality else "–"
            for key in _JUDGED
        ]
        dates = f"{quality['right_dates']:.1%}" if "right_dates" in quality else "–"
        rows.append([lists, _TITLES[name].partition(",")[0], *shares, dates])
    yield from _table(["lists", "", *_JUDGED.values(), "right years"], rows, left=2)
    if errors:
        yield from ("", *errors)


def _wikitext(measured: dict[str, Any] | None) -> Iterator[str]:
    if not measured:
        return
    yield from ("", "## Reading wikitext", "")
    if "error" in measured:
        yield measured["error"]
        return
    rows = [
        [f"{row['pages']:,}", f"{row['share']:.0%}", f"{row['mb']}", f"{row['reader_seconds']:.2f}",
         f"{row['parser_seconds']:.2f}", f"{row['parser_seconds'] / row['reader_seconds']:.0f}",
         "yes" if row["same"] else "no"]
        for row in measured["rows"]
    ]  # fmt: skip
    yield from _table(
        ["pages", "with a section", "MB", "reader, s", "mwparserfromhell alone, s", "ratio", "same partners"],
        rows,
        left=0,
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """Yield a table of Markdown that can be read as it is: the first `left` columns to the left."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    aligned = [
        [cell.ljust(width) if place < left else cell.rjust(width)
         for place, (cell, width) in enumerate(zip(row, widths, strict=True))]
        for row in (header, *rows)
    ]  # fmt: skip
    lines = ["| " + " | ".join(row) + " |" for row in aligned]
    rule = [":" + "-" * (width - 1) if place < left else "-" * (width - 1) + ":" for place, width in enumerate(widths)]
    yield from (lines[0], "| " + " | ".join(mark if len(mark) > 1 else "-" for mark in rule) + " |", *lines[1:])


if __name__ == "__main__":
    write_report(json.loads((RESULTS / "bench.json").read_text(encoding="utf-8")))
    sys.exit(0)
