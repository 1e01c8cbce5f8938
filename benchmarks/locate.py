"""Measure how well towns are found: `make bench-locate`.

Lists that print coordinates are located as if they printed none, and what was found is compared with what they print.
A hand-labelled sample of hard mentions is scored beside them. The tables are printed and kept, with the time and the
memory that synthetic mentions take, in benchmarks/results/locate.json. benchmarks/README.md says what the columns mean.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from benchmarks.calibration import show_calibration
from benchmarks.locate_sample import judge_sample, read_sample
from pipeline.build import concat_sources
from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.countries import country_names
from pipeline.gazetteer.gazetteer import Gazetteer, distance_km, load_gazetteer
from pipeline.gazetteer.names import search_key
from pipeline.locate.corrections import load_corrections
from pipeline.locate.evidence import NEAR_KM
from pipeline.locate.kinds import kind_of
from pipeline.locate.readings import read_names
from pipeline.locate.statements import locate_towns
from pipeline.sources import load_declarations
from pipeline.sources.selection import select_sources
from pipeline.validate.source_reader import read_source
from schemas.vocabularies import SourceKind, TownKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.validate import Checked

RESULTS = Path(__file__).parent / "results"
#: The lists that print coordinates, and of which sides.
TRUTH = {
    "wikidata_countries": ("town", "partner"),
    "german_register_2014": ("town",),
    "starter_wikidata": ("town", "partner"),
}
#: Mentions of one name in one cell of so many degrees are one.
_CELL = 0.5
_TOP_COUNTRIES = 15
#: Lists whose coordinates are geocodes of the name: those this far from every place of the country are no truth.
_GEOCODED, _ABROAD_KM = ("german_register_2014",), 50.0
_SIZES = (10_000, 100_000, 1_000_000)
#: Lists that say what an earlier release concluded, and so prove nothing.
_DERIVED = ("starter_core_wikidata", "starter_core_wikipedia")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-locate", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--raw", type=Path, help="a raw store to measure on, instead of one made of TWINTOWNS_SAMPLES")
    parser.add_argument("--errors", type=int, default=0, help="print so many wrong placings of each kind (0)")
    parser.add_argument("--no-speed", action="store_true", help="leave out time and memory")
    options = parser.parse_args()
    gazetteer = load_gazetteer()
    results: dict[str, Any] = {"gazetteer": gazetteer.version}
    with raw_store(options.raw) as raw:
        if raw:
            judged = judge_lists(raw, gazetteer)
            for title, by in (("source", "source"), ("country", "country_code"), ("hardness", "hardness"),
                              ("evidence", "located_by")):  # fmt: skip
                results[f"by_{title}"] = _show(f"Hidden coordinates, by {title}", judged, by)
            results["calibration"] = show_calibration("Calibration, hidden coordinates", judged)
            _show_errors(judged, options.errors)
        else:
            print("TWINTOWNS_SAMPLES is not set (a folder of real lists): the lists with coordinates are left out.\n")
    sample = _judge_hard(gazetteer)
    results["hard_mentions"] = _show("Hand-labelled hard mentions", sample, "hardness")
    _show_errors(sample, options.errors)
    if not options.no_speed:
        results["speed"] = _measure_speed()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "locate.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


@contextmanager
def raw_store(given: Path | None) -> Iterator[Path | None]:
    """Give a raw store with every list: the one given, else one fetched from `TWINTOWNS_SAMPLES`, else none."""
    samples = os.environ.get("TWINTOWNS_SAMPLES")
    if given or not samples:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        shutil.copytree("raw", raw)
        lists = [
            name
            for name, source in load_declarations().items()
            if source.kind is not SourceKind.GAZETTEER and any(file.url for file in source.files)
        ]
        fetch = [sys.executable, "-m", "pipeline", "fetch", *lists, "--raw", str(raw), "--mirror", samples]
        subprocess.run(fetch, check=True, stdout=subprocess.DEVNULL)
        yield raw


def read_lists(raw: Path) -> Checked:
    """Return the accepted rows of every list in a raw store."""
    declarations = select_sources(load_declarations(), frozenset({"all"}), frozenset())
    lists = [
        source
        for source in declarations.values()
        if source.enabled and source.files and source.kind is not SourceKind.GAZETTEER and source.id not in _DERIVED
    ]
    countries = country_names(cache_folder())
    read = {declaration.id: read_source(declaration, raw, countries) for declaration in lists}
    return concat_sources(read, declarations, {})


def label_claims(claims: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the sides of claims whose coordinates tell which town is meant.

    Returns:
        `claim_id`, `source`, `side`, `text`, `country_code`, `region`, `latitude`, `longitude`.
    """
    mention = {"text": "text", "country_code": "country_code", "region": "region_text"}
    truth = _sides(claims, **mention, latitude="latitude", longitude="longitude")
    return _without_geocodes_abroad(truth.drop_nulls(["latitude", "longitude"]), gazetteer)


