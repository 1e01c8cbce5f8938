"""`countries`."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel


class Countries(TableModel):
    """A country or territory of today, whether it has a partnership or not."""

    country_code: pl.String = c.country_code(nullable=False)
    alpha_3_code: pl.String = c.text(str_matches=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3 (XKX for Kosovo).")
    name: pl.String = c.name(description="English name, as GeoNames has it.")
    continent: pl.String = c.category(v.Continent, "Continent, as GeoNames has it.")()
    is_eu_member: pl.Boolean = c.flag(
        description="Whether it is a member state of the European Union; a territory of one is not."
    )

    class Config:
        name = "countries"
        unique = ["country_code"]
