"""How much of the truth a contender's claims and partnerships hold, counted in the same way for all of them.

A contender leaves `claims.parquet` (`source_id`, `line` or our `locator`, `town_id`, `partner_id`, `partnership_id`)
and, where it finds dates, `partnerships.parquet` (`partnership_id`, `start_year`). Nothing is left out for being hard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.generate import FACTS
from pipeline.gazetteer.gazetteer import distance_km, load_gazetteer
from pipeline.gazetteer.names import search_key

if TYPE_CHECKING:
    from pathlib import Path

#: GeoNames has some towns twice; so near by is the same one.
_SAME_KM = 5.0


def judge(truth: Path, out: Path) -> dict[str, Any]:
    """Compare what a contender wrote with the truth.

    Args:
        truth: the folder truth/ of synthetic lists.
        out: what the contender wrote, or the folder of our releases.

    Returns:
        `placed`, where towns are places of the gazetteer: of all mentions that were given a place how many were given
        the right one (`precision`), of all that mean a place how many (`recall`). `partnerships`: of all pairs of
        places that were found how many are true, and of all true ones how many were found. `towns`: of all two
        spellings that were taken for the same town how many are, and of all that are how many were; two towns of one
        country that are printed by the same name without coordinates are one to whoever reads, so that taking them
        for one counts neither for nor against. `rows`: the same for two rows and the same partnership. `right_dates`:
        of the true pairs that a row dates, the share with the right year.
    """
    folder = out / "current" if (out / "current").exists() else out
    claims = _read_claims(folder)
    rows = pl.read_parquet(truth / "claims.parquet").with_columns(pl.col("source_id").cast(pl.String))
    towns = pl.read_parquet(truth / "towns.parquet").select("town", "place_id")
    both = rows.filter(~pl.col("is_broken")).join(
        claims.select("source_id", "line", "town_id", "partner_id", "partnership_id"),
        on=["source_id", "line"],
        how="left",
    )
    mentions = pl.concat(
        both.select(town=side, found=f"{side}_id").join(towns, on="town", how="left") for side in ("town", "partner")
    )
    result: dict[str, Any] = {}
    if mentions["found"].str.contains(r"^gn\d+$").any():
        result["placed"] = _placed(mentions)
        result["partnerships"] = _partnerships(both, towns)
    result["towns"] = _alike(_with_print(_spellings(both), truth), "town", "print")
    result["rows"] = _alike(both.select("pair", found="partnership_id"), "pair")
    if (folder / "partnerships.parquet").exists():
        result["right_dates"] = _dates(both, claims, folder, truth)
    return result


def _read_claims(folder: Path) -> pl.DataFrame:
    """Return a contender's claims, one a row of the lists."""
    claims = pl.scan_parquet(folder / "claims.parquet")
    names = claims.collect_schema().names()
    if "locator" in names:
        claims = claims.with_columns(line=pl.col("locator").str.extract(r"(\d+)").cast(pl.UInt32))
        claims = claims.rename({"town_text": "town", "partner_text": "partner", "start_text": "start"})
        claims = claims.rename({"town_country_text": "town_country", "partner_country_text": "partner_country"})
    wanted = ["source_id", "line", "town_id", "partner_id", "partnership_id", "town", "partner", "town_country",
              "partner_country", "start"]  # fmt: skip
    return (
        claims.select(name for name in wanted if name in claims.collect_schema().names())
        .with_columns(pl.col("line").cast(pl.UInt32))
        .collect()
    )


def _placed(mentions: pl.DataFrame) -> dict[str, float]:
    places = load_gazetteer().places.select("place_id", "latitude", "longitude")
    is_placed = pl.col("found").str.contains(r"^gn\d+$").fill_null(value=False)
    distinct = mentions.group_by("place_id", "found").len("count").with_columns(is_placed=is_placed)
    distinct = distinct.join(places, on="place_id", how="left").join(
        places, left_on="found", right_on="place_id", how="left", suffix="_found"
    )
    near = distance_km(*map(pl.col, ("latitude", "longitude", "latitude_found", "longitude_found"))) <= _SAME_KM
    right = pl.col("is_placed") & near.fill_null(value=False)
    counted = distinct.select(
        right=pl.col("count").filter(right).sum(),
        placed=pl.col("count").filter("is_placed").sum(),
        real=pl.col("count").filter(pl.col("place_id").is_not_null()).sum(),
    ).row(0, named=True)
    return _shares(counted["right"], counted["placed"], counted["real"])


def _partnerships(both: pl.DataFrame, towns: pl.DataFrame) -> dict[str, float]:
    """Compare pairs of places; those with a town that no gazetteer has count nowhere."""
    places = {
        f"{side}_true": pl.col(side).replace_strict(towns["town"], towns["place_id"], default=None)
        for side in ("town", "partner")
    }
    rows = both.with_columns(**places)

    def pairs(town: str, partner: str) -> pl.DataFrame:
        are_places = pl.all_horizontal(pl.col(town, partner).str.contains(r"^gn\d+$"))
        first, second = pl.min_horizontal(town, partner), pl.max_horizontal(town, partner)
        return rows.filter(are_places).select(first=first, second=second).unique()

    true, stated = pairs("town_true", "partner_true"), pairs("town_id", "partner_id")
    return _shares(true.join(stated, on=["first", "second"]).height, stated.height, true.height)