def judge_lists(raw: Path, gazetteer: Gazetteer) -> pl.DataFrame:
    """Locate every list with the coordinates of `TRUTH` hidden.

    Returns:
        Each distinct mention of each list once: `source`, `text`, `country_code`, `region`, `latitude`, `longitude`,
        `place_id`, `place_name`, `located_by`, `location_score`, `km`, `attainable`, `placed`, `right`, `hardness`.
    """
    checked = read_lists(raw)
    truth = label_claims(checked.claims, gazetteer)
    coordinates = [f"{side}_{part}" for side in ("town", "partner") for part in ("latitude", "longitude")]
    hidden = pl.col("source_id").is_in(list(TRUTH))
    claims = checked.claims.with_columns(pl.when(~hidden).then(name).alias(name) for name in coordinates)
    checked, _ = locate_towns(replace(checked, claims=claims), gazetteer, load_corrections(), TRUTH)
    decision = {"located_by": "located_by", "location_score": "location_score"}
    located = _sides(checked.claims, place_id="id", **decision).drop("source")
    places = gazetteer.places.select(
        "place_id", place_name="name", place_latitude="latitude", place_longitude="longitude"
    )
    cell = [(pl.col(part) / _CELL).floor().alias(f"{part}_cell") for part in ("latitude", "longitude")]
    distinct = (
        truth.sort("claim_id", "side")
        .unique(["source", "text", "country_code", "region", *cell], keep="first", maintain_order=True)
        .join(located, on=["claim_id", "side"])
        .join(places, on="place_id", how="left", maintain_order="left")
        .with_row_index("mention")
    )
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    judged = distinct.with_columns(km=km, placed=pl.col("place_name").is_not_null()).with_columns(
        right=(pl.col("km") <= NEAR_KM).fill_null(value=False),
        located_by=pl.when("placed").then("located_by").otherwise(pl.lit("not placed")),
        kind=kind_of(pl.col("text")),
    )
    return _with_hardness(judged, gazetteer).drop("mention", "place_latitude", "place_longitude")


