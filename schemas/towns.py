"""`towns`: who takes part."""

import polars as pl

from schemas import columns as c
from schemas.table import Rule, Table

TOWNS = Table(
    name="towns",
    row="A municipality or other body that takes part.",
    key=("town_id",),
    columns=(
        c.town_id,
        c.name.named("name", "Usual name of the town."),
        c.country_code,
        c.admin1_code,
        c.latitude,
        c.longitude,
        c.population,
        c.town_kind,
        c.geonames_id,
        c.wikidata_id,
        c.text("iso_3166_2_code", "ISO 3166-2 code, for a region or county that has one.", nullable=True),
        c.located_by,
        c.location_score,
    ),
    rules=(
        Rule(
            "both_coordinates_or_none",
            pl.col("latitude").is_null() == pl.col("longitude").is_null(),
            "A latitude comes with a longitude.",
        ),
    ),
)
