"""The hand-labelled mentions: reading them, locating them, and saying which were right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate import index_mentions, locate
from pipeline.locate.sides import CLAIM_SIDES

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

SAMPLE = Path(__file__).with_name("hard_mentions.csv")
#: The gazetteer has some towns twice, as a place and as a municipality; two entries this near are one town.
SAME_TOWN_KM = 5.0

_SIDE_COLUMNS = {
    "{}_text": pl.String, "{}_country_text": pl.String, "{}_country_code": pl.String, "{}_region_text": pl.String,
    "{}_latitude": pl.Float64, "{}_longitude": pl.Float64, "{}_wikidata_id": pl.String, "{}_geonames_id": pl.Int64,
    "{}_population": pl.Int64, "{}_kind": pl.String,
}  # fmt: skip


def read_sample(path: Path = SAMPLE) -> pl.DataFrame:
    """Return the labelled mentions, one row each.

    Without `expected_geonames_id` a mention must stay unplaced; where it has coordinates all the same, they are those
    of a town that the embedded gazetteer lacks, and a place there is right.
    """
    types: dict[str, type[pl.DataType]] = {
        "expected_geonames_id": pl.Int64,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
    }
    return pl.read_csv(path, infer_schema=False).with_columns(pl.col(name).cast(kind) for name, kind in types.items())


def links_of(sample: pl.DataFrame) -> pl.DataFrame:
    """Return the sample as links between two mentions, with every column that locating reads."""
    given = sample.with_columns(
        town_text="text", town_country_text="country_code", town_country_code="country_code", town_region_text="region",
        partner_country_text="partner_country_code",
    )  # fmt: skip
    sides = {column.format(side): kind for side in ("town", "partner") for column, kind in _SIDE_COLUMNS.items()}
    return given.with_columns(pl.lit(None, kind).alias(name) for name, kind in sides.items() if name not in given)


def locate_links(links: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Locate both sides of links as a build does; adds `{side}_id` and `{side}_located_by`."""
    mentions, (indexed,) = index_mentions([(links, CLAIM_SIDES)])
    located = locate(mentions.filter(pl.col("text").is_not_null()), indexed, gazetteer)
    for side in CLAIM_SIDES:
        indexed = located.assign(indexed, side)
    return indexed


def judge_sample(sample: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Locate the sample and add `place_id` (null where unplaced), `place_name` and `verdict`.

    The verdict is `right` or `wrong` of a placed mention, `unplaced` of one that has a place and got none, and
    `rightly_unplaced` of one that has none.
    """
    places = gazetteer.places.select(
        place_id="place_id", place_name="name", place_country="country_code",
        place_latitude="latitude", place_longitude="longitude",
    )  # fmt: skip
    located = locate_links(links_of(sample), gazetteer).rename({"town_id": "place_id"})
    located_places = located.join(places, on="place_id", how="left", maintain_order="left")
    is_placed = pl.col("place_name").is_not_null()
    expected = pl.col("expected_geonames_id")
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    meant = (pl.col("place_id") == pl.format("gn{}", expected)) | (km <= SAME_TOWN_KM)
    verdict = (
        pl.when(is_placed & meant.fill_null(value=False)).then(pl.lit("right"))
        .when(is_placed).then(pl.lit("wrong"))
        .when(expected.is_not_null()).then(pl.lit("unplaced"))
        .otherwise(pl.lit("rightly_unplaced"))
    )  # fmt: skip
    return located_places.select(
        *sample.columns,
        pl.when(is_placed).then("place_id").alias("place_id"),
        "place_name",
        located_by="town_located_by",
        verdict=verdict,
    )