def _sides(claims: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """Return the two sides of the claims of `TRUTH` as rows, in plain texts: these columns of each side."""
    rows = [
        claims.filter(pl.col("source_id") == source).select(
            "claim_id",
            source="source_id",
            side=pl.lit(side),
            **{name: f"{side}_{column}" for name, column in columns.items()},
        )
        for source, sides in TRUTH.items()
        for side in sides
    ]
    return pl.concat(rows).cast({cs.categorical() | cs.enum(): pl.String})


def _without_geocodes_abroad(truth: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Leave out geocodes that hit a place of the name in another country."""
    points = truth.filter(pl.col("source").is_in(_GEOCODED)).select("country_code", "latitude", "longitude").unique()
    # Neighbours lie in the same or an adjoining cell of one degree; at the latitudes of towns that is 50 km or more.
    steps = pl.DataFrame({"dy": [-1, 0, 1]}).join(pl.DataFrame({"dx": [-1, 0, 1]}), how="cross")
    cell = {"y": pl.col("latitude").floor().cast(pl.Int64), "x": pl.col("longitude").floor().cast(pl.Int64)}
    around = points.with_columns(**cell).join(steps, how="cross")
    places = gazetteer.places.select("country_code", lat="latitude", lon="longitude", **cell)
    near = (
        around.with_columns(pl.col("y") + pl.col("dy"), pl.col("x") + pl.col("dx"))
        .join(places, on=["country_code", "y", "x"])
        .filter(distance_km(*map(pl.col, ("latitude", "longitude", "lat", "lon"))) <= _ABROAD_KM)
    )
    there = points.join(near, on=points.columns, how="anti")
    return truth.join(there, on=points.columns, how="anti") if there.height else truth


def _with_hardness(judged: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Add `attainable` and what makes each mention hard; the first that holds counts."""
    names = gazetteer.names.select("key", "place_id", "is_main", place_country="country_code")
    positions = gazetteer.places.select("place_id", lat="latitude", lon="longitude")
    options = (
        read_names(judged.with_columns(key=search_key(pl.col("text"))))
        .join(judged.select("mention", "latitude", "longitude", "country_code"), on="mention")
        .join(names, on="key")
        .join(positions, on="place_id")
    )
    near = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("lat"), pl.col("lon")) <= NEAR_KM
    per = options.group_by("mention").agg(
        attainable=near.any(),
        by_main_name=(near & pl.col("is_main")).any(),
        namesakes=pl.col("place_id").filter(pl.col("place_country") == pl.col("country_code")).n_unique(),
    )
    hardness = (
        pl.when(pl.col("kind") != TownKind.MUNICIPALITY.value).then(pl.lit("district, county or region"))
        .when(~pl.col("attainable")).then(pl.lit("not in the gazetteer"))
        .when(pl.col("text").str.contains(r"[(\[,/]")).then(pl.lit("bracket, comma or slash"))
        .when(~pl.col("by_main_name")).then(pl.lit("exonym or alternate name"))
        .when(pl.col("namesakes") > 1).then(pl.lit("several of that name"))
        .otherwise(pl.lit("only one of that name"))
    )  # fmt: skip
    return (
        judged.join(per, on="mention", how="left", maintain_order="left")
        .with_columns(pl.col("attainable", "by_main_name").fill_null(value=False))
        .with_columns(hardness=hardness)
        .drop("by_main_name", "namesakes")
    )


def _judge_hard(gazetteer: Gazetteer) -> pl.DataFrame:
    """Judge the hand-labelled sample, in the columns of the other lists."""
    return judge_sample(read_sample(), gazetteer).with_columns(
        attainable=pl.col("expected_geonames_id").is_not_null(),
        placed=pl.col("place_name").is_not_null(),
        right=pl.col("verdict") == "right",
    )


def score(judged: pl.DataFrame, by: str) -> list[dict[str, Any]]:
    """Count by a column, most mentions first, and in all."""
    counts = (
        pl.len().alias("mentions"),
        pl.col("attainable").sum(),
        pl.col("placed").sum(),
        pl.col("right").sum(),
        (pl.col("placed") & ~pl.col("right")).sum().alias("wrong"),
    )
    each = judged.group_by(pl.col(by).fill_null("?").alias("of")).agg(counts)
    if by == "country_code":
        each = each.sort("mentions", "of", descending=[True, False]).head(_TOP_COUNTRIES)
    total = judged.select(pl.lit("all").alias("of"), *counts)
    rows = pl.concat([each.sort("mentions", "of", descending=[True, False]), total])
    return rows.with_columns(
        precision=(pl.col("right") / pl.col("placed")).round(4),
        recall=(pl.col("right").clip(upper_bound=pl.col("attainable")) / pl.col("attainable")).round(4),
    ).to_dicts()


def _show(title: str, judged: pl.DataFrame, by: str) -> list[dict[str, Any]]:
    rows = score(judged, by)
    print(f"{title:34} {'mentions':>9} {'attainable':>11} {'placed':>8} {'right':>8} {'wrong':>7} {'precision':>10} "
          f"{'recall':>8}")  # fmt: skip
    for row in rows:
        print(
            f"  {row['of']:32} {row['mentions']:>9,} {row['attainable']:>11,} {row['placed']:>8,} {row['right']:>8,} "
            f"{row['wrong']:>7,} {_percent(row['precision']):>10} {_percent(row['recall']):>8}"
        )
    print()
    return rows


def _percent(share: float | None) -> str:
    return "–" if share is None or math.isnan(share) else f"{share:.1%}"


def _show_errors(judged: pl.DataFrame, count: int) -> None:
    if not count:
        return
    columns = [name for name in ("source", "text", "country_code", "region", "partner_text", "expected_name",
                                 "place_name", "place_id", "located_by", "km") if name in judged]  # fmt: skip
    wrong = judged.filter(pl.col("placed") & ~pl.col("right"))
    with pl.Config(tbl_rows=-1, tbl_cols=-1, fmt_str_lengths=36, tbl_width_chars=200, tbl_hide_dataframe_shape=True,
                   tbl_hide_column_data_types=True):  # fmt: skip
        for (hardness,), rows in sorted(wrong.partition_by("hardness", as_dict=True).items()):
            print(f"Wrong: {hardness} ({rows.height})")
            print(rows.select(columns).unique(maintain_order=True).sample(min(count, rows.height), seed=1, shuffle=True)
                  if rows.height > count else rows.select(columns))  # fmt: skip


def _measure_speed(sizes: Sequence[int] = _SIZES) -> dict[str, Any]:
    """Locate synthetic mentions, each number in a process of its own, and say how time grows with their number."""
    print(f"{'Synthetic mentions':34} {'seconds':>9} {'mentions/s':>11} {'peak memory':>12} {'placed':>8}")
    runs: list[dict[str, Any]] = []
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.locate_speed", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        run = json.loads(done.stdout.splitlines()[-1])
        print(
            f"  {run['mentions']:<32,} {run['seconds']:>9.2f} {run['mentions'] / run['seconds']:>11,.0f} "
            f"{run['peak_mib']:>8,.0f} MiB {run['placed'] / run['mentions']:>8.1%}"
        )
        runs.append(run)
    first, last = runs[0], runs[-1]
    # What is done once for all mentions hides growth at the small end.
    exponents = [
        math.log(b["seconds"] / a["seconds"]) / math.log(b["mentions"] / a["mentions"])
        for a, b in ((first, last), (runs[-2], last))
    ]
    print(f"  time grows as mentions^{exponents[0]:.2f} (from {runs[-2]['mentions']:,} on: ^{exponents[1]:.2f})")
    return {"runs": runs, "exponent": round(exponents[0], 3), "exponent_large": round(exponents[1], 3)}


if __name__ == "__main__":
    sys.exit(main())
