"""Synthetic lists of any size, with the truth beside them: `python -m benchmarks.generate --claims 1000 --out FOLDER`.

Real names, and in every respect that is counted in synthetic.toml like the real lists. FOLDER gets the files of
several sources, each with its declaration, and truth/: `claims` (what each row means), `towns`, `pairs`. The same
arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import polars as pl

from benchmarks.generate_claims import PLACEHOLDER, make_claims, make_pairs
from benchmarks.generate_towns import make_towns, spell
from pipeline.gazetteer.gazetteer import load_gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Pairs made at a time: bounds the memory. The rows of a file come in another order for another number.
_BATCH = 250_000
FACTS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "synthetic.toml").read_text(encoding="utf-8"))
_DECLARATION = """\
title = "{title}"
publisher = "benchmarks/generate.py"
url = "https://example.org/{name}"
licence = "CC0-1.0"
attribution = "made up"
language = "{language}"
kind = "list"
family = "{family}"
authority = "{authority}"
directions = "{directions}"
listed_means = "unknown"
as_of = 2026-01-01

[[files]]
name = "{file}"

[format]
type = "{format}"
quote = '{quote}'

[columns]
{columns}
[codes.form]
P = "partnership"
F = "friendship"
K = "contact"

{suspect}[expect]
rows = {{ min = 1 }}
max_shifted_rows = {shifted}
"""
_SUSPECT = f"""\
[[suspect]]
column = "start"
values = ["{PLACEHOLDER}"]
reason = "stands for unknown"

"""


def generate(claims: int, out: Path, seed: int = 1) -> dict[str, Any]:
    """Write `claims` rows of all sources together, their declarations and the truth below `out`.

    Args:
        claims: rows, headers not counted.
        out: a folder; files of the same names are replaced.
        seed: another one gives other towns, pairs and errors.

    Returns:
        What was made: `claims`, `pairs`, `towns`, `max_degree` and `rows` by source; also in out/truth/made.json.
    """
    gazetteer = load_gazetteer()
    towns = make_towns(max(round(claims * FACTS["towns_per_claim"]), 8), gazetteer, FACTS, seed)
    spelt = spell(towns, gazetteer, FACTS, seed)
    # Few pairs may have few claims: a surplus is cut off.
    pairs = make_pairs(round(claims * FACTS["pairs_per_claim"]) + 100, towns, FACTS, seed)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    truth = _write_rows(claims, pairs, spelt, towns.height, out, seed)
    for name, source in FACTS["sources"].items():
        rows = truth.filter(pl.col("source_id") == name).height
        (out / f"{name}.toml").write_text(_declare(name, source, rows), encoding="utf-8")
    return _write_truth(truth, towns, pairs, out)


def _write_rows(
    claims: int, pairs: pl.DataFrame, spelt: pl.DataFrame, towns: int, out: Path, seed: int
) -> pl.DataFrame:
    """Write the sources' files batch by batch; return what each row means."""
    sources = FACTS["sources"]
    files = {name: (out / _file_of(name, source)).open("wb") for name, source in sources.items()}
    lines = dict.fromkeys(sources, 2)  # line 1 is the header
    truths: list[pl.DataFrame] = []
    left = claims
    for number, batch in enumerate(pairs.iter_slices(_BATCH)):
        rows = make_claims(batch, FACTS, seed).head(left)
        left -= rows.height
        for place, (name, source) in enumerate(sources.items()):
            mine = rows.filter(pl.col("source") == place)
            _print_rows(mine, spelt, place * towns, source, files[name], header=number == 0)
            truths.append(
                mine.select(
                    source_id=pl.lit(name, pl.Categorical),
                    line=pl.int_range(lines[name], lines[name] + mine.height, dtype=pl.UInt32, eager=True),
                    town="town",
                    partner="partner",
                    pair="pair",
                    is_broken=pl.col("broken").is_not_null(),
                )
            )
            lines[name] += mine.height
        if not left:
            break
    for file in files.values():
        file.close()
    if left:
        raise RuntimeError(f"{left} of {claims} claims were not made: too few pairs")
    return pl.concat(truths)


