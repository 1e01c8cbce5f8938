"""Time and memory of locating synthetic mentions, in a process of its own. Imports are done before the clock starts."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import polars as pl

from benchmarks.locate_sample import links_of, locate_links
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer

#: How names are altered, in turn; most are left as they are.
_ALTERED = (
    pl.col("name"),
    pl.col("name"),
    pl.col("name"),
    pl.col("name").str.to_uppercase(),
    pl.col("name").str.normalize("NFD").str.replace_all(r"\p{M}", ""),
    pl.format("{} ({})", "name", "country_code"),
    pl.format("{}, {}", "name", "country_code"),
    pl.format("Stadt {}", "name"),
    pl.format("{}x", "name"),
    pl.format("{}kreis", "name"),
)


def synthetic_links(count: int, gazetteer: Gazetteer, seed: int = 1) -> pl.DataFrame:
    """Return links between `count` distinct mentions: names of the gazetteer, some of them altered, in their countries.

    Where the gazetteer has too few names, the rest get a number that makes them names of nothing.
    """
    names = gazetteer.names.select("name", "country_code").unique(maintain_order=True)
    rounds = -(-2 * count // names.height)
    many = pl.concat(
        names.sample(fraction=1, shuffle=True, seed=seed + number).with_columns(turn=pl.int_range(pl.len()) + number)
        for number in range(max(rounds, 1))
    )
    altered = pl.coalesce(
        pl.when(pl.col("turn") % len(_ALTERED) == turn).then(text) for turn, text in enumerate(_ALTERED)
    )
    mentions = (
        many.select(text=altered, country_code="country_code").unique(maintain_order=True).head(count).with_row_index()
    )
    others = mentions.sample(fraction=1, shuffle=True, seed=seed)
    return links_of(
        mentions.select("text", "country_code", region=pl.lit(None, pl.String)).with_columns(
            partner_text=others["text"], partner_country_code=others["country_code"]
        )
    )


def measure(count: int) -> dict[str, Any]:
    """Locate synthetic mentions once; the gazetteer is loaded before, and its memory counted."""
    gazetteer = load_gazetteer()
    links = synthetic_links(count, gazetteer)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    located = locate_links(links, gazetteer)
    seconds = time.perf_counter() - began
    return {
        "mentions": links.height,
        "seconds": round(seconds, 3),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak_before_mib": round(before),
        "placed": located["town_id"].str.starts_with("gn").sum(),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