def _spellings(both: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct spellings of towns, each with the truth and what it was taken for (most often)."""
    sides = pl.concat(
        both.select("source_id", "line", town=side, found=f"{side}_id", side=pl.lit(side))
        for side in ("town", "partner")
    ).drop_nulls("found")
    # A source spells a town one way, so that source and town are a spelling.
    return (
        sides.group_by("source_id", "town", "found").agg(pl.col("line", "side").first(), count=pl.len())
        .sort("count", "found", descending=[True, False])
        .unique(["source_id", "town"], keep="first", maintain_order=True)
    )  # fmt: skip


def _with_print(spellings: pl.DataFrame, truth: Path) -> pl.DataFrame:
    """Add `print`: name and country as a list has them, or null where it prints coordinates too."""
    towns = pl.read_parquet(truth / "towns.parquet").select("town", "country_code")
    frames = []
    for name, source in FACTS["sources"].items():
        is_tsv = source["format"] == "tsv"
        printed = pl.read_csv(
            truth.parent / f"{name}.{source['format']}", separator="\t" if is_tsv else ",",
            quote_char=None if is_tsv else '"', infer_schema=False,
            columns=["town", "town_country", "partner", "partner_country"],
        )  # fmt: skip
        for side in ("town", "partner"):
            mine = spellings.filter(pl.col("source_id") == name, pl.col("side") == side)
            # Line 1 is the header.
            text, country = (printed[column].gather(mine["line"] - 2) for column in (side, f"{side}_country"))
            frames.append(mine.with_columns(text=text, has_country=country.is_not_null()))
    nation = pl.when("has_country").then("country_code")
    has_place = pl.col("source_id").is_in(
        [name for name, source in FACTS["sources"].items() if source.get("coordinates")]
    )
    printed_so = pl.concat_str(search_key(pl.col("text")), nation, separator="|", ignore_nulls=True)
    return (
        pl.concat(frames)
        .join(towns, on="town", how="left")
        .with_columns(print=pl.when(~has_place).then(printed_so))
    )  # fmt: skip


def _alike(rows: pl.DataFrame, true: str, print_: str | None = None) -> dict[str, float]:
    """Count pairs of rows that are together, in truth and as `found`; a row that was not found is alone.

    Two that are together as `found`, not in truth, and printed alike, are left out: nobody could tell them apart.
    """
    rows = rows.select("found", true=pl.col(true), print=pl.col(print_) if print_ else pl.lit(None, pl.String))
    assigned = rows.drop_nulls("found")
    alike = assigned.drop_nulls("print")
    untold = (
        _pairs_in(alike.group_by("found", "print").len("count"))
        - _pairs_in(alike.group_by("found", "print", "true").len("count"))
    )  # fmt: skip
    alike_rightly = assigned.drop_nulls("true").group_by("true", "found").len("count")
    return _shares(
        _pairs_in(alike_rightly),
        _pairs_in(assigned.group_by("found").len("count")) - untold,
        _pairs_in(rows.group_by("true").len("count")),
    )


def _pairs_in(groups: pl.DataFrame) -> int:
    count = pl.col("count").cast(pl.Int64)
    return int(groups.select((count * (count - 1) // 2).sum()).item())


def _shares(right: int, stated: int, real: int) -> dict[str, float]:
    return {"precision": round(right / max(stated, 1), 4), "recall": round(right / max(real, 1), 4)}


def _dates(both: pl.DataFrame, claims: pl.DataFrame, folder: Path, truth: Path) -> float:
    """Return the share of the dated true pairs whose year is right, in the partnership that has most of their rows."""
    said = claims.select("source_id", "line", "start").drop_nulls("start")
    said = said.filter((pl.col("source_id") != "register") | (pl.col("start") != "2000"))
    dated = both.join(said, on=["source_id", "line"]).select("pair").unique()
    chosen = (
        both.drop_nulls("partnership_id")
        .group_by("pair", "partnership_id").len("count")
        .sort("count", "partnership_id", descending=[True, False])
        .unique("pair", keep="first")
    )  # fmt: skip
    years = pl.read_parquet(folder / "partnerships.parquet", columns=["partnership_id", "start_year"])
    true = pl.read_parquet(truth / "pairs.parquet").select("pair", year=pl.col("start_date").dt.year())
    judged = (
        dated.join(true, on="pair").join(chosen, on="pair", how="left").join(years, on="partnership_id", how="left")
    )
    right = (judged["year"].cast(pl.Float64) == judged["start_year"].cast(pl.Float64)).fill_null(value=False)
    return round(float(right.sum()) / max(judged.height, 1), 4)