def _print_rows(
    rows: pl.DataFrame, spelt: pl.DataFrame, first: int, source: Mapping[str, Any], file: IO[bytes], *, header: bool
) -> None:
    """Write rows as the source prints them; broken ones broken."""
    town, partner = (spelt[(rows[side].cast(pl.Int64) + first)] for side in ("town", "partner"))
    given: dict[str, pl.Series] = {
        "town": town["text"],
        "town_country": town["country_text"],
        "partner": partner["text"],
        "partner_country": partner["country_text"],
    }
    if source.get("coordinates"):
        for side, frame in (("town", town), ("partner", partner)):
            given |= {f"{side}_{part}": frame[part] for part in ("latitude", "longitude")}
    given |= {"form": rows["form"].replace_strict({"partnership": "P", "friendship": "F", "contact": "K"})}
    if source["dated"]:
        given["start"] = rows["start_text"]
    frame = pl.DataFrame(given)
    broken, itself = rows["broken"], rows["broken"].is_in(["self"])
    columns = {
        "partner": pl.when(itself).then("town").when(broken.is_not_null()).then(None).otherwise("partner"),
        "partner_country": pl.when(itself).then("town_country").otherwise("partner_country"),
    }
    if source["dated"]:
        # The cells have moved: the date, or a number, stands where the country should.
        moved = broken == "moved"
        number = pl.coalesce("start", pl.lit("17"))
        columns["partner"] = (
            pl.when(itself).then("town").when(moved).then(number).when(broken.is_not_null()).then(None)
            .otherwise("partner")
        )  # fmt: skip
        columns["partner_country"] = pl.when(moved).then(number).otherwise(columns["partner_country"])
    frame = frame.with_columns(**columns)
    if source["format"] == "tsv":
        frame.write_csv(file, separator="\t", quote_style="never", include_header=header)
    else:
        frame.write_csv(file, include_header=header)


def _file_of(name: str, source: Mapping[str, Any]) -> str:
    return f"{name}.{source['format']}"


def _declare(name: str, source: Mapping[str, Any], rows: int) -> str:
    columns = ["town", "town_country", "partner", "partner_country", "form"]
    if source.get("coordinates"):
        columns += [f"{side}_{part}" for side in ("town", "partner") for part in ("latitude", "longitude")]
    if source["dated"]:
        columns.append("start")
    return _DECLARATION.format(
        name=name,
        file=_file_of(name, source),
        quote="" if source["format"] == "tsv" else '"',
        columns="".join(f'{column} = "{column}"\n' for column in columns),
        suspect=_SUSPECT if "placeholder" in source.get("dates", {}) else "",
        shifted=10 + rows // 1000,
        **{key: source[key] for key in ("title", "language", "family", "authority", "directions", "format")},
    )


def _write_truth(truth: pl.DataFrame, towns: pl.DataFrame, pairs: pl.DataFrame, out: Path) -> dict[str, Any]:
    stated = truth.filter(~pl.col("is_broken"))["pair"].unique()
    pairs = pairs.join(stated.to_frame(), on="pair", how="semi", maintain_order="left")
    truth.write_parquet(out / "truth" / "claims.parquet")
    towns.select("town", "place_id", "name", "country_code").write_parquet(out / "truth" / "towns.parquet")
    pairs.write_parquet(out / "truth" / "pairs.parquet")
    degrees = pl.concat([pairs["town_a"], pairs["town_b"].alias("town_a")]).value_counts(name="degree")
    made = {
        "claims": truth.height,
        "pairs": pairs.height,
        "towns": degrees.height,
        "mean_degree": round(2 * pairs.height / degrees.height, 2),
        "max_degree": degrees["degree"].max(),
        "rows": dict(sorted(truth["source_id"].cast(pl.String).value_counts().iter_rows())),
    }
    (out / "truth" / "made.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return made


def main() -> int:
    """Write what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=(__doc__ or "").split(":")[0])
    parser.add_argument("--claims", type=int, required=True, help="how many rows")
    parser.add_argument("--out", type=Path, required=True, help="a folder for the lists, their declarations and truth/")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    made = generate(options.claims, options.out, options.seed)
    names = " --only ".join(made["rows"])
    print(
        f"{made['claims']:,} claims of {made['pairs']:,} pairs between {made['towns']:,} towns, at most "
        f"{made['max_degree']:,} partners, in {time.perf_counter() - began:.1f} s\n"
        f"twintowns build --sources {options.out} --only {names}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
